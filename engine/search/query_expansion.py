"""Query expansion: what words stand for in a collection, read off the captions that use them.

Who asks for a *brolly* means umbrellas, and *army green* is no green: the collection's own captions
tell, where nearly all photos that use the words have one value, and others hardly ever. All words
and pairs of neighbours are looked at together when a collection is made (`PhraseValues`), so that
no query reads captions; longer runs, and all where nothing was learned, when somebody asks.
"""

from __future__ import annotations

import hashlib
import json
import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Catalogue
from engine.search.build_arrays import BuildArrays
from engine.selection import even_sample
from engine.storage import Collection
from engine.storage.collection import CATALOGUE
from engine.text import has_run, stems

PHRASE_VALUES = BuildArrays("phrases.npz", way=1, files=(CATALOGUE,))
_ARRAYS = ("hashes", "values", "names")

# Of the photos that use some words so many are looked at, spread over all of them.
_N_SAMPLED = 64
# Longer runs of words are few, and read when they are asked for.
_MAX_WORDS = 2
# Words stand for a value where so large a share of the photos that use them have it, and where
# that many would come together by chance once in so many times.
_LEAST_SHARE, _CHANCES = 0.9, 1000.0
# Follows each caption, so that no pair of words reaches into the next: the number of no word.
_END = 0
# So many words are looked at together, those of one part of the vocabulary.
_N_TOGETHER = 2**21

# Words that are in so many photos' captions and never next to one another are no phrase.
_N_WITHOUT = 16
_MAX_REMEMBERED = 10_000

SharedValue = tuple[str, str, int]
Ints = NDArray[np.int64]


def surprise(n_photos: int, n_told: int) -> float:
    """Return by how much each photo with a value speaks against chance, in nats.

    Parameters
    ----------
    n_photos, n_told
        Photos of the collection that share the value, and that share any of its attribute.

    Examples
    --------
    >>> surprise(25, 100) == math.log(4), surprise(0, 100)
    (True, 0.0)
    """
    return math.log(n_told / n_photos) if n_photos else 0.0


def stands_for(n_having: Any, n_told: Any, n_using: Any, surprises: Any) -> Any:
    """Tell whether words stand for a value: for numbers, or for arrays of them.

    Parameters
    ----------
    n_having, n_told, n_using
        Of the photos that use the words those that have the value, that have any of its attribute,
        and all.
    surprises
        See `surprise`.

    Examples
    --------
    Of ten photos nine have a value that a quarter of all have. A quarter to the fifth power is less
    than a thousandth, to the fourth more.

    >>> stands_for(9, 10, 10, surprise(25, 100)), stands_for(8, 10, 10, surprise(25, 100))
    (True, False)
    >>> stands_for(np.array([4, 5]), np.array([4, 5]), 5, surprise(25, 100)).tolist()
    [False, True]
    """
    is_usual = (n_having >= _LEAST_SHARE * n_told) & (2 * n_told > n_using)
    return is_usual & (n_having * surprises > math.log(_CHANCES))


class Said:
    """All words of all captions in order, as numbers.

    Parameters
    ----------
    words
        (n,): of each word, and `_END` after each caption.
    rows
        (n,): the photo whose caption it is in.
    stems
        What the numbers stand for.
    """

    def __init__(
        self, words: NDArray[np.int32], rows: NDArray[np.int32], stems: Sequence[str]
    ) -> None:
        self._words = words
        self._rows = rows
        self._stems = stems

    @classmethod
    def by(cls, catalogue: Catalogue) -> Said:
        """Read a catalogue's captions."""
        numbers: dict[str, int] = {"": _END}
        said, rows = array("i"), array("i")
        for row, caption in catalogue.captions():
            words = [numbers.setdefault(word, len(numbers)) for word in stems(caption)]
            said.extend([*words, _END])
            rows.extend([row] * (len(words) + 1))
        return cls(np.frombuffer(said, np.int32), np.frombuffer(rows, np.int32), list(numbers))

    def parts(self) -> Iterator[tuple[Ints, Ints]]:
        """Yield phrases with the rows that have them, by phrase and row, each pair once.

        A phrase is the number of its first word times 2³² and that of its second, or `_END`. All
        that begin with one word are in one part.
        """
        n_parts = 1 + len(self._words) // _N_TOGETHER
        for part in range(n_parts):
            places = np.flatnonzero((self._words != _END) & (self._words % n_parts == part))
            first, second = self._words[places].astype(np.int64) << 32, self._words[places + 1]
            is_pair = second != _END
            phrases = np.concatenate([first, (first | second)[is_pair]])
            rows = np.concatenate([self._rows[places], self._rows[places][is_pair]])
            order = np.lexsort([rows, phrases])
            phrases, rows = phrases[order], rows[order].astype(np.int64)
            is_new = (np.diff(phrases, prepend=-1) != 0) | (np.diff(rows, prepend=-1) != 0)
            yield phrases[is_new], rows[is_new]

    def stems_of(self, phrase: int) -> list[str]:
        """Return the stems of a phrase."""
        return [self._stems[word] for word in divmod(int(phrase), 2**32) if word != _END]


