"""A register of any size to measure on, in a database of its own beside the one in use."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parent.parent


def size():
    """How many businesses to measure on: BENCH_ROWS, else 100,000."""
    return int(os.environ.get("BENCH_ROWS", "100000"))


def prepare(rows=None):
    """The DATABASE_URL of a register of `rows` businesses; made on first use, then kept."""
    rows = rows or size()
    name = f"bench_{rows}"
    head, _mark, query = os.environ["DATABASE_URL"].partition("?")
    url = f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    environment = {**os.environ, "DATABASE_URL": url}
    for command in (["migrate", "-v0"], ["load_reference"], ["seed_demo", "--scale", str(rows)]):
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True, stdout=sys.stderr
        )
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()
    return url
