"""Asking: queries made of attributes that some photos truly have, in three wordings each.

No model has a say in what is asked. Combinations are drawn evenly from those that at least
`MIN_TRUE` photos have, half of them from the ones that drawings for training never show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from demo.drawing import (
    COLOUR_WORDS,
    KIND_WORDS,
    KINDS,
    MATERIAL_WORDS,
    PATTERN_WORDS,
    is_held_out,
    pattern_family,
)

MIN_TRUE = 3
"""A combination is asked for only if so many photos have it."""

_ASKED_TOGETHER = (
    ("colour", "kind"),
    ("pattern", "kind"),
    ("material", "kind"),
    ("colour", "pattern"),
    ("colour", "pattern", "kind"),
    ("colour", "material", "kind"),
)
_UNSEEN_IN_A_PHOTO = frozenset({"cotton", "polyester", "nylon", "plastic", "metal", "rubber"})
"""Materials without a look of their own: nobody could say from a photo who is right."""

_STRIPES = [words for pattern, words in PATTERN_WORDS.items() if pattern.endswith(" stripes")]
_WORDS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "colour": COLOUR_WORDS,
    "pattern": {
        **PATTERN_WORDS,
        # What is said of stripes that run either way.
        "striped": [word for word in _STRIPES[0] if all(word in words for words in _STRIPES)],
    },
    "material": MATERIAL_WORDS,
    "kind": KIND_WORDS,
}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

Looks = Mapping[str, str]
Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Question:
    """One combination of attributes, and how it is asked for.

    Parameters
    ----------
    looks
        What a photo must have to be a true answer: values by ``colour``, ``pattern``, ``material``
        and ``kind``. The pattern ``striped`` means stripes of any direction.
    unseen
        Whether drawings for training never show these together.
    n_true
        How many photos have all of them.
    plain, synonyms, typo
        The query in usual words, in other words and another order, and as `plain` with one slip
        of a finger.
    """

    looks: Looks
    unseen: bool
    n_true: int
    plain: str
    synonyms: str
    typo: str


def looks_of(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return what can be asked about a photo with these attributes.

    Examples
    --------
    >>> looks_of({"kind": "tie", "colour": "red", "pattern": "diagonal stripes"})
    {'colour': 'red', 'kind': 'tie', 'pattern': 'striped'}
    >>> looks_of({"kind": "jeans", "colour": "blue", "pattern": "solid", "material": "denim"})
    {'colour': 'blue', 'kind': 'jeans'}
    """
    looks = {name: attributes[name] for name in ("colour", "kind") if name in attributes}
    kind, pattern = attributes.get("kind", ""), pattern_family(attributes.get("pattern", "solid"))
    if pattern != "solid":
        looks["pattern"] = pattern
    material = attributes.get("material", "")
    if material and material not in _UNSEEN_IN_A_PHOTO and _has_a_choice(kind):
        looks["material"] = material
    return looks


