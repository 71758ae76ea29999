"""The vocabulary: the same token ids when a model is trained and when it answers.

Each word is folded to its singular, so that *T-Shirts*, *tshirt* and *Tshirts* are one entry.
Words outside the vocabulary have no id and leave no trace in the encoding; whoever asks is told
which they were. A vocabulary of sub-words (`SubwordTokenizer`) reads those too, piece by piece.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.durable import MALFORMED, read_record
from engine.errors import ModelError
from engine.text.analyser import normalise, singular, words
from engine.text.spelling import slips, spelt_nearly

PADDING = 0
PIECES = "tokenizer.json"
FORMAT_VERSION = 1
# Words looked up lately: those of a query come back at once, and few words make most texts.
_REMEMBERED = 16_384


class Tokenizer:
    """A vocabulary of singular words, ordered from the most frequent to the rarest.

    Parameters
    ----------
    counts
        Word and how often the training texts had it, in the order of the ids from 1.
        Id 0 is padding.
    n_tokens
        Width of an encoded row; what a text has beyond it is cut off.

    Examples
    --------
    >>> tokenizer = Tokenizer.fit(["red dress", "Red shoes", "blue dress"], min_count=1, n_tokens=4)
    >>> tokenizer.encode(["blue dresses", "a red thing"]).tolist()
    [[3, 1, 0, 0], [2, 0, 0, 0]]
    >>> tokenizer.unknown("a red thing")
    ['a', 'thing']
    """

    def __init__(self, counts: Sequence[tuple[str, int]], n_tokens: int) -> None:
        if n_tokens < 1:
            raise ValueError(f"n_tokens must be at least 1, not {n_tokens}")
        self.n_tokens = n_tokens
        self._counts = dict(counts)
        self._ids = {word: i for i, (word, _) in enumerate(counts, start=1)}
        self._id_of = lru_cache(maxsize=_REMEMBERED)(self._look_up)

    @classmethod
    def fit(
        cls, texts: Iterable[str], *, min_count: int = 2, max_words: int = 8000, n_tokens: int = 24
    ) -> Tokenizer:
        """Learn the vocabulary of some texts.

        Parameters
        ----------
        texts
            The training texts, each counted as often as it comes.
        min_count
            Words seen less often stay unknown.
        max_words
            The most frequent words kept; ties go to the alphabet, so that a refit is the same.
        """
        seen = Counter(singular(word) for text in texts for word in words(text))
        ordered = sorted(seen.items(), key=lambda item: (-item[1], item[0]))
        return cls([item for item in ordered if item[1] >= min_count][:max_words], n_tokens)

    @property
    def n_ids(self) -> int:
        """Number of ids in use, padding included."""
        return len(self._ids) + 1

    @property
    def words(self) -> list[str]:
        """The vocabulary, in the order of the ids from 1."""
        return list(self._ids)

    def encode(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """Return token ids, shape (n_texts, n_tokens), zero-padded on the right."""
        rows = np.full((len(texts), self.n_tokens), PADDING, np.int32)
        for row, text in zip(rows, texts, strict=True):
            ids = [i for word in words(text) if (i := self._id_of(word))]
            ids = ids[: self.n_tokens]
            row[: len(ids)] = ids
        return rows

    def unknown(self, text: str) -> list[str]:
        """Return the words of `text` that the vocabulary lacks, in order, each once."""
        return self.sort_words(text)[1]

    def sort_words(self, text: str) -> tuple[list[str], list[str]]:
        """Return the known and the unknown words of `text`, each in order and once."""
        known: list[str] = []
        unknown: list[str] = []
        for word in dict.fromkeys(words(text)):
            (known if self._id_of(word) else unknown).append(word)
        return known, unknown

    def _look_up(self, word: str) -> int:
        """Return the id of a word in either number, or 0 for an unknown one."""
        return self._ids.get(singular(word), PADDING)

    def count(self, word: str) -> int:
        """Return how often the training texts had `word`, in either number."""
        return self._counts.get(singular(word), 0)

    def suggest(self, word: str, n: int = 3) -> list[str]:
        """Return up to `n` known words spelt nearly like `word`; see `spelt_nearly`.

        Among equally near words, the one that training showed most often comes first: *sirt* is
        *shirt* before *skirt*. A last s may be an ending or a letter: *drses* is *dress*.
        """
        typed = normalise(word)
        forms = dict.fromkeys((singular(typed), typed))
        near = {each: self._ids[each] for form in forms for each in spelt_nearly(form, self._ids)}
        fewest = {each: min(slips(form, each) for form in forms) for each in near}
        return sorted(near, key=lambda each: (fewest[each], near[each]))[:n]

    def frequent(self, n: int) -> list[str]:
        """Return the `n` most frequent words of more than two letters."""
        return [w for w in self._ids if len(w) > 2 and w.isalpha()][:n]

    def save(self, path: Path) -> None:
        """Write the vocabulary as JSON."""
        content = {
            "version": FORMAT_VERSION,
            "n_tokens": self.n_tokens,
            "words": list(self._counts.items()),
        }
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Tokenizer:
        """Read a vocabulary that `save` wrote.

        Raises
        ------
        ModelError
            The file is missing, damaged, or of a newer version.
        """
        try:
            content = read_record(path, FORMAT_VERSION, refuse=ModelError)
            counts = [(str(word), int(count)) for word, count in content["words"]]
            return cls(counts, int(content["n_tokens"]))
        except (OSError, *MALFORMED) as error:
            raise ModelError(
                "the vocabulary cannot be read", value=path, remedy="Copy or train the model again"
            ) from error


class SubwordTokenizer(Tokenizer):
    """A vocabulary of pieces of words: what is no word of it is read piece by piece.

    Only what is written in letters that no piece has is unknown. Which words training showed, and
    how often, is known as in every vocabulary: it corrects spelling and finds words for a photo.

    Parameters
    ----------
    pieces
        A `tokenizers.Tokenizer`; its id 0 is padding.
    counts, n_tokens
        As in `Tokenizer`.

    Examples
    --------
    >>> import tokenizers
    >>> known = {"[PAD]": 0, "[UNK]": 1, "snow": 2, "##board": 3, "dog": 4}
    >>> pieces = tokenizers.Tokenizer(tokenizers.models.WordPiece(known, unk_token="[UNK]"))
    >>> pieces.normalizer = tokenizers.normalizers.Lowercase()
    >>> pieces.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    >>> tokenizer = SubwordTokenizer(pieces, [("dog", 7)], n_tokens=4)
    >>> tokenizer.encode(["Snowboard dog", "犬"]).tolist()
    [[2, 3, 4, 0], [0, 0, 0, 0]]
    >>> tokenizer.sort_words("snowboard 犬"), tokenizer.count("snowboard")
    ((['snowboard'], ['犬']), 0)
    """

    def __init__(self, pieces: Any, counts: Sequence[tuple[str, int]], n_tokens: int) -> None:
        super().__init__(counts, n_tokens)
        self._pieces = pieces
        self._unread = pieces.token_to_id("[UNK]")

    @property
    def n_ids(self) -> int:
        """Number of ids in use, padding included."""
        return self._pieces.get_vocab_size()

    def encode(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """Return the ids of each text's pieces, shape (n_texts, n_tokens), zero-padded."""
        rows = np.full((len(texts), self.n_tokens), PADDING, np.int32)
        read = self._pieces.encode_batch(list(texts), add_special_tokens=False)
        for row, encoding in zip(rows, read, strict=True):
            ids = [i for i in encoding.ids if i != self._unread][: self.n_tokens]
            row[: len(ids)] = ids
        return rows

    def _look_up(self, word: str) -> int:
        """Return the id of a word's first piece that can be read, or 0 where there is none."""
        ids = self._pieces.encode(word, add_special_tokens=False).ids
        return next((i for i in ids if i != self._unread), PADDING)

    def is_whole(self, word: str) -> bool:
        """Tell whether a word is a piece by itself, in either number."""
        return any(
            len(self._pieces.encode(w, add_special_tokens=False).ids) == 1 and self._look_up(w)
            for w in (word, singular(word))
        )

    def save(self, path: Path) -> None:
        """Write the vocabulary as JSON, and the pieces beside it."""
        super().save(path)
        self._pieces.save(str(path.with_name(PIECES)))

    @classmethod
    def load(cls, path: Path) -> SubwordTokenizer:
        """Read a vocabulary that `save` wrote, and the pieces beside it.

        Raises
        ------
        ModelError
            A file is missing, damaged, or of a newer version.
        """
        known = Tokenizer.load(path)
        counts = list(known._counts.items())
        return cls.of_pieces(path.with_name(PIECES), counts, known.n_tokens)

    @classmethod
    def of_pieces(
        cls, path: Path, counts: Sequence[tuple[str, int]], n_tokens: int
    ) -> SubwordTokenizer:
        """Read pieces as the `tokenizers` library writes them, to go with counted words.

        Raises
        ------
        ModelError
            The file is missing or damaged.
        """
        from tokenizers import Tokenizer as Pieces

        try:
            pieces = Pieces.from_str(path.read_text(encoding="utf-8"))
        except Exception as error:  # the library raises plain exceptions for every damage
            raise ModelError(
                "the vocabulary's pieces cannot be read",
                value=path,
                remedy="Copy or train the model again",
            ) from error
        return cls(pieces, counts, n_tokens)
