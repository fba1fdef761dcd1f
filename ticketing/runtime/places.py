"""Where the default run keeps its things, computed from the data directory alone.

Settings, the supervisor and a second terminal arrive at the same addresses without talking to each other.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ticketing.runtime.problems import RuntimeProblem

PROJECT_DIR = Path(__file__).resolve().parent.parent.parent
DATABASE_NAME = "lokisa"
# sun_path holds 108 bytes on Linux and 104 on macOS; the longest of our names is PostgreSQL's.
LONGEST_SOCKET_PATH = 103
POINT_ELSEWHERE = "point LOKISA_DATA_DIR to a directory of your own."
ELSEWHERE = f"Give this user write access there, or {POINT_ELSEWHERE}"
LONGEST_SOCKET_NAME = ".s.PGSQL.5432"


@dataclass(frozen=True)
class ServerUser:
    """The account PostgreSQL runs as; None of it differs from ours unless we are root."""

    uid: int
    gid: int
    is_other: bool


@dataclass(frozen=True)
class Places:
    data: Path
    home: Path
    sockets: Path

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def lock_file(self) -> Path:
        return self.data / "serve.lock"

    @property
    def valkey_data(self) -> Path:
        return self.data / "valkey"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def database_url(self) -> str:
        return f"postgresql://{DATABASE_NAME}@/{DATABASE_NAME}?host={self.sockets}"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.valkey_socket}?db=0"


def default_data_dir() -> Path:
    return Path(os.environ.get("LOKISA_DATA_DIR") or PROJECT_DIR / ".lokisa").expanduser().absolute()


def find_places(data: Path | None = None) -> Places:
    data = data or default_data_dir()
    user = server_user()
    home = data if can_reach(data, user) else root_folder() / f"lokisa-{fingerprint(data)}"
    return Places(data=data, home=home, sockets=socket_directory(home, data))


def root_folder() -> Path:
    """Where root's PostgreSQL goes when its user cannot walk to the data directory, as under /root."""
    # /var/tmp is emptied of what has not been touched for a month, so it is the second choice.
    library = Path("/var/lib")
    return library if os.access(library, os.W_OK) else Path("/var/tmp")  # noqa: S108


def server_user() -> ServerUser:
    """Who PostgreSQL runs as: it refuses root, so root hands it to ``postgres``, else to ``nobody``."""
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid(), is_other=False)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(entry.pw_uid, entry.pw_gid, is_other=True)
    raise RuntimeProblem(
        "PostgreSQL does not run as root, and this machine has neither a user 'postgres' nor 'nobody'. "
        "Start as an ordinary user, or set DATABASE_URL."
    )


def can_reach(path: Path, user: ServerUser) -> bool:
    """Whether that account may walk down to this path, judged by the folders that exist so far."""
    if not user.is_other:
        return True
    return all(may_enter(folder, user) for folder in [path, *path.parents] if folder.is_dir())


def may_enter(folder: Path, user: ServerUser) -> bool:
    found = folder.stat()
    if found.st_uid == user.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == user.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def socket_directory(home: Path, data: Path) -> Path:
    preferred = home / "run"
    if len(os.fsencode(preferred / LONGEST_SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return preferred
    return Path(tempfile.gettempdir()) / f"lokisa-{os.geteuid()}-{fingerprint(data)}-run"


def fingerprint(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]


def make_directory(path: Path, *, mode: int = 0o700, owner: ServerUser | None = None) -> Path:
    """Make sure of a directory that nobody but us, or the server account, can have prepared.

    Raises RuntimeProblem when it cannot be made or written, is a link, or belongs to somebody else.
    """
    try:
        if not path.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(mode)
        found = path.lstat()
    except OSError as error:
        raise RuntimeProblem(f"Cannot create {path}: {error.strerror}. {ELSEWHERE}") from error
    allowed = {os.geteuid()} | ({owner.uid} if owner else set())
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in allowed:
        raise RuntimeProblem(f"{path} is a link or belongs to somebody else. Remove it, or {POINT_ELSEWHERE}")
    if not os.access(path, os.W_OK | os.X_OK):
        raise RuntimeProblem(f"No write access to {path}. {ELSEWHERE}")
    if owner and owner.is_other and found.st_uid != owner.uid:
        os.chown(path, owner.uid, owner.gid)
    return path
