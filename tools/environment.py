"""Make `.venv` and install into it, once, what the named requirements files pin.

Run by `make` with any Python 3.11 to 3.13:  python tools/environment.py requirements.lock …
A file that was installed with the same content and the same Python costs nothing again.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

VENV = Path(__file__).resolve().parent.parent / ".venv"
TENSORFLOWS = ("tensorflow", "tensorflow-cpu")
SIZE = "about 0.6 GB to download, 2.4 GB on the disk"
TRIAL = b"#include <Python.h>\n#include <vector>\nstd::vector<int> rows;\n"


def main(names: list[str]) -> None:
    """Install every requirements file of `names` that is not yet in place."""
    missing = [Path(name) for name in names if not is_installed(Path(name))]
    if not missing:
        return
    environment = os.environ.copy()
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if not any(VENV.glob(f"lib/{version}/site-packages/hnswlib*.so")):
        compiler = find_compiler()
        environment.setdefault("CC", compiler)  # some Pythons name a compiler that is not there
        environment.setdefault("CXX", compiler)
    make_venv()
    names_missing = " and ".join(path.name for path in missing)
    print(f"Installing {names_missing} into .venv, once: {SIZE}.", flush=True)
    pip = [str(python()), "-m", "pip"]
    if others := in_the_way("".join(path.read_text() for path in missing)):
        subprocess.run([*pip, "uninstall", "--quiet", "--yes", *others])
    options = [word for path in missing for word in ("-r", str(path))]
    if install([*pip, "install", "--disable-pip-version-check", *options], environment):
        sys.exit("The installation failed: see pip's lines above, then run make again.")
    for path in missing:
        stamp(path).write_text(fingerprint(path))


def install(command: list[str], environment: dict[str, str]) -> int:
    """Run pip, let its downloads be seen, and return its exit code."""
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as pip:
        for line in told(pip.stdout or ()):
            print(f"  {line}", flush=True)
    return pip.returncode


def told(lines: Iterable[str]) -> Iterator[str]:
    """Yield what pip says of the work that takes long: each download with its size, builds."""
    long = ("Downloading ", "Building wheel", "Installing collected")
    for line in map(str.strip, lines):
        if line.startswith(long):
            yield line if len(line) < 100 else f"{line.partition(':')[0]} …"


def in_the_way(requirements: str) -> list[str]:
    """Return the other TensorFlow where one is installed: both kinds own the same files."""
    is_usual = sys.platform == "linux" and platform.machine() == "x86_64"
    wanted = "tensorflow-cpu" if is_usual else "tensorflow"
    others = [name for name in TENSORFLOWS if name != wanted and f"{wanted}==" in requirements]
    return [name for name in others if any(VENV.glob(f"lib/*/site-packages/{dist(name)}"))]


def dist(name: str) -> str:
    """Return the pattern of the folder that says a package is installed."""
    return f"{name.replace('-', '_')}-[0-9]*.dist-info"


def python() -> Path:
    """Return the environment's own Python."""
    return VENV / "bin" / "python"


def stamp(requirements: Path) -> Path:
    """Return the file that remembers with which content `requirements` was installed."""
    return VENV / f"{requirements.name}.installed"


def fingerprint(requirements: Path) -> str:
    """Return what must stay the same for an installation to be good still."""
    content = hashlib.sha256(requirements.read_bytes()).hexdigest()
    return f"{content} {sys.version_info.major}.{sys.version_info.minor}\n"


def is_installed(requirements: Path) -> bool:
    """Say whether `requirements` was installed as it stands."""
    note = stamp(requirements)
    return python().exists() and note.exists() and note.read_text() == fingerprint(requirements)


def make_venv() -> None:
    """Make `.venv` with this Python, unless this Python is `.venv`'s own."""
    if Path(sys.prefix) == VENV:
        return
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    answer = subprocess.run(command, capture_output=True, text=True)
    if answer.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        reason = (answer.stdout + answer.stderr).strip()
        package = advice(debian="python3-venv", fedora="python3-libs", mac="brew install python")
        sys.exit(f"{reason}\n\nPython could not make .venv: {package} and run make again.")


def find_compiler() -> str:
    """Return a C++ compiler that can build hnswlib, or end with one sentence that says why not."""
    names = [os.environ.get("CXX"), sysconfig.get_config_var("CXX"), "c++", "g++", "clang++"]
    found = [words[0] for name in names if name and (words := name.split()) and which(words[0])]
    working = next((name for name in found if compiles(name)), None)
    if working:
        return working
    lack = "Python's header files (Python.h)" if found else "a C++ compiler"
    package = advice(
        debian="g++ python3-dev", fedora="gcc-c++ python3-devel", mac="xcode-select --install"
    )
    sys.exit(
        f"hnswlib, the search index, is built from source and needs {lack}, "
        f"which this machine lacks: {package} and run make again."
    )


def which(name: str) -> bool:
    """Say whether a command of that name can be run."""
    return shutil.which(name) is not None


def compiles(compiler: str) -> bool:
    """Say whether `compiler` accepts C++ that extends this Python."""
    headers = f"-I{sysconfig.get_path('include')}"
    command = [compiler, "-x", "c++", "-std=c++11", headers, "-fsyntax-only", "-"]
    return subprocess.run(command, input=TRIAL, capture_output=True).returncode == 0


def advice(*, debian: str, fedora: str, mac: str) -> str:
    """Return the command that installs a missing package on this kind of machine."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    if sys.platform == "darwin":
        return f"run '{mac}'"
    if which("apt-get"):
        return f"run '{sudo}apt-get install {debian}'"
    if which("dnf"):
        return f"run '{sudo}dnf install {fedora}'"
    return f"install it ({debian} on Debian and Ubuntu, {fedora} on Fedora)"


if __name__ == "__main__":
    main(sys.argv[1:])
