"""Word vectors: the words nearest to a word, a sum of words, or any vector of their space."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import config
from engine.errors import QueryError
from engine.progress import Report, no_report
from engine.query import Term, parse_query
from engine.selection import top_k
from engine.text import spelt_nearly
from engine.text import words as words_of
from engine.text.stopwords import FILLER
from engine.words.screen import is_screened
from engine.words.store import MANIFEST, open_words
from engine.words.vector_files import NAMED, converted, fetched
from engine.words.word_list import Vocabulary

BUNDLED = config.ASSETS / "words" / "kindred"
_CHUNK_ROWS = 65_536
_SUGGESTED_FROM = 20_000


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A word near a query.

    Parameters
    ----------
    rank
        From 1, the nearest.
    word
        As the vocabulary writes it.
    similarity
        Cosine, −1 to 1.
    distance
        Between the two unit vectors, 0 to 2: √(2 − 2·similarity).
    """

    rank: int
    word: str
    similarity: float
    distance: float


@dataclass(frozen=True, slots=True)
class WordSum:
    """What a text became.

    Parameters
    ----------
    vector
        Unit row, float32 (n_dims,).
    known
        The words that took part, as the vocabulary writes them.
    unknown
        The words of the text that the vocabulary lacks, as they were typed.
    """

    vector: NDArray[np.float32]
    known: tuple[str, ...]
    unknown: tuple[str, ...]


