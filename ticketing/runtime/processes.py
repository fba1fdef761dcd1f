"""Starting and stopping servers so that none outlives the one who started it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from ticketing.runtime.places import ServerUser
from ticketing.runtime.problems import RuntimeProblem

PR_SET_PDEATHSIG = 1
LARGEST_LOG = 5_000_000
# Loaded once, before any fork: a child between fork and exec should not be loading libraries.
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def dying_with_parent(signal_number: signal.Signals, parent: int) -> Callable[[], None]:
    """What a child does before exec so that the kernel signals it when its parent's thread is gone."""

    def ask_the_kernel() -> None:
        if LIBC is None:
            return
        LIBC.prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal_number)

    return ask_the_kernel


def start_server(
    command: Sequence[str | Path],
    *,
    output: IO[bytes] | int | None,
    user: ServerUser | None = None,
    environment: Mapping[str, str] | None = None,
    last_signal: signal.Signals = signal.SIGTERM,
    directory: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own (Ctrl-C must not reach it) that dies with this thread."""
    account = user if user and user.is_other else None
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=dying_with_parent(last_signal, os.getpid()),  # noqa: PLW1509
        env=dict(environment) if environment is not None else None,
        cwd=directory,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def stop_server(process: subprocess.Popen[bytes], signal_number: signal.Signals, *, seconds: float) -> None:
    """Ask a process to end, and kill it when it has not within that time."""
    if process.poll() is None:
        process.send_signal(signal_number)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until(
    answers: Callable[[], bool], *, process: subprocess.Popen[bytes], seconds: float, name: str, log: Path
) -> None:
    """Return once the server answers. Raises RuntimeProblem with the end of its log when it does not."""
    deadline = time.monotonic() + seconds
    while not answers():
        if process.poll() is not None:
            raise RuntimeProblem(f"{name} stopped while starting. {last_words(log)}")
        if time.monotonic() > deadline:
            raise RuntimeProblem(f"{name} did not answer within {seconds:.0f} seconds. {last_words(log)}")
        time.sleep(0.02)


def open_log(path: Path) -> IO[bytes]:
    """A log opened for appending, emptied when it has grown too big."""
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.unlink()
    return path.open("ab")


def last_words(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return f"Its log is {log}."
    said = " / ".join(line.strip() for line in lines[-3:] if line.strip())
    return f"It said: {said} (more in {log})"


def is_running(pid: int, name: str) -> bool:
    """Whether a process of that number lives and is what we think: numbers are used again after a crash."""
    status = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        try:
            return name in status.read_bytes().decode(errors="replace")
        except OSError:
            return False
    shown = subprocess.run(
        ["/bin/ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
    )
    return name in shown.stdout
