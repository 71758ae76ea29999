"""A request: everything that makes an answer again, as one plain value.

A link, a command line, a receipt and a page each say the same request in their own way; what its
fields are is said here once, in `PARAMETERS`, and checked, written and read from there.
"""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from engine.config import DEFAULT_K
from engine.errors import QueryError
from engine.query import Term
from engine.search.parameter import (
    Choice,
    Count,
    Files,
    Filters,
    Ids,
    Parameter,
    Share,
    Switch,
    Words,
)

Mode = Literal["dense", "lexical", "hybrid"]
MODES: tuple[Mode, ...] = get_args(Mode)


MODE = Choice(
    help="what is searched",
    flag="--mode",
    link="mode",
    label="Search by",
    choices={
        "dense": "what photos show, by the model's embeddings",
        "lexical": "what captions and tags say, by BM25",
        "hybrid": "both added up, and beside a photo its kind and colour as the model sees "
        "them (zero-shot labels)",
    },
    labels={"hybrid": "Both", "dense": "Meaning", "lexical": "Words"},
    former=("by",),
    former_choices={"meaning": "dense", "text": "lexical", "all": "hybrid"},
)
DIVERSITY = Share(
    most=0.9,
    help="how much each photo should differ from those before it, from 0 to 0.9 (maximal "
    "marginal relevance)",
    flag="--diversity",
    link="diversity",
    label="Diversity",
    former=("variety",),
    metavar="X",
)
PARAMETERS: Mapping[str, Parameter] = {
    "query": Words(
        help="words with signs and weights: 'dress - floral', '2*boots + photo'; 'photo', "
        "'photo2' … name what is attached, and what is not named counts once",
        link="q",
        metavar="QUERY",
    ),
    "images": Files(
        help="a photo to look for; a query calls the first one 'photo', the next one 'photo2'",
        flag="--image",
        metavar="FILE",
    ),
    "inside": Ids(
        help="the same with a photo of the collection, numbered after those; it is left out of "
        "its own answer",
        flag="--like",
        link="like",
        metavar="ID",
    ),
    "filters": Filters(
        help="only photos with this attribute or tag; the same key twice means either value",
        flag="--filter",
        link="filter",
        metavar="KEY=VALUE",
    ),
    "k": Count(
        least=1,
        help="how many photos",
        flag="-k",
        link="k",
        label="Photos per page",
        metavar="N",
    ),
    "offset": Count(
        help="how many of the first matches to skip",
        flag="--offset",
        link="offset",
        metavar="N",
    ),
    "mode": MODE,
    "liked": Ids(
        help="move the answer towards a photo of the collection (relevance feedback, Rocchio)",
        flag="--liked",
        link="liked",
        former=("up",),
        metavar="ID",
    ),
    "disliked": Ids(
        help="move the answer away from a photo of the collection",
        flag="--disliked",
        link="disliked",
        former=("down",),
        metavar="ID",
    ),
    "deduplicate": Switch(
        help="let near-duplicates stand behind the first of them",
        flag="--deduplicate",
        link="deduplicate",
        label="Group near-duplicates",
        former=("fold", "folded"),
    ),
    "diversity": DIVERSITY,
    "only_matching": Switch(
        help="rank only photos that carry the words as tags, as values or in captions",
        flag="--only-matching",
        link="only_matching",
        label="Only photos that carry the words",
        former=("narrow",),
    ),
    "exact": Switch(
        help="compare with every photo",
        flag="--exact",
        link="exact",
        label="Compare with every photo",
    ),
    "ef": Count(
        least=1,
        is_optional=True,
        help="candidates kept while the index looks; the index's own number if not given",
        flag="--ef",
        link="ef",
        label="Candidates kept while looking",
        metavar="N",
    ),
}


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What is asked of a collection.

    Raises
    ------
    ValueError
        A field has a value that it may not have.

    Examples
    --------
    >>> SearchRequest("dress - floral", k=5, filters={"colour": ["red"]}).arguments()
    ['dress - floral', '--filter', 'colour=red', '-k', '5']
    >>> SearchRequest("red", k=0)
    Traceback (most recent call last):
        ...
    ValueError: k must be a whole number of at least 1, not 0
    """

    query: str | Sequence[Term] = ""
    images: Sequence[bytes | Path] = ()
    inside: Sequence[str] = ()
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    k: int = DEFAULT_K
    offset: int = 0
    mode: Mode = "hybrid"
    liked: Sequence[str] = ()
    disliked: Sequence[str] = ()
    deduplicate: bool = False
    diversity: float = 0.0
    only_matching: bool = False
    exact: bool = False
    ef: int | None = None

    def __post_init__(self) -> None:
        for name, parameter in PARAMETERS.items():
            value = getattr(self, name)
            if value is _DEFAULTS[name]:  # most are, and a search does not wait for them
                continue
            try:
                object.__setattr__(self, name, parameter.accept(value))
            except ValueError as error:
                raise ValueError(f"{name} {error}") from None

    def given(self) -> dict[str, Any]:
        """Return the fields that are not as they are by default."""
        default, mine = type(self)(), {name: getattr(self, name) for name in PARAMETERS}
        return {name: mine[name] for name in mine if mine[name] != getattr(default, name)}

    def settings(self) -> dict[str, Any]:
        """Return what a receipt keeps beside the query: plain values, the mode and what is given.

        `read_settings` reads them back.
        """
        kept = {"mode": self.mode} | self.given()
        return {
            name: _plain(kept[name])
            for name in PARAMETERS
            if name in kept and name not in ("query", "images")
        }

    def arguments(self) -> list[str]:
        """Return the arguments of ``python -m engine search COLLECTION`` that ask the same."""
        words: list[str] = []
        for name, value in self.given().items():
            parameter = PARAMETERS[name]
            texts = [""] if isinstance(parameter, Switch) else parameter.write(value)
            words += [word for text in texts for word in (parameter.flag, text) if word]
        return words

    def shell_line(self, collection: str) -> str:
        """Return the one line that gives this answer in a shell.

        Photos that were given as bytes stand in it as ``photo``, ``photo2`` …, for the files that
        whoever repeats the line must have.

        Examples
        --------
        >>> SearchRequest("2*boots", mode="dense", deduplicate=True).shell_line("assets/demo")
        "python -m engine search assets/demo '2*boots' --mode dense --deduplicate"
        """
        return shlex.join(["python", "-m", "engine", "search", collection, *self.arguments()])

    def parameters(self) -> dict[str, str | list[str]]:
        """Return what a link must hold to be read back; defaults and attached photos are left out.

        Examples
        --------
        >>> SearchRequest("red dress", k=24, filters={"gender": ("Women",)}).parameters()
        {'q': 'red dress', 'filter': ['gender=Women'], 'k': '24'}
        """
        found: dict[str, str | list[str]] = {}
        for name, value in self.given().items():
            parameter = PARAMETERS[name]
            if parameter.link:
                texts = parameter.write(value)
                found[parameter.link] = texts if parameter.is_repeated else "".join(texts)
        return found


_DEFAULTS = {each.name: each.default for each in fields(SearchRequest)}
# What help() tells of the fields is what everybody else tells of them.
SearchRequest.__doc__ = inspect.cleandoc(SearchRequest.__doc__ or "").replace(
    "Raises\n",
    "Parameters\n----------\n"
    + "".join(f"{name}\n    {each.sentence()}\n" for name, each in PARAMETERS.items())
    + "\nRaises\n",
    1,
)


def _plain(value: Any) -> Any:
    """Return a value as JSON keeps it."""
    if isinstance(value, Mapping):
        return {key: list(each) for key, each in value.items()}
    return list(value) if isinstance(value, tuple) else value


def read_link(get_all: Callable[[str], Sequence[str]]) -> dict[str, Any]:
    """Return the fields that a link gives; what makes no sense there is passed over.

    Parameters
    ----------
    get_all
        Returns every value of a parameter of the link, none for one that is not there.

    Examples
    --------
    >>> link = {"q": ["red"], "k": ["many"], "by": ["meaning"]}
    >>> read_link(lambda name: link.get(name, []))
    {'query': 'red', 'mode': 'dense'}
    """
    found = {}
    for name, parameter in PARAMETERS.items():
        texts = [text for link in (parameter.link, *parameter.former) for text in get_all(link)]
        values = [value for text in texts if (value := _read(parameter, text)) is not None]
        if values and parameter.link:
            found[name] = parameter.join(values)
    return found


def _read(parameter: Parameter, text: str) -> Any:
    try:
        return parameter.read(text)
    except ValueError:
        return None


def read_settings(query: str, settings: Mapping[str, Any]) -> SearchRequest:
    """Return the request that a receipt names by its query and settings.

    Receipts of versions before modes had names keep no mode where the model alone was asked.

    Raises
    ------
    QueryError
        There is a setting that no request has, or a value that it may not have.

    Examples
    --------
    >>> read_settings("red", {"by": "text", "folded": True}).arguments()
    ['red', '--mode', 'lexical', '--deduplicate']
    >>> read_settings("red", {"k": 4}).mode
    'dense'
    """
    names = {former: name for name, each in PARAMETERS.items() for former in (name, *each.former)}
    given: dict[str, Any] = {"mode": "dense"}
    try:
        for former, value in settings.items():
            name = names[former]
            given[name] = PARAMETERS[name].read(str(value)) if name == "mode" else value
        return SearchRequest(query, **given)
    except KeyError as error:
        raise QueryError(
            "the receipt has a setting that no search has",
            value=error.args[0],
            remedy=f"Known are {', '.join(PARAMETERS)}",
        ) from error
    except ValueError as error:
        raise QueryError("the receipt cannot be asked again", value=error) from error