@dataclass(frozen=True, eq=False)
class PhraseValues:
    """What one or two words stand for.

    Parameters
    ----------
    hashes
        (n,), uint64, ascending: of a phrase's stems, each as often as it stands for anything.
    values
        (n,), int32: places among the names.
    names
        UTF-8 bytes of JSON: a list of attribute and value.

    Examples
    --------
    >>> from engine.config import DEMO_COLLECTION
    >>> from engine.storage import Collection
    >>> with Collection.open(DEMO_COLLECTION) as demo:
    ...     phrases = PhraseValues.learned(demo.catalogue, demo.catalogue.shared_values())
    >>> phrases.of(["brolli"]), phrases.of(["armi", "green"]), phrases.of(["and"])
    ({'kind': 'umbrella'}, {'colour': 'olive'}, {})
    """

    hashes: NDArray[np.uint64]
    values: NDArray[np.int32]
    names: NDArray[np.uint8]

    @classmethod
    def learned(cls, catalogue: Catalogue, shared_values: Sequence[SharedValue]) -> PhraseValues:
        """Read all captions.

        Parameters
        ----------
        catalogue
            Whose captions and values.
        shared_values
            Attribute, value and number of photos: what words may stand for.
        """
        counts = {(name, value): n_photos for name, value, n_photos in shared_values}
        extent: Counter[str] = Counter()
        for name, _, n_photos in shared_values:
            extent[name] += n_photos
        # In the source's order: what comes first, such as the kind of thing, is what photos are.
        columns = {
            name: catalogue.column(name) for name in catalogue.attribute_keys() if name in extent
        }
        hashes: list[np.uint64] = []
        values: list[int] = []
        names: dict[tuple[str, str], int] = {}
        said = Said.by(catalogue)
        for phrases, rows in said.parts():
            starts = np.flatnonzero(np.diff(phrases, prepend=-1))
            places, groups = _sampled(starts, len(phrases))
            rows, n_using = rows[places], np.bincount(groups)
            for name, (spelled, codes) in columns.items():
                here = [(name, value) for value in spelled]
                surprises = np.array(
                    [surprise(counts.get(value, 0), extent[name]) for value in here]
                )
                group, code, n_having, n_any = _commonest(groups, codes[rows])
                holds = stands_for(n_having, n_any, n_using[group], surprises[code])
                values += [names.setdefault(here[each], len(names)) for each in code[holds]]
                hashes += [_digest(said.stems_of(each)) for each in phrases[starts[group[holds]]]]
        order = np.argsort(np.array(hashes, np.uint64), kind="stable")
        return cls(
            np.array(hashes, np.uint64)[order],
            np.array(values, np.int32)[order],
            np.frombuffer(json.dumps(list(names)).encode(), np.uint8),
        )

    def keep(self, collection: Collection) -> None:
        """Write them into the folder of the collection's build, if it can be written."""
        PHRASE_VALUES.keep(collection, {name: getattr(self, name) for name in _ARRAYS})

    @classmethod
    def kept(cls, collection: Collection) -> PhraseValues | None:
        """Return what lies with a build; None where nothing does, or nothing that fits it."""
        arrays = PHRASE_VALUES.kept(collection)
        return None if arrays is None else cls(*(arrays[name] for name in _ARRAYS))

    def of(self, asked: Sequence[str]) -> dict[str, str]:
        """Return attribute and value of what stems, next to one another, stand for; mostly none."""
        wanted = _digest(asked)
        start, end = (int(np.searchsorted(self.hashes, wanted, side)) for side in ("left", "right"))
        return dict(self._names[value] for value in self.values[start:end])

    @cached_property
    def _names(self) -> list[tuple[str, str]]:
        return json.loads(self.names.tobytes())


