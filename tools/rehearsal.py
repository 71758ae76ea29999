"""Take the steps of the Dockerfile without Docker: in bare folders, as the users it names.

    debootstrap --variant=minbase --include=ca-certificates,python3-dev,python3-venv bookworm BASE
    python -m tools.rehearsal BASE SCRATCH      # as root, where no container can run

BASE stands for the image that the Dockerfile begins with; `python` is made to lead to its python3.
What the container would run is started as its user, asked for its health, and ended.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_START = 120


@dataclass
class Stage:
    """One image under way: its folder, and what its instructions have set so far."""

    folder: Path
    user: str = "root"
    place: str = "/"
    environment: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)

    def command(self, words: list[str]) -> list[str]:
        """Return how words are run inside, as its user."""
        inside = 'cd "$0" && exec "$@"'
        return [
            *("chroot", f"--userspec={self.user}", "--groups=", str(self.folder)),
            *("/usr/bin/env", "-i", *(f"{k}={v}" for k, v in self.environment.items())),
            *("/bin/sh", "-c", inside, self.place, *words),
        ]


def instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    r"""Yield each instruction of a Dockerfile with its words.

    Examples
    --------
    >>> list(instructions("# An image\nFROM python AS one\nRUN a \\\n    && b\n"))
    [('FROM', 'python AS one'), ('RUN', 'a && b')]
    """
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", dockerfile, flags=re.MULTILINE))
    for line in filter(None, map(str.strip, joined.splitlines())):
        name, _, words = line.partition(" ")
        yield name, words


def context() -> list[str]:
    """Return what is sent to the build: the project's files without those .dockerignore names."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    ignored = [line for line in lines if line and not line.startswith("#")]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = listed.stdout.decode().rstrip("\0").split("\0")
    return [name for name in names if not any(_is_below(name, each) for each in ignored)]


def _is_below(name: str, pattern: str) -> bool:
    parents = ["/".join(name.split("/")[:n]) for n in range(1, name.count("/") + 2)]
    return any(fnmatch.fnmatch(each, pattern.removeprefix("**/")) for each in parents)


def build(base: Path, scratch: Path) -> Stage:
    """Carry out every instruction; return the last stage."""
    stages: dict[str, Stage] = {}
    for name, words in instructions((ROOT / "Dockerfile").read_text("utf-8")):
        print(f"{name} {words[:90]}", flush=True)
        if name == "FROM":
            stage = Stage(scratch / f"stage-{len(stages)}")
            stages[words.rpartition(" AS ")[2] if " AS " in words else "last"] = stage
            subprocess.run(["cp", "-a", str(base), str(stage.folder)], check=True)
            (stage.folder / "usr/local/bin/python").symlink_to("/usr/bin/python3")
            stage.environment = {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
            stage.environment |= {k: v for k, v in os.environ.items() if k.startswith("PIP_")}
        elif name == "RUN":
            subprocess.run(stage.command(["sh", "-c", words]), check=True)
        elif name == "COPY":
            _copy(words.split(), stage, stages)
        elif name == "ENV":
            key, _, value = words.partition("=")
            stage.environment[key] = value.replace("$PATH", stage.environment["PATH"])
        elif name == "WORKDIR":
            stage.place = words
        elif name == "USER":
            stage.user = words
        else:
            stage.told[name] = words
    return stage


def _copy(words: list[str], stage: Stage, stages: Mapping[str, Stage]) -> None:
    *sources, target = [word for word in words if not word.startswith("--")]
    out = stage.folder / target.lstrip("/")
    out.mkdir(parents=True, exist_ok=True)
    for option in words:
        if option.startswith("--from="):
            there = stages[option.removeprefix("--from=")].folder / sources[0].lstrip("/")
            shutil.copytree(there, out, symlinks=True, dirs_exist_ok=True)
            return
    for name in context() if sources == ["."] else sources:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, out / name)


def start(stage: Stage) -> bool:
    """Run what the container runs, as its user, until its own check of health says yes."""
    check = stage.told["HEALTHCHECK"].partition("CMD ")[2]
    running = subprocess.Popen(stage.command(json.loads(stage.told["CMD"])))
    try:
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and running.poll() is None:
            asked = subprocess.run(stage.command(json.loads(check)), capture_output=True)
            if asked.returncode == 0:
                return True
            time.sleep(1)
        return False
    finally:
        running.terminate()
        running.wait(20)


def main(base: Path, scratch: Path) -> int:
    """Build, start and check; return 0 where the server was well."""
    scratch.mkdir(parents=True)
    is_well = start(build(base, scratch))
    print("The container's server was well." if is_well else "It did not become well.")
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
