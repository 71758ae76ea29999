"""The shell's manners: what goes where, which code it leaves with, what it says when it fails."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from engine import shell
from engine.errors import QueryError
from engine.progress import Progress
from engine.shell import completion
from engine.shell.commands import Command, Outcome
from engine.shell.meter import Meter, describe, listening
from engine.shell.table import Faint, Table, laid_out, plain

ROOT = Path(__file__).resolve().parent.parent
NAMES = [*shell.COMMANDS, "demo"]
ESCAPE = "\x1b"


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
        command = Command("play", callback=work)
        monkeypatch.setattr(shell.SHELL, "get_command", lambda context, name: command)
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
    assert play(lambda: Outcome({"path": name}, [plain(name)])) == 0
    assert play(lambda: Outcome({"path": name}, []), "--json") == 0
    out = capsysbinary.readouterr().out.split(b"\n", 1)[1]
    assert json.loads(out)["path"] == name


def test_the_worlds_fault_is_one_line_with_what_to_do_and_code_1(play, capsys):
    error = QueryError("no known word", value="flural", remedy="Try 'floral'")
    assert play(raising(error)) == 1
    assert capsys.readouterr() == ("", "No known word: flural. Try 'floral'.\n")


def test_arguments_that_do_not_go_together_are_wrong_usage(play, capsys):
    assert play(raising(click.UsageError("give a QUERY"))) == 2
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
    assert shell.main(arguments) == 2
    out, err = capsys.readouterr()
    usage, sentence = err.splitlines()
    assert out == "" and usage.startswith("Usage: python -m engine")
    assert re.match("python -m engine.*: error: .", sentence)


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [(["serch", "shoes"], "search"), (["search", "shoes", "red", "--jsno"], "--json")],
)
def test_what_is_misspelt_is_told_with_the_nearest_that_there_is(arguments, meant, capsys):
    assert shell.main(arguments) == 2
    assert capsys.readouterr().err.endswith(f"Did you mean '{meant}'?\n")


def test_two_measures_at_once_are_wrong_usage(capsys):
    assert shell.main(["evaluate", "shoes", "--modes", "--absent"]) == 2
    assert "--modes does not go with --absent" in capsys.readouterr().err


def test_help_names_every_command_and_loads_nothing_heavy():
    script = (
        "import sys; from engine.shell import main\n"
        "main(['--help']); print(sorted(sys.modules), file=sys.stderr)"
    )
    command = [sys.executable, "-c", script]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert all(f"\n  {name} " in answer.stdout for name in NAMES)
    assert not re.search(r"'(numpy|PIL|hnswlib|onnxruntime|keras|tensorflow|rich)'", answer.stderr)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help(name, capsys):
    assert shell.main([name, "--help"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"Usage: python -m engine {name}")
    assert shell.SHELL.summaries()[name] in " ".join(out.split())


def parsed(*arguments: str) -> dict:
    from engine.shell.search_command import COMMAND

    return COMMAND.make_context("search", list(arguments)).params


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
    assert " ".join(parsed("shoes", *typed)["query"]).strip() == query


def test_options_may_stand_before_between_and_after():
    options = parsed("-k9", "shoes", "--filter", "colour=red", "boots", "--filter", "a=b=c")
    assert (options["collection"], options["k"]) == (Path("shoes"), 9)
    assert options["filters"] == (("colour", "red"), ("a", "b=c"))


def test_progress_tells_count_rate_and_time_left():
    """1,500 of 6,000 in 10 s are 150 a second; the other 4,500 take 30 s."""
    line = describe(Progress("embedding photos", done=1500, total=6000, seconds=10.0))
    assert line == "1,500 of 6,000 (25 %), 150/s, 30 s left"


def test_progress_without_a_known_end_tells_only_the_count():
    assert describe(Progress("reading the folder", done=0, total=0, seconds=0.0)) == "0"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch) -> Terminal:
    """A terminal of 60 cells that knows colours."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "60")
    return Terminal()


def test_a_terminal_gets_one_line_with_a_bar_that_is_wiped_at_the_end(terminal):
    with Meter(terminal) as meter:
        meter(Progress("embedding", done=1, total=9, seconds=1.0))
        meter(Progress("embedding", done=9, total=9, seconds=9.0))
    told = re.sub(r"\x1b\[[0-9;?]*m", "", terminal.getvalue())
    assert "embedding ━" in told and "1 of 9 (11 %)" in told and "9 of 9 (100 %)" in told
    assert told.count("\n") == 1, "the line is left once, when it is done"
    assert told.rpartition("\n")[2].endswith(f"{ESCAPE}[1A{ESCAPE}[2K"), "and then wiped"


