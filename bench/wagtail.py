"""Wagtail as a peer: in a virtual environment, a database and a folder of its own under .local, made on first use."""

import contextlib
import os
import shutil
import subprocess
import sys

import psycopg2

from bench.load import ROOT, served

PLACE = ROOT / ".local" / "wagtail"
PYTHON = PLACE / "bin" / "python"
SITE = ROOT / "bench" / "peers" / "wagtail_site"
PACKAGES = ["wagtail==7.0.*", "psycopg2-binary", "granian", "dj-database-url"]
#: A tree of pages is filled one by one; fewer of them are to Wagtail's advantage.
PAGES = 1_000
DATABASE = "bench_wagtail"


def is_there():
    """Whether Wagtail can be measured: the network may not let it be installed."""
    if PYTHON.exists():
        return True
    subprocess.run(
        [sys.executable, "-m", "venv", *(["--without-pip"] if shutil.which("uv") else []), PLACE], check=True
    )
    command = (
        ["uv", "pip", "install", "-q", "--python", PYTHON]
        if shutil.which("uv")
        else [PYTHON, "-m", "pip", "install", "-q"]
    )
    done = subprocess.run([*command, *PACKAGES])
    if done.returncode:
        shutil.rmtree(PLACE)
    return done.returncode == 0


def version():
    """The version that is measured."""
    told = subprocess.run(
        [PYTHON, "-c", "import wagtail; print(wagtail.__version__)"],
        check=True,
        capture_output=True,
        text=True,
    )
    return told.stdout.strip()


@contextlib.contextmanager
def running():
    """The port at which the site is served, as ours is."""
    head, _mark, query = os.environ["DATABASE_URL"].partition("?")
    url = f"{head.rpartition('/')[0]}/{DATABASE}" + (f"?{query}" if query else "")
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {DATABASE}")
    connection.close()
    # Copied, so that the migrations it makes of its own lie beside it and not in the repository.
    site = PLACE / "site"
    shutil.copytree(SITE, site, dirs_exist_ok=True)
    environment = {"DATABASE_URL": url, "MEDIA_ROOT": str(PLACE / "media"), "PYTHONPATH": str(site)}
    subprocess.run([PYTHON, "fill.py", str(PAGES)], cwd=site, env={**os.environ, **environment}, check=True)
    with served("wsgi:application", environment=environment, python=PYTHON, folder=site) as port:
        yield port
