"""`search`: words, photos, or both in; photos out."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.shell import table
from engine.shell.commands import Command, Outcome, UsageError, path
from engine.shell.meter import duration

if TYPE_CHECKING:
    from engine.search import Match, SearchRequest, SearchResult
    from engine.search.parameter import Parameter

BAR_CELLS = 10
EIGHTHS = " ▏▎▍▌▋▊▉"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `search` takes: every field of a request, and a receipt instead."""
    from engine.search import PARAMETERS, SearchRequest

    parser.add_argument("collection", type=path, metavar="COLLECTION", help="a collection's folder")
    default = SearchRequest()
    for name, parameter in PARAMETERS.items():
        _add_parameter(parser, name, parameter, getattr(default, name))
    parser.add_argument(
        "--receipt",
        type=path,
        metavar="FILE",
        help="ask what an answer asked that was downloaded as JSON; photos from outside are given "
        "with --image again",
    )


def _add_parameter(
    parser: argparse.ArgumentParser, name: str, parameter: Parameter, default: object
) -> None:
    """Add a field of a request; flags of earlier versions are read and not told."""
    from engine.search.parameter import Choice, Switch

    help_ = parameter.help
    if not parameter.flag:
        parser.add_argument(name, nargs="*", default=[], metavar=parameter.metavar, help=help_)
        return
    kind: dict[str, Any] = {"dest": name}
    if isinstance(parameter, Switch):
        kind["action"] = "store_true"
    else:
        kind |= {"type": _reader(parameter), "metavar": parameter.metavar or None}
    if isinstance(parameter, Choice):
        kind["metavar"] = f"{{{','.join(parameter.choices)}}}"
        help_ += "".join(f"; {choice}: {what}" for choice, what in parameter.choices.items())
    if parameter.is_repeated:
        kind["action"] = "append"
    elif default:
        help_ += f" (default: {default})"
    given = [] if parameter.is_repeated else default
    parser.add_argument(parameter.flag, default=given, help=help_, **kind)
    for former in parameter.former:
        hidden = argparse.SUPPRESS
        parser.add_argument(f"--{former}", default=hidden, help=hidden, **kind)


def _reader(parameter: Parameter) -> Callable[[str], Any]:
    """Return what reads one text of a field, for argparse."""

    def read(text: str) -> Any:
        try:
            return parameter.read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


def shield(arguments: Sequence[str]) -> list[str]:
    """Protect a query that starts with a minus from being read as an option.

    A leading blank is all argparse needs, and the query language ignores it.

    Examples
    --------
    >>> shield(["shoes", "-floral + red", "-k", "5", "-k9", "--json"])
    ['shoes', ' -floral + red', '-k', '5', '-k9', '--json']
    """
    option = re.compile(r"--\S*|-[kh]|-k\d+|[^-].*|", re.DOTALL)
    return [word if option.fullmatch(word) else f" {word}" for word in arguments]


def run(options: argparse.Namespace) -> Outcome:
    """Search, and lay the matches out as a table."""
    from engine.search import SearchEngine

    request = request_of(options)
    answer = SearchEngine.open(options.collection).search(request)
    return Outcome(answer.to_json(), lines_of(answer), notes_of(answer))


def request_of(options: argparse.Namespace) -> SearchRequest:
    """Return what the options ask, or the receipt that they name.

    Raises
    ------
    UsageError
        Nothing is asked for, or a query beside a receipt.
    QueryError
        The file is no receipt.
    """
    from engine.search import PARAMETERS, SearchRequest

    given: dict[str, Any] = {name: getattr(options, name) for name in PARAMETERS}
    given["query"] = " ".join(options.query).strip()
    given["filters"] = PARAMETERS["filters"].join(options.filters)
    request = SearchRequest(**given)
    if options.receipt:
        if set(request.given()) - {"images"}:
            raise UsageError("give a --receipt FILE or what to ask, not both")
        return replace(_read_receipt(options.receipt), images=request.images)
    if not (request.query or request.images or request.inside):
        raise UsageError("give a QUERY, an --image FILE, a photo to be --like, or several of them")
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


def lines_of(answer: SearchResult) -> list[str]:
    """Return the table a person reads: rank, score or similarity, path, caption."""
    if not answer.matches:
        return [f"No photo matches, of {answer.n_searched:,} searched."]
    measure = "similarity" if answer.request.mode == "dense" else "score"
    head = ["", measure, "photo", "caption"]
    rows = [row_of_match(match, getattr(match, measure)) for match in answer.matches]
    how = "exact" if answer.is_exact else "approximate"
    time = duration(answer.seconds["total"])
    n_matches = len(answer.matches)
    closing = f"{n_matches} of {answer.n_searched:,} photos, best first, {how}, {time}"
    titles, *lines = table.columns([head, *rows], align="><<<", room=table.room())
    return [table.faint(titles), *lines, "", table.faint(closing)]


def row_of_match(match: Match, strength: float) -> list[str]:
    """Return the cells of one match; the strength is what put it in its place."""
    caption = match.photo.captions[0] if match.photo.captions else ""
    drawn = f"{strength:5.2f} {bar(strength)}"
    return [str(match.rank), drawn, match.photo.path, caption]


def bar(share: float) -> str:
    """Return a bar as long as `share` of its full length, from 0 to 1.

    Examples
    --------
    >>> bar(0.75), bar(-0.2)
    ('███████▌  ', '          ')
    """
    eighths = round(max(0.0, min(share, 1.0)) * BAR_CELLS * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + EIGHTHS[rest].strip()).ljust(BAR_CELLS)


def notes_of(answer: SearchResult) -> list[str]:
    """Say which words were read as others, and which the model does not know."""
    notes = [
        f"Read {table.plain(reading.word)!r} as {table.plain(reading.read_as)!r}"
        for reading in answer.readings
        if reading.is_misread
    ]
    if answer.unknown_words:
        words = table.plain(", ".join(answer.unknown_words))
        notes.append(f"Not known to the model, so left out: {words}")
    if len(answer.terms) > 1 or any(term.weight < 0 for term in answer.terms):
        notes.append(f"Read as: {table.plain(answer.query)}")
    return notes


COMMAND = Command("search", "find photos by words, by photos, or by both", add_arguments, run)