class WordVectors:
    """A vocabulary whose words are unit rows; near rows are words of near meaning.

    Use `open`. Rows are mapped from the disk, so a set of millions of words costs little memory.

    Examples
    --------
    >>> vectors = WordVectors.open()
    >>> vectors.nearest("shirt", k=3)[0].similarity > 0.4
    True
    >>> vectors.understand("shirt + qwzx").unknown
    ('qwzx',)
    """

    def __init__(self, folder: Path) -> None:
        manifest, self._vocabulary, self._rows = open_words(folder)
        self.folder = folder
        self.name = manifest.name
        self.n_dims = manifest.n_dims
        self.fingerprint = manifest.fingerprint
        self.report = manifest.report

    @classmethod
    def open(cls, source: Path | str | None = None, *, progress: Report = no_report) -> WordVectors:
        """Open a set of word vectors.

        Parameters
        ----------
        source
            A file of GloVe (text) or word2vec (binary), plain, gzipped or zipped: converted at the
            first time and mapped from then on. Or a folder that `save_words` wrote, or one of the
            well-known sets by name (``"glove.6B.300d"``, see `engine.words.vector_files`),
            downloaded at the first time. None: the set that comes with Kindred.
        progress
            Hears of a conversion, in words read.

        Raises
        ------
        ModelError
            The file or folder is missing or damaged; the sentence names the line.
        """
        if source is None:
            return cls(BUNDLED)
        path = Path(source).expanduser()
        if str(source) in NAMED and not path.exists():
            path = fetched(str(source), progress)
        return cls(path if (path / MANIFEST).is_file() else converted(path, progress))

    def __len__(self) -> int:
        return len(self._vocabulary)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self._vocabulary.find(word) is not None

    @property
    def words(self) -> Vocabulary:
        """The words by row, the most frequent first where the file had them so."""
        return self._vocabulary

    def vector(self, text: str) -> NDArray[np.float32]:
        """Return the unit row, (n_dims,), of a word or a sum of words, all of them known.

        Raises
        ------
        QueryError
            Some word is unknown; `understand` does without it and says so.
        """
        understood = self.understand(text)
        if understood.unknown:
            raise self._unknown(understood.unknown)
        return understood.vector

    def understand(self, text: str) -> WordSum:
        """Read a text as the sum of its words.

        Words side by side are averaged; ``+``, ``-`` and ``2*`` work as in a search (see
        `engine.query`). The averages of the parts are added by their weights, and the sum is
        brought to length 1.

        Raises
        ------
        QueryError
            No word is known, or the words cancel out.
        """
        total = np.zeros(self.n_dims, np.float32)
        known: list[int] = []
        unknown: list[str] = []
        for term in parse_query(text):
            rows, missing = self._rows_of(term)
            known += rows
            unknown += missing
            if rows:
                total += np.float32(term.weight) * self._take(rows).mean(axis=0)
        if not known:
            raise self._unknown(unknown)
        length = float(np.linalg.norm(total))
        if length < 1e-4:
            raise QueryError("the words cancel out", value=text, remedy="Leave one of them out")
        names = tuple(dict.fromkeys(self._vocabulary[row] for row in known))
        return WordSum(total / np.float32(length), names, tuple(dict.fromkeys(unknown)))

    def vectors(
        self, texts: Sequence[str], *, smoothing: float | None = None
    ) -> tuple[NDArray[np.float32], list[tuple[str, ...]]]:
        """Average the words of many plain texts; signs mean nothing here.

        Parameters
        ----------
        texts
            Labels, captions.
        smoothing
            Weigh a word of probability p by a / (a + p), so that "a" and "the" hardly count; try
            1e-3. p is guessed from the word's row by Zipf's law. None weighs all alike.

        Returns
        -------
        rows : ndarray of float32, (n_texts, n_dims)
            Unit rows; zeros where no word of a text is known.
        unknown : list of tuple of str
            The unknown words of each text.

        References
        ----------
        Arora, Liang and Ma, "A simple but tough-to-beat baseline for sentence embeddings",
        ICLR 2017: the weights, without its removal of a common component.
        """
        rows = np.zeros((len(texts), self.n_dims), np.float32)
        unknown = []
        for row, text in zip(rows, texts, strict=True):
            places, missing = self._rows_of(Term(1.0, text))
            unknown.append(tuple(dict.fromkeys(missing)))
            if places:
                total = self._weights(places, smoothing) @ self._take(places)
                row[:] = total / max(float(np.linalg.norm(total)), 1e-12)
        return rows, unknown

    def nearest(
        self,
        query: str | NDArray[np.float32],
        k: int = 10,
        *,
        among: Sequence[str] | None = None,
    ) -> list[Neighbour]:
        """Return the k words nearest to a text or to a vector, the nearest first.

        Words that would insult somebody are left out (see `engine.words.screen`), and so are the
        words of the query itself and those that only hold a sentence together (*the*, *with*).
        Near means used alike: a set that was learned from captions puts *couch* beside *chair*
        because people write the same around both. It cannot tell kinds from opposites.

        Parameters
        ----------
        query
            A word, a sum of words, or a vector, (n_dims,), of any length but zero.
        k
            How many, at least 1.
        among
            Only these words may be answers; those the vocabulary lacks are passed over.

        Raises
        ------
        QueryError
            No word of the text is known.
        ValueError
            The vector has another width, is zero or not finite.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        if isinstance(query, str):
            understood = self.understand(query)
            return self._nearest(understood.vector, k, frozenset(understood.known), among)
        return self._nearest(self._checked(query), k, frozenset(), among)

    def suggest(self, word: str, n: int = 3) -> list[str]:
        """Return up to `n` frequent words spelt nearly like an unknown one."""
        near = spelt_nearly(word.lower(), self._vocabulary[:_SUGGESTED_FROM])
        return [word for word in near if not is_screened(word)][:n]

    def _nearest(
        self,
        vector: NDArray[np.float32],
        k: int,
        left_out: frozenset[str],
        among: Sequence[str] | None,
    ) -> list[Neighbour]:
        similarities = self._similarities(vector)
        if among is not None:
            found = {row for w in among if (row := self._vocabulary.find(w)) is not None}
            allowed = np.array(sorted(found), np.int64)
            candidates = allowed[top_k(similarities[allowed], len(allowed))]
            rows: Iterator[int] = iter(candidates.tolist())
        else:
            rows = _descending(similarities, 2 * k + len(left_out) + 32)
            left_out |= FILLER
        neighbours: list[Neighbour] = []
        for row in rows:
            word = self._vocabulary[row]
            if word not in left_out and not is_screened(word):
                similarity = min(max(float(similarities[row]), -1.0), 1.0)
                distance = math.sqrt(2.0 - 2.0 * similarity)
                neighbours.append(Neighbour(len(neighbours) + 1, word, similarity, distance))
            if len(neighbours) == k:
                break
        return neighbours

    def _similarities(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        parts = [
            np.asarray(self._rows[start : start + _CHUNK_ROWS], np.float32) @ vector
            for start in range(0, len(self), _CHUNK_ROWS)
        ]
        return np.concatenate(parts)

    def _checked(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        row = np.asarray(vector, np.float32)
        length = float(np.linalg.norm(row)) if row.shape == (self.n_dims,) else 0.0
        if not 0.0 < length < math.inf:
            raise ValueError(
                f"vector must have shape ({self.n_dims},), finite and not zero, not {row.shape}"
            )
        return row / np.float32(length)

    def _rows_of(self, term: Term) -> tuple[list[int], list[str]]:
        """Return the rows of a term's known words, and its unknown words as typed."""
        known: list[int] = []
        unknown: list[str] = []
        for piece in term.text.split():
            whole = self._vocabulary.find(piece.strip(".,;:!?\"'()"))
            if whole is not None:  # "t-shirt" or "New_York", where the vocabulary has it so
                known.append(whole)
                continue
            for word in words_of(piece):
                row = self._vocabulary.find(word)
                if row is None:
                    unknown.append(word)
                else:
                    known.append(row)
        return known, unknown

    def _take(self, rows: list[int]) -> NDArray[np.float32]:
        return np.asarray(self._rows[rows], np.float32)

    def _weights(self, rows: list[int], smoothing: float | None) -> NDArray[np.float32]:
        if smoothing is None:
            return np.ones(len(rows), np.float32)
        # Zipf: the word of rank r has probability 1 / (r · H), H the harmonic sum over all ranks.
        harmonic = math.log(len(self)) + 0.5772
        probability = 1.0 / ((np.array(rows) + 1) * harmonic)
        return (smoothing / (smoothing + probability)).astype(np.float32)

    def _unknown(self, words: Sequence[str]) -> QueryError:
        close = [near for word in words[:3] for near in self.suggest(word)]
        remedy = f"Did you mean {', '.join(close)}" if close else "Try another word"
        named = ", ".join(words) or None
        return QueryError(f"not among the {len(self):,} words known", value=named, remedy=remedy)


def _descending(similarities: NDArray[np.float32], n_first: int) -> Iterator[int]:
    """Yield rows from the most similar on; the first few without sorting all."""
    yield from top_k(similarities, n_first).tolist()
    if n_first < len(similarities):
        yield from top_k(similarities, len(similarities))[n_first:].tolist()
