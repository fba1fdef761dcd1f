"""A Chromium for the browser tests: one that is installed, else one fetched, else a sentence."""

from __future__ import annotations

import fcntl
import os
import platform
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ticketing.runtime.problems import RuntimeProblem

# One exact version: what tests run in should change with a commit, not with the day.
NPM_PACKAGE = "@sparticuz/chromium@147.0.0"
INSTALLED_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
INSTALLED_PATHS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PLAYWRIGHT_PATTERNS = ("chromium-*/chrome-linux*/chrome", "chromium_headless_shell-*/*/*headless*shell")
LAUNCH_ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # Nothing of the browser's own may reach for the network.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
)
INFLATE = """
const {createReadStream, createWriteStream} = require('fs');
const {createBrotliDecompress} = require('zlib');
const {pipeline} = require('stream/promises');
const [source, target] = process.argv.slice(1);
pipeline(createReadStream(source), createBrotliDecompress(), createWriteStream(target))
  .catch(error => { console.error(error.message); process.exit(1); });
"""
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    program: Path
    environment: dict[str, str]

    def works(self) -> bool:
        try:
            shown = subprocess.run(
                [self.program, "--version", "--no-sandbox"],
                env={**os.environ, **self.environment},
                capture_output=True,
                timeout=60,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return shown.returncode == 0


def find_chromium() -> Chromium:
    """CHROMIUM, an installed one, one from npm, one from apt. Raises RuntimeProblem with what to install."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        chromium = Chromium(Path(chosen), fonts_environment())
        if not chromium.works():
            raise RuntimeProblem(f"CHROMIUM is set to {chosen}, which does not run here.")
        return chromium
    for chromium in candidates():
        if chromium.works():
            return chromium
    raise RuntimeProblem(
        "The browser tests need Chromium. Install it (apt-get install chromium, brew install chromium), "
        "or set CHROMIUM to the program of one."
    )


def candidates() -> Iterator[Chromium]:
    for program in installed_programs():
        yield Chromium(program, fonts_environment())
    yield from from_npm()
    yield from from_apt()


def installed_programs() -> Iterator[Path]:
    for name in INSTALLED_NAMES:
        found = shutil.which(name)
        if found:
            yield Path(found)
    for path in INSTALLED_PATHS:
        if Path(path).exists():
            yield Path(path)
    browsers = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    for pattern in PLAYWRIGHT_PATTERNS:
        yield from sorted(browsers.glob(pattern), reverse=True)


def from_npm() -> Iterator[Chromium]:
    """The build that npm carries for Linux on x86_64: it needs neither root nor the system's libraries."""
    fits = platform.system() == "Linux" and platform.machine() == "x86_64"
    if not fits or not shutil.which("npm") or not shutil.which("node"):
        return
    folder = cache_folder() / NPM_PACKAGE.rpartition("@")[2]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            try:
                fetch_from_npm(folder)
            except (OSError, subprocess.CalledProcessError, subprocess.TimeoutExpired):
                return
    libraries = {"LD_LIBRARY_PATH": str(folder / "lib")}
    yield Chromium(folder / "chromium", fonts_environment(folder / "fonts"))
    yield Chromium(folder / "chromium", {**fonts_environment(folder / "fonts"), **libraries})


def cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lokisa" / "chromium"


def fetch_from_npm(folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        work = Path(name)
        run(["npm", "install", "--silent", "--ignore-scripts", "--prefix", str(work), NPM_PACKAGE])
        packed = work / "node_modules" / "@sparticuz" / "chromium" / "bin"
        ready = work / "ready"
        ready.mkdir()
        inflate(packed / "chromium.br", ready / "chromium")
        (ready / "chromium").chmod(0o755)
        for archive in ("fonts", "swiftshader", "al2023"):
            inflate(packed / f"{archive}.tar.br", work / f"{archive}.tar")
            with tarfile.open(work / f"{archive}.tar") as tar:
                tar.extractall(ready, filter="data")
        ready.rename(folder)


def inflate(source: Path, target: Path) -> None:
    run(["node", "-e", INFLATE, str(source), str(target)])


def run(command: list[str]) -> None:
    subprocess.run(command, capture_output=True, timeout=300, check=True)


def from_apt() -> Iterator[Chromium]:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    try:
        run(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"])
    except (OSError, subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return
    for program in installed_programs():
        yield Chromium(program, fonts_environment())


def fonts_environment(extra: Path | None = None) -> dict[str, str]:
    """Nothing on a machine with fonts; elsewhere a fonts.conf, without which Chromium draws no letters."""
    if Path("/etc/fonts/fonts.conf").exists() or platform.system() != "Linux":
        return {}
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "fonts.conf"
    text = FONTS_CONF.format(fonts=extra or folder / "fonts", cache=folder / "fonts-cache")
    config.write_text(text, encoding="utf-8")
    return {"FONTCONFIG_FILE": str(config)}
