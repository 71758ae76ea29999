"""The search engine, over a space small enough to work every answer out by hand.

A photo's row is its mean colour, a text's row the colour it names: red (1, 0, 0), green (0, 1, 0),
blue (0, 0, 1). A yellow photo (255, 255, 0) is (1, 1, 0) / √2.
"""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import CatalogueError, ModelError, PhotoError, QueryError
from engine.images import Preprocessing
from engine.search import SearchEngine, upload
from engine.search.dense_weight import log_odds_per_deviation
from engine.search.diversity import deduplicate
from engine.storage import Collection, build_collection
from engine.text import Tokenizer

COLOURS = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "cyan": (0, 255, 255),
    "magenta": (255, 0, 255),
}
SIZES = {"red": "S", "green": "S", "blue": "M", "yellow": "M", "cyan": "L", "magenta": "L"}


class PrimaryColours:
    """The encoder of this module's docstring."""

    name, fingerprint, runtime = "primary", "primary-1", "onnx"
    n_dims, preprocessing = 3, Preprocessing(8)
    tokenizer = Tokenizer([("red", 9), ("green", 8), ("blue", 7)], n_tokens=4)

    def embed_photos(self, pixels: np.ndarray) -> np.ndarray:
        return unit(pixels.reshape(len(pixels), -1, 3).mean(axis=1))

    def embed_texts(self, texts: list[str]) -> np.ndarray:
        return unit(np.array([self._colour(ids) for ids in self.tokenizer.encode(texts)]))

    def _colour(self, ids: np.ndarray) -> np.ndarray:
        return np.array([(ids == number).sum() for number in (1, 2, 3)], float)


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def png(colour: str) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (16, 16), COLOURS[colour]).save(content, "PNG")
    return content.getvalue()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> SearchEngine:
    folder = tmp_path_factory.mktemp("colours")
    with (folder / "table.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "image", "caption", "size"])
        for colour, size in SIZES.items():
            (folder / f"{colour}.png").write_bytes(png(colour))
            table.writerow([colour, f"{colour}.png", f"a {colour} square", size])
    encoder = PrimaryColours()
    out = folder.parent / f"{folder.name}-collection"
    build_collection(folder, model=encoder, out=out)
    return SearchEngine(Collection.open(out), encoder)


def found(answer) -> list[str]:
    return [match.photo.photo_id for match in answer.matches]


def test_words_find_the_photos_nearest_to_them(engine: SearchEngine):
    """Red: 1; magenta and yellow, in the order of their paths: 1/√2; the rest: 0."""
    answer = engine.search("red", k=3, mode="dense")
    assert found(answer) == ["red", "magenta", "yellow"]
    similarities = [match.similarity for match in answer.matches]
    assert similarities == pytest.approx([1, 1 / math.sqrt(2), 1 / math.sqrt(2)], abs=1e-5)
    assert [match.rank for match in answer.matches] == [1, 2, 3]
    assert (answer.n_searched, answer.is_exact) == (6, True)


def test_terms_add_up_with_their_signs(engine: SearchEngine):
    """Red + green is the direction of yellow; red + green - 2*blue leaves all with blue last."""
    assert found(engine.search("red + green", k=1, mode="dense")) == ["yellow"]
    assert found(engine.search("red + green - 2*blue", mode="dense"))[-1] == "blue"


def test_similarity_is_linear_in_the_terms(engine: SearchEngine):
    """A minus counts ¾: q = (2 red - ¾ blue) / √4.5625, so magenta gets 1.25 / √9.125."""
    answer = engine.search("2*red - blue", k=6, mode="dense")
    by_id = {match.photo.photo_id: match.similarity for match in answer.matches}
    assert by_id["magenta"] == pytest.approx(1.25 / math.sqrt(9.125), abs=1e-5)


def test_a_photo_from_outside_finds_its_like(engine: SearchEngine):
    assert found(engine.search(images=[png("cyan")], k=1)) == ["cyan"]


def test_a_photo_and_words_are_one_query(engine: SearchEngine):
    """Cyan + red is white's direction; cyan without much blue leans to green."""
    assert found(engine.search("photo - 4*blue", images=[png("cyan")], k=1)) == ["green"]


def test_words_beside_a_photo_count_a_quarter_more_in_spreads_of_each(engine: SearchEngine):
    """Coefficient times spread is what a chip moves photos by: 1.25 to 1, and 2.5 to 1 doubled."""
    for query, ratio in (("red + photo", 1.25), ("2*red + photo", 2.5), ("red + green", 1)):
        images = [png("cyan")] if "photo" in query else []
        words, other = engine.search(query, images=images).query_parts
        moved = [c.coefficient * engine.background.spread(c.embedding) for c in (words, other)]
        assert moved[0] / moved[1] == pytest.approx(ratio, rel=1e-3)


def test_a_photo_inside_is_left_out_of_its_own_answer(engine: SearchEngine):
    answer = engine.search(inside=["red"], k=2)
    assert found(answer) == ["magenta", "yellow"]
    assert answer.n_searched == 5


def test_outside_and_inside_photos_are_numbered_in_this_order(engine: SearchEngine):
    answer = engine.search("photo - 4*photo2", images=[png("yellow")], inside=["red"], k=1)
    assert found(answer) == ["green"]


def test_filters_hold_for_every_key_and_any_value(engine: SearchEngine):
    answer = engine.search("red", filters={"size": ["m", "L"]})
    assert found(answer) == ["magenta", "yellow", "blue", "cyan"]
    assert answer.n_searched == 4


def test_a_filter_that_names_nothing_says_what_there_is(engine: SearchEngine):
    with pytest.raises(CatalogueError, match="size"):
        engine.search("red", filters={"colour": ["red"]})


def test_further_pages_go_on_where_the_first_ended(engine: SearchEngine):
    whole = engine.search("red", k=6)
    second = engine.search("red", k=2, offset=2)
    assert found(second) == found(whole)[2:4]
    assert [match.rank for match in second.matches] == [3, 4]
    assert engine.search("red", k=3, offset=50).matches == []


def test_unknown_words_are_named_and_the_rest_is_searched(engine: SearchEngine):
    answer = engine.search("shiny red - wooden", k=1)
    assert found(answer) == ["red"]
    assert answer.unknown_words == ["shiny", "wooden"]


def test_a_query_of_unknown_words_is_refused_with_words_to_use(engine: SearchEngine):
    with pytest.raises(QueryError, match=r"graun.*green"):
        engine.search("graun")
    with pytest.raises(QueryError, match=r"Words it knows: red"):
        engine.search("wooden")


def test_a_photo_beside_unknown_words_is_still_searched(engine: SearchEngine):
    answer = engine.search("wooden", images=[png("blue")], k=1)
    assert (found(answer), answer.unknown_words) == (["blue"], ["wooden"])


def test_terms_that_cancel_are_refused(engine: SearchEngine):
    with pytest.raises(QueryError, match="cancel"):
        engine.search("3*red - 4*red")


def test_a_query_with_only_a_minus_finds_what_is_least_like_it(engine: SearchEngine):
    assert "red" not in found(engine.search("- red", k=3, mode="dense"))


@pytest.mark.parametrize("damage", [b"", b"<svg></svg>", png("red")[:40]])
def test_an_upload_that_is_no_photo_is_the_worlds_fault(engine: SearchEngine, damage: bytes):
    with pytest.raises(PhotoError):
        engine.search(images=[damage])


def test_an_id_that_is_not_there_is_named(engine: SearchEngine):
    with pytest.raises(CatalogueError, match="purple"):
        engine.search(inside=["purple"])


def test_every_step_is_timed_and_they_add_up(engine: SearchEngine):
    seconds = engine.search("red").seconds
    assert set(seconds) == {"parse", "encode", "filter", "index", "catalogue", "total"}
    steps = sum(value for step, value in seconds.items() if step != "total")
    assert steps == pytest.approx(seconds["total"], abs=1e-3)


def test_facets_count_what_passes_the_filters(engine: SearchEngine):
    assert dict(engine.facets()["size"]) == {"S": 2, "M": 2, "L": 2}


def test_another_model_than_the_collections_is_refused(engine: SearchEngine):
    stranger = PrimaryColours()
    stranger.fingerprint = "another"
    with pytest.raises(ModelError, match="another model"):
        SearchEngine(engine.collection, stranger)


def test_a_model_without_words_answers_photos_only(engine: SearchEngine):
    mute = PrimaryColours()
    mute.tokenizer = None
    silent = SearchEngine(engine.collection, mute)
    assert found(silent.search(images=[png("red")], k=1)) == ["red"]
    with pytest.raises(QueryError, match="no words"):
        silent.search("red")


@pytest.mark.parametrize("wrong", [{"k": 0}, {"offset": -1}])
def test_a_k_or_offset_that_means_nothing_is_a_mistake(engine: SearchEngine, wrong: dict):
    with pytest.raises(ValueError, match="at least"):
        engine.search("red", **wrong)


def test_captions_are_asked_beside_the_model_unless_told_otherwise(engine: SearchEngine):
    """Yellow is a word of one caption and none of the model's."""
    assert found(engine.search("yellow square", k=1)) == ["yellow"]
    with pytest.raises(QueryError, match="none of these words"):
        engine.search("yellow square", k=1, mode="dense")


def test_a_misspelt_word_is_read_as_the_nearest_known_one_and_says_so(engine: SearchEngine):
    answer = engine.search("Grean", k=1)
    assert found(answer) == ["green"]
    assert [(each.word, each.read_as, each.n_seen) for each in answer.readings] == [
        ("grean", "green", 8)
    ]
    assert answer.unknown_words == []


def test_the_parts_of_a_match_add_up_to_its_similarity(engine: SearchEngine):
    answer = engine.search(
        "2*red + green - 0.5*blue + photo", images=[png("cyan")], k=6, liked=["yellow"]
    )
    assert len(answer.query_parts) == 5
    for match in answer.matches:
        embedding = engine.collection.embeddings[match.photo.row]
        assert sum(match.parts) == pytest.approx(match.similarity, abs=1e-5)
        assert float(embedding @ answer.query_embedding) == pytest.approx(
            match.similarity, abs=1e-5
        )


def test_photos_of_the_collection_are_chips_alone_and_in_groups(engine: SearchEngine):
    """Red and green together point at yellow; both are left out of the answer."""
    assert found(engine.search("[red,green]", k=1)) == ["yellow"]
    assert found(engine.search("[red]", k=1)) == found(engine.search(inside=["red"], k=1))


def test_a_region_of_a_photo_is_what_counts(engine: SearchEngine):
    two = io.BytesIO()
    picture = Image.new("RGB", (32, 16), COLOURS["red"])
    picture.paste(COLOURS["blue"], (16, 0, 32, 16))
    picture.save(two, "PNG")
    assert found(engine.search("photo@0.5,0,0.5,1", images=[two.getvalue()], k=1)) == ["blue"]
    assert found(engine.search("photo@0,0,0.5,1", images=[two.getvalue()], k=1)) == ["red"]


def test_thumbs_move_the_answer_and_their_photos_stay_in_it(engine: SearchEngine):
    """Red alone ties magenta and yellow; a thumb decides."""
    up = engine.search("red", k=3, liked=["yellow"], mode="dense")
    down = engine.search("red", k=3, disliked=["yellow"], mode="dense")
    assert found(up)[:2] == ["red", "yellow"] or found(up)[0] == "yellow"
    assert found(down)[1] == "magenta"
    assert [chip.steers for chip in up.query_parts] == [False, True]
    assert up.query == "red"


@pytest.mark.parametrize("query", ["yellow", "a yellow square", "L"])
def test_what_is_named_exactly_comes_first_when_text_is_asked(engine: SearchEngine, query: str):
    """`yellow` is an id, the sentence a caption, and L a size that two photos share."""
    answer = engine.search(query, k=6, mode="hybrid")
    assert answer.matches[0].is_named
    expected = {"cyan", "magenta"} if query == "L" else {"yellow"}
    assert answer.matches[0].photo.photo_id in expected
    assert sum(answer.matches[0].shares.values()) in (0, pytest.approx(1))


def test_a_minus_leaves_out_whose_captions_name_it_when_text_is_asked(engine: SearchEngine):
    answer = engine.search("square - blue", k=6, mode="lexical")
    assert "blue" not in found(answer)
    assert (answer.n_excluded, answer.n_searched) == (1, 5)


def test_near_identical_photos_fold_behind_the_first(engine: SearchEngine):
    rows = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [1, 0.01, 0]], np.float32)
    assert deduplicate([4, 5, 6, 7], unit(rows), n_wanted=9) == ([4, 6], {4: [5, 7]})
    assert found(engine.search("red", k=2, deduplicate=True)) == found(engine.search("red", k=2))


