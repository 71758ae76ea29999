"""Query expansion: what words stand for in a collection, read off the captions that use them.

Who asks for a *brolly* means umbrellas, and *army green* is no green: the collection's own captions
tell, where nearly all photos that use the words have one value, and others hardly ever.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping

from engine.catalogue import Catalogue
from engine.selection import even_sample
from engine.text import has_run, stems

# Of the photos that use the words, so many are read, wherever in their captions the words stand.
_N_READ = 64
# They are read part by part, until it is plain that they have nothing in common.
_N_PARTS = 4
# Words that are in so many photos' captions and never next to one another are no phrase.
_N_WITHOUT = 16
# Words stand for a value where so large a share of the photos that use them have it, and where
# that many would come together by chance once in so many times.
_LEAST_SHARE, _CHANCES = 0.9, 1000.0
_MAX_REMEMBERED = 10_000


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
    """

    def __init__(
        self,
        catalogue: Catalogue,
        counts: Mapping[tuple[str, str], int],
        extent: Mapping[str, int],
    ) -> None:
        self._catalogue = catalogue
        self._counts = counts
        self._extent = extent
        self._known: dict[str, dict[str, str]] = {}

    def stands_for(self, text: str) -> dict[str, str]:
        """Return attribute and value of what words, next to one another, stand for; mostly none."""
        if text not in self._known:
            if len(self._known) >= _MAX_REMEMBERED:
                self._known.clear()
            self._known[text] = self._in_common(text)
        return self._known[text]

    def _in_common(self, text: str) -> dict[str, str]:
        rows = even_sample(self._catalogue.rows_saying(text), _N_READ)
        asked = stems(text)
        seen: dict[str, Counter[str]] = defaultdict(Counter)
        n_chosen, n_read = 0, 0
        for part in range(_N_PARTS):  # each spread over all of them
            read = self._catalogue.captions_and_attributes(rows[part::_N_PARTS])
            n_read += len(read)
            n_left = len(rows) - n_read
            for captions, attributes in read:
                if len(asked) < 2 or any(has_run(stems(said), asked) for said in captions):
                    n_chosen += 1
                    for name, value in attributes.items():
                        seen[name][value] += 1
            is_no_phrase = not n_chosen and n_read >= _N_WITHOUT
            if is_no_phrase or not (
                n_left > n_chosen
                or any(self._is_open(name, values, n_left) for name, values in seen.items())
            ):
                return {}
        found = {name: values.most_common(1)[0] for name, values in seen.items()}
        return {
            name: value
            for name, (value, n_having) in found.items()
            if n_having >= _LEAST_SHARE * seen[name].total()
            and 2 * seen[name].total() > n_chosen
            and self._is_no_chance(name, value, n_having)
        }

    def _is_open(self, name: str, values: Counter[str], n_left: int) -> bool:
        """Tell whether the photos that are left may yet give an attribute one value in common."""
        value, n_having = values.most_common(1)[0]
        n_enough = _LEAST_SHARE * (values.total() + n_left)
        n_others = values.total() - n_having
        if n_others + n_left >= n_enough:
            return True
        return n_having + n_left >= n_enough and self._is_no_chance(name, value, n_having + n_left)

    def _is_no_chance(self, name: str, value: str, n_having: int) -> bool:
        n_photos = self._counts.get((name, value), 0)
        if not n_photos:
            return False  # no value that photos share
        return n_having * math.log(self._extent[name] / n_photos) > math.log(_CHANCES)
