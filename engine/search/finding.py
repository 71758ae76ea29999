"""Finding: which rows may be matches, in which order, and how that order is arranged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.narrowing import narrowed
from engine.query import Term
from engine.search.arranging import fold, vary
from engine.search.attaching import rows_taken_away
from engine.search.lexicon import Lexicon
from engine.search.ranking import POOL, By, Ranking, by_captions, by_tags, fuse
from engine.storage import Collection

Filters = Mapping[str, Sequence[str]]

_MAX_POOL = 4_000


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
        return self._fused(text, row, allowed, own, orders), is_exact

    def _fused(
        self,
        text: str,
        row: NDArray[np.float32] | None,
        allowed: NDArray[np.int64] | None,
        own: set[int],
        orders: dict[str, Sequence[int]],
    ) -> Ranking:
        """Add the orders of captions and tags, and fuse them all."""
        if not text:
            return fuse(orders)
        collection = self._collection
        mask: NDArray[np.bool_] | None = None
        if allowed is not None or own:
            mask = np.ones(len(collection.embeddings), bool) if allowed is None else None
            if mask is None:
                mask = np.zeros(len(collection.embeddings), bool)
                mask[allowed] = True
            mask[list(own)] = False
        orders["captions"] = by_captions(collection.catalogue, text, mask)
        orders["tags"] = by_tags(
            collection.catalogue, self._lexicon, text, collection.embeddings, row, mask
        )
        named = collection.catalogue.rows_named(text)
        return fuse(orders, [each for each in named if mask is None or mask[each]])

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
