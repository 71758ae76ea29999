"""The shell: every job of Kindred as a command, for scripts and for measuring.

Results go to stdout, everything else to stderr. The exit code is 0 when the job is done (files
that had to be skipped included), 1 when the world is at fault, 2 when the command is wrong, 3 when
it stopped to ask and goes on with ``--yes``.

Not inside: any work. Each command reads its arguments, calls one room of the engine and lays out
what comes back. A command's file is imported when it runs, so that `--help` is instant.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

import click
from click.shell_completion import CompletionItem

from engine.shell import completion
from engine.shell.commands import AS_JSON, Command, plugins
from engine.shell.console import exit_code, log_to_file

PROGRAM = "python -m engine"
# Every command: the file it is in, and what it is good for.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "index": ("index_command", "Make a collection from a folder of photos."),
    "embed": ("embed_command", "Embed photos in bulk, into rows that 'index --rows' takes."),
    "update": ("index_command", "Take in new, changed and deleted photos."),
    "check": ("index_command", "Find damage in a collection and repair it."),
    "search": ("search_command", "Find photos by words, by photos, or by both."),
    "similar": ("similar_command", "Find photos like one, in every respect or in one."),
    "tags": ("similar_command", "Say in words what is on a photo, or measure that."),
    "train": ("train_command", "Teach a model photos and their captions."),
    "runs": ("runs_command", "List, compare, promote, export and import what was trained."),
    "compare": ("compare_command", "Train every recipe on a sample and show which is better."),
    "models": ("models", "List, get, use, compare and remove models."),
    "evaluate": ("evaluate_command", "Measure how well texts and photos find each other."),
    "map": ("map_command", "Draw a collection as a map of points."),
    "info": ("evaluate_command", "Tell what a collection is made of."),
    "words": ("words_command", "Show the words nearest to a word, or learn word vectors."),
    "move": ("move_command", "Let a collection answer from Qdrant, or from here again."),
    "export": ("transfer_command", "Write a collection as one file, for another machine."),
    "import": ("transfer_command", "Take in an exported collection, or a published data set."),
    "watch": ("watch_command", "Keep a collection in step with its photos by itself."),
    "health": ("health_command", "Tell whether everything Kindred needs is as it should be."),
}


class Shell(click.Group):
    """All commands, each imported when it is asked for; those of plugins last."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every command's name."""
        return list(self.summaries())

    def summaries(self) -> dict[str, str]:
        """Return what each command is good for."""
        beside = {name: each.help or "" for name, each in self._beside().items()}
        return {name: summary for name, (_, summary) in COMMANDS.items()} | beside

    def get_command(self, ctx: click.Context, cmd_name: str) -> Command | None:
        """Return a command.

        Raises
        ------
        click.NoSuchCommand
            There is none of this name; the sentence names the nearest.
        """
        if cmd_name in COMMANDS:
            module, summary = COMMANDS[cmd_name]
            found = _commands_in(import_module(f"engine.shell.{module}"))[cmd_name]
            found.help = summary
            return found
        beside = self._beside().get(cmd_name)
        if beside is None and not ctx.resilient_parsing:
            raise click.NoSuchCommand(cmd_name, possibilities=self.list_commands(ctx), ctx=ctx)
        return beside

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview, without importing the commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.summaries().items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Return the commands and options that go on so."""
        names = [
            CompletionItem(name, help=summary)
            for name, summary in self.summaries().items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def _beside(self) -> dict[str, Command]:
        return {name: each for one in plugins() for name, each in _commands_in(one).items()}


def _commands_in(module: object) -> dict[str, Command]:
    found = (each for each in vars(module).values() if isinstance(each, Command))
    return {str(each.name): each for each in found}


SHELL = Shell(
    no_args_is_help=False,
    params=completion.OPTIONS,
    help="Find photos by words and by photos.",
    epilog=f"'{PROGRAM} COMMAND --help' tells what a command takes.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


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
    """
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    if completion.VARIABLE in os.environ:
        return completion.answer(SHELL, PROGRAM)
    log_to_file()
    return exit_code(lambda: _run(arguments))


def _run(arguments: Sequence[str]) -> None:
    with SHELL.make_context(PROGRAM, list(arguments)) as context:
        outcome = SHELL.invoke(context)
        verification = sys.modules.get("engine.storage.verification")
        if verification is not None:  # no answer is told from a collection that proves damaged
            verification.wait_for_all()
        outcome.write(as_json=context.meta[AS_JSON])
    if outcome.exit_code:
        raise click.exceptions.Exit(outcome.exit_code)
