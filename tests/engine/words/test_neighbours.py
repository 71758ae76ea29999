"""The neighbours of 50 words, judged by hand.

`judged_neighbours.tsv` holds the five words nearest to each, sorted by a person into plausible ones
and others. Plausible is what a person might say instead, a kind of it, its opposite or sibling (a
*coat* for a *jacket*), or what plainly belongs to it (*slice* and *pizza*); two things that are
merely worn or seen together are not (*sneakers* and *jeans*). A neighbour that nobody has judged
counts as wrong: after the vectors are learned anew, the file is to be judged anew.
"""

from __future__ import annotations

import csv
from pathlib import Path

from engine.text.stopwords import FILLER
from engine.words import WordVectors

_JUDGED = Path(__file__).with_name("judged_neighbours.tsv")
_K = 5


def test_four_in_five_neighbours_of_fifty_words_are_plausible():
    """209 of 250 when they were judged: 0.836."""
    vectors = WordVectors.open()
    with _JUDGED.open(encoding="utf-8", newline="") as file:
        judged = list(csv.DictReader(file, delimiter="\t"))
    assert len(judged) == 50
    n_plausible = sum(
        len(
            {each.word for each in vectors.nearest(line["word"], k=_K)}
            & set(line["plausible"].split())
        )
        for line in judged
    )
    assert n_plausible / (_K * len(judged)) >= 0.8


def test_no_word_that_only_holds_a_sentence_together_is_a_neighbour():
    vectors = WordVectors.open()
    near = {each.word for word in ("big", "dog", "standing") for each in vectors.nearest(word, 50)}
    assert not near & FILLER
