"""Texts: one analysis of words for models, spelling, values and full text.

analyser.py    a text to words, words to singulars and stems
stopwords.py   function words, filler and praise
spelling.py    known words that a slip makes of a misspelt one
tokenizer.py   vocabularies: words, or pieces of words, to the token ids of a model
"""

from __future__ import annotations

from engine.text.analyser import (
    asked_stems,
    has_run,
    normalise,
    other_number,
    singular,
    stems,
    words,
)
from engine.text.spelling import slips, spelt_nearly
from engine.text.tokenizer import PIECES, SubwordTokenizer, Tokenizer

__all__ = [
    "PIECES",
    "SubwordTokenizer",
    "Tokenizer",
    "asked_stems",
    "has_run",
    "normalise",
    "other_number",
    "singular",
    "slips",
    "spelt_nearly",
    "stems",
    "words",
]
