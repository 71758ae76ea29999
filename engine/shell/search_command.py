"""`search`: words, photos, or both in; photos out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from engine.search import PARAMETERS, Match, SearchEngine, SearchRequest, SearchResult
from engine.search.parameter import Choice, Parameter, Switch
from engine.shell.commands import COLLECTION, PATH, Kind, Outcome, SpokenCommand
from engine.shell.meter import duration
from engine.shell.table import Faint, Part, Table, plain


def _option(name: str, parameter: Parameter, default: Any) -> click.Parameter:
    """Return the argument or option of a field of a request."""
    if not parameter.flag:
        return click.Argument([name], nargs=-1, help=parameter.sentence())
    if isinstance(parameter, Switch):
        kind: dict[str, Any] = {"is_flag": True}
    else:
        choices = tuple(parameter.choices) if isinstance(parameter, Choice) else ()
        metavar = parameter.metavar or f"[{'|'.join(choices)}]"
        kind = {"type": Kind(metavar, parameter.read, choices), "metavar": metavar}
    if parameter.is_repeated:
        kind["multiple"] = True
    else:
        kind |= {"default": default, "show_default": bool(default)}
    help_ = parameter.help[0].upper() + parameter.help[1:]
    if isinstance(parameter, Choice):
        help_ += "".join(f"; {choice}: {what}" for choice, what in parameter.choices.items())
    return FieldOption([name, parameter.flag], help=f"{help_}.", former=parameter.former, **kind)


class FieldOption(click.Option):
    """The option of a field; its names in earlier versions are read and not told."""

    def __init__(self, *args: Any, former: Sequence[str], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._former = [f"--{name}" for name in former]

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        """Let the parser know every name."""
        told, self.opts = self.opts, [*self.opts, *self._former]
        super().add_to_parser(parser, ctx)
        self.opts = told


def search(collection: Path, receipt: Path | None, **asked: Any) -> Outcome:
    """Search, and lay the matches out as a table."""
    request = request_of(receipt, **asked)
    answer = SearchEngine.open(collection).search(request)
    return Outcome(answer.to_json(), lines_of(answer), notes_of(answer))


COMMAND = SpokenCommand(
    "search",
    callback=search,
    params=[
        COLLECTION,
        *(_option(name, each, getattr(SearchRequest(), name)) for name, each in PARAMETERS.items()),
        click.Option(
            ["--receipt"],
            type=PATH,
            metavar="FILE",
            help="Ask what an answer asked that was downloaded as JSON; photos from outside are "
            "given with --image again.",
        ),
    ],
)


def request_of(receipt: Path | None, **asked: Any) -> SearchRequest:
    """Return what a person asks, or the receipt that they name.

    Raises
    ------
    click.UsageError
        Nothing is asked for, or a query beside a receipt.
    QueryError
        The file is no receipt.
    """
    asked["query"] = " ".join(asked["query"]).strip()
    asked["filters"] = PARAMETERS["filters"].join(asked["filters"])
    request = SearchRequest(**asked)
    if receipt:
        if set(request.given()) - {"images"}:
            raise click.UsageError("give a --receipt FILE or what to ask, not both")
        return replace(_read_receipt(receipt), images=request.images)
    if not (request.query or request.images or request.inside):
        raise click.UsageError(
            "give a QUERY, an --image FILE, a photo to be --like, or several of them"
        )
    return request


def _read_receipt(file: Path) -> SearchRequest:
    from engine.errors import QueryError
    from engine.receipts import read_receipt

    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise QueryError("the receipt cannot be read", value=file, remedy=str(error)) from error
    except ValueError as error:
        raise QueryError(
            "this file is no JSON", value=file, remedy="Take the JSON file that the page downloads"
        ) from error
    receipt = record.get("receipt", record) if isinstance(record, dict) else {}
    return read_receipt(receipt if isinstance(receipt, dict) else {})


def lines_of(answer: SearchResult) -> list[Part]:
    """Return the table a person reads: rank, score or similarity, path, caption."""
    if not answer.matches:
        return [f"No photo matches, of {answer.n_searched:,} searched."]
    measure = "similarity" if answer.request.mode == "dense" else "score"
    rows = [row_of_match(match, getattr(match, measure)) for match in answer.matches]
    how = "exact" if answer.is_exact else "approximate"
    time = duration(answer.seconds["total"])
    n_matches = len(answer.matches)
    closing = f"{n_matches} of {answer.n_searched:,} photos, best first, {how}, {time}"
    return [Table(rows, "><<<<", ("", measure, "", "photo", "caption")), "", Faint(closing)]


def row_of_match(match: Match, strength: float) -> list[str | float]:
    """Return the cells of one match; the strength is what put it in its place."""
    caption = match.photo.captions[0] if match.photo.captions else ""
    return [str(match.rank), f"{strength:5.2f}", float(strength), match.photo.path, caption]


def notes_of(answer: SearchResult) -> list[str]:
    """Say which words were read as others, and which the model does not know."""
    notes = [
        f"Read {plain(reading.word)!r} as {plain(reading.read_as)!r}"
        for reading in answer.readings
        if reading.is_misread
    ]
    if answer.unknown_words:
        words = plain(", ".join(answer.unknown_words))
        notes.append(f"Not known to the model, so left out: {words}")
    if len(answer.terms) > 1 or any(term.weight < 0 for term in answer.terms):
        notes.append(f"Read as: {plain(answer.query)}")
    return notes
