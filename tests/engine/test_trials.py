"""Trials ask what can be answered: only attributes that vary by themselves can change alone."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import pytest

from engine.evaluation.known_attributes import Truth
from engine.search.collection_values import Mention

FAMILIES = {"cup": "china", "mug": "china", "hat": "cloth", "cap": "cloth", "sock": "cloth"}
COLOURS = ("red", "green", "blue")


@pytest.fixture
def truth() -> Truth:
    """Every kind in every colour, its family said too; a mark on two cups, which nothing tells."""
    photos = [
        SimpleNamespace(row=row, attributes={"kind": kind, "family": FAMILIES[kind], "colour": c})
        for row, (kind, c) in enumerate(product(FAMILIES, COLOURS))
    ]
    photos[0].attributes["mark"] = "A"
    photos[1].attributes["mark"] = "B"
    values = [Mention("kind", kind, 3) for kind in FAMILIES]
    engine = SimpleNamespace(
        collection=SimpleNamespace(catalogue=SimpleNamespace(all_photos=lambda: photos)),
        encoder=SimpleNamespace(tokenizer=None),
        collection_values=SimpleNamespace(values=values),
    )
    return Truth(engine)


def test_a_kind_tells_its_family_so_one_cannot_change_without_the_other(truth: Truth):
    """All of the family's entropy is told: more than half."""
    assert not truth.are_free("kind", "family")
    assert not truth.are_free("family", "kind")


def test_a_colour_that_every_kind_has_is_free_of_it(truth: Truth):
    """All 15 pairs once: log 5 + log 3 - log 15 = 0 is told."""
    assert truth.are_free("kind", "colour")
    assert truth.are_free("colour", "family")


def test_only_photos_with_both_values_count(truth: Truth):
    """Two marks, in two colours: each tells the other, whatever the 13 unmarked photos are."""
    assert not truth.are_free("mark", "colour")
