"""What captions answer, as the lexical retriever asks them."""

from __future__ import annotations

from engine.catalogue import Catalogue


def best(catalogue: Catalogue, text: str, k: int, *, every_word: bool = False) -> dict[int, float]:
    """Return the BM25 of the `k` rows that match a text best, by row, best first."""
    with catalogue.full_text(text) as question:
        rows, scores = question.best(k, every_word=every_word)
    return dict(zip(rows.tolist(), scores.tolist(), strict=True))