def test_a_varied_answer_starts_with_the_nearest_and_then_differs(engine: SearchEngine):
    varied = engine.search("red + 0.3*green", k=3, diversity=0.7)
    assert found(varied)[0] == found(engine.search("red + 0.3*green", k=1))[0]
    assert found(varied) != found(engine.search("red + 0.3*green", k=3))
    again = engine.search("red + 0.3*green", k=1, offset=2, diversity=0.7)
    assert found(again) == found(varied)[2:]


def test_facets_follow_the_query(engine: SearchEngine):
    """The two nearest to red are red (S) and magenta (L)."""
    near = engine.search("red", k=1).query_embedding
    assert engine.facets(near=near, n=2) == {"size": [("L", 1), ("S", 1)]}


def test_nearness_tells_what_the_collections_captions_show(engine: SearchEngine):
    """Captions the model can read: a red, a green and a blue square, each like the others.

    The six similarities to red are 1, 1/√2 twice and 0 three times: mean (1 + √2)/6 = 0.40237,
    variance 2/6 - 0.40237² = 0.17143, so red's own photo stands 0.59763 / 0.41404 = 1.44341
    spreads above.
    """
    told = log_odds_per_deviation(engine.collection, engine.encoder, engine.background)
    assert told == pytest.approx(1.44341, abs=1e-4)


