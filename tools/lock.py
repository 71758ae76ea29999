"""Lock every version: `requirements*.lock` from `requirements*.txt`, and docs/licences.md.

Run by `make lock` with `.venv`'s Python, after a line of requirements.txt or requirements-dev.txt
has changed. One lock serves Python 3.11 to 3.13 and every system: where they differ, a line says
for which it is. It names no index: pip takes the files from the one it is told to use, and the
hashes see to it that they are the same files.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
APP, DEV = "requirements", "requirements-dev"
LICENCES = ROOT / "docs" / "licences.md"
HEAD = """# Licences

What Kindred installs and does not contain, each under its own licence, as the package itself states
it. Made by `make lock`; those that only other systems install are not listed.

| package | version | licence |
| --- | --- | --- |
"""
_OPTIONS = (
    *("--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-header", "--no-annotate", "--no-emit-index-url", "--quiet"),
)


def main() -> None:
    """Write both locks and the list of licences."""
    lock([f"{APP}.txt"], f"{APP}.lock")
    lock([f"{APP}.txt", f"{DEV}.txt"], f"{DEV}.lock", within=f"{APP}.lock")
    LICENCES.parent.mkdir(exist_ok=True)
    LICENCES.write_text(licences(locked(ROOT / f"{DEV}.lock")), encoding="utf-8")


def lock(sources: list[str], out: str, within: str | None = None) -> None:
    """Resolve some requirements into one file of versions and hashes, new versions included."""
    elsewhere = ("PIP_", "UV_")  # this machine's own indexes shall not be in anybody's lock
    plain = {name: v for name, v in os.environ.items() if not name.startswith(elsewhere)}
    (ROOT / out).unlink(missing_ok=True)
    constraint = ["--constraint", within] if within else []
    command = [sys.executable, "-m", "uv", "pip", "compile", *_OPTIONS, *constraint]
    answer = subprocess.run(
        [*command, *sources, "--output-file", out], cwd=ROOT, env={**plain, "UV_NO_CONFIG": "1"}
    )
    if answer.returncode:
        sys.exit(f"{out} could not be made: see uv's lines above.")


def locked(file: Path) -> list[tuple[str, str]]:
    """Return name and version of everything in a lock.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "a.lock")
    >>> _ = file.write_text("six==1.17.0 ; python_version < '4' --hash=sha256:00")
    >>> locked(file)
    [('six', '1.17.0')]
    """
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;]+)", file.read_text("utf-8"), re.MULTILINE)
    return [(name, version) for name, version in found]


def licences(packages: list[tuple[str, str]]) -> str:
    """Return the table of licences of those packages that are installed here."""
    lines = []
    for name, version in sorted(set(packages)):
        try:
            told = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        lines.append(f"| {name} | {version} | {licence_of(told)} |")
    return HEAD + "\n".join(lines) + "\n"


def licence_of(told: Any) -> str:
    """Return a package's licence: its expression, else its classifiers, else its first line."""
    if "License-Expression" in told:
        return told["License-Expression"]
    kinds = [
        each.rpartition("::")[2].strip()
        for each in told.get_all("Classifier") or []
        if each.startswith("License ::")
    ]
    text = (told.get_all("License") or [""])[0].replace("UNKNOWN", "").strip()
    return " / ".join(kinds) or (text.splitlines()[0][:60] if text else "not stated; see its page")


if __name__ == "__main__":
    main()
