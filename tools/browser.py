"""Find a Chromium or Chrome for the browser tests, or install one; print its path.

Run by `make test` with `.venv`'s Python. Prints an empty line when no browser could be had.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find() -> str | None:
    """Return the path of an installed browser that starts."""
    return next((path for path in places() if path and starts(path)), None)


def places() -> Iterator[str | None]:
    """Yield where a browser may be; Playwright, slow to ask, comes last."""
    yield os.environ.get("KINDRED_BROWSER")
    yield from map(shutil.which, NAMES)
    yield from MAC_APPS
    yield playwrights()


def playwrights() -> str | None:
    """Return where Playwright keeps its own Chromium, whether or not it is there."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def starts(path: str) -> bool:
    """Say whether the browser runs; Ubuntu's `chromium` may be a stub that only asks for a snap."""
    if not Path(path).exists():
        return False
    answer = subprocess.run([path, "--version"], capture_output=True, text=True)
    return answer.returncode == 0 and "Chrom" in answer.stdout


def install() -> None:
    """Install Debian's chromium where that may be done, else Playwright's."""
    print("No Chromium or Chrome was found: installing one …", file=sys.stderr, flush=True)
    is_root = os.geteuid() == 0
    if is_root and shutil.which("apt-get"):
        quiet_run("apt-get", "update", "-qq")
        quiet_run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
    if find() is None:
        libraries = ["--with-deps"] if is_root and shutil.which("apt-get") else []
        quiet_run(sys.executable, "-m", "playwright", "install", *libraries, "chromium")


def quiet_run(*command: str) -> None:
    """Run a command; keep stdout for the path alone."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, stdout=sys.stderr, env=environment)


def main() -> None:
    """Print the browser's path, installing a browser first if there is none."""
    if find() is None:
        install()
    path = find()
    if path is None:
        print(
            "No browser could be had, so the browser tests are skipped: install Chromium "
            "or Chrome, or name one with KINDRED_BROWSER=/path/to/chrome.",
            file=sys.stderr,
        )
    print(path or "")


if __name__ == "__main__":
    main()