def test_a_collection_without_readable_captions_takes_nearness_as_it_is(engine: SearchEngine):
    mute = PrimaryColours()
    mute.tokenizer = None
    assert log_odds_per_deviation(engine.collection, mute, engine.background) == 3


def test_words_that_say_more_outweigh_nearness_and_shares_add_up(engine: SearchEngine):
    """No word of "L square" is known to the model: captions and tags alone decide.

    All six captions say "square", so it tells nothing; only cyan and magenta have size L.
    """
    answer = engine.search("L square", k=6, mode="hybrid")
    assert set(found(answer)[:2]) == {"cyan", "magenta"}
    assert answer.matches[0].shares["tags"] > 0.99
    for match in engine.search("red square", k=6, mode="hybrid").matches:
        assert sum(match.shares.values()) == pytest.approx(1)


def test_slips_are_read_alike_by_model_and_captions(engine: SearchEngine):
    """Nobody's caption has "grean": read as green, it finds green by its caption as well. A word
    that some caption does say is no slip."""
    for text in ("grean", "green"):
        answer = engine.search(text, k=3, mode="hybrid")
        assert found(answer)[0] == "green"
        assert set(answer.matches[0].shares) == {"meaning", "captions"}
    assert found(engine.search("red - grean", k=6, mode="hybrid")).count("green") == 0
    assert answer.terms[0].text == "green"
    assert engine.search("grean", k=3, mode="hybrid").terms[0].text == "grean"


