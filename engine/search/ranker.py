"""The ranker: candidates by embedding and by words, scored, fused, and made to differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.query import Term
from engine.search.context import SearchContext
from engine.search.dense_weight import NEWS, NEWS_BESIDE_WORDS, log_odds_per_deviation
from engine.search.diversity import deduplicate, maximal_marginal_relevance
from engine.search.fusion import POOL, Ranking, Rows, Scores, fuse
from engine.search.lexical import distinct
from engine.search.request import SearchRequest
from engine.search.result import QueryPart
from engine.search.retriever import Allowed, Restriction

_MAX_POOL = 4_000
# The log odds of sharing all values of a photo in the query, where tags are asked too: they tell
# what the photo is, but not what of it is wanted.
_SHARED = 4.0
# The log odds of being taken for all that a photo and words together are: less than words ask for.
_TAKEN_FOR = 4.0
# So many of the photos nearest to a photo are compared by what they are taken for, at least.
_COMPARED = 2 * POOL


def pool_sizes(request: SearchRequest) -> list[int]:
    """Return the sizes of the pools that pages are cut from, one after another.

    The first holds what nearly everybody sees. A later one is asked only for what stands behind the
    earlier ones, so that neither k nor the page changes any order.

    Examples
    --------
    >>> pool_sizes(SearchRequest("red", k=300)), pool_sizes(SearchRequest("red", mode="dense"))
    ([200, 400], [9])
    """
    n_shown = request.offset + request.k
    if request.mode == "dense" and not request.deduplicate and not request.diversity:
        return [n_shown]
    sizes = [POOL]
    while sizes[-1] < min(2 * n_shown if request.deduplicate else n_shown, _MAX_POOL):
        sizes.append(2 * sizes[-1])
    return sizes


@dataclass(frozen=True, slots=True, eq=False)
class ReadQuery:
    """A query as it was read: its terms, the parts with a place in the space, and their sum.

    Parameters
    ----------
    request
        What was asked.
    terms
        As typed, slips of the finger put right.
    parts
        Those the model can place.
    embedding
        (n_dims,), the query's unit row; None where the model can place nothing.
    own
        Rows of the collection's photos that are part of the query, and no matches.
    """

    request: SearchRequest
    terms: Sequence[Term]
    parts: Sequence[QueryPart]
    embedding: NDArray[np.float32] | None
    own: frozenset[int]

    @property
    def text(self) -> str:
        """The words that are asked for."""
        return " ".join(self._texts(1))

    @property
    def taken_away(self) -> list[str]:
        """The words of each minus."""
        return self._texts(-1)

    @property
    def photos(self) -> list[QueryPart]:
        """The photos that are asked with."""
        return [part for part in self.parts if not part.term.text and not part.steers]

    def _texts(self, sign: int) -> list[str]:
        return [term.text for term in self.terms if term.text and term.weight * sign > 0]


class Ranker:
    """Ranks the rows of a collection.

    Parameters
    ----------
    context
        Where to look, and what nearness means there.
    """

    def __init__(self, context: SearchContext) -> None:
        self._context = context
        self._retriever = context.retriever

    def allowed(self, query: ReadQuery) -> Allowed:
        """Find which photos may be matches; those that are part of the query are none."""
        request = query.request
        allowed = self._retriever.allowed(
            Restriction(
                request.filters,
                carrying=query.text if request.only_matching else "",
                without=tuple(query.taken_away) if request.mode != "dense" else (),
            )
        )
        n_own = int(np.count_nonzero(self._retriever.passing(sorted(query.own), allowed)))
        return replace(allowed, n_photos=allowed.n_photos - n_own)

    def ranked(self, query: ReadQuery, allowed: Allowed) -> tuple[Ranking, bool]:
        """Return rows in order, at least as many as are wanted where there are, and exactness."""
        whole, is_exact = Ranking(np.empty(0, np.int64)), True
        for n_pool in pool_sizes(query.request):
            pool, is_exact = self._pool(query, allowed, n_pool)
            whole = whole.followed_by(pool)
        return whole, is_exact

    def _pool(self, query: ReadQuery, allowed: Allowed, n_pool: int) -> tuple[Ranking, bool]:
        """Rank about so many rows."""
        request = query.request
        by_attributes = (
            request.mode == "hybrid"
            and bool(query.photos)
            and bool(self._context.attribute_similarity.attributes)
        )
        n_pool = max(n_pool, _COMPARED if by_attributes else 0) + len(query.own)
        near: Rows = np.empty(0, np.int64)
        is_exact = True
        if query.embedding is not None and request.mode != "lexical":
            nearest = self._retriever.nearest(
                query.embedding, n_pool, allowed, exact=request.exact or None, ef=request.ef
            )
            near, is_exact = _without(nearest.rows, query.own), nearest.is_exact
        if request.mode == "dense":
            return Ranking(near), is_exact
        if query.text:
            return self._fused(query, near, allowed, n_pool), is_exact
        if by_attributes and query.embedding is not None:
            return self._by_attributes(query.embedding, near, n_pool), is_exact
        return Ranking(near, {"meaning": np.ones(len(near), np.float32)}), is_exact

    def _fused(self, query: ReadQuery, near: Rows, allowed: Allowed, n_pool: int) -> Ranking:
        """Order what is near and what says the words by what all of it tells."""
        photos = query.photos
        named: Rows = np.array([] if photos else self._retriever.named(query.text), np.int64)
        named = _without(named[self._retriever.passing(named, allowed)], query.own)
        # A condition that many meet is cut by their rows.
        k = 2 * n_pool if photos else n_pool
        with self._retriever.by_words(query.text, k, allowed, is_condition=bool(photos)) as scorer:
            said = _without(scorer.candidates, query.own)
            rows = distinct(near, said, named)
            told = scorer.log_odds(rows)
            is_said = scorer.is_said
        embeddings = self._retriever.embeddings(rows)
        if query.embedding is not None:
            similarities = np.vecdot(embeddings, query.embedding)
            # Nearness decides where all else tells the same.
            order = np.argsort(-similarities, kind="stable")
            rows, embeddings, similarities = rows[order], embeddings[order], similarities[order]
            told = {name: each[order] for name, each in told.items()}
        if query.embedding is not None and query.request.mode == "hybrid":
            news = NEWS if photos or not is_said else NEWS_BESIDE_WORDS
            told = {"meaning": news * self._nearness(query.embedding, similarities), **told}
            if photos and self._context.attribute_similarity.attributes:
                whole = sum(
                    attribute.weight for attribute in self._context.attribute_similarity.attributes
                )
                alike = self._attribute_similarities(query.embedding, embeddings)
                told["labels"] = np.float32(_TAKEN_FOR / whole) * alike
        if photos:
            told["tags"] = told["tags"] + self._shared_values(photos, rows)
        return fuse(rows, told, n_wanted=n_pool, named=named.tolist())

    def _by_attributes(self, embedding: NDArray[np.float32], rows: Rows, n_pool: int) -> Ranking:
        """Order the photos nearest to a photo by their nearness and by what they are taken for."""
        embeddings = self._retriever.embeddings(rows)
        level = np.float32(self._context.background.level(embedding))
        told = {
            "meaning": np.vecdot(embeddings, embedding) - level,
            "labels": self._attribute_similarities(embedding, embeddings),
        }
        return fuse(rows, told, n_wanted=n_pool)

    def _attribute_similarities(
        self, embedding: NDArray[np.float32], embeddings: NDArray[np.float32]
    ) -> Scores:
        """Return how far photos are taken for what the query is; counted as nearness is."""
        taken_for = self._context.attribute_similarity.taken_for
        return taken_for(embeddings) @ taken_for(embedding[None])[0]

    def _nearness(self, embedding: NDArray[np.float32], similarities: Scores) -> Scores:
        """Return the log odds of being so near."""
        level, spread = (
            self._context.background.level(embedding),
            self._context.background.spread(embedding),
        )
        return np.float32(self._log_odds_per_deviation) * (similarities - level) / spread

    @cached_property
    def _log_odds_per_deviation(self) -> float:
        return log_odds_per_deviation(
            self._context.collection, self._context.encoder, self._context.background
        )

    def _shared_values(self, photos: Sequence[QueryPart], rows: Rows) -> Scores:
        """Return how much of its photos' values each row shares; rare values count more."""
        shared, whole = np.zeros(len(rows), np.float32), 1e-6
        common = self._context.collection_values.counts
        n_rows = len(self._context.collection.embeddings)
        for part in photos:
            if part.term.weight < 0 or not part.term.ids:
                continue
            for name, value in self._retriever.photo(part.term.ids[0]).attributes.items():
                n_photos = common.get((name, value), 0)
                if n_photos and name not in part.set_aside.split(", "):
                    worth = math.log1p(n_rows / n_photos)
                    shared[self._retriever.having(rows, name, value)] += worth
                    whole += worth
        return shared * np.float32(_SHARED / whole)

    def arranged(
        self, query: ReadQuery, ranking: Ranking
    ) -> tuple[list[int], dict[int, list[int]]]:
        """Return rows as the request wants them to differ, and the near-duplicates behind each."""
        rows, request = ranking.rows.tolist(), query.request
        if not rows or not (request.deduplicate or request.diversity):
            return rows, {}
        behind: dict[int, list[int]] = {}
        n_shown = request.offset + request.k
        if request.deduplicate:
            embeddings = self._retriever.embeddings(rows)
            n_wanted = len(rows) if request.diversity else n_shown
            rows, behind = deduplicate(rows, embeddings, n_wanted=n_wanted)
        if request.diversity and query.embedding is not None:
            rows = self._diverse(rows, ranking, query.embedding, request.diversity, n_shown)
        return rows, behind

    def _diverse(
        self,
        rows: Sequence[int],
        ranking: Ranking,
        embedding: NDArray[np.float32],
        diversity: float,
        n_wanted: int,
    ) -> list[int]:
        """Choose pool by pool, each beside what was chosen before it."""
        chosen: list[int] = []
        named = ranking.rows[: ranking.n_named]
        for start, end in zip((0, *ranking.pools), ranking.pools, strict=False):
            pool = set(ranking.rows[start:end].tolist())
            candidates = [each for each in rows if each in pool]
            embeddings = self._retriever.embeddings(candidates)
            chosen += maximal_marginal_relevance(
                candidates,
                np.vecdot(embeddings, embedding) + np.isin(candidates, named),
                embeddings,
                diversity=diversity,
                n_wanted=n_wanted - len(chosen),
                before=self._retriever.embeddings(chosen),
            )
        return chosen


def _without(rows: Rows, own: frozenset[int]) -> Rows:
    return rows[~np.isin(rows, list(own))] if own else rows
