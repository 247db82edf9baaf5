"""A portal of its own with the demo city, served as in production, and a real Chromium to look at it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "portal_browser"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
START_SECONDS = 60
# WCAG 2.2 AA and what axe counts as best practice.
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def _administer(statement):
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def _drop():
    """Remove the portal's database. Not WITH (FORCE): the portal's role may not end the server's own workers."""
    ours = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{DATABASE}' AND usename = current_user"
    for attempt in range(20):
        _administer(ours)
        try:
            _administer(f"DROP DATABASE IF EXISTS {DATABASE}")
            return
        except psycopg2.errors.ObjectInUse:
            if attempt == 19:
                raise
            time.sleep(0.5)


def _url_of(name):
    head, _, query = os.environ["DATABASE_URL"].partition("?")
    head = head.rsplit("/", 1)[0] + f"/{name}"
    return f"{head}?{query}" if query else head


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def portal_environment(tmp_path_factory):
    """What a process needs that works beside the portal, on its database and its files."""
    return {
        **os.environ,
        "DATABASE_URL": _url_of(DATABASE),
        "SITE_URL": f"http://127.0.0.1:{_free_port()}",
        "MEDIA_ROOT": str(tmp_path_factory.mktemp("portal") / "media"),
    }


@pytest.fixture(scope="session")
def portal(portal_environment, tmp_path_factory):
    """The address of a running portal with the demo city."""
    environment = portal_environment
    url = environment["SITE_URL"]
    _drop()
    _administer(f"CREATE DATABASE {DATABASE}")
    for command in (["migrate", "-v0"], ["load_reference"], ["seed_demo"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
    log = (tmp_path_factory.mktemp("log") / "server.log").open("w+")
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", url.rpartition(":")[2], "--blocking-threads", "4",
         "--no-ws", "--log-level", "warning", "semarang_ikm.wsgi:application"],
        cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
    )  # fmt: skip
    try:
        _wait_for(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(15)
        log.seek(0)
        sys.stderr.write(log.read())
        log.close()
        _drop()


def _wait_for(url, server):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=START_SECONDS):
                return
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the portal did not start")


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium")
    assert path, "Chromium is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        yield browser
        browser.close()


class Visitor:
    """A person with a browser. Console messages, failed requests and foreign requests are kept and must stay empty."""

    def __init__(self, chromium, portal, *, javascript=True, viewport=None, colour_scheme="light"):
        self.portal = portal
        self.context = chromium.new_context(
            base_url=portal,
            viewport=viewport or PHONE,
            java_script_enabled=javascript,
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            color_scheme=colour_scheme,
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.complaints = []
        self.responses = []
        self.page.on(
            "console", lambda message: self.complaints.append(f"console {message.type}: {message.text}")
        )
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("response", self._seen)

    def _seen(self, response):
        self.responses.append(response)
        # chrome: and chrome-extension: are the browser's own, its PDF viewer for one.
        if not response.url.startswith((self.portal, "data:", "blob:", "chrome:", "chrome-extension:")):
            self.complaints.append(f"third party: {response.url}")

    def open(self, path):
        self.responses.clear()
        return self.page.goto(path, wait_until="networkidle")

    def sign_in(self, login, password):
        self.open("/akun/login/")
        self.page.fill("[name=login]", login)
        self.page.fill("[name=password]", password)
        self.page.click("main form button.button")
        self.page.wait_for_load_state("networkidle")
        assert "/akun/login/" not in self.page.url, self.page.inner_text("main")

    def press(self, text):
        """Press the button or link with this text and wait for the next page."""
        self.page.locator(f"main >> :is(button, a):has-text({text!r})").first.click()
        self.page.wait_for_load_state("networkidle")

    def text(self):
        return self.page.inner_text("main")

    def shot(self, name):
        folder = ROOT / "tests" / "browser" / "shots"
        folder.mkdir(exist_ok=True)
        self.page.screenshot(path=folder / f"{name}.png", full_page=True)

    def violations(self):
        """What axe finds on the page, as "rule: element" lines."""
        found = (
            Axe()
            .run(self.page, options={"runOnly": {"type": "tag", "values": AXE_TAGS}})
            .response["violations"]
        )
        return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]

    def overflow(self):
        """How many pixels the page is wider than the screen."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    def weight(self):
        """Bytes over the wire (bodies as sent) and how many requests the last opened page took."""
        sizes = [response.request.sizes() for response in self.responses if response.url.startswith("http")]
        return sum(size["responseBodySize"] for size in sizes), len(sizes)


@pytest.fixture
def visitor(chromium, portal):
    """`visitor(javascript=False, viewport=DESK)`: a fresh browser; at the end nothing may have complained."""
    made = []

    def make(**options):
        made.append(Visitor(chromium, portal, **options))
        return made[-1]

    yield make
    complaints = [line for one in made for line in one.complaints]
    for one in made:
        one.context.close()
    assert not complaints


@pytest.fixture(scope="session")
def demo():
    """The demo city's sign-ins."""
    from ikm.demo import people

    return people
