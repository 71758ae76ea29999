"""Setting up: what is checked before anything is installed, and what is said when it is missing."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from engine.durable import write_json
from engine.maps import MapSettings
from engine.storage import Collection
from engine.training import TrainingReport
from tests.engine.drawn_maps import find_map
from tools import browser, demo, environment, model
from tools.lock import locked

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def bare_path(tmp_path, monkeypatch):
    """Return a folder that is the whole PATH, and forget the compilers that are named elsewhere."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setattr(environment.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(environment.sys, "platform", "linux")
    return folder


def add_command(folder: Path, name: str, script: str = "exit 0") -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_without_a_compiler_one_sentence_names_the_debian_packages(bare_path):
    add_command(bare_path, "apt-get")
    with pytest.raises(SystemExit) as ended:
        environment.find_compiler()
    assert ended.value.code == (
        "hnswlib, the search index, is built from source and needs a C++ compiler, which this "
        "machine lacks: run 'sudo apt-get install g++ python3-dev' and run make again."
    )


def test_without_pythons_headers_the_sentence_says_so_and_fedora_has_its_own_packages(bare_path):
    """A compiler that fails on the trial is there, so it is Python.h that must be missing."""
    add_command(bare_path, "dnf")
    add_command(bare_path, "g++", "exit 1")
    with pytest.raises(SystemExit) as ended:
        environment.find_compiler()
    assert "needs Python's header files (Python.h)" in ended.value.code
    assert "run 'sudo dnf install gcc-c++ python3-devel'" in ended.value.code


def test_on_a_mac_the_sentence_names_xcode(bare_path, monkeypatch):
    monkeypatch.setattr(environment.sys, "platform", "darwin")
    with pytest.raises(SystemExit) as ended:
        environment.find_compiler()
    assert "run 'xcode-select --install'" in ended.value.code


def test_the_first_compiler_that_works_is_taken(bare_path):
    add_command(bare_path, "g++", "exit 1")
    add_command(bare_path, "clang++")
    assert environment.find_compiler() == "clang++"


def test_the_trial_needs_pythons_headers(monkeypatch, tmp_path):
    """With the real compiler: good with Python's own headers, bad with a folder that has none."""
    compiler = environment.find_compiler()
    assert environment.compiles(compiler)
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    assert not environment.compiles(compiler)


@pytest.fixture
def venv(tmp_path, monkeypatch) -> Path:
    """Return an environment that looks complete, in which every pip is refused."""
    folder = tmp_path / ".venv"
    (folder / "bin").mkdir(parents=True)
    add_command(folder / "bin", "python", "exit 7")
    monkeypatch.setattr(environment, "VENV", folder)
    monkeypatch.setattr(environment, "make_venv", lambda: None)
    monkeypatch.setattr(environment, "find_compiler", lambda: "c++")
    return folder


def test_what_is_installed_as_it_stands_costs_nothing_again(venv, tmp_path):
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("numpy==2.4.6\n")
    environment.stamp(requirements).write_text(environment.fingerprint(requirements))
    os.utime(requirements)  # another time, the same content
    environment.main([str(requirements)])


def test_changed_requirements_are_installed_and_a_failure_leaves_no_stamp(venv, tmp_path):
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("numpy==2.4.6\n")
    environment.stamp(requirements).write_text(environment.fingerprint(requirements))
    requirements.write_text("numpy==2.4.7\n")
    with pytest.raises(SystemExit, match="The installation failed"):
        environment.main([str(requirements)])
    assert not environment.is_installed(requirements)


def test_requirements_that_were_installed_are_remembered(venv, tmp_path):
    add_command(venv / "bin", "python", "exit 0")
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("numpy==2.4.6\n")
    environment.main([str(requirements)])
    assert environment.is_installed(requirements)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_has_an_exact_version(name):
    lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    assert all("==" in line for line in lines if line)


def test_make_alone_explains_itself_without_installing_anything():
    # A make within `make test` would also tell which folder it enters.
    outside = {k: v for k, v in os.environ.items() if k not in ("MAKELEVEL", "MAKEFLAGS")}
    answer = subprocess.run(
        ["make"], cwd=ROOT, env=outside, capture_output=True, text=True, check=True
    )
    commands = [line.split()[1] for line in answer.stdout.splitlines()]
    names = "help run test lint bench demo model lock everyday clean"
    assert commands == names.split()


