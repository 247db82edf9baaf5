"""`make run`: database, migrations, reference data, demo city, web server and workers, in one terminal.

The web server and the worker have process groups of their own: Ctrl-C reaches this process alone, which then ends them
once. Two signals at the same time make granian wait for a process that is gone.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from devserver import postgres

HOST = "127.0.0.1"
ANSWER_SECONDS = 60
STOP_SECONDS = 15
RESTART_SECONDS = 3
MARKETPLACE_STATE = Path(".local/marketplace.json")


class Stopped(Exception):
    """Somebody asked us to stop."""


def say(line=""):
    print(line, flush=True)  # noqa: T201


@contextlib.contextmanager
def step(title):
    """Announce a step and, when it is done, how long it took."""
    say(f"→ {title}")
    began = time.monotonic()
    yield
    say(f"  {time.monotonic() - began:.1f} s")


def stop_on_signal(number, frame):
    raise Stopped


def refuse_taken_port(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            sys.exit(f"Port {port} is in use. Another one: make run PORT={port + 1}")


def prepare():
    """Bring the database to the state of the code and fill it."""
    import django
    from django.core.management import call_command, get_commands

    django.setup()
    try:
        call_command("migrate", check_unapplied=True, verbosity=0)
    except SystemExit:
        with step("Applying migrations"):
            call_command("migrate", verbosity=1)
    with step("Reference data"):
        call_command("load_reference")
    if "seed_demo" in get_commands():
        with step("Demo city"):
            call_command("seed_demo")
    return "show_demo" in get_commands()


def start_web(port):
    return subprocess.Popen(  # noqa: S603 - a fixed command
        [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port),
            "--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning",
            "semarang_ikm.wsgi:application",
        ],
        stdin=subprocess.DEVNULL,
        process_group=0,
    )  # fmt: skip


#: Deliver messages; tell partners' systems; keep their sandboxes; check and write large imports; close the books of yesterday; offer
#: freed seats on; reckon timetables and remind people of sessions; free booked times nobody came for; send products to makers' shops;
#: check and save many products at once.
WORKERS = [
    "deliver_outbox",
    "deliver_webhooks",
    "work_sandboxes",
    "work_imports",
    "close_day",
    "work_offers",
    "work_training",
    "work_facilities",
    "work_channels",
    "work_uploads",
]


def start_worker(command):
    return subprocess.Popen(  # noqa: S603 - a fixed command
        [sys.executable, "manage.py", command, "--loop"], stdin=subprocess.DEVNULL, process_group=0
    )


def stock_marketplace():
    """What the demo's shops hold stands in the marketplace as well; what was changed there since stays as it is."""
    from gallery.demo.channels import marketplace_products

    kept = {"access": {}, "refresh": {}, "products": {}, "created": 0}
    if MARKETPLACE_STATE.exists():
        kept = json.loads(MARKETPLACE_STATE.read_text())
    kept["products"] = marketplace_products() | kept["products"]
    MARKETPLACE_STATE.parent.mkdir(parents=True, exist_ok=True)
    MARKETPLACE_STATE.write_text(json.dumps(kept))


def start_marketplace(port):
    """The simulated marketplace beside the portal, and the settings by which the portal finds it."""
    from devserver.marketplace import APP_KEY, APP_SECRET

    stock_marketplace()
    url = f"http://{HOST}:{port + 90}"
    os.environ.setdefault("MARKETPLACE_API", url)
    os.environ.setdefault("MARKETPLACE_LOGIN", f"{url}/oauth/authorize")
    os.environ.setdefault("MARKETPLACE_TOKENS", url)
    os.environ.setdefault("MARKETPLACE_APP_KEY", APP_KEY)
    os.environ.setdefault("MARKETPLACE_APP_SECRET", APP_SECRET)
    return subprocess.Popen(  # noqa: S603 - a fixed command
        [
            sys.executable, "-m", "devserver.marketplace", "--port", str(port + 90),
            "--back", f"http://{HOST}:{port}/toko/kembali/", "--state", str(MARKETPLACE_STATE),
        ],
        stdin=subprocess.DEVNULL,
        process_group=0,
    )  # fmt: skip


def wait_for_answer(url, web):
    """Return when the site answers; an error of its own is said, and served on for whoever looks for the cause."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        if web.poll() is not None:
            sys.exit(f"The web server ended with code {web.returncode}.")
        try:
            with urllib.request.urlopen(url, timeout=ANSWER_SECONDS):  # noqa: S310 - our own http address
                return
        except urllib.error.HTTPError as error:
            error.close()
            if error.code >= 500:
                say(f"  The start page answers with status {error.code}.")
            return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"{url} does not answer.")


def stop(children):
    """End the children; those that do not go in time are killed."""
    # A second Ctrl-C must not interrupt the cleaning up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def supervise(web, children):
    """Stay until the web server ends; a worker that ends is started again."""
    while web.poll() is None:
        time.sleep(0.5)
        for worker in children[2:]:
            if worker.poll() is not None:
                command = worker.args[2]
                say(f"The worker {command} ended with code {worker.returncode}; starting it again.")
                time.sleep(RESTART_SECONDS)
                children.remove(worker)
                children.append(start_worker(command))
    sys.exit(f"The web server ended with code {web.returncode}.")


def main():
    port = int(os.environ.get("PORT") or 8000)
    url = f"http://{HOST}:{port}/"
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop_on_signal)
    refuse_taken_port(port)
    os.environ.setdefault("SITE_URL", url.rstrip("/"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "semarang_ikm.settings")
    children = []
    try:
        postgres.ensure()
        has_demo = prepare()
        with step("Starting the web server"):
            marketplace = start_marketplace(port)
            web = start_web(port)
            children += [web, marketplace]
            children.extend(map(start_worker, WORKERS))
            wait_for_answer(url, web)
        if has_demo:
            from django.core.management import call_command

            call_command("show_demo")
        from django.db import connections

        connections.close_all()
        say(f"\nPortal: {url}   (Ctrl-C stops it; the database keeps running: make stop)")
        supervise(web, children)
    except Stopped:
        say("\nStopping")
    finally:
        stop(children)


if __name__ == "__main__":
    main()
