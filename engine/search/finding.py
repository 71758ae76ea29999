"""Finding: which rows may be matches, in which order, and how that order is arranged."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.narrowing import narrowed
from engine.query import Term
from engine.search.answer import Chip
from engine.search.arranging import fold, vary
from engine.search.attaching import rows_taken_away
from engine.search.lexicon import Lexicon
from engine.search.ranking import POOL, By, Ranking, by_captions, by_tags, fuse, rows_tagged
from engine.storage import Collection

Filters = Mapping[str, Sequence[str]]

_MAX_POOL = 4_000
# Where only a few photos say every word of a query, saying it tells more than anything else.
_FEW, _TELLING = 30, 4.0
# What a photo's own tags add to its nearness, where tags are asked too.
_SHARED = 0.5


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a ranking is wanted, and how it is to be looked for."""

    k: int
    offset: int
    exact: bool | None
    ef: int | None
    folded: bool
    variety: float

    def n_pool(self, by: By) -> int:
        """Return how many rows to rank: no more than are shown, unless they are rearranged."""
        n_shown = self.offset + self.k
        if by == "meaning" and not self.folded and not self.variety:
            return n_shown
        n_pool = POOL
        while n_pool < (4 * n_shown if self.folded or self.variety else n_shown):
            n_pool *= 2  # so that neighbouring pages are cut from one pool
        return max(min(n_pool, _MAX_POOL), n_shown)


