"""The public catalogue's page of 50 cards: from memory, unchanged, never asked before, after every change, and deep."""

import atexit
import contextlib
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2

from bench import wagtail
from bench.catalogue import prepare, size
from bench.load import CLIENTS, WORKERS, fetch, fetch_etag, free_port, hammer, served
from bench.runner import Contestant, Goal, Row

SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
PAGE = "/galeri/"
WARM, SAME = "ours, from memory", "ours, asked again by ETag (304)"
COLD, DEEP, CHANGED = (
    "ours, never asked before",
    "ours, page 200, never asked before",
    "ours, prices changing all the while",
)
PLAIN, PLAIN_DEEP = "ordinary Django", "ordinary Django, page 200"
FILE, NGINX, WAGTAIL = "granian, the bytes of one file", "nginx, one static file", "Wagtail"

_numbers = itertools.count()


def unseen(path, count=20_000):
    """Addresses that nobody has asked for yet, of the same page."""
    mark = "&" if "?" in path else "?"
    return [f"{path}{mark}ke={next(_numbers)}" for _turn in range(count)]


CHANGES = """
import itertools, sys, time, psycopg2
connection = psycopg2.connect(sys.argv[1])
connection.autocommit = True
with connection.cursor() as cursor:
    cursor.execute("SELECT min(id), max(id) FROM gallery_variant")
    for number in itertools.cycle(range(*cursor.fetchone())):
        cursor.execute("UPDATE gallery_variant SET price = price + 1 WHERE id = %s", [number])
        time.sleep(0.02)
"""


@contextlib.contextmanager
def changes(url):
    """Prices change fifty times a second meanwhile, by a process of its own."""
    writer = subprocess.Popen([sys.executable, "-c", CHANGES, url])
    try:
        time.sleep(1)
        yield
    finally:
        writer.terminate()
        writer.wait(30)


@contextlib.contextmanager
def nginx(folder):
    """The port at which nginx serves the files of `folder`, with as many workers."""
    port = free_port()
    place = Path(tempfile.mkdtemp())
    config = place / "nginx.conf"
    config.write_text(
        f"""worker_processes {WORKERS}; pid {place}/pid; error_log {place}/error.log; daemon off;
        events {{ worker_connections 256; }}
        http {{ access_log off; sendfile on; tcp_nopush on; open_file_cache max=16; keepalive_requests 100000000;
          default_type text/html; client_body_temp_path {place}; proxy_temp_path {place}; fastcgi_temp_path {place};
          uwsgi_temp_path {place}; scgi_temp_path {place};
          server {{ listen 127.0.0.1:{port}; root {folder}; }} }}"""
    )
    os.chmod(place, 0o755)
    server = subprocess.Popen([shutil.which("nginx"), "-e", "stderr", "-p", str(place), "-c", str(config)])
    try:
        time.sleep(1)
        yield port
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(place)


def seen_by_both_workers(port, url):
    """That a new price is on the very next answers of all workers."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    missed = asked = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM gallery_product ORDER BY published_at DESC, id DESC LIMIT 1")
        (newest,) = cursor.fetchone()
        for price in range(1_500_001, 1_500_011):
            cursor.execute("UPDATE gallery_variant SET price = %s WHERE product_id = %s", [price, newest])
            told = f"Rp{price:,}".replace(",", ".").encode()
            for _turn in range(8):
                asked += 1
                missed += told not in fetch(port, PAGE)
    connection.close()
    return f"After each of 10 changes of a price {asked // 10} answers were looked at, over {WORKERS} workers: {missed} of {asked} told the old price."


def row():
    url = prepare()
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    environment = {"DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
    ours = stack.enter_context(served("semarang_ikm.wsgi:application", environment=environment))
    plain = stack.enter_context(
        served("bench.peers.plain_catalogue_wsgi:application", environment=environment)
    )
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    folder.chmod(0o755)
    file = folder / "galeri.html"
    file.write_bytes(fetch(ours, PAGE))
    limit = stack.enter_context(
        served("bench.peers.one_file:application", environment={"BENCH_FILE": str(file)})
    )
    etag = fetch_etag(ours, PAGE)

    def run(port, paths, **options):
        return lambda: (
            hammer(port, paths() if callable(paths) else paths, seconds=SECONDS, **options).requests
        )

    writers = contextlib.ExitStack()

    def begin_changes():
        writers.enter_context(changes(url))

    def run_changed():
        done = hammer(ours, [PAGE], seconds=SECONDS).requests
        writers.close()
        return done

    def warmed(port, path):
        """What every page shares is there, and the photos of Wagtail are scaled, before the clock starts."""
        return lambda: [fetch(port, f"{path}?ke={next(_numbers)}") for _turn in range(8)]

    contestants = [
        Contestant(name=WARM, run=run(ours, [PAGE])),
        Contestant(
            name=SAME, run=run(ours, [PAGE], headers={"If-None-Match": etag}, status=304),
        ),
        Contestant(name=FILE, run=run(limit, ["/"])),
        Contestant(name=COLD, run=run(ours, lambda: unseen(PAGE)), prepare=warmed(ours, PAGE)),
        Contestant(name=DEEP, run=run(ours, lambda: unseen(f"{PAGE}?halaman={size() // 50}"))),
        Contestant(name=CHANGED, run=run_changed, prepare=begin_changes),
        Contestant(name=PLAIN, run=run(plain, ["/"]), prepare=warmed(plain, "/")),
        Contestant(name=PLAIN_DEEP, run=run(plain, [f"/?page={size() // 50}"])),
    ]  # fmt: skip
    goals = [
        Goal(ours=WARM, other=FILE, at_least=0.1),
        Goal(ours=DEEP, other=COLD, at_least=round(1 / 1.3, 3)),
        Goal(ours=COLD, other=PLAIN, at_least=2),
    ]
    if shutil.which("nginx"):
        port = stack.enter_context(nginx(folder))
        contestants.insert(2, Contestant(name=NGINX, run=run(port, ["/galeri.html"])))
        goals.insert(0, Goal(ours=WARM, other=NGINX, at_least=0.1))
    if wagtail.is_there():
        port = stack.enter_context(wagtail.running())
        contestants.append(Contestant(name=WAGTAIL, run=run(port, ["/"]), prepare=warmed(port, "/")))
        goals.append(Goal(ours=COLD, other=WAGTAIL, at_least=2))
    return Row(
        name="catalogue",
        title=f"{size():,} products; a page of 50 cards with facets, {file.stat().st_size // 1000} kB of HTML; {CLIENTS} clients at"
        f" once, {WORKERS} workers.",
        unit="requests",
        contestants=contestants,
        goals=goals,
        notes=[
            lambda: seen_by_both_workers(ours, url),
            lambda: (
                "Never asked before: each address is new, so that nothing comes from memory but the counts of the facets and the"
                " order of the products, which hold until something changes. While prices change, up to fifty times a second, hardly anything holds."
            ),
            lambda: (
                "The load comes from one process in Python on the same cores, which takes its part of what nginx could give."
                " Ordinary Django and Wagtail show as many cards on simpler pages, Wagtail of a thousand products."
            ),
        ],
        packages=["granian"],
    )