def test_make_without_a_suitable_python_ends_with_a_clear_sentence():
    command = ["make", "run", "PYTHON="]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode != 0
    assert "Kindred needs Python 3.11, 3.12 or 3.13 and found none" in answer.stderr


def test_a_browser_is_one_that_starts_and_says_it_is_one(tmp_path, monkeypatch):
    stub = add_command(tmp_path, "stub", "echo please install the snap; exit 1")
    other = add_command(tmp_path, "other", "echo Something 1.0")
    chrome = add_command(tmp_path, "chrome", "echo Chromium 150.0")
    assert not browser.starts(str(stub)) and not browser.starts(str(other))
    assert browser.starts(str(chrome))
    monkeypatch.setenv("KINDRED_BROWSER", str(chrome))
    assert browser.find() == str(chrome)


def test_the_browser_tool_prints_a_path_alone_on_stdout(tmp_path):
    chrome = add_command(tmp_path, "chrome", "echo Chromium 150.0")
    answer = subprocess.run(
        [sys.executable, "tools/browser.py"],
        cwd=ROOT,
        env={**os.environ, "KINDRED_BROWSER": str(chrome)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout == f"{chrome}\n"


@pytest.mark.parametrize(
    "module",
    [
        "import pytest\npytest.skip('no browser', allow_module_level=True)\n",
        "import pytest\n@pytest.mark.browser\ndef test_page():\n    pytest.skip('no browser')\n",
        "import pytest\n@pytest.fixture\ndef page():\n    pytest.skip('no browser')\n"
        "@pytest.mark.browser\ndef test_page(page): pass\n",
    ],
    ids=["whole module", "one test", "its fixture"],
)
@pytest.mark.parametrize("ci", ["true", ""], ids=["on CI", "at home"])
def test_a_skipped_browser_test_is_a_failure_on_ci_alone(module, ci, tmp_path):
    """5 is pytest's code for nothing collected: a module skipped as a whole leaves no test."""
    tests = tmp_path / "tests"
    (tests / "browser").mkdir(parents=True)
    (tests / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (tests / "browser" / "test_pages.py").write_text(module)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-o",
        "markers=browser",
    ]
    answer = subprocess.run(
        [*command, str(tests)],
        cwd=tmp_path,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert answer.returncode in ({1, 2} if ci else {0, 5}), answer.stdout
    assert ("where a browser is required: " in answer.stdout) == bool(ci)


def test_the_demo_is_exchanged_for_a_new_one_when_it_is_small_enough(tmp_path, monkeypatch):
    place = tmp_path / "demo"
    (place / "photos").mkdir(parents=True)
    (place / "photos" / "old.jpg").write_bytes(b"an older one")
    n_bytes = demo.make_demo(place, 20, seed=3, size_px=40)
    assert n_bytes == demo.size_of(place)
    assert not list(tmp_path.glob("demo.*"))
    with Collection.open(place) as made:
        assert (made.n_photos, made.manifest.name) == (20, demo.NAME)
        assert find_map(made, MapSettings()) is not None
        assert made.root == place / "photos", "it is found wherever the project lies"

    monkeypatch.setattr(demo, "MAX_BYTES", n_bytes // 2)
    with pytest.raises(SystemExit, match="fewer or smaller"):
        demo.make_demo(place, 20, seed=3, size_px=40)
    assert demo.size_of(place) == n_bytes
    assert not list(tmp_path.glob("demo.*"))


def test_what_comes_with_kindred_is_small_enough_to_travel_with_it():
    """The demo collection at most 20 MB, the model of products 15 MB, the general one 28 MB."""
    assert demo.size_of(ROOT / "assets" / "demo") <= 20_000_000
    assert demo.size_of(ROOT / "assets" / "models" / "kindred-fashion") <= 15_000_000
    assert demo.size_of(ROOT / "assets" / "models" / "kindred-everyday") <= 28_000_000


def test_the_bundled_model_is_made_in_stages_each_going_on_from_the_one_before(
    tmp_path, monkeypatch
):
    """Two stages whose training is stood in for; run again, nothing is trained a second time."""
    told = []

    def train(data, settings, out, progress):
        told.append(([source.photos.name for source in data], settings.start))
        out.mkdir()
        write_json(out / "run.json", {})
        return TrainingReport(out / "model", {})

    monkeypatch.setattr(model, "train", train)
    monkeypatch.setattr(model, "resume", lambda run, progress: TrainingReport(run / "model", {}))
    stages = (model.Stage(1, 1), model.Stage(1, 2))
    for _ in range(2):
        made = model.make_model([tmp_path / "shop"], tmp_path, stages)
        assert made == tmp_path / "stage-2" / "model"
        first = str(tmp_path / "stage-1" / "model")
        assert told == [(["shop", "drawn-1"], None), (["shop", "drawn-2"], first)]


def test_a_stage_makes_its_teachers_first_and_each_only_once(tmp_path, monkeypatch):
    """Stood in for: features as they are, the network that is taught the shops beside them, and the
    stage that learns from both. The specialist asks for the generalist again, which is there."""
    told = []

    def train(data, settings, out, progress):
        told.append((settings.name, settings.loss, settings.weights, settings.teachers))
        out.mkdir()
        write_json(out / "run.json", {})
        return TrainingReport(out / "model", {})

    made = lambda run, progress: TrainingReport(run / "model", {})  # noqa: E731
    monkeypatch.setattr(model, "resume", made)
    monkeypatch.setattr(model, "train", train)
    teachers = (model.GENERALIST, model.SPECIALIST, model.START)
    stages = (model.Stage(1, 1), model.Stage(1, 2, teachers=teachers))
    model.make_model([tmp_path / "shop"], tmp_path, stages, teacher_weights="weights.h5")
    generalist, specialist = (
        str(tmp_path / f"{who}ist" / "model") for who in ("general", "special")
    )
    assert [settings[1:] for settings in told] == [
        ("contrastive", None, ()),
        ("none", "weights.h5", ()),
        ("contrastive", "weights.h5", (generalist,)),
        ("contrastive", None, (generalist, specialist, str(tmp_path / "stage-1" / "model"))),
    ]


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_holds_what_the_list_names_and_every_line_has_a_hash(name):
    lock = (ROOT / f"{name}.lock").read_text()
    versions = {each.lower().replace("_", "-"): v for each, v in locked(ROOT / f"{name}.lock")}
    for line in (ROOT / f"{name}.txt").read_text().splitlines():
        if wanted := line.split("#")[0].split(";")[0].strip():
            package, _, version = wanted.partition("==")
            assert versions[package.lower().replace("_", "-")] == version.strip(), "run 'make lock'"
    pinned = re.findall(r"^\S+==.*?(?=^\S+==|\Z)", lock, re.MULTILINE | re.DOTALL)
    assert len(pinned) == len(re.findall(r"^\S+==", lock, re.MULTILINE)) > 0
    assert all("--hash=sha256:" in each for each in pinned)
    assert "://" not in lock and "file:" not in lock and "--index" not in lock


def test_both_locks_agree():
    app = dict(locked(ROOT / "requirements.lock"))
    dev = dict(locked(ROOT / "requirements-dev.lock"))
    assert {name: dev.get(name) for name in app} == app


def test_what_is_downloaded_is_told_line_by_line_and_the_rest_is_not():
    said = ["Collecting numpy", "  Downloading numpy-2.4.6.whl (16.9 MB)", "  Using cached six"]
    assert list(environment.told(said)) == ["Downloading numpy-2.4.6.whl (16.9 MB)"]


def test_a_tensorflow_of_the_other_kind_leaves_before_this_one_comes(venv, monkeypatch):
    """Both have the same files: whichever goes later takes the other's along."""
    packages = venv / "lib" / "python3.11" / "site-packages"
    (packages / "tensorflow-2.21.0.dist-info").mkdir(parents=True)
    monkeypatch.setattr(environment.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(environment.sys, "platform", "linux")
    assert environment.in_the_way("tensorflow-cpu==2.21.0 \\\n") == ["tensorflow"]
    assert environment.in_the_way("numpy==2.4.6 \\\n") == []
