"""What a command of the shell is made of: its kinds of values, and what it gives back."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from engine.shell.table import Part, harmless, laid_out

AS_JSON = "as_json"
PLUGINS = ("demo.commands",)
"""Modules beside the engine that add commands to the shell, and `MEASURES` to `evaluate`.

One that is not there is passed over: the shell works without.
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a command, once for programs and once for people.

    Parameters
    ----------
    record
        What `--json` prints, as one object.
    lines
        What a person reads.
    notes
        What is worth knowing but no result; goes to stderr.
    exit_code
        Of the program; 1 where what was found is not as it should be.
    """

    record: dict[str, Any]
    lines: Sequence[Part]
    notes: Sequence[str] = field(default=())
    exit_code: int = 0

    def write(self, *, as_json: bool) -> None:
        """Print the result on stdout and the notes on stderr."""
        for note in self.notes:
            print(harmless(note), file=sys.stderr)
        if as_json:
            print(json.dumps(self.record, ensure_ascii=False, indent=2))
        else:
            print(laid_out(self.lines, sys.stdout))


class Command(click.Command):
    """A job of the shell, whose function returns an `Outcome`; all of them know `--json`."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        json_flag = click.Option(
            ["--json"],
            is_flag=True,
            expose_value=False,
            help="Print one JSON object.",
            callback=lambda context, option, given: context.meta.update({AS_JSON: given}),
        )
        self.params.append(json_flag)


class SpokenCommand(Command):
    """A command that takes a query, which may start with a minus."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments, the query's minus as a part of it."""
        return super().parse_args(ctx, shield(args))


def shield(arguments: Sequence[str]) -> list[str]:
    """Protect a query that starts with a minus from being read as an option.

    A leading blank is all it needs, and the query language ignores it.

    Examples
    --------
    >>> shield(["shoes", "-floral + red", "-k", "5", "-k9", "--json"])
    ['shoes', ' -floral + red', '-k', '5', '-k9', '--json']
    """
    option = re.compile(r"--\S*|-[kh]|-k\d+|[^-].*|", re.DOTALL)
    return [word if option.fullmatch(word) else f" {word}" for word in arguments]


command = partial(click.command, cls=Command)


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that `evaluate` measures instead of retrieval, by an option of its own.

    Parameters
    ----------
    option
        What asks for it.
    run
        Measures, given all of the command's arguments by name.
    further
        What else it takes.
    """

    option: click.Option
    run: Callable[..., Outcome]
    further: Sequence[click.Option] = ()


class Kind(click.ParamType):
    """A kind of value, read by a function whose ValueError says what it must be.

    Parameters
    ----------
    name
        What stands for the value in the help.
    read
        Returns what one text says.
    choices
        What there is to choose from, for completion.
    """

    def __init__(self, name: str, read: Callable[[str], Any], choices: Sequence[str] = ()) -> None:
        self.name, self._read, self._choices = name, read, choices

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return what a text says; a default is a value already."""
        try:
            return self._read(value) if isinstance(value, str) else value
        except ValueError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Return the choices that go on so."""
        return [CompletionItem(each) for each in self._choices if each.startswith(incomplete)]


class HomePath(click.Path):
    """A path, with `~` for the home folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path that a text says."""
        return Path(value).expanduser()


PATH = HomePath()
FOLDER = HomePath(file_okay=False)


def at_least(minimum: int) -> Kind:
    """Return the kind of whole numbers from `minimum`."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = minimum - 1
        if number < minimum:
            raise ValueError(f"must be a whole number from {minimum}, not {text.strip()!r}")
        return number

    return Kind("N", read)


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = (part.strip() for part in text.partition("="))
    if not (equals and key and value):
        raise ValueError(f"must look like KEY=VALUE, not {text!r}")
    return key, value


PAIR = Kind("KEY=VALUE", _pair)
collection_argument = click.argument("collection", type=FOLDER, help="A collection's folder.")
COLLECTION = click.Argument(["collection"], type=FOLDER, help="A collection's folder.")


def given_settings(names: Iterable[str]) -> dict[str, Any]:
    """Return those settings of training that a person gave; the others keep their defaults."""
    context = click.get_current_context()
    given = {
        name: context.params[name]
        for name in names
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    return given | ({"weights": None} if given.get("weights") == "none" else {})


def plugins() -> list[ModuleType]:
    """Return the modules beside the engine that add to the shell."""
    beside = Path(__file__).resolve().parents[2]
    return [
        import_module(name)
        for name in PLUGINS
        if (beside / name.replace(".", "/")).with_suffix(".py").is_file()
    ]