def _sampled(starts: Ints, n: int) -> tuple[Ints, Ints]:
    """Return the places of an even sample of each group, and which group each is of."""
    lengths = np.diff(starts, append=n)
    n_taken = np.minimum(lengths, _N_SAMPLED)
    groups = np.repeat(np.arange(len(starts)), n_taken)
    nth = np.arange(len(groups)) - np.repeat(np.cumsum(n_taken) - n_taken, n_taken)
    step = (lengths - 1) / np.maximum(n_taken - 1, 1)  # as `engine.selection.even_places` does
    return starts[groups] + (nth * step[groups]).astype(np.int64), groups


def _commonest(groups: Ints, codes: NDArray[np.int32]) -> tuple[Ints, Ints, Ints, Ints]:
    """Return of each group that has codes from 0 the commonest, its count, and that of all.

    Examples
    --------
    >>> [each.tolist() for each in _commonest(np.array([0, 0, 0, 2]), np.array([5, 3, 5, -1]))]
    [[0], [5], [2], [3]]
    """
    has_any = codes >= 0
    both = np.sort(groups[has_any] << 32 | codes[has_any].astype(np.int64))
    runs = np.flatnonzero(np.diff(both, prepend=-1))
    group, code = both[runs] >> 32, both[runs] & (2**32 - 1)
    n_having = np.diff(runs, append=len(both))
    order = np.lexsort([-n_having, group])
    first = order[np.flatnonzero(np.diff(group[order], prepend=-1))]
    return group[first], code[first], n_having[first], np.bincount(groups[has_any])[group[first]]


def _digest(words: Sequence[str]) -> np.uint64:
    digest = hashlib.blake2b(" ".join(words).encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


class Usage:
    """What the photos that use some words have in common.

    Parameters
    ----------
    catalogue
        Whose captions and values.
    counts
        Number of photos by attribute and value, of values that photos share.
    extent
        Number of photos that have such a value, by attribute.
    phrases
        What was learned before.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        counts: Mapping[tuple[str, str], int],
        extent: Mapping[str, int],
        phrases: PhraseValues | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._counts = counts
        self._extent = extent
        self._phrases = phrases
        self._known: dict[str, dict[str, str]] = {}

    def stands_for(self, text: str) -> dict[str, str]:
        """Return attribute and value of what words, next to one another, stand for; mostly none."""
        asked = stems(text)
        if self._phrases is not None and len(asked) <= _MAX_WORDS:
            return self._phrases.of(asked)
        if text not in self._known:
            if len(self._known) >= _MAX_REMEMBERED:
                self._known.clear()
            self._known[text] = self._in_common(text, asked)
        return self._known[text]

    def _in_common(self, text: str, asked: list[str]) -> dict[str, str]:
        rows = even_sample(self._catalogue.rows_saying(text), _N_SAMPLED)
        step = max(1, len(rows) // _N_WITHOUT)
        using = self._using(asked, rows[::step])
        if not using and len(rows) > _N_WITHOUT:
            return {}
        using += self._using(asked, np.delete(rows, np.s_[::step]))
        seen: dict[str, Counter[str]] = defaultdict(Counter)
        for attributes in using:
            for name, value in attributes.items():
                seen[name][value] += 1
        found = {name: (values.most_common(1)[0], values.total()) for name, values in seen.items()}
        return {
            name: value
            for name, ((value, n_having), n_told) in found.items()
            if stands_for(n_having, n_told, len(using), self._surprise(name, value))
        }

    def _using(self, asked: list[str], rows: np.ndarray) -> list[dict[str, str]]:
        """Return the attributes of those rows that have a caption with words in a run."""
        return [
            attributes
            for captions, attributes in self._catalogue.captions_and_attributes(rows)
            if len(asked) < 2 or any(has_run(stems(said), asked) for said in captions)
        ]

    def _surprise(self, name: str, value: str) -> float:
        n_photos = self._counts.get((name, value), 0)
        return surprise(n_photos, self._extent[name]) if n_photos else 0.0
