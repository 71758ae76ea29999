"""What the project is deployed with names what is there: files, ports, commands, variables."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.benchmarks.crowd import configuration, nginx
from tools.rehearsal import context, instructions

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = list(instructions((ROOT / "Dockerfile").read_text("utf-8")))
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
UNIT_FILE = ROOT / "deploy" / "kindred@.service"
DOCS = (ROOT / "docs" / "deploy.md").read_text("utf-8")
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
RUN = ["-m", "streamlit", "run", "app.py"]


def values_of(name: str) -> list[str]:
    return [words for each, words in DOCKERFILE if each == name]


def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNIT_FILE)
    return parser


def variables_known() -> set[str]:
    code = "".join(
        p.read_text("utf-8") for room in ("engine", "pages") for p in (ROOT / room).rglob("*.py")
    )
    return set(re.findall(r"\bKINDRED_[A-Z_]+\b", code))


def test_what_the_image_copies_is_there_and_holds_all_the_app_needs():
    """The model and the demo among it; no test, no secret, nothing that git leaves out."""
    for words in values_of("COPY"):
        sources = words.split()[:-1]
        if not any(each.startswith("--from=") for each in sources):
            assert all((ROOT / each).exists() for each in sources), words
    sent = context()
    for needed in (
        "app.py",
        "engine/__main__.py",
        "pages/shared/guard.py",
        ".streamlit/config.toml",
    ):
        assert needed in sent
    for folder in ("assets/demo/", "assets/models/kindred-fashion/", "demo/"):
        assert any(name.startswith(folder) for name in sent)
    assert not [name for name in sent if name.startswith(("tests/", ".git/", ".ci/", ".venv"))]


def test_the_image_runs_the_app_as_nobody_special_on_the_port_it_opens():
    (port,), (command,) = values_of("EXPOSE"), values_of("CMD")
    (user,), (home,) = values_of("USER"), values_of("VOLUME")
    words = yaml.safe_load(command)
    assert words[1:5] == RUN
    assert {f"--server.port={port}", "--server.address=0.0.0.0"} <= set(words)
    assert user not in ("root", "0") and f"useradd --uid 1000 --create-home {user}" in str(
        DOCKERFILE
    )
    assert f"KINDRED_HOME={home}" in values_of("ENV")
    assert f"chown {user} {home}" in str(DOCKERFILE)
    assert "HNSWLIB_NO_NATIVE=1" in values_of("ENV")
    (check,) = values_of("HEALTHCHECK")
    assert f"http://127.0.0.1:{port}/healthz" in check
    low, high = map(int, re.findall(r"3, (\d+)", (ROOT / "Makefile").read_text("utf-8"))[:2])
    for base in values_of("FROM"):
        assert low <= int(re.match(r"python:3\.(\d+)-slim", base)[1]) < high  # type: ignore[index]


def test_compose_starts_what_the_image_is_and_two_behind_the_configuration_of_nginx():
    services = COMPOSE["services"]
    (port,) = values_of("EXPOSE")
    assert f"127.0.0.1:{port}:{port}" in services["kindred"]["ports"]
    assert f"home:{values_of('VOLUME')[0]}" in services["kindred"]["volumes"]
    assert services["second"]["command"][1:5] == RUN
    configured = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    ports = {port, services["second"]["command"][-1].removeprefix("--server.port=")}
    assert set(re.findall(r"server 127\.0\.0\.1:(\d+)", configured)) == ports
    mounted = services["nginx"]["volumes"][0].split(":")[0]
    assert (ROOT / mounted).is_file()
    named = set(re.findall(r"KINDRED_[A-Z_]+", (ROOT / "compose.yaml").read_text("utf-8")))
    assert named <= variables_known()


def test_qdrant_beside_the_app_is_of_the_version_that_is_tested_two_machines_and_a_key():
    """The client's minor version is the server's; what is tested with is what is installed."""
    services = yaml.safe_load((ROOT / "deploy/compose.qdrant.yaml").read_text("utf-8"))["services"]
    pins, tested = (
        dict(re.findall(r"^(qdrant-[a-z-]+)==([\d.]+)", (ROOT / name).read_text("utf-8"), re.M))
        for name in ("requirements-scale.txt", "requirements-dev.txt")
    )
    assert pins == tested
    minor = pins["qdrant-client"].rpartition(".")[0]
    machines = [services["qdrant-1"], services["qdrant-2"]]
    for machine in machines:
        assert machine["image"].startswith(f"qdrant/qdrant:v{minor}.")
        assert machine["environment"]["QDRANT__CLUSTER__ENABLED"] == "true"
        assert "QDRANT_API_KEY" in machine["environment"]["QDRANT__SERVICE__API_KEY"]
        assert "ports" not in machine, "nobody but the app reaches it"
    first = machines[0]["command"][-1]
    assert machines[1]["command"][1:3] == ["--bootstrap", first]
    extras = services["kindred"]["build"]["args"]["EXTRAS"]
    assert extras in " ".join(values_of("COPY"))


def test_the_unit_runs_the_app_from_its_own_folder_and_leaves_jobs_alone():
    service = unit()["Service"]
    folder = service["WorkingDirectory"]
    program, *words = service["ExecStart"].split()
    assert program == f"{folder}/.venv/bin/python"
    assert words == [*RUN, "--server.port=%i"]
    assert service["KillMode"] == "process", "a restart of the app must end no training"
    assert service["Environment"] == f"KINDRED_HOME=/var/lib/{service['StateDirectory']}"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_the_unit(tmp_path: Path):
    """With a program that is there, in place of the one that this machine has not."""
    text = UNIT_FILE.read_text("utf-8").replace("/opt/kindred/.venv/bin/python", sys.executable)
    (tmp_path / UNIT_FILE.name).write_text(text)
    command = ["systemd-analyze", "verify", str(tmp_path / UNIT_FILE.name)]
    told = subprocess.run(command, capture_output=True, text=True)
    assert UNIT_FILE.stem.partition("@")[0] not in told.stderr, told.stderr


@pytest.mark.skipif(nginx() is None, reason="nginx is not installed")
def test_nginx_understands_its_configuration(tmp_path: Path):
    file = configuration([8501, 8502], 8099, tmp_path)
    command = [nginx() or "", "-t", "-c", str(file), "-p", str(tmp_path), "-e", str(tmp_path / "e")]
    told = subprocess.run(command, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr


def test_the_proxy_takes_what_the_app_takes():
    configured = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    assert f"client_max_body_size {CONFIG['server']['maxUploadSize']}m;" in configured
    assert "proxy_set_header Upgrade $http_upgrade;" in configured
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in configured


def test_packages_of_the_community_cloud_are_names_and_the_space_opens_the_images_port():
    assert (ROOT / "packages.txt").read_text("utf-8").split() == ["g++"]
    front = yaml.safe_load(re.search(r"```yaml\n---\n(title:.*?)---\n", DOCS, re.DOTALL)[1])  # type: ignore[index]
    assert front["sdk"] == "docker"
    assert str(front["app_port"]) == values_of("EXPOSE")[0]


def test_the_page_on_deploying_names_files_and_variables_that_are_there():
    files = re.findall(
        r"`((?:deploy|tools|docs|tests)/[\w@./-]+\.\w+|Dockerfile|compose\.yaml|packages\.txt)`",
        DOCS,
    )
    assert len(set(files)) >= 4
    assert [name for name in files if not (ROOT / name).exists()] == []
    assert set(re.findall(r"KINDRED_[A-Z_]+", DOCS)) <= variables_known()