def ask_questions(
    photos: Sequence[Mapping[str, str]], n_questions: int, seed: int = 0
) -> list[Question]:
    """Return questions about photos: half of them unseen, half about three attributes.

    Where the photos lack combinations of one sort, others of the same half take their place, and
    if those do not suffice there are fewer questions.

    Parameters
    ----------
    photos
        The true attributes of each.
    n_questions
        How many, at least 1.
    seed
        0 or more; the same photos and seed give the same questions.

    Examples
    --------
    >>> drawn = [{"kind": "skirt", "colour": "teal", "pattern": "solid"}] * 3
    >>> [(question.plain, question.unseen) for question in ask_questions(drawn, 4)]
    [('teal skirt', True)]
    """
    if n_questions < 1:
        raise ValueError(f"n_questions must be at least 1, got {n_questions}")
    rng = np.random.default_rng(seed)
    counts = _count_combinations(photos)
    chosen: list[tuple[tuple[str, str], ...]] = []
    for unseen, n_wanted in ((True, n_questions // 2), (False, n_questions - n_questions // 2)):
        sorts = [
            [combination for combination in counts if _is(combination, unseen, n_looks)]
            for n_looks in (2, 3)
        ]
        chosen += _evenly(sorts, n_wanted, rng)
    return [_worded(dict(looks), counts[looks], rng) for looks in chosen]


def _has_a_choice(kind: str) -> bool:
    """Return whether a kind's material says anything: jeans are always denim."""
    return kind in KINDS and len(KINDS[kind].materials) > 1


def _count_combinations(
    photos: Sequence[Mapping[str, str]],
) -> dict[tuple[tuple[str, str], ...], int]:
    """Return how many photos have each combination worth asking for, in a fixed order."""
    counts: Counter[tuple[tuple[str, str], ...]] = Counter()
    for attributes in photos:
        looks = looks_of(attributes)
        for names in _ASKED_TOGETHER:
            if all(looks.get(name) in _WORDS[name] for name in names):
                counts[tuple((name, looks[name]) for name in names)] += 1
    return {looks: counts[looks] for looks in sorted(counts) if counts[looks] >= MIN_TRUE}


def _is_unseen(looks: Looks) -> bool:
    return "kind" in looks and is_held_out(
        looks["kind"], looks.get("colour", ""), looks.get("pattern", "")
    )


def _is(combination: tuple[tuple[str, str], ...], unseen: bool, n_looks: int) -> bool:
    return len(combination) == n_looks and _is_unseen(dict(combination)) == unseen


def _evenly(
    sorts: list[list[tuple[tuple[str, str], ...]]], n_wanted: int, rng: Rng
) -> list[tuple[tuple[str, str], ...]]:
    """Draw as many from either sort, and more from one where the other has too few."""
    first, other = (
        [sort[step] for step in rng.permutation(len(sort))] for sort in (sorts[0], sorts[1])
    )
    n_first = min(len(first), max(n_wanted // 2, n_wanted - len(other)))
    return [*first[:n_first], *other[: n_wanted - n_first]]


def _worded(looks: Looks, n_true: int, rng: Rng) -> Question:
    order = [name for name in ("colour", "pattern", "material", "kind") if name in looks]
    plain = " ".join(_WORDS[name][looks[name]][0] for name in order).lower()
    return Question(
        looks=looks,
        unseen=_is_unseen(looks),
        n_true=n_true,
        plain=plain,
        synonyms=_in_other_words(looks, order, rng),
        typo=_with_a_slip(plain, rng),
    )


def _in_other_words(looks: Looks, order: Sequence[str], rng: Rng) -> str:
    """Return the query with another word for all that has one, the kind last or the colour."""
    said = {}
    for name in order:
        usual, *others = _WORDS[name][looks[name]]
        said[name] = str(others[int(rng.integers(len(others)))]) if others else usual
    first = [name for name in order if name != "kind"]
    first = [first[step] for step in rng.permutation(len(first))]
    kind = [said["kind"]] if "kind" in said else []
    if kind and "colour" in said and rng.random() < 0.25:
        words = [*(said[name] for name in first if name != "colour"), *kind, "in", said["colour"]]
    else:
        words = [*(said[name] for name in first), *kind]
    return " ".join(words).lower()


def _with_a_slip(text: str, rng: Rng) -> str:
    """Return the text with one letter dropped, doubled, swapped or wrong, never a word's first.

    >>> _with_a_slip("red skirt", np.random.default_rng(1)) != "red skirt"
    True
    """
    words = text.split()
    long = [step for step, word in enumerate(words) if len(word) >= 4]
    step = long[int(rng.integers(len(long)))] if long else int(rng.integers(len(words)))
    word = words[step]
    at = int(rng.integers(1, len(word) - 1)) if len(word) > 2 else len(word) - 1
    slips = [
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
        word[:at] + _LETTERS[int(rng.integers(26))] + word[at + 1 :],
    ]
    changed = [slip for slip in slips if slip != word]
    words[step] = changed[int(rng.integers(len(changed)))]
    return " ".join(words)
