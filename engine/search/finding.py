"""Finding: which rows may be matches, in which order, and how that order is arranged."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.encoders import Encoder
from engine.narrowing import narrowed
from engine.query import Term
from engine.recognising import Recogniser
from engine.relevance import Background
from engine.search.arranging import fold, vary
from engine.search.attaching import rows_taken_away
from engine.search.lexicon import Lexicon
from engine.search.ranking import POOL, Ranking, best_said, fuse, nats_of_saying, nats_of_words
from engine.search.request import Mode
from engine.search.result import QueryPart
from engine.search.weighing import NEWS, NEWS_BESIDE_WORDS, nats_per_spread
from engine.storage import Collection

Filters = Mapping[str, Sequence[str]]

_MAX_POOL = 4_000
# The nats of sharing all values of a photo in the query, where tags are asked too: they tell what
# the photo is, but not what of it is wanted.
_SHARED = 4.0
# The nats of being taken for all that a photo and words together are: less than words ask for.
_TAKEN_FOR = 4.0
# So many of the photos nearest to a photo are compared by what they are taken for, at least.
_COMPARED = 2 * POOL


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a ranking is wanted, and how it is to be looked for."""

    k: int
    offset: int
    exact: bool | None
    ef: int | None
    folded: bool
    variety: float

    def pools(self, mode: Mode) -> list[int]:
        """Return the sizes of the pools that pages are cut from, one after another.

        The first holds what nearly everybody sees. A later one is asked only for what stands
        behind the earlier ones, so that neither k nor the page changes any order.
        """
        n_shown = self.offset + self.k
        if mode == "dense" and not self.folded and not self.variety:
            return [n_shown]
        sizes = [POOL]
        while sizes[-1] < min(2 * n_shown if self.folded else n_shown, _MAX_POOL):
            sizes.append(2 * sizes[-1])
        return sizes


