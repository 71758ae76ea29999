"""The README keeps its word: every `console` block in it is run, and must succeed.

A line that starts with ``$ `` is a command, and further lines are what it may print. Blocks of one
document share a folder that looks like the project's and is thrown away, so that they may follow
on one another and write where they like. Blocks of any other language are only read.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def console_blocks(document: str) -> list[str]:
    """Return the commands of each console block, as one script per block."""
    return [
        "\n".join(line[2:] for line in block.splitlines() if line.startswith(("$ ", "> ")))
        for block in BLOCK.findall(document)
    ]


def run_script(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script as a reader of the README would, stopping at the first command that fails."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "KINDRED_HOME": str(folder / ".kindred"),
    }
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def copy_of_the_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which everything of the project can be reached under its name."""
    folder = tmp_path_factory.mktemp("project")
    for entry in ROOT.iterdir():
        if entry.name not in {".git", ".kindred"}:
            (folder / entry.name).symlink_to(entry)
    return folder


def test_the_commands_of_the_readme_succeed_one_after_the_other(copy_of_the_project):
    scripts = console_blocks(README.read_text(encoding="utf-8"))
    assert scripts, "the README shows no command that is run: mark its blocks as console"
    for script in scripts:
        answer = run_script(script, copy_of_the_project)
        assert answer.returncode == 0, f"{script}\n{answer.stdout}{answer.stderr}"


def test_the_python_examples_of_the_readme_print_what_it_says(copy_of_the_project, monkeypatch):
    monkeypatch.chdir(copy_of_the_project)
    for document in (README, ROOT / "docs" / "query-language.md"):
        failed, n_tried = doctest.testfile(str(document), module_relative=False)
        assert (failed, n_tried > 0) == (0, True), document.name


def test_only_lines_after_a_prompt_in_console_blocks_are_commands():
    document = "```bash\nmake run\n```\n\n```console\n$ echo a \\\n> b\na b\n$ true\n```\n"
    assert console_blocks(document) == ["echo a \\\nb\ntrue"]


def test_a_command_that_fails_fails_its_block_even_when_a_later_one_succeeds(tmp_path):
    assert run_script("false\ntrue", tmp_path).returncode != 0
    assert run_script("false | true\ntrue", tmp_path).returncode != 0
    assert run_script("true", tmp_path).returncode == 0
