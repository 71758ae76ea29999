"""A request: everything that makes an answer again, as one plain value.

A link, a command line and a page each say the same request in their own way.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from engine.config import DEFAULT_K

Mode = Literal["dense", "lexical", "hybrid"]
MODES: tuple[Mode, ...] = get_args(Mode)
# What links, receipts and command lines of earlier versions call them, there under "by".
_FORMER_MODES: Mapping[str, Mode] = {"meaning": "dense", "text": "lexical", "all": "hybrid"}


def read_mode(text: str) -> Mode | None:
    """Return the mode that a text names, by its name of today or an earlier one.

    Examples
    --------
    >>> read_mode("lexical"), read_mode("meaning"), read_mode("magic")
    ('lexical', 'dense', None)
    """
    return next((mode for mode in MODES if mode == text), _FORMER_MODES.get(text))


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a collection; the parameters are those of `SearchEngine.search`.

    Photos of the collection are part of the query (``[id]``); only photos from outside are given
    beside it.
    """

    query: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    k: int = DEFAULT_K
    offset: int = 0
    exact: bool = False
    ef: int | None = None
    mode: Mode = "hybrid"
    liked: tuple[str, ...] = ()
    disliked: tuple[str, ...] = ()
    folded: bool = False
    variety: float = 0.0
    narrow: bool = False

    def settings(self) -> dict[str, Any]:
        """Return everything but the query that is not as it is by default, as plain values."""
        default = asdict(Request())
        mine = asdict(self)
        return {key: mine[key] for key in mine if key != "query" and mine[key] != default[key]}

    def arguments(self, images: Sequence[str] = ()) -> list[str]:
        """Return the arguments of ``python -m engine search COLLECTION`` that ask the same.

        Examples
        --------
        >>> Request("dress - floral", k=5, filters={"colour": ("red",)}).arguments()
        ['dress - floral', '--filter', 'colour=red', '-k', '5']
        """
        given = [self.query] if self.query else []
        for name in images:
            given += ["--image", name]
        for key, values in self.filters.items():
            for value in values:
                given += ["--filter", f"{key}={value}"]
        given += ["-k", str(self.k)] if self.k != DEFAULT_K else []
        given += ["--offset", str(self.offset)] if self.offset else []
        given += ["--mode", self.mode] if self.mode != "hybrid" else []
        for flag, ids in (("--liked", self.liked), ("--disliked", self.disliked)):
            for photo_id in ids:
                given += [flag, photo_id]
        given += ["--fold"] if self.folded else []
        given += ["--variety", f"{self.variety:g}"] if self.variety else []
        given += ["--narrow"] if self.narrow else []
        given += ["--ef", str(self.ef)] if self.ef else []
        return given + (["--exact"] if self.exact else [])

    def shell_line(self, collection: str, images: Sequence[str] = ()) -> str:
        """Return the one line that gives this answer in a shell.

        Examples
        --------
        >>> Request("2*boots", mode="dense", folded=True).shell_line("assets/demo")
        "python -m engine search assets/demo '2*boots' --mode dense --fold"
        """
        return shlex.join(["python", "-m", "engine", "search", collection, *self.arguments(images)])