def test_a_terminal_that_cannot_go_back_gets_plain_lines(terminal, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    with Meter(terminal) as meter:
        meter(Progress("embedding", done=9, total=9, seconds=9.0))
    assert terminal.getvalue() == "embedding: 9 of 9 (100 %), 1/s\n"


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


def test_a_step_with_a_hostile_name_cannot_touch_the_terminal(terminal):
    with Meter(terminal) as meter:
        meter(Progress("fetching \x1b[2J[bold]a[/bold]", done=1, total=9, seconds=1.0))
    assert "\x1b[2J" not in terminal.getvalue()
    assert "[bold]a[/bold]" in terminal.getvalue()


def in_file(*parts) -> list[str]:
    return laid_out(parts, io.StringIO()).splitlines()


def test_a_hostile_caption_cannot_touch_the_terminal():
    (line,) = in_file(Table([["1.", "\x1b[2J\x1b]0;owned\x07[red]\r\ndress\u202e"]], "><"))
    assert line == "1.  [2J ]0;owned [red] dress"


def test_columns_line_up_also_when_letters_are_wide():
    """A wide letter takes two cells, so the narrow word gets two blanks where 靴 takes them."""
    assert in_file(Table([["靴", "a"], ["shoe", "b"]], "<<")) == ["靴    a", "shoe  b"]


def test_a_file_gets_whole_cells_and_neither_colours_nor_blanks_at_the_end():
    caption = "a long caption that goes on " * 20
    lines = in_file("Found:", Table([["1.", 0.75, caption]], "><<", ("", "", "text")), Faint("end"))
    assert lines == ["Found:", f"{'text':>20}", f"1.  ███████▌    {caption.strip()}", "end"]


def test_the_last_column_is_cut_to_the_terminals_width(terminal):
    """Sixty cells: two for the number, two of gap, the rest for the caption and its ellipsis."""
    rows = [["1.", "a long caption that goes on and on " * 3], ["2.", "short"]]
    first, second = laid_out([Table(rows, "><")], terminal).splitlines()
    assert first == f"1.  {rows[0][1][:55]}…"
    assert second == "2.  short"


def test_colours_are_for_terminals_that_want_them(terminal, monkeypatch):
    parts = [Table([["1.", 0.5]], "><", ("", "match")), Faint("1 of 3 photos")]
    plain_text = laid_out(parts, io.StringIO())
    assert ESCAPE not in plain_text
    assert ESCAPE in laid_out(parts, terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    assert laid_out(parts, terminal) == plain_text


def bash(line: str, home: Path) -> list[str]:
    """Return what bash offers where a person presses Tab at the end of a line."""
    words = line.split(" ")
    script = (
        f". <({sys.executable} -m engine --show-completion bash)\n"
        f"COMP_WORDS=({' '.join(words)} {repr('') if line.endswith(' ') else ''})\n"
        f"COMP_CWORD={len(words) - 1}\n"
        'compopt() { echo "option $*"; }\n'
        f"_kindred_completion {sys.executable}\n"
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    environment = {**os.environ, "HOME": str(home)}
    answer = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    return answer.stdout.split("\n")[:-1]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("python -m engine se", ["search"]),
        ("python -m engine search shoes --del", [""]),
        ("python -m engine search shoes --ded", ["--deduplicate"]),
        ("python -m engine search shoes --mode ", ["dense", "lexical", "hybrid"]),
        ("python -m engine runs ro", ["rollback"]),
        ("python -m engine info ", ["option -o dirnames", ""]),
        ("python -m other se", [""]),
        ("python other.py se", [""]),
    ],
)
def test_the_tab_key_completes_commands_options_and_choices_in_bash(line, offered, tmp_path):
    assert bash(line, tmp_path) == offered
    assert not list(tmp_path.iterdir()), "nobody asked to install anything"


def test_completion_is_installed_when_asked_for_and_once(
    tmp_path, monkeypatch, kindred_home, capsys
):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SHELL", "/usr/bin/bash")
    (tmp_path / ".bashrc").write_text("alias ll='ls -l'")
    assert shell.main(["--install-completion"]) == 0
    assert shell.main(["--install-completion", "bash"]) == 0
    script = kindred_home / "completion.bash"
    assert (tmp_path / ".bashrc").read_text() == f"alias ll='ls -l'\nsource {script}\n"
    assert script.read_text() == completion.script("bash")
    assert str(script) in capsys.readouterr().out
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    assert shell.main(["--install-completion"]) == 2
    assert "name your shell: bash, zsh, fish" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_every_shells_script_is_told_in_clicks_own_protocol(name, monkeypatch, capsys):
    assert shell.main(["--show-completion", name]) == 0
    assert f"{completion.VARIABLE}={name}_complete" in capsys.readouterr().out
    monkeypatch.setenv(completion.VARIABLE, f"{name}_complete")
    monkeypatch.setenv("COMP_WORDS", "engine se")
    monkeypatch.setenv("COMP_CWORD", "se" if name == "fish" else "1")
    assert shell.main([]) == 0
    assert "search" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["index", "update", "check", "models", "runs"])
def test_whatever_may_stop_to_ask_takes_a_yes(name):
    """The app answers a job's question by starting it again with this flag."""
    found = shell.SHELL.get_command(click.Context(shell.SHELL), name)
    assert "--yes" in [flag for each in found.params for flag in each.opts]
