"""Sub-words of our own, learned from captions and names: so no word is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

N_PIECES, N_TOKENS = 12_000, 40


class Pieces:
    """Our own sub-words, learned from texts and names.

    Parameters
    ----------
    path
        Where they are kept.
    """

    def __init__(self, path: Path, texts: Sequence[str], names: Sequence[str]) -> None:
        if not path.exists():
            self._learn(texts, names).save(str(path))
        self.tokenizer = Tokenizer.from_file(str(path))

    @staticmethod
    def _learn(texts: Sequence[str], names: Sequence[str]) -> Tokenizer:
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(
            vocab_size=N_PIECES, special_tokens=["[PAD]", "[UNK]"], min_frequency=2
        )
        tokenizer.train_from_iterator([*texts, *list(names) * 20], trainer)
        return tokenizer

    def tokens(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """Return the pieces of each text, (n, 40), zeros after its end."""
        rows = np.zeros((len(texts), N_TOKENS), np.int32)
        for row, encoded in zip(rows, self.tokenizer.encode_batch(list(texts)), strict=True):
            ids = encoded.ids[:N_TOKENS]
            row[: len(ids)] = ids
        return rows