class Finder:
    """Ranks the rows of a collection.

    Parameters
    ----------
    collection, lexicon
        Where to look.
    """

    def __init__(self, collection: Collection, lexicon: Lexicon) -> None:
        self._collection = collection
        self._lexicon = lexicon

    def allowed(
        self,
        terms: Sequence[Term],
        filters: Filters | None,
        own: Sequence[int],
        by: By,
        *,
        narrow: bool = False,
    ) -> tuple[NDArray[np.int64] | None, int, int]:
        """Return the rows that may be matches (None for all), their number, and the excluded."""
        catalogue = self._collection.catalogue
        allowed = catalogue.rows_where(filters) if filters else None
        if narrow:
            asked = [term.text for term in terms if term.text and term.weight > 0]
            allowed = narrowed(catalogue, asked, allowed)
        n_excluded = 0
        if by != "meaning" and any(term.weight < 0 and term.text for term in terms):
            taken = self._taken_away(terms)
            before = catalogue.live_rows() if allowed is None else allowed
            allowed = np.setdiff1d(before, taken, assume_unique=True)
            n_excluded = len(before) - len(allowed)
        if allowed is None:
            return None, self._collection.n_photos - len(set(own)), 0
        n_own = np.count_nonzero(np.isin(list(set(own)), allowed))
        return allowed, len(allowed) - int(n_own), n_excluded

    def _taken_away(self, terms: Sequence[Term]) -> NDArray[np.int64]:
        """Return the rows whose captions or tags name what the query takes away."""
        catalogue = self._collection.catalogue
        rows = [rows_taken_away(catalogue, terms)]
        for term in terms:
            if term.text and term.weight < 0:
                for mention in self._lexicon.whole(term.text):
                    rows.append(catalogue.rows_where({mention.attribute: [mention.value]}))
        return np.unique(np.concatenate(rows))

    def ranked(
        self,
        terms: Sequence[Term],
        chips: Sequence[Chip],
        row: NDArray[np.float32] | None,
        allowed: NDArray[np.int64] | None,
        own: set[int],
        by: By,
        wanted: Wanted,
    ) -> tuple[Ranking, bool]:
        """Return rows in order, at least as many as are wanted where there are, and exactness."""
        n_pool = wanted.n_pool(by) + len(own)
        orders: dict[str, Sequence[int]] = {}
        is_exact = True
        if row is not None and by != "text":
            nearest = self._collection.index.nearest(
                row, n_pool, allowed=allowed, exact=wanted.exact, ef=wanted.ef
            )
            orders["meaning"] = [each for each in nearest.rows.tolist() if each not in own]
            is_exact = nearest.is_exact
        if by == "meaning":
            return Ranking(list(orders["meaning"])), is_exact
        text = " ".join(term.text for term in terms if term.text and term.weight > 0)
        if not text:
            return fuse(orders), is_exact
        mask = self._mask(allowed, own)
        shown = [chip.coefficient * chip.row for chip in chips if not chip.term.text]
        if shown and any(not chip.term.text and not chip.steers for chip in chips):
            near = np.vecdot(self._collection.embeddings, np.sum(shown, axis=0, dtype=np.float32))
            near += _SHARED * self._shared(chips)
            return self._fused_with_photos(text, near, mask, orders), is_exact
        return self._fused(text, row, mask, orders), is_exact

    def _fused(
        self,
        text: str,
        row: NDArray[np.float32] | None,
        mask: NDArray[np.bool_] | None,
        orders: dict[str, Sequence[int]],
    ) -> Ranking:
        """Add the orders of captions and tags, and fuse them all."""
        collection = self._collection
        orders["captions"], n_all = by_captions(collection.catalogue, text, mask)
        orders["tags"] = by_tags(
            collection.catalogue, self._lexicon, text, collection.embeddings, row, mask
        )
        named = collection.catalogue.rows_named(text)
        weights = {"captions": _TELLING if 0 < n_all <= _FEW else 1.0}
        return fuse(orders, [each for each in named if mask is None or mask[each]], weights)

    def _fused_with_photos(
        self,
        text: str,
        nearness: NDArray[np.float32],
        mask: NDArray[np.bool_] | None,
        orders: dict[str, Sequence[int]],
    ) -> Ranking:
        """Add those who say the words, by how near they are to the photos: both have to hold."""
        collection = self._collection
        ways = {
            "captions": collection.catalogue.rows_saying(text),
            "tags": rows_tagged(collection.catalogue, self._lexicon, text),
        }
        for way, rows in ways.items():
            left = rows if mask is None else rows[mask[rows]]
            orders[way] = left[np.argsort(-nearness[left], kind="stable")[:POOL]].tolist()
        return fuse(orders, weights={"captions": 2.0, "tags": 2.0})

    def _shared(self, chips: Sequence[Chip]) -> NDArray[np.float32]:
        """Return how much of their own values the photos of a query share with each row, 0 to 1.

        Rare values count more; what a photo leaves to the words does not count.
        """
        n_rows = len(self._collection.embeddings)
        shared, whole = np.zeros(n_rows, np.float32), 1e-6
        catalogue, common = self._collection.catalogue, self._lexicon.counts
        for chip in chips:
            if chip.term.weight < 0 or not chip.term.ids:
                continue
            for name, value in catalogue.photo(chip.term.ids[0]).attributes.items():
                n_photos = common.get((name, value), 0)
                if n_photos and name not in chip.set_aside.split(", "):
                    worth = math.log1p(n_rows / n_photos)
                    shared[catalogue.rows_where({name: [value]})] += worth
                    whole += worth
        return shared / np.float32(whole)

    def _mask(self, allowed: NDArray[np.int64] | None, own: set[int]) -> NDArray[np.bool_] | None:
        """Return which rows may be matches, or None for all."""
        if allowed is None and not own:
            return None
        mask = np.full(len(self._collection.embeddings), allowed is None)
        if allowed is not None:
            mask[allowed] = True
        mask[list(own)] = False
        return mask

    def arranged(
        self, ranking: Ranking, row: NDArray[np.float32] | None, wanted: Wanted
    ) -> tuple[list[int], dict[int, list[int]]]:
        """Return rows folded and varied as wanted, and what is folded behind each."""
        rows = ranking.rows
        if not rows or not (wanted.folded or wanted.variety):
            return rows, {}
        behind: dict[int, list[int]] = {}
        embeddings = np.asarray(self._collection.embeddings[rows], np.float32)
        if wanted.folded:
            n_wanted = len(rows) if wanted.variety else wanted.offset + wanted.k
            rows, behind = fold(rows, embeddings, n_wanted=n_wanted)
        if wanted.variety and row is not None:
            embeddings = np.asarray(self._collection.embeddings[rows], np.float32)
            nearness = embeddings @ row + np.isin(rows, list(ranking.named))
            rows = vary(
                rows,
                nearness,
                embeddings,
                variety=wanted.variety,
                n_wanted=wanted.offset + wanted.k,
            )
        return rows, behind
