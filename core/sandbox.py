"""Another place for the same code: a database and a folder of files where partners try out what their programs do.

Inside `entered(name)` everything that this thread asks of the database goes to the database `name`: it stands where the city's
own stands elsewhere, under its own name as the alias, so that what Django remembers by alias is remembered apart. The city's
connection is out of reach until the end of the block.
"""

import shutil
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.utils import load_backend

_FOLDER = "sandbox"


class Router:
    """Reads and writes go where the thread is."""

    def db_for_read(self, model, **hints):
        return connection.alias

    db_for_write = db_for_read


class PrivateFiles(FileSystemStorage):
    """Files of the portal; those of a sandbox lie in a folder of its own."""

    @property
    def base_location(self):
        return folder_of(connection.alias)

    @property
    def location(self):
        return str(Path(self.base_location).resolve())


def folder_of(name):
    root = Path(settings.MEDIA_ROOT)
    return root if name == DEFAULT_DB_ALIAS else root / _FOLDER / name


def cache_key(key, prefix, version):
    """settings.CACHES: what is remembered of one place is not told in another."""
    return f"{connection.alias}:{prefix}:{version}:{key}"


def _connection_to(name):
    """A fresh connection to a database of the sandbox's server, for one block alone."""
    given = connections.settings[DEFAULT_DB_ALIAS] | settings.SANDBOX_DATABASE
    return load_backend(given["ENGINE"]).DatabaseWrapper(given | {"NAME": name, "CONN_MAX_AGE": 0}, name)


@contextmanager
def entered(name):
    """Inside, this thread works in the database `name` and in no other. Raises OperationalError where there is none."""
    outside, inside = connections[DEFAULT_DB_ALIAS], _connection_to(name)
    connections[DEFAULT_DB_ALIAS] = connections[name] = inside
    try:
        inside.ensure_connection()
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = outside
        del connections[name]
        inside.close()


@contextmanager
def _server():
    """A cursor of the sandbox's server, beside its databases."""
    connection_beside = _connection_to(settings.SANDBOX_DATABASE["NAME"])
    with connection_beside._nodb_cursor() as cursor:
        yield cursor, cursor.db.ops.quote_name


def exists(name):
    return name in all_like(name)


def all_like(beginning):
    """The databases whose name begins so."""
    with _server() as (cursor, _quoted):
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [beginning])
        return [name for (name,) in cursor.fetchall()]


def drop(name):
    """Whoever works in it is cut off."""
    with _server() as (cursor, quoted):
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")
    shutil.rmtree(folder_of(name), ignore_errors=True)


def create(name, *, template=None):
    """A database `name`, empty or with all that `template` holds, in which nobody may work meanwhile."""
    with _server() as (cursor, quoted):
        # template0 is the same on every server, whatever somebody put into template1.
        cursor.execute(f"CREATE DATABASE {quoted(name)} TEMPLATE {quoted(template or 'template0')}")
    if template is not None and folder_of(template).exists():
        shutil.copytree(folder_of(template), folder_of(name), dirs_exist_ok=True)


def rename(name, to):
    with _server() as (cursor, quoted):
        cursor.execute(f"ALTER DATABASE {quoted(name)} RENAME TO {quoted(to)}")
    if folder_of(name).exists():
        folder_of(name).rename(folder_of(to))
