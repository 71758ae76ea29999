"""`search`: words, photos, or both in; photos out."""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.config import DEFAULT_K
from engine.shell import table
from engine.shell.commands import Command, Outcome, UsageError, at_least, pair, path
from engine.shell.meter import duration

if TYPE_CHECKING:
    from engine.query import Term
    from engine.search import Answer, Match, Mode, Request, SearchEngine, WordReading

BAR_CELLS = 10
EIGHTHS = " ▏▎▍▌▋▊▉"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `search` takes."""
    parser.add_argument("collection", type=path, metavar="COLLECTION", help="a collection's folder")
    parser.add_argument(
        "query",
        nargs="*",
        default=[],
        metavar="QUERY",
        help="words with signs and weights: 'dress - floral', '2*boots + photo'",
    )
    parser.add_argument(
        "--image",
        action="append",
        default=[],
        type=path,
        metavar="FILE",
        help="a photo to look for; the query calls the first one 'photo', the next 'photo2' …",
    )
    parser.add_argument(
        "--like",
        action="append",
        default=[],
        metavar="ID",
        help="the same with a photo of the collection",
    )
    parser.add_argument(
        "--filter",
        action="append",
        default=[],
        type=pair,
        metavar="KEY=VALUE",
        help="only photos with this attribute or tag; the same key twice means either value",
    )
    parser.add_argument(
        "-k", type=at_least(1), default=DEFAULT_K, help="how many photos (default: %(default)s)"
    )
    parser.add_argument(
        "--offset", type=at_least(0), default=0, help="skip the first matches (default: 0)"
    )
    parser.add_argument(
        "--narrow", action="store_true", help="rank only photos that carry the words as tags"
    )
    parser.add_argument("--exact", action="store_true", help="compare with every photo")
    add_arranging_arguments(parser)


def add_arranging_arguments(parser: argparse.ArgumentParser) -> None:
    """Add how photos are looked for and how the answer is arranged."""
    parser.add_argument(
        "--mode",
        type=mode,
        default="hybrid",
        metavar="{dense,lexical,hybrid}",
        help="ask the model, captions and tags, or both (default: %(default)s)",
    )
    # Lines that earlier versions wrote say the same with other words.
    parser.add_argument(
        "--by", dest="mode", type=mode, default=argparse.SUPPRESS, help=argparse.SUPPRESS
    )
    for flag, direction in (("--liked", "towards"), ("--disliked", "away from")):
        parser.add_argument(
            flag,
            action="append",
            default=[],
            metavar="ID",
            help=f"move the answer {direction} a photo of the collection",
        )
    parser.add_argument("--fold", action="store_true", help="fold near-identical photos")
    parser.add_argument(
        "--variety", type=share, default=0.0, help="from 0 to 0.9: how much matches should differ"
    )
    parser.add_argument("--ef", type=at_least(1), help="candidates that the index keeps")


def mode(text: str) -> Mode:
    """Read a mode, for argparse."""
    from engine.search import MODES, read_mode

    found = read_mode(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"must be {', '.join(MODES)}, not {text!r}")
    return found


def share(text: str) -> float:
    """Read a number from 0 to 0.9, for argparse."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 0.9:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to 0.9, not {text!r}")
    return number


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
    query = " ".join(options.query).strip()
    if not (query or options.image or options.like):
        raise UsageError("give a QUERY, an --image FILE, a photo to be --like, or several of them")
    from engine.search import SearchEngine

    engine = SearchEngine.open(options.collection)
    answer = engine.ask(request_of(options, engine), options.image)
    return Outcome(record_of(answer), lines_of(answer), notes_of(answer))


def request_of(options: argparse.Namespace, engine: SearchEngine) -> Request:
    """Return what the options ask."""
    from engine.query import format_query
    from engine.search import Request

    query = " ".join(options.query).strip()
    n_images = len(options.image)
    terms = engine.parse(query, n_images + len(options.like))
    terms = tuple(_inside(term, options.like, n_images) for term in terms)
    return Request(
        query=format_query(terms),
        filters=gather(options.filter),
        k=options.k,
        offset=options.offset,
        exact=options.exact,
        ef=options.ef,
        mode=options.mode,
        liked=tuple(options.liked),
        disliked=tuple(options.disliked),
        folded=options.fold,
        variety=options.variety,
        narrow=options.narrow,
    )


def _inside(term: Term, ids: Sequence[str], n_images: int) -> Term:
    """Name a photo of the collection by its id instead of its number."""
    from engine.query import Term

    if term.photo <= n_images:
        return term
    return Term(term.weight, ids=(ids[term.photo - n_images - 1],), region=term.region)


def gather(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the wanted values by key.

    Examples
    --------
    >>> gather([("colour", "red"), ("colour", "blue"), ("tag", "shoe")])
    {'colour': ['red', 'blue'], 'tag': ['shoe']}
    """
    values = defaultdict(list)
    for key, value in pairs:
        values[key].append(value)
    return dict(values)


def record_of(answer: Answer) -> dict[str, Any]:
    """Return what `--json` prints of an answer."""
    return {
        "query": answer.query,
        "k": answer.k,
        "readings": [record_of_reading(reading) for reading in answer.readings],
        "unknown_words": list(answer.unknown_words),
        "seconds": dict(answer.seconds),
        "matches": [record_of_match(match) for match in answer.matches],
    }


def record_of_reading(reading: WordReading) -> dict[str, Any]:
    """Return what `--json` prints of a word that was read as another, or hardly known."""
    return {
        "word": reading.word,
        "read_as": reading.read_as,
        "n_seen": reading.n_seen,
        "did_you_mean": list(reading.swaps),
    }


def record_of_match(match: Match) -> dict[str, Any]:
    """Return what `--json` prints of one match."""
    photo = match.photo
    return {
        "rank": match.rank,
        "id": photo.photo_id,
        "path": photo.path,
        "caption": photo.captions[0] if photo.captions else "",
        "similarity": match.similarity,
        "attributes": dict(photo.attributes),
    }


def lines_of(answer: Answer) -> list[str]:
    """Return the table a person reads: rank, similarity, path, caption."""
    if not answer.matches:
        return [f"No photo matches, of {answer.n_searched:,} searched."]
    head = ["", "similarity", "photo", "caption"]
    rows = [row_of_match(match) for match in answer.matches]
    how = "exact" if answer.is_exact else "approximate"
    time = duration(answer.seconds["total"])
    n_matches = len(answer.matches)
    closing = f"{n_matches} of {answer.n_searched:,} photos, best first, {how}, {time}"
    titles, *lines = table.columns([head, *rows], align="><<<", room=table.room())
    return [table.faint(titles), *lines, "", table.faint(closing)]


def row_of_match(match: Match) -> list[str]:
    """Return the cells of one match."""
    caption = match.photo.captions[0] if match.photo.captions else ""
    similarity = f"{match.similarity:5.2f} {bar(match.similarity)}"
    return [str(match.rank), similarity, match.photo.path, caption]


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


def notes_of(answer: Answer) -> list[str]:
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
