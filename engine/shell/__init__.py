"""The shell: every job of Kindred as a command, for scripts and for measuring.

Results go to stdout, everything else to stderr. The exit code is 0 when the job is done (files
that had to be skipped included), 1 when the world is at fault, 2 when the command is wrong, 3 when
it stopped to ask and goes on with ``--yes``.

Not inside: any work. Each command reads its arguments, calls one room of the engine and lays out
what comes back. Heavy rooms are imported when their command runs, so that `--help` is instant.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

from engine.shell import (
    compare_command,
    evaluate_command,
    import_command,
    index_command,
    map_command,
    models,
    runs_command,
    search_command,
    similar_command,
    train_command,
    words_command,
)
from engine.shell.commands import Command, UsageError
from engine.shell.console import exit_code, log_to_file

PLUGINS = ("demo.commands",)
"""Modules beside the engine that add `COMMANDS` to the shell, and `MEASURES` to `evaluate`.

One that is not there is passed over: the shell works without.
"""


@cache
def all_commands() -> Mapping[str, Command]:
    """Return every command by its name, those of plugins last."""
    beside = Path(__file__).resolve().parents[2]
    plugins = [
        import_module(name)
        for name in PLUGINS
        if (beside / name.replace(".", "/")).with_suffix(".py").is_file()
    ]
    commands = (
        index_command.INDEX,
        index_command.UPDATE,
        index_command.CHECK,
        search_command.COMMAND,
        similar_command.SIMILAR,
        similar_command.TAGS,
        train_command.TRAIN,
        runs_command.RUNS,
        compare_command.COMMAND,
        models.COMMAND,
        evaluate_command.evaluate_command([each for one in plugins for each in one.MEASURES]),
        map_command.COMMAND,
        evaluate_command.DESCRIBE,
        words_command.COMMAND,
        import_command.COMMAND,
        *(each for one in plugins for each in one.COMMANDS),
    )
    return {command.name: command for command in commands}


def main(arguments: Sequence[str]) -> int:
    """Run one command.

    Parameters
    ----------
    arguments
        What a person typed after `python -m engine`.

    Returns
    -------
    int
        The exit code.

    Raises
    ------
    SystemExit
        From argparse: with 2 for wrong usage, with 0 after `--help`.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    name = overview().parse_args(arguments[:1]).command
    command = all_commands()[name]
    parser = command.parser()
    speaks = name in (search_command.COMMAND.name, words_command.COMMAND.name)
    rest = search_command.shield(arguments[1:]) if speaks else arguments[1:]
    options = parser.parse_intermixed_args(rest)
    log_to_file()
    try:
        return exit_code(lambda: _run(command, options))
    except UsageError as error:
        parser.error(str(error))


def _run(command: Command, options: argparse.Namespace) -> None:
    outcome = command.run(options)
    verification = sys.modules.get("engine.storage.verification")
    if verification is not None:  # no answer is told from a collection that proves damaged
        verification.wait_for_all()
    outcome.write(as_json=options.json)


def overview() -> argparse.ArgumentParser:
    """Return the parser that knows no command and tells of all."""
    parser = argparse.ArgumentParser(
        prog="python -m engine",
        usage="python -m engine COMMAND …",
        description="Find photos by words and by photos.",
        epilog="\n".join(["commands:", *map(introduction, all_commands().values())])
        + "\n\n'python -m engine COMMAND --help' tells what a command takes.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "command", choices=all_commands(), metavar="COMMAND", help=argparse.SUPPRESS
    )
    return parser


def introduction(command: Command) -> str:
    """Return a command's line in the overview."""
    return f"  {command.name:10}{command.summary}"
