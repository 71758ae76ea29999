"""Word vectors of our own: words are alike when they stand among the same words.

Co-occurrences within a window are counted, turned into positive pointwise mutual information, and
factored. On a few hundred thousand short texts this is as good as skip-gram with negative sampling,
whose factorisation it is; it takes seconds and comes out the same each time.

References
----------
Levy, Goldberg and Dagan, "Improving distributional similarity with lessons learned from word
embeddings", TACL 2015: PPMI with context distribution smoothing (α = 0.75), windows whose nearer
words weigh more, and singular values to the power of a half. Contexts that know their side:
Schütze, "Word space", NIPS 1992.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import read_source
from engine.errors import CatalogueError, TrainingError
from engine.text import singular, words
from engine.words.screen import is_screened

_SMOOTHING = 0.75
_SINGULAR_POWER = 0.5


@dataclass(frozen=True, slots=True)
class LearnedWords:
    """Words, the most frequent first, and their vectors, float32 (n_words, n_dims).

    A word stands for both of its numbers, in the one that the texts used more.
    """

    words: list[str]
    rows: NDArray[np.float32]
    n_texts: int


def learn_words(
    texts: Iterable[str],
    *,
    n_dims: int = 128,
    min_count: int = 5,
    max_words: int = 12_000,
    window: int = 3,
    without: Collection[str] = (),
    seed: int = 0,
) -> LearnedWords:
    """Learn word vectors from texts.

    Parameters
    ----------
    texts
        Captions, titles, sentences; read once.
    n_dims
        Width of a vector, at least 2.
    min_count
        Words seen less often are left out.
    max_words
        The most frequent words kept.
    window
        How many words to each side count; a word's weight falls evenly with its distance.
    without
        Words to leave out, such as brands.
    seed
        Where the factorisation starts.

    Raises
    ------
    TrainingError
        When too few words come often enough.
    """
    shut = {singular(word) for text in without for word in words(text)}
    sentences, counts, surface = _read(texts)
    kept = [w for w in counts if counts[w] >= min_count and _is_word(w) and w not in shut]
    kept = sorted(kept, key=lambda word: (-counts[word], word))[:max_words]
    if len(kept) <= n_dims:
        raise TrainingError(
            f"too few words come {min_count} times or more",
            value=len(kept),
            remedy=f"Give more texts, or fewer dimensions than {len(kept)}",
        )
    pairs = _count_pairs(sentences, {word: i for i, word in enumerate(kept)}, window)
    rows = _factor(_ppmi(pairs), n_dims, seed)
    return LearnedWords([surface[word] for word in kept], rows, len(sentences))


def _read(texts: Iterable[str]) -> tuple[list[list[str]], Counter[str], dict[str, str]]:
    """Return the texts as folded words, how often each came, and how it is mostly written."""
    written: Counter[str] = Counter()
    sentences = []
    for text in texts:
        cut = words(text)
        written.update(cut)
        sentences.append([singular(word) for word in cut])
    counts: Counter[str] = Counter()
    surface: dict[str, str] = {}
    for word, count in written.most_common():
        surface.setdefault(singular(word), word)
        counts[singular(word)] += count
    return sentences, counts, surface


def _is_word(word: str) -> bool:
    """Letters only, and more than one: sizes, years and codes have no meaning of their own."""
    return (len(word) > 1 or word == "a") and word.isalpha() and not is_screened(word)


def _count_pairs(sentences: Sequence[Sequence[str]], ids: dict[str, int], window: int) -> Any:
    """Return weighted counts of what follows each word, then of what precedes it: (n, 2n)."""
    # Keeping the two sides apart finds words that may stand in each other's place (a tee for a
    # shirt) before words that stand beside each other (the button of a shirt).
    from scipy import sparse

    # Words that are left out stay as gaps, and a gap of `window` parts one text from the next.
    line: list[int] = []
    for sentence in sentences:
        line += [ids.get(word, -1) for word in sentence]
        line += [-1] * window
    stream = np.array(line, np.int64)
    shape = (len(ids), len(ids))
    total = sparse.csr_matrix(shape, dtype=np.float64)
    for distance in range(1, window + 1):
        left, right = stream[:-distance], stream[distance:]
        both = (left >= 0) & (right >= 0)
        weights = np.full(int(both.sum()), (window + 1 - distance) / window)
        total = total + sparse.csr_matrix((weights, (left[both], right[both])), shape=shape)
    return sparse.hstack([total, total.T]).tocsr()


def _ppmi(counts: Any) -> Any:
    """Return max(0, log(P(w, c) / (P(w)·P_α(c)))) for each pair of words, sparse, from counts."""
    pairs = counts.tocoo()
    word = np.asarray(pairs.sum(axis=1)).ravel()
    context = np.asarray(pairs.sum(axis=0)).ravel() ** _SMOOTHING
    pmi = np.log(pairs.data * context.sum() / (word[pairs.row] * context[pairs.col]))
    pairs.data = np.maximum(pmi, 0.0)
    return pairs.tocsr()


def _factor(matrix: Any, n_dims: int, seed: int) -> NDArray[np.float32]:
    from scipy.sparse.linalg import svds

    start = np.random.default_rng(seed).standard_normal(min(matrix.shape))
    left, values, _ = svds(matrix, k=n_dims, v0=start)
    rows = left * values**_SINGULAR_POWER
    # A word beside nothing has no row; the first axis keeps it from being zero.
    rows[np.linalg.norm(rows, axis=1) < 1e-9, -1] = 1.0
    return rows.astype(np.float32)


def read_texts(paths: Iterable[Path]) -> Iterator[str]:
    """Yield every different text of some sources once, in their order.

    Parameters
    ----------
    paths
        Folders of photos with a table, whose captions are read, or files with a text per line.
        Attributes are not read: side by side in no sentence, they make "medium" a kind of "shirt".

    Raises
    ------
    CatalogueError
        When a source cannot be read.
    """
    seen: set[str] = set()
    for path in paths:
        for text in _of_folder(path) if path.is_dir() else _of_file(path):
            if text not in seen:
                seen.add(text)
                yield text


def _of_folder(folder: Path) -> Iterator[str]:
    for record in read_source(folder).records:
        yield from record.captions


def _of_file(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from (line.strip() for line in file if line.strip())
    except OSError as error:
        raise CatalogueError(
            f"the texts cannot be read ({error.strerror})", value=path, remedy="Check the path"
        ) from error
