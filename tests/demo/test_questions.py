"""Questions with known answers, and judging them, over worlds small enough to count by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from demo.drawing import KINDS, choose_product, is_held_out
from demo.questions import (
    KINDS_OF_ARTICLE,
    MIN_TRUE,
    Question,
    ask_questions,
    judge_questions,
    looks_of,
    match_kinds,
)
from engine import shell
from engine.errors import CollectionError, ModelError
from engine.text import Tokenizer

DEMO = Path(__file__).resolve().parents[2] / "assets" / "demo"


@pytest.fixture(scope="module")
def photos() -> list[dict[str, str]]:
    """The true attributes of two thousand products, as a large collection would have them."""
    return [choose_product(np.random.default_rng(seed)).attributes() for seed in range(2000)]


@pytest.fixture(scope="module")
def questions(photos: list[dict[str, str]]) -> list[Question]:
    return ask_questions(photos, 40, seed=5)


def collection(rows: Sequence[Sequence[float]], attributes: Sequence[dict[str, str]]):
    """Return what a judge sees of a collection: one photo per row."""
    listed = [
        SimpleNamespace(row=row, attributes=known, content_hash=f"hash {row}")
        for row, known in enumerate(attributes)
    ]
    return SimpleNamespace(
        folder=Path("shelf"),
        embeddings=np.array(rows, np.float32),
        manifest=SimpleNamespace(model=SimpleNamespace(name="model", fingerprint="1")),
        catalogue=SimpleNamespace(all_photos=lambda: iter(listed)),
    )


def asking(shelf: SimpleNamespace, encoder, *found: int):
    """Return what a judge sees of an engine: the same rows are found in hybrid mode, whatever is
    asked."""
    matches = [SimpleNamespace(photo=SimpleNamespace(row=row)) for row in found]
    answer = SimpleNamespace(matches=matches)
    return SimpleNamespace(collection=shelf, encoder=encoder, search=lambda *a, **k: answer)


# --- asking ------------------------------------------------------------------------------------


def test_half_of_the_questions_are_unseen_and_half_are_about_three_attributes(questions):
    assert len(questions) == 40
    for unseen in (True, False):
        for n_looks in (2, 3):
            asked = [q for q in questions if (q.unseen, len(q.looks)) == (unseen, n_looks)]
            assert len(asked) == 10


def test_every_question_is_true_of_as_many_photos_as_it_says(photos, questions):
    known = [looks_of(attributes) for attributes in photos]
    for question in questions:
        n_true = sum(question.looks.items() <= looks.items() for looks in known)
        assert n_true == question.n_true >= MIN_TRUE


def test_a_question_is_unseen_exactly_when_training_leaves_its_combination_out(questions):
    for question in questions:
        looks = question.looks
        held_out = "kind" in looks and is_held_out(
            looks["kind"], looks.get("colour", ""), looks.get("pattern", "")
        )
        assert question.unseen == held_out


def test_the_same_seed_asks_the_same_and_another_seed_something_else(photos, questions):
    assert ask_questions(photos, 40, seed=5) == questions
    assert ask_questions(photos, 40, seed=6) != questions


def test_a_typo_changes_one_word_by_one_slip_and_synonyms_use_other_words(questions):
    for question in questions:
        plain, typo = question.plain.split(), question.typo.split()
        changed = [pair for pair in zip(plain, typo, strict=True) if pair[0] != pair[1]]
        assert len(changed) == 1
        (word, slip) = changed[0]
        assert abs(len(word) - len(slip)) <= 1
        assert word[0] == slip[0]
        assert question.synonyms != question.plain


def test_where_unseen_combinations_are_few_there_are_fewer_questions():
    """Three red ties and nothing else: one question that was seen, none that was not."""
    drawn = [{"kind": "tie", "colour": "red", "pattern": "solid", "material": "polyester"}] * 3
    (only,) = ask_questions(drawn, 10)
    assert (only.plain, only.unseen, only.n_true) == ("red tie", False, 3)


def test_no_questions_at_all_is_a_mistake():
    with pytest.raises(ValueError, match="n_questions"):
        ask_questions([], 0)


# --- judging -----------------------------------------------------------------------------------


class Redness:
    """A model to which every query means (1, 0), where red things lie."""

    name, tokenizer = "redness", Tokenizer([("red", 99), ("tie", 99)], n_tokens=4)

    def embed_texts(self, texts: Sequence[str]) -> np.ndarray:
        return np.tile(np.array([[1, 0]], np.float32), (len(texts), 1))


def test_precision_is_the_true_ones_of_nine_or_of_all_there_are():
    """Four red ties and twelve others; the model puts two of the four first and two last.

    Red ties are the only combination that enough photos share, so it alone is asked. Two of the
    first nine are true, and there are four in all: 2 / 4. Hybrid, three are found: 3 / 4.
    """
    red, other = {"kind": "tie", "colour": "red"}, {"kind": "spaceship"}
    attributes = [red, red, *[other] * 12, red, red]
    rows = [(1 - step / 20, 0) for step in range(16)]
    judgement = judge_questions(asking(collection(rows, attributes), Redness(), 0, 15, 2, 1), 10)
    assert [question.plain for question in judgement.questions] == ["red tie"]
    assert judgement.precision.tolist() == [[0.5, 0.5, 0.5]]
    assert judgement.pool == 16
    assert judgement.figures()["plain"] == {
        "all": 0.5, "seen": 0.5, "two": 0.5, "hybrid": 0.75,
    }  # fmt: skip
    assert judgement.sizes() == {
        "all": 1, "seen": 1, "unseen": 0, "two": 1, "three": 0, "nine_true": 0,
    }  # fmt: skip


def test_what_cannot_be_judged_is_told_with_a_remedy():
    with pytest.raises(CollectionError, match="engine demo"):
        judge_questions(asking(collection([(1, 0)], [{"kind": "spaceship"}]), Redness()), 5)
    wordless = SimpleNamespace(name="eyes only", tokenizer=None)
    with pytest.raises(ModelError, match="understands no words"):
        judge_questions(asking(collection([(1, 0)], [{}]), wordless), 5)


def test_the_demo_answers_questions_in_the_shell(capsys):
    assert shell.main(["evaluate", str(DEMO), "--questions", "12", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert 6 <= record["n_questions"]["all"] == len(record["questions"]) <= 12
    for wording in ("plain", "synonyms", "typo"):
        asked = [question[wording]["precision_at_9"] for question in record["questions"]]
        assert record["precision_at_9"][wording]["all"] == pytest.approx(np.mean(asked))
    assert record["precision_at_9"]["plain"]["all"] > 0.3, "the model lost its way"
    assert shell.main(["evaluate", str(DEMO), "--questions", "12"]) == 0
    assert "seen combinations" in capsys.readouterr().out


# --- real photos -------------------------------------------------------------------------------


def test_a_real_photo_is_judged_by_the_kind_its_article_type_stands_for():
    """Nine drawn ties and nine drawn belts; a real tie lies at the ties, a real belt too.

    The tie finds ties only, the belt none of its own: (1 + 0) / 2. Socks are not drawn: not asked.
    """
    drawn = collection(
        [*[(1, 0)] * 9, *[(0, 1)] * 9], [*[{"kind": "tie"}] * 9, *[{"kind": "belt"}] * 9]
    )
    real = collection(
        [(1, 0), (0.9, 0.1), (1, 0)],
        [{"articleType": "Ties"}, {"articleType": "Belts"}, {"articleType": "Socks"}],
    )
    likeness = match_kinds(drawn, real)
    assert (likeness.pool, likeness.n_photos, likeness.precision_at_9) == (18, 2, 0.5)
    assert likeness.by_article == {"Belts": (1, 0.0), "Ties": (1, 1.0)}
    assert match_kinds(drawn, real, only=frozenset({"hash 0"})).precision_at_9 == 1.0


def test_real_photos_of_another_model_or_of_nothing_drawn_are_refused():
    drawn = collection([(1, 0)], [{"kind": "tie"}])
    with pytest.raises(CollectionError, match="articleType"):
        match_kinds(drawn, collection([(1, 0)], [{"articleType": "Socks"}]))
    other = collection([(1, 0)], [{"articleType": "Ties"}])
    other.manifest.model.fingerprint = "2"
    with pytest.raises(CollectionError, match="different models"):
        match_kinds(drawn, other)


def test_article_types_stand_for_kinds_that_are_drawn():
    assert frozenset().union(*KINDS_OF_ARTICLE.values()) == KINDS.keys()
