"""What a command is: its words on the command line, and what it gives back."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


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
    """

    record: dict[str, Any]
    lines: Sequence[str]
    notes: Sequence[str] = field(default=())

    def write(self, *, as_json: bool) -> None:
        """Print the result on stdout and the notes on stderr."""
        for note in self.notes:
            print(note, file=sys.stderr)
        if as_json:
            print(json.dumps(self.record, ensure_ascii=False, indent=2))
        else:
            print("\n".join(self.lines))


@dataclass(frozen=True, slots=True)
class Command:
    """One job of the shell.

    Parameters
    ----------
    name, summary
        What a person types, and what it is good for.
    add_arguments
        Adds the command's own arguments to a parser.
    run
        Does the job; raises `KindredError` for the world's fault and `UsageError` for arguments
        that do not go together.
    """

    name: str
    summary: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], Outcome]

    def parser(self) -> argparse.ArgumentParser:
        """Return the parser for what follows the command's name."""
        parser = argparse.ArgumentParser(
            prog=f"python -m engine {self.name}",
            description=self.summary[0].upper() + self.summary[1:] + ".",
        )
        self.add_arguments(parser)
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        return parser


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that `evaluate` measures instead of retrieval, by a flag of its own.

    Parameters
    ----------
    name, help
        The flag without its dashes, and what it is for.
    run
        Measures, given all of the command's arguments.
    value
        argparse's settings of the flag's value, such as its type; none for a switch.
    add_arguments
        Adds what else the measure takes.
    """

    name: str
    help: str
    run: Callable[[argparse.Namespace], Outcome]
    value: Mapping[str, Any] = field(default_factory=lambda: {"action": "store_true"})
    add_arguments: Callable[[argparse.ArgumentParser], None] = lambda parser: None

    def is_asked_for(self, options: argparse.Namespace) -> bool:
        """Return whether its flag was given."""
        return bool(getattr(options, self.name.replace("-", "_")))


class UsageError(Exception):
    """Arguments that are fine one by one but do not go together."""


def at_least(minimum: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from `minimum`, for argparse.

    Examples
    --------
    >>> at_least(1)("9")
    9
    """

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = minimum - 1
        if number < minimum:
            raise argparse.ArgumentTypeError(
                f"must be a whole number from {minimum}, not {text.strip()!r}"
            )
        return number

    return read


def pair(text: str) -> tuple[str, str]:
    """Read KEY=VALUE, for argparse; the value may hold further equals signs."""
    key, equals, value = text.partition("=")
    if not (equals and key.strip() and value.strip()):
        raise argparse.ArgumentTypeError(f"must look like KEY=VALUE, not {text!r}")
    return key.strip(), value.strip()


def path(text: str) -> Path:
    """Read a path, with `~` for the home folder."""
    return Path(text).expanduser()
