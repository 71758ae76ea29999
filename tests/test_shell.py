"""The shell's manners: what goes where, which code it leaves with, what it says when it fails."""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from engine import shell
from engine.errors import QueryError
from engine.progress import Progress
from engine.shell import table
from engine.shell.commands import Command, Outcome, UsageError
from engine.shell.meter import Meter, describe, listening

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments: str, **settings) -> subprocess.CompletedProcess[str]:
    """Run the shell as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "engine", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        **settings,
    )


@pytest.fixture(autouse=True)
def _leave_logging_as_it_was():
    handlers, raises = logging.root.handlers[:], logging.raiseExceptions
    yield
    logging.root.handlers[:], logging.raiseExceptions = handlers, raises
    logging.captureWarnings(False)


@pytest.fixture
def play(monkeypatch):
    """Return a function that runs `main` with one command, which does what it is told."""

    def play_with(work, *arguments: str) -> int:
        command = Command("play", "do as told", lambda parser: None, lambda options: work())
        monkeypatch.setattr(shell, "all_commands", lambda: {"play": command})
        return shell.main(["play", *arguments])

    return play_with


def raising(error: BaseException):
    def work():
        raise error

    return work


def test_the_result_is_on_stdout_and_notes_are_on_stderr(play, capsys):
    outcome = Outcome({"matches": []}, ["No photo."], ["Not known: flural"])
    assert play(lambda: outcome) == 0
    assert capsys.readouterr() == ("No photo.\n", "Not known: flural\n")


def test_json_is_one_object_and_keeps_letters_readable(play, capsys):
    assert play(lambda: Outcome({"query": "café 靴"}, ["text"]), "--json") == 0
    out = capsys.readouterr().out
    assert json.loads(out) == {"query": "café 靴"}
    assert "café 靴" in out


def test_a_file_name_that_is_no_unicode_neither_stops_the_table_nor_the_json(play, capsysbinary):
    """A lone surrogate is how Python holds the byte FF of a file name; JSON may escape it."""
    name = os.fsdecode(b"\xff.jpg")
    assert play(lambda: Outcome({"path": name}, [table.plain(name)])) == 0
    assert play(lambda: Outcome({"path": name}, []), "--json") == 0
    out = capsysbinary.readouterr().out.split(b"\n", 1)[1]
    assert json.loads(out)["path"] == name


def test_the_worlds_fault_is_one_line_with_what_to_do_and_code_1(play, capsys):
    error = QueryError("no known word", value="flural", remedy="Try 'floral'")
    assert play(raising(error)) == 1
    assert capsys.readouterr() == ("", "No known word: flural. Try 'floral'.\n")


def test_arguments_that_do_not_go_together_are_wrong_usage(play, capsys):
    with pytest.raises(SystemExit) as ended:
        play(raising(UsageError("give a QUERY")))
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith("error: give a QUERY\n")


def test_the_unforeseen_is_one_line_and_its_traceback_is_in_the_log(play, capsys, kindred_home):
    assert play(raising(RuntimeError("first\nsecond"))) == 1
    out, err = capsys.readouterr()
    log = kindred_home / "kindred.log"
    assert out == ""
    assert err == (
        f"Something unexpected went wrong: first second. The log with every detail: {log}.\n"
    )
    assert "Traceback" in log.read_text() and "RuntimeError: first" in log.read_text()


def test_a_system_error_is_told_in_the_systems_words(play, capsys):
    assert play(raising(OSError(28, "No space left on device", "shoes/index"))) == 1
    assert "went wrong: No space left on device: shoes/index." in capsys.readouterr().err


def test_ctrl_c_ends_with_130_and_one_word(play, capsys):
    assert play(raising(KeyboardInterrupt())) == 130
    assert capsys.readouterr() == ("", "Stopped.\n")


def test_a_reader_who_has_left_is_no_reason_to_complain():
    script = "import sys; from engine.shell.console import exit_code\n"
    script += "sys.exit(exit_code(lambda: print('photo\\n' * 100_000)))"
    command = f'{sys.executable} -c "$1" | head -n 1; echo ${{PIPESTATUS[0]}}'
    answer = subprocess.run(
        ["bash", "-c", command, "bash", script], cwd=ROOT, capture_output=True, text=True
    )
    assert (answer.stdout, answer.stderr) == ("photo\n141\n", "")


def test_warnings_of_libraries_go_to_the_log_not_between_the_results(kindred_home):
    script = (
        "import warnings; from engine.shell.console import exit_code, log_to_file\n"
        "log_to_file(); exit_code(lambda: warnings.warn('an option will be renamed'))"
    )
    command = [sys.executable, "-c", script]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (answer.stdout, answer.stderr) == ("", "")
    assert "will be renamed" in (kindred_home / "kindred.log").read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["serch", "shoes"],
        ["--json"],
        ["search"],
        ["search", "shoes"],
        ["search", "shoes", "boots", "-k", "0"],
        ["search", "shoes", "boots", "-k", "many"],
        ["search", "shoes", "boots", "--offset", "-1"],
        ["search", "shoes", "boots", "--filter", "red"],
        ["search", "shoes", "boots", "--filter", "=red"],
        ["search", "shoes", "boots", "--jsno"],
        ["index", "photos"],
        ["demo", "--out", "photos", "--photos", "0"],
        ["train"],
        ["info"],
    ],
)
def test_wrong_usage_is_code_2_with_the_usage_and_nothing_on_stdout(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        shell.main(arguments)
    out, err = capsys.readouterr()
    assert ended.value.code == 2
    assert out == "" and err.startswith("usage: python -m engine")


def test_help_names_every_command_and_loads_nothing_heavy():
    script = (
        "import sys; from engine.shell import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: print(sorted(sys.modules), file=sys.stderr)"
    )
    command = [sys.executable, "-c", script]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert all(f"\n  {name} " in answer.stdout for name in shell.all_commands())
    assert not re.search(r"'(numpy|PIL|hnswlib|onnxruntime|keras|tensorflow)'", answer.stderr)


@pytest.mark.parametrize("name", shell.all_commands())
def test_every_command_has_help(name, capsys):
    with pytest.raises(SystemExit) as ended:
        shell.main([name, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: python -m engine {name}")


def parsed(*arguments: str) -> argparse.Namespace:
    from engine.shell import search_command

    return search_command.COMMAND.parser().parse_intermixed_args(search_command.shield(arguments))


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        (["dress - floral"], "dress - floral"),
        (["-floral"], "-floral"),
        (["- floral"], "- floral"),
        (["-knit + dress"], "-knit + dress"),
        (["red", "dress"], "red dress"),
        (["-k", "3", "red", "--json", "dress"], "red dress"),
        (["--", "--floral"], "--floral"),
    ],
)
def test_a_query_may_start_with_a_minus_and_need_not_be_quoted(typed, query):
    assert " ".join(parsed("shoes", *typed).query).strip() == query


def test_options_may_stand_before_between_and_after():
    options = parsed("-k9", "shoes", "--filter", "colour=red", "boots", "--filter", "a=b=c")
    assert (options.collection, options.k) == (Path("shoes"), 9)
    assert options.filters == [("colour", "red"), ("a", "b=c")]


def test_progress_tells_count_rate_and_time_left():
    """1,500 of 6,000 in 10 s are 150 a second; the other 4,500 take 30 s."""
    line = describe(Progress("embedding photos", done=1500, total=6000, seconds=10.0))
    assert line == "embedding photos: 1,500 of 6,000 (25 %), 150/s, 30 s left"


def test_progress_without_a_known_end_tells_only_the_count():
    assert describe(Progress("reading the folder", done=0, total=0, seconds=0.0)) == (
        "reading the folder: 0"
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_one_line_that_is_wiped_at_the_end():
    terminal = Terminal()
    with Meter(terminal) as meter:
        meter(Progress("embedding", done=1, total=9, seconds=1.0))
        meter(Progress("embedding", done=9, total=9, seconds=9.0))
    assert terminal.getvalue().count("\r\x1b[K") == 3
    assert "\n" not in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_a_file_gets_the_first_and_the_last_line_of_a_short_step_and_none_between():
    file = io.StringIO()
    with Meter(file) as meter:
        for done in range(1, 101):
            meter(Progress("embedding", done, total=100, seconds=done / 100))
    assert [line.split(",")[0] for line in file.getvalue().splitlines()] == [
        "embedding: 1 of 100 (1 %)",
        "embedding: 100 of 100 (100 %)",
    ]


def test_a_job_hears_of_the_same_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("KINDRED_PROGRESS_FILE", str(tmp_path / "progress.json"))
    with listening() as report:
        report(Progress("embedding", done=3, total=9, seconds=1.0))
    assert json.loads((tmp_path / "progress.json").read_text())["done"] == 3


def test_a_hostile_caption_cannot_touch_the_terminal():
    (line,) = table.columns([["1.", "\x1b[2J\x1b]0;owned\x07red\r\ndress\u202e"]], align="><")
    assert line == "1.  [2J ]0;owned red dress"


def test_columns_line_up_also_when_letters_are_wide():
    """A wide letter takes two cells, so the narrow word gets two blanks where 靴 takes them."""
    lines = table.columns([["靴", "a"], ["shoe", "b"]], align="<<")
    assert lines == ["靴    a", "shoe  b"]


def test_the_last_column_is_cut_to_the_terminals_width():
    (line,) = table.columns([["1.", "a long caption that goes on"]], align="><", room=20)
    assert line == "1.  a long caption…"
