"""WordNet's nouns: what a thing is called, and what it is a kind of.

Facts of WordNet 3.0 (Miller, "WordNet: a lexical database for English", CACM 1995), as they lie in
Debian's ``wordnet-base``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# What nearly everything is says nothing about a photo.
_TOO_WIDE = frozenset(
    name.strip()
    for name in """
    entity, physical entity, object, physical object, whole, unit, artifact, artefact, living
    thing, animate thing, matter, abstraction, abstract entity, instrumentality, instrumentation,
    organism, being, group, grouping, causal agent, cause, causal agency, substance, thing,
    attribute, psychological feature, relation, measure, part, piece, portion, chordate,
    vertebrate, craniate, placental, placental mammal, eutherian, eutherian mammal, commodity,
    trade good, good, consumer goods, conveyance, transport, event, act, deed, human action, human
    activity, state, location, region, line, cognition, knowledge, noesis, communication
    """.replace("\n", " ").split(",")
)


@dataclass(frozen=True, slots=True)
class WordNet:
    """Nouns of WordNet: the words of each sense, and what it is a kind of.

    Parameters
    ----------
    words
        Sense (eight digits) to its words, lower case.
    wider
        Sense to the senses above it.
    senses
        Word to its senses, the commonest first.
    """

    words: dict[str, tuple[str, ...]]
    wider: dict[str, tuple[str, ...]]
    senses: dict[str, tuple[str, ...]]

    @classmethod
    def read(cls, folder: Path) -> WordNet:
        """Read ``data.noun`` and ``index.noun``."""
        words, wider, senses = {}, {}, {}
        for line in _lines(folder / "data.noun"):
            fields = line.split(" ")
            n_words = int(fields[3], 16)
            at = 4 + 2 * n_words
            names = fields[4:at:2]
            words[fields[0]] = tuple(name.replace("_", " ").lower() for name in names)
            pointers = range(at + 1, at + 1 + 4 * int(fields[at]), 4)
            wider[fields[0]] = tuple(fields[i + 1] for i in pointers if fields[i] in ("@", "@i"))
        for line in _lines(folder / "index.noun"):
            fields = line.split()
            senses[fields[0].replace("_", " ")] = tuple(fields[-int(fields[2]) :])
        return cls(words, wider, senses)

    def truths(self, sense: str) -> frozenset[str]:
        """Return the words that are true of whatever has this sense."""
        found, open_senses = set(self.words[sense]), [sense]
        while open_senses:
            for wider in self.wider[open_senses.pop()]:
                found.update(self.words[wider])
                open_senses.append(wider)
        return frozenset(found - _TOO_WIDE)

    def truths_of(self, label: str) -> frozenset[str]:
        """Return the words true of a photo with this label; the label alone where it is unknown."""
        plain = label.lower().replace("_", " ")
        last = plain.split()[-1]
        for word in (plain, plain.rstrip("s"), last, last.rstrip("s")):
            if word in self.senses:
                return self.truths(self.senses[word][0]) | {plain}
        return frozenset({plain})


def _lines(path: Path) -> Iterable[str]:
    """Yield a WordNet file's lines without its licence, which is indented."""
    with path.open(encoding="utf-8") as file:
        yield from (line for line in file if not line.startswith("  "))