def test_a_word_beside_a_photo_means_the_attribute_that_most_photos_have(tmp_path):
    """Red is the trim of three photos and the colour of two; but all nine have a colour, so "this,
    but red" asks the photo to give up its colour. The words for colours differ in every direction
    but (1, 1, 1). In those the blue photo becomes what photos are on average, (2, 4, 3) / 9; along
    (1, 1, 1) it stays as it was, and has as much of it as the average: so that is what it becomes.
    """
    with (tmp_path / "table.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "image", "caption", "colour", "trim"])
        for n, colour in enumerate(["red"] * 2 + ["green"] * 4 + ["blue"] * 3):
            (tmp_path / f"{n}.png").write_bytes(png(colour))
            table.writerow([n, f"{n}.png", "a square", colour, "red" if n in (2, 3, 7) else ""])
    encoder = PrimaryColours()
    out = tmp_path.parent / f"{tmp_path.name}-collection"
    build_collection(tmp_path, model=encoder, out=out)
    engine = SearchEngine(Collection.open(out), encoder)
    chips = engine.search("[8] + red", k=1).query_parts
    assert [chip.set_aside for chip in chips] == ["colour", ""]
    assert chips[0].embedding == pytest.approx(np.array([2, 4, 3]) / 9, abs=1e-5)


class CountingColours(PrimaryColours):
    """The same encoder, counting how many photos it looked at."""

    n_photos = 0

    def embed_photos(self, pixels: np.ndarray) -> np.ndarray:
        self.n_photos += len(pixels)
        return super().embed_photos(pixels)


def test_an_upload_is_decoded_and_embedded_once_however_often_it_is_asked_with(
    engine: SearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen, asked with, asked with again under filters: one reading. A part is one look more."""
    decoded = []
    read = upload.read_photo
    monkeypatch.setattr(upload, "read_photo", lambda *a: decoded.append(a) or read(*a))
    counting = SearchEngine(engine.collection, CountingColours())
    red = png("red")
    counting.read(red)
    for filters in ({}, {"size": ("S",)}, {}):
        counting.search(images=[bytes(red)], filters=filters)
    assert (len(decoded), counting.encoder.n_photos) == (1, 1)
    counting.search("photo@0,0,0.5,0.5", images=[red])
    counting.search("photo@0,0,0.5,0.5 + green", images=[red])
    assert (len(decoded), counting.encoder.n_photos) == (1, 2)
    counting.search(images=[png("blue")])
    assert (len(decoded), counting.encoder.n_photos) == (2, 3)


def test_only_the_last_uploads_are_kept(
    engine: SearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for two values, a square and its row: red's are gone once blue was seen."""
    monkeypatch.setattr(upload, "_N_KEPT", 2)
    counting = SearchEngine(engine.collection, CountingColours())
    for colour in ("red", "red", "blue", "red"):
        counting.search(images=[png(colour)])
    assert counting.encoder.n_photos == 3


def test_a_file_that_changed_is_looked_at_anew(engine: SearchEngine, tmp_path: Path) -> None:
    file = tmp_path / "now.png"
    for colour in ("red", "blue"):
        file.write_bytes(png(colour))
        assert found(engine.search(images=[file], k=1)) == [colour]