class Finder:
    """Ranks the rows of a collection.

    Parameters
    ----------
    collection, lexicon
        Where to look.
    encoder, background
        What nearness means there.
    """

    def __init__(
        self, collection: Collection, lexicon: Lexicon, encoder: Encoder, background: Background
    ) -> None:
        self._collection = collection
        self._lexicon = lexicon
        self._encoder = encoder
        self._background = background
        self.recogniser = Recogniser(collection, encoder)

    def allowed(
        self,
        terms: Sequence[Term],
        filters: Filters | None,
        own: Sequence[int],
        mode: Mode,
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
        if mode != "dense" and any(term.weight < 0 and term.text for term in terms):
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
        chips: Sequence[QueryPart],
        row: NDArray[np.float32] | None,
        allowed: NDArray[np.int64] | None,
        own: set[int],
        mode: Mode,
        wanted: Wanted,
    ) -> tuple[Ranking, bool]:
        """Return rows in order, at least as many as are wanted where there are, and exactness."""
        whole, is_exact = Ranking([]), True
        for n_pool in wanted.pools(mode):
            pool, is_exact = self._pool(terms, chips, row, allowed, own, mode, wanted, n_pool)
            whole.append(pool)
        return whole, is_exact

    def _pool(
        self,
        terms: Sequence[Term],
        chips: Sequence[QueryPart],
        row: NDArray[np.float32] | None,
        allowed: NDArray[np.int64] | None,
        own: set[int],
        mode: Mode,
        wanted: Wanted,
        n_pool: int,
    ) -> tuple[Ranking, bool]:
        """Rank about so many rows."""
        shows = any(_shows(chip) for chip in chips)
        recognises = mode == "hybrid" and shows and bool(self.recogniser.attributes)
        n_pool = max(n_pool, _COMPARED if recognises else 0) + len(own)
        near: list[int] = []
        is_exact = True
        if row is not None and mode != "lexical":
            nearest = self._collection.index.nearest(
                row, n_pool, allowed=allowed, exact=wanted.exact, ef=wanted.ef
            )
            near = [each for each in nearest.rows.tolist() if each not in own]
            is_exact = nearest.is_exact
        if mode == "dense":
            return Ranking(near), is_exact
        text = " ".join(term.text for term in terms if term.text and term.weight > 0)
        if not text and row is not None and recognises:
            return self._recognised(row, np.array(near, np.int64), n_pool), is_exact
        if not text:
            return Ranking(near, {each: {"meaning": 1.0} for each in near}), is_exact
        fused = self._fused(text, chips, row, near, self._mask(allowed, own), mode, n_pool)
        return fused, is_exact

    def _fused(
        self,
        text: str,
        chips: Sequence[QueryPart],
        row: NDArray[np.float32] | None,
        near: Sequence[int],
        mask: NDArray[np.bool_],
        mode: Mode,
        n_pool: int,
    ) -> Ranking:
        """Order what is near and what says the words by what all of it tells."""
        catalogue = self._collection.catalogue
        shown = [chip for chip in chips if _shows(chip)]
        nats_of = nats_of_saying if shown else nats_of_words
        words = nats_of(catalogue, self._lexicon, text, mask)
        rows = np.union1d(np.array(near, np.int64), best_said(words))
        embeddings = np.asarray(self._collection.embeddings[rows], np.float32)
        similarities = np.zeros(len(rows), np.float32) if row is None else embeddings @ row
        order = np.argsort(-similarities, kind="stable")  # decides where words tell the same
        rows = rows[order]
        ways = {way: nats[rows] for way, nats in words.items()}
        if row is not None and mode == "hybrid":
            news = NEWS if shown or not catalogue.says(text) else NEWS_BESIDE_WORDS
            ways = {"meaning": news * self._nats_of_meaning(row, similarities[order]), **ways}
            if shown and self.recogniser.attributes:
                whole = sum(attribute.weight for attribute in self.recogniser.attributes)
                alike = self._alikeness(row, embeddings[order])
                ways["labels"] = np.float32(_TAKEN_FOR / whole) * alike
        if shown:
            ways["tags"] = ways["tags"] + self._nats_of_sharing(shown)[rows]
        named = [] if shown else catalogue.rows_named(text)
        return fuse(rows, ways, [each for each in named if mask[each]], n_pool)

    def _recognised(
        self, row: NDArray[np.float32], rows: NDArray[np.int64], n_pool: int
    ) -> Ranking:
        """Order the photos nearest to a photo by their nearness and by what they are taken for."""
        embeddings = np.asarray(self._collection.embeddings[rows], np.float32)
        ways = {
            "meaning": embeddings @ row - np.float32(self._background.level(row)),
            "labels": self._alikeness(row, embeddings),
        }
        return fuse(rows, ways, n_wanted=n_pool)

    def _alikeness(
        self, row: NDArray[np.float32], embeddings: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return how far photos are taken for what the query is; counted as nearness is."""
        return self.recogniser.taken_for(embeddings) @ self.recogniser.taken_for(row[None])[0]

    def _nats_of_meaning(
        self, row: NDArray[np.float32], similarities: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        above = (similarities - self._background.level(row)) / self._background.spread(row)
        return np.float32(self._nats_per_spread) * above

    @cached_property
    def _nats_per_spread(self) -> float:
        return nats_per_spread(self._collection, self._encoder, self._background)

    def _nats_of_sharing(self, shown: Sequence[QueryPart]) -> NDArray[np.float32]:
        """Return how much of their own values the photos of a query share with each row.

        Rare values count more; what a photo leaves to the words does not count.
        """
        n_rows = len(self._collection.embeddings)
        shared, whole = np.zeros(n_rows, np.float32), 1e-6
        catalogue, common = self._collection.catalogue, self._lexicon.counts
        for chip in shown:
            if chip.term.weight < 0 or not chip.term.ids:
                continue
            for name, value in catalogue.photo(chip.term.ids[0]).attributes.items():
                n_photos = common.get((name, value), 0)
                if n_photos and name not in chip.set_aside.split(", "):
                    worth = math.log1p(n_rows / n_photos)
                    shared[catalogue.rows_where({name: [value]})] += worth
                    whole += worth
        return shared * np.float32(_SHARED / whole)

    def _mask(self, allowed: NDArray[np.int64] | None, own: set[int]) -> NDArray[np.bool_]:
        """Return which rows may be matches."""
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
            rows = self._varied(rows, ranking, row, wanted)
        return rows, behind

    def _varied(
        self, rows: Sequence[int], ranking: Ranking, row: NDArray[np.float32], wanted: Wanted
    ) -> list[int]:
        """Vary pool by pool, each beside what was chosen before it."""
        chosen: list[int] = []
        for pool in ranking.pools:
            candidates = [each for each in rows if each in pool]
            embeddings = np.asarray(self._collection.embeddings[candidates], np.float32)
            chosen += vary(
                candidates,
                embeddings @ row + np.isin(candidates, list(ranking.named)),
                embeddings,
                variety=wanted.variety,
                n_wanted=wanted.offset + wanted.k - len(chosen),
                before=np.asarray(self._collection.embeddings[chosen], np.float32),
            )
        return chosen


def _shows(chip: QueryPart) -> bool:
    """Tell whether a chip is a photo that was asked with."""
    return not chip.term.text and not chip.steers
