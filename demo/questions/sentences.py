"""Sentences as people write them, with filler, occasions and audiences, whose truth is known.

Each names the attributes that a right photo has. Half of them (`a`) are there to work with, the
other half (`b`), in other words and about other things, to report.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_TABLE = Path(__file__).with_name("sentences.tsv")
_NEVER = "-"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence.

    Parameters
    ----------
    half
        ``"a"`` or ``"b"``.
    text
        What is typed.
    wanted
        Accepted values by attribute; None for things that drawn products never are.
    """

    half: str
    text: str
    wanted: Mapping[str, frozenset[str]] | None

    def is_answered_by(self, attributes: Mapping[str, str]) -> bool:
        """Return whether a photo with these attributes is what was asked for.

        Examples
        --------
        >>> red_dress = Sentence("a", "a red dress", _wanted("kind=dress, colour=red|maroon"))
        >>> red_dress.is_answered_by({"kind": "dress", "colour": "maroon"})
        True
        >>> red_dress.is_answered_by({"kind": "dress"})
        False
        """
        return self.wanted is not None and all(
            attributes.get(name) in values for name, values in self.wanted.items()
        )


def read_sentences() -> list[Sentence]:
    """Return all sentences, in the order of their table."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return [
            Sentence(line["half"], line["sentence"], _wanted(line["wanted"]))
            for line in csv.DictReader(file, delimiter="\t")
        ]


def has_answer(sentence: Sentence, photos: Sequence[Mapping[str, str]]) -> bool:
    """Return whether any photo, told by its true attributes, answers a sentence."""
    return any(map(sentence.is_answered_by, photos))


def _wanted(text: str) -> dict[str, frozenset[str]] | None:
    if text == _NEVER:
        return None
    pairs = (condition.split("=") for condition in text.split(", "))
    return {name: frozenset(values.split("|")) for name, values in pairs}
