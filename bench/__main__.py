"""`python -m bench [import,list]`: measure the named rows, or all of them, in a database of their own."""

import os
import sys

import psycopg2

from devserver import postgres

DATABASE = "portal_bench"


def own_database():
    """Point DATABASE_URL to a database that only measurements use; it is made when absent and may be dropped."""
    postgres.ensure()
    head, question, query = os.environ["DATABASE_URL"].partition("?")
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {DATABASE}")
    connection.close()
    os.environ["DATABASE_URL"] = f"{head.rsplit('/', 1)[0]}/{DATABASE}{question}{query}"


def main(arguments):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "semarang_ikm.settings")
    own_database()
    import django

    django.setup()
    from django.core.management import call_command

    from bench import runner

    call_command("migrate", verbosity=0)
    call_command("load_reference", stdout=sys.stderr)
    known = runner.names()
    wanted = [name for argument in arguments for name in argument.split(",") if name] or known
    if unknown := sorted(set(wanted) - set(known)):
        sys.exit(f"No such row: {', '.join(unknown)}. There are: {', '.join(known)}.")
    for name in wanted:
        row = runner.load(name)
        print(f"{name}: {row.title}", flush=True)
        part = runner.section(row, runner.measure(row, say=lambda line: print(line, flush=True)))
        print(part, flush=True)
        runner.write({name: part})


if __name__ == "__main__":
    main(sys.argv[1:])
