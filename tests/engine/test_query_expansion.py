"""What words and pairs of words stand for is learned with the build, and as captions tell it."""

from __future__ import annotations

import shutil
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from engine import config
from engine.catalogue import Catalogue, NewPhoto
from engine.search import prepare
from engine.search.collection_values import CollectionValues
from engine.search.query_expansion import PHRASE_VALUES, PhraseValues, Usage
from engine.storage import Collection
from engine.text import stems
from tests.engine.test_usage import SHELF


def shelf_of(path: Path, photos: list[tuple[tuple[str, ...], dict[str, str]]]) -> Catalogue:
    made = Catalogue.create(path, root="photos")
    made.add(
        NewPhoto(f"{n}", f"{n}.jpg", captions, values, (), 1, 1, 1, 1, "00")
        for n, (captions, values) in enumerate(photos)
    )
    return made


@pytest.fixture
def catalogue(tmp_path: Path):
    eight = [((caption,), values) for caption, values in SHELF for _ in range(8)]
    with shelf_of(tmp_path / "catalogue.sqlite", eight) as made:
        yield made


@pytest.fixture
def phrases(catalogue: Catalogue) -> PhraseValues:
    return PhraseValues.learned(catalogue, catalogue.shared_values())


def test_words_and_pairs_stand_for_what_nearly_all_photos_that_say_them_have(
    phrases: PhraseValues,
):
    """Eight stoles are scarves (40 of 72, by chance once in (72/40)^8 = 110 times) and olive (16 of
    64, once in 4^8 = 65,536); of 24 that say "green" 16 are green; "army green" are eight olive."""
    assert phrases.of(["stole"]) == {"colour": "olive"}
    assert phrases.of(["green"]) == {}
    assert phrases.of(["armi", "green"]) == {"colour": "olive"}
    assert phrases.of(["green", "armi"]) == {}
    assert phrases.of(["nobody"]) == {}


def test_no_pair_reaches_from_one_caption_into_the_next(tmp_path: Path):
    """Eight photos have two captions each, which meet in "tea cosy": no caption has that."""
    photos = [(("cup of tea", "cosy place"), {"room": "kitchen"})] * 8
    photos += [(("chair",), {"room": "hall"})] * 56
    with shelf_of(tmp_path / "catalogue.sqlite", photos) as made:
        phrases = PhraseValues.learned(made, made.shared_values())
    assert phrases.of(["tea"]) == {"room": "kitchen"}
    assert phrases.of(stems("cosy place")) == {"room": "kitchen"}
    assert phrases.of(stems("tea cosy")) == {}


def test_a_photo_that_says_a_word_in_two_captions_counts_once(tmp_path: Path):
    """Three of 96 photos in the hall say it, each twice: (96/32)^3 = 27 times, (96/32)^6 = 729, and
    with a fourth photo, still each once, 81: none is a thousand, where counting captions would
    make eight of four, 6,561."""
    photos = [(("a lamp", "the lamp"), {"room": "hall"})] * 4
    photos += [(("chair",), {"room": "hall"})] * 28 + [(("chair",), {"room": "den"})] * 64
    with shelf_of(tmp_path / "catalogue.sqlite", photos) as made:
        assert PhraseValues.learned(made, made.shared_values()).of(["lamp"]) == {}


def test_photos_that_say_nothing_teach_nothing(tmp_path: Path):
    with shelf_of(tmp_path / "catalogue.sqlite", [((), {"room": "hall"})] * 3) as made:
        assert PhraseValues.learned(made, made.shared_values()).of(["lamp"]) == {}
        assert PhraseValues.learned(made, []).of(["lamp"]) == {}


def test_what_was_learned_is_what_reading_the_captions_tells(catalogue: Catalogue):
    """Every word of the demo, and every pair of which no caption has one word without the other in
    a run: there both ways look at the same photos."""
    with Collection.open(config.DEMO_COLLECTION) as demo:
        values = CollectionValues(demo.catalogue, None)  # type: ignore[arg-type]
        read = Usage(demo.catalogue, values.counts, values.extent)
        learned = PhraseValues.learned(demo.catalogue, demo.catalogue.shared_values())
        said = {
            word
            for _, caption in islice(demo.catalogue.captions(), 0, None, 40)
            for word in stems(caption)
        }
        as_asked = sorted(word for word in said if stems(word) == [word])
        assert len(as_asked) > 100
        for word in as_asked:
            told = list(learned.of([word]).items())
            assert told == list(read.stands_for(word).items()), word  # the order tells as well


def test_a_query_reads_no_caption_where_phrases_were_learned(
    catalogue: Catalogue, phrases: PhraseValues, monkeypatch: pytest.MonkeyPatch
):
    values = CollectionValues(catalogue, None, phrases)  # type: ignore[arg-type]
    monkeypatch.setattr(Catalogue, "captions_and_attributes", None)
    (place,) = values.mentions("army green")
    assert [(each.attribute, each.value) for each in place] == [("colour", "olive")]


def test_phrases_are_kept_with_the_build_and_used_as_long_as_its_captions_stand(tmp_path: Path):
    copy = tmp_path / "demo"
    shutil.copytree(config.DEMO_COLLECTION, copy)
    (kept,) = copy.glob(f"*/{PHRASE_VALUES.name}")
    before = kept.read_bytes()
    kept.unlink()
    prepare(copy)
    with Collection.open(copy) as demo, np.load(kept) as again:
        with np.load(Path(shutil.copy(kept, tmp_path / "x.npz"))) as first:
            assert {name: each.tolist() for name, each in first.items()} == {
                name: each.tolist() for name, each in again.items()
            }
        phrases = PhraseValues.kept(demo)
        assert phrases is not None
        assert phrases.of(["brolli"]) == {"kind": "umbrella"}
    assert len(before) > 0
    kept.write_bytes(before[: len(before) // 2])
    with Collection.open(copy) as demo:
        assert PhraseValues.kept(demo) is None
