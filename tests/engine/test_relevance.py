"""What a similarity means: background, likelihoods, the line, and trials on the demo."""

from __future__ import annotations

import numpy as np
import pytest

from engine.config import DEMO_COLLECTION
from engine.encoders.places import SeesPlaces
from engine.evaluation import try_absent, try_judged, try_modes
from engine.evaluation.feedback import ndcg
from engine.explanation import WordBook, explain_places
from engine.images import read_photo
from engine.receipts import contact_sheet, receipt_of
from engine.relevance import Background, fit, natural_gap, reliability
from engine.search import SearchEngine, SearchRequest
from engine.search.recall_curve import measure_recall


@pytest.fixture(scope="module")
def demo() -> SearchEngine:
    return SearchEngine.open(DEMO_COLLECTION)


def test_the_background_needs_no_photo_for_mean_and_spread():
    rows = np.random.default_rng(0).normal(size=(500, 6)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    background = Background(rows, np.arange(500))
    similarities = rows @ rows[7]
    assert background.level(rows[7]) == pytest.approx(similarities.mean(), abs=1e-5)
    assert background.spread(rows[7]) == pytest.approx(similarities.std(), abs=1e-4)
    assert background.shares_below(rows[7], np.ones(1, np.float32))[0] == 499 / 500


def test_a_fit_finds_where_the_truth_turns_however_rare_it_is():
    """Truth is figure > 0.6; one of ten examples is true, and both weigh the same."""
    figures = np.concatenate([np.linspace(0, 0.6, 900), np.linspace(0.6, 1, 100)])[:, None]
    fitted = fit(figures, figures[:, 0] > 0.6, strictness=0.01)
    assert fitted.likelihood([0.3]) < 0.1 < 0.9 < fitted.likelihood([0.9])
    with pytest.raises(ValueError, match="both truths"):
        fit(figures, np.ones(1000))


def test_reliability_is_zero_where_what_was_stated_came_true():
    stated = np.repeat([0.25, 0.75], 100)
    came = np.concatenate([np.arange(100) < 25, np.arange(100) < 75])
    assert reliability(stated, came).error == pytest.approx(0)


def test_the_line_lies_at_the_largest_fall_between_sure_and_unlikely():
    similarities = np.array([0.9, 0.8, 0.79, 0.5, 0.49], np.float32)
    likelihoods = np.array([0.95, 0.7, 0.65, 0.5, 0.1])
    assert natural_gap(similarities, likelihoods) == 3
    assert natural_gap(similarities, np.zeros(5)) == 0
    assert natural_gap(similarities, np.ones(5)) == 5


def test_thumbs_in_perfect_order_are_worth_one():
    assert ndcg([1, 1, -1], n_good=2) == 1
    assert ndcg([-1, 1], n_good=1) == pytest.approx(1 / np.log2(3))
    assert ndcg([], n_good=0) == 0


def test_places_of_a_photo_add_up_to_its_similarity(demo: SearchEngine):
    answer = demo.search("striped shirt - red", k=3)
    assert isinstance(demo.encoder, SeesPlaces)
    for match in answer.matches:
        found = explain_places(demo, answer.query_parts, match.photo.row)
        for heat, part in zip(found, match.parts, strict=True):
            assert heat.places.shape == (found[0].places.shape)
            assert heat.places.sum() + heat.rest == pytest.approx(part, abs=0.02)
        pixels = read_photo(demo.collection.photo_file(match.photo.row), demo.encoder.preprocessing)
        row = demo.encoder.embed_photos(pixels.pixels[None])[0]
        heat, rest = demo.encoder.feature_places(pixels.pixels).heat(
            answer.query_parts[0].embedding
        )
        assert heat.sum() + rest == pytest.approx(
            float(row @ answer.query_parts[0].embedding), abs=1e-3
        )


def test_a_photos_nearest_words_name_it(demo: SearchEngine):
    book = WordBook(demo)
    match = demo.search("umbrella", k=1).matches[0]
    near = [word for word, _ in book.nearest(demo.collection.embeddings[match.photo.row], 10)]
    assert "umbrella" in near


def test_what_the_demo_has_and_has_not_is_told_apart(demo: SearchEngine):
    trial = try_absent(demo)
    assert trial.right_present >= 0.9
    assert trial.right_absent >= 0.9
    verdict = demo.judge(demo.search("steam locomotive leather", mode="hybrid"))
    assert not verdict.has_answer
    assert verdict.n_answers == 0
    assert demo.judge(demo.search("umbrella", mode="hybrid")).has_answer


@pytest.mark.parametrize(
    "text",
    [
        "formal black shoes",
        "a bag for the office",
        "sunglasses for the beach",
        "shoes under 50 dollars",
        "something warm for winter",
        "gift for a man",
        "I'm looking for a nice red dress for a wedding",
    ],
)
def test_filler_and_what_a_thing_is_for_are_no_evidence_against_it(demo: SearchEngine, text: str):
    answer = demo.search(text, mode="hybrid")
    assert demo.judge(answer).has_answer


@pytest.mark.parametrize(
    "text", ["a red toaster", "wedding cake", "a denim watch", "snow white car"]
)
def test_a_thing_that_is_not_there_is_no_answer_whatever_its_colour(demo: SearchEngine, text: str):
    assert not demo.judge(demo.search(text, mode="hybrid")).has_answer


def test_a_value_that_no_photo_found_has_may_be_said_by_their_captions(demo: SearchEngine):
    """*Blue* is a colour, but of grey photos only captions say "Navy Blue"."""
    assert demo.judge(demo.search("blue grey")).has_answer


def test_a_word_the_model_does_not_know_is_its_own_fault_not_the_collections(demo: SearchEngine):
    """Training showed *giraffe* four times, *toaster* never; umbrellas it knows."""
    assert demo.judge(demo.search("a red toaster", mode="hybrid")).unknown == ("toaster",)
    assert demo.judge(demo.search("giraffe", mode="hybrid")).unknown == ("giraffe",)
    assert demo.judge(demo.search("leather umbrella", mode="hybrid")).unknown == ()


@pytest.mark.parametrize("text", ["dog", "a denim watch"])
def test_where_there_is_no_answer_every_match_is_doubted(demo: SearchEngine, text: str):
    verdict = demo.judge(demo.search(text))
    assert not verdict.has_answer
    assert max(verdict.likelihoods) < 0.5


def test_matches_that_a_caption_or_tag_names_are_not_doubted(demo: SearchEngine):
    answer = demo.search("black boots for the office", mode="hybrid")
    named = [
        likely
        for match, likely in zip(answer.matches, demo.judge(answer).likelihoods, strict=True)
        if match.photo.attributes["kind"] == "boot" and match.photo.attributes["colour"] == "black"
    ]
    assert named
    assert min(named) == 1


@pytest.mark.parametrize("mode", ["dense", "lexical", "hybrid"])
@pytest.mark.parametrize("diversity", [0.0, 0.5])
def test_pages_and_any_k_are_cut_from_one_order(demo: SearchEngine, mode: str, diversity: float):
    def ids(k: int, offset: int = 0) -> list[str]:
        request = SearchRequest("red dress", k=k, offset=offset, mode=mode, diversity=diversity)
        return [match.photo.photo_id for match in demo.search(request).matches]

    whole = ids(60)
    assert len(set(whole)) == 60
    assert ids(5) == whole[:5]
    assert [each for page in range(6) for each in ids(10, 10 * page)] == whole
    assert ids(260)[:60] == whole


@pytest.mark.parametrize("mode", ["dense", "lexical", "hybrid"])
@pytest.mark.parametrize("query", ["red dress", "dress - floral", "Brown Kicks"])
def test_the_score_on_a_card_falls_with_rank_and_is_never_negative(
    demo: SearchEngine, mode: str, query: str
):
    scores = [match.score for match in demo.search(query, mode=mode, k=40).matches]
    assert scores == sorted(scores, reverse=True)
    assert 0 <= min(scores) <= max(scores) <= 1


def test_exact_titles_and_codes_come_first_and_hybrid_search_loses_nothing(
    demo: SearchEngine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("engine.evaluation.search_modes._N_TITLES", 60)
    monkeypatch.setattr("engine.evaluation.search_modes._N_CODES", 60)
    trial = try_modes(demo)
    assert trial.title_first >= 0.99
    assert trial.code_first == 1
    assert trial.titles["hybrid"] >= max(trial.titles["dense"], trial.titles["lexical"])


def test_thumbs_become_figures(demo: SearchEngine):
    ids = [match.photo.photo_id for match in demo.search("umbrella", k=3, mode="dense").matches]
    thumbs = {"umbrella": {ids[0]: 1, ids[1]: 1, ids[2]: -1}, "zzz zzz": {ids[0]: 1}}
    trial = try_judged(demo, thumbs)
    assert (trial.n_queries, trial.ndcg_at_9["dense"]) == (1, 1)
    assert trial.precision_at_9["dense"] == pytest.approx(2 / 3)


def test_a_receipt_names_everything_that_makes_the_answer_again(demo: SearchEngine):
    request = SearchRequest("dress - floral", k=4, mode="dense", deduplicate=True)
    answer = demo.search(request)
    receipt = receipt_of(demo, answer)
    assert receipt["shell"].endswith("'dress - floral' -k 4 --mode dense --deduplicate")
    assert receipt["ids"] == [match.photo.photo_id for match in answer.matches]
    assert receipt["collection"]["fingerprint"] == demo.collection.fingerprint
    assert receipt["settings"] == {"k": 4, "mode": "dense", "deduplicate": True}
    assert contact_sheet(demo, answer, receipt)[:2] == b"\xff\xd8"


def test_the_dial_ends_with_the_exact_answer(demo: SearchEngine):
    """Of a photo and of a text; without a graph every setting is exact."""
    points = measure_recall(demo)
    assert points[-1].ef == 0
    for point in points:
        assert (point.photo_recall, point.text_recall) == (1, 1)


def test_a_title_typed_whole_finds_its_photo_and_a_minus_stays_one(demo: SearchEngine):
    """Photo 5's title has a minus between spaces; in lower case nobody copied a title."""
    photos = demo.collection.catalogue.all_photos()
    photo = next(each for each in photos if " - " in each.captions[0])
    title = photo.captions[0]
    assert demo.search(title, mode="hybrid", k=1).matches[0].photo.captions[0] == title
    assert [term.weight for term in demo.parse("belt - black")] == [1, -1]
    assert [term.weight for term in demo.parse("- red")] == [-1]
