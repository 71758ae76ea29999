"""Damaged collections: noticed, told, made whole from their photos; what a person made stays."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from engine.errors import CollectionError, DamageError, KindredError, UnconfirmedError
from engine.evaluation.judgements import Judgement, keep_judgement, read_judgements
from engine.index import PhotoIndex
from engine.search import SearchEngine
from engine.storage import (
    Collection,
    build_collection,
    list_collections,
    repair_collection,
    save_uploads,
    summarise,
    tag_photos,
    update_collection,
    verification,
)
from engine.storage.tags import read_tags
from tests.engine.storage.colour import ColourEncoder, draw, draw_folder


@pytest.fixture
def uploaded(tmp_path: Path, encoder: ColourEncoder) -> Path:
    """A collection of twelve uploads, two of them twins, with a tag and a judgement."""
    drawn = draw_folder(tmp_path / "drawn", 11)
    shutil.copy(drawn / "003.jpg", drawn / "twin.jpg")
    shelf = tmp_path / "shelf"
    files = [(path.name, path.read_bytes()) for path in sorted(drawn.iterdir())]
    save_uploads(files, shelf / "photos")
    build_collection(shelf / "photos", model=encoder, out=shelf, name="My uploads")
    tag_photos(shelf, ids_of(shelf), "holiday")
    update_collection(shelf, model=encoder)
    keep_judgement(shelf, Judgement("red", next(iter(ids_of(shelf))), 1))
    return shelf


def ids_of(shelf: Path) -> set[str]:
    with Collection.open(shelf) as collection:
        return {photo.photo_id for photo in collection.catalogue.all_photos()}


def state_of(shelf: Path) -> dict[str, object]:
    """Return all that a person would miss, and all that an answer depends on."""
    with Collection.open(shelf) as collection:
        collection.check()
        photos = {
            photo.path: (photo.photo_id, photo.tags, collection.thumbnail(photo.row))
            for photo in collection.catalogue.all_photos()
        }
        answers = {
            photo.path: answer_to(collection, collection.embeddings[photo.row])
            for photo in collection.catalogue.all_photos()
        }
    files = {path.name: path.read_bytes() for path in (shelf / "photos").glob("*.jpg")}
    return {
        "photos": photos,
        "answers": answers,
        "files": files,
        "tags": read_tags(shelf),
        "judgements": read_judgements(shelf),
    }


def answer_to(collection: Collection, query: np.ndarray) -> list[tuple[str, float]]:
    found = collection.index.nearest(np.array(query), 5)
    photos = collection.catalogue.photos(found.rows.tolist())
    similarities = [round(float(each), 5) for each in found.similarities]
    return sorted(zip((photo.path for photo in photos), similarities, strict=True))


def cut_in_half(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def file_named(shelf: Path, name: str) -> Path:
    return next(path for path in shelf.rglob("*") if path.as_posix().endswith(name))


CUT = ["/manifest.json", "embeddings.npy", "catalogue.sqlite", "live.npy", "index.json"]
MEND: dict[str, Callable[[Path, ColourEncoder], object]] = {
    "update": lambda shelf, encoder: update_collection(shelf, model=encoder),
    "index": lambda shelf, encoder: build_collection(shelf / "photos", model=encoder, out=shelf),
    "repair": lambda shelf, encoder: repair_collection(shelf, model=encoder),
}


@pytest.mark.parametrize("name", [*CUT, "thumbnails.npy", "unreadable.json", "/tags.json"])
@pytest.mark.parametrize("way", MEND)
def test_a_damaged_collection_of_uploads_is_made_whole_from_its_photos(
    uploaded, encoder, name, way
):
    before = state_of(uploaded)
    cut_in_half(file_named(uploaded, name))
    MEND[way](uploaded, encoder)
    assert state_of(uploaded) == before
    assert summarise(uploaded).health == "ready"


def test_a_collection_is_made_whole_even_where_nothing_of_it_is_left(uploaded, encoder):
    """Manifest, copy and build are gone: its uploads lie inside it, and its tags beside them."""
    before = state_of(uploaded)
    shutil.rmtree(next(uploaded.glob("build-*")))
    for name in ("manifest.json", ".manifest.copy.json"):
        cut_in_half(uploaded / name)
    assert summarise(uploaded).is_repairable
    repair_collection(uploaded, model=encoder)
    assert state_of(uploaded) == before


def test_photos_that_lie_elsewhere_must_be_named_where_nothing_says_so(shelf, photos, encoder):
    for name in ("manifest.json", ".manifest.copy.json"):
        cut_in_half(shelf / name)
    with pytest.raises(CollectionError, match="says where the photos"):
        repair_collection(shelf, model=encoder)
    build_collection(photos, model=encoder, out=shelf)
    assert len(ids_of(shelf)) == 10


def test_a_repair_of_a_whole_collection_writes_nothing(uploaded, encoder):
    before = {path: path.stat().st_mtime_ns for path in uploaded.rglob("*") if path.is_file()}
    assert repair_collection(uploaded, model=encoder) is None
    after = {path: path.stat().st_mtime_ns for path in uploaded.rglob("*") if path.is_file()}
    del before[uploaded / ".writer"], after[uploaded / ".writer"]
    assert after == before


def test_a_damaged_manifest_is_put_back_from_its_copy_without_any_other_work(uploaded, encoder):
    cut_in_half(uploaded / "manifest.json")
    made = encoder.n_embedded
    assert repair_collection(uploaded, model=encoder) is None
    assert encoder.n_embedded == made
    assert summarise(uploaded).name == "My uploads"


def test_only_what_is_damaged_is_made_again(uploaded, encoder):
    """Embeddings are whole, so the model need not look at any photo."""
    made = encoder.n_embedded
    cut_in_half(file_named(uploaded, "live.npy"))
    report = repair_collection(uploaded, model=encoder)
    assert report is not None and report.embedded == 0 == encoder.n_embedded - made


def test_a_missing_right_is_no_damage(uploaded, encoder, monkeypatch):
    """Said in one sentence, and nothing is removed or made again for it."""
    names = {path.relative_to(uploaded) for path in uploaded.rglob("*")}
    embeddings = file_named(uploaded, "embeddings.npy")
    real = np.load

    def refuse(file: object, *rest: object, **settings: object) -> np.ndarray:
        if Path(str(file)) == embeddings:
            raise PermissionError(13, "Permission denied")
        return real(file, *rest, **settings)

    monkeypatch.setattr(np, "load", refuse)
    for way in MEND.values():
        with pytest.raises(CollectionError, match=r"permission denied") as caught:
            way(uploaded, encoder)
        assert not isinstance(caught.value, DamageError)
    assert {path.relative_to(uploaded) for path in uploaded.rglob("*")} == names


# Flipped bits


@pytest.fixture
def large(tmp_path: Path, encoder: ColourEncoder, monkeypatch) -> Path:
    """A collection with a graph in its index, of 60 photos that need thumbnails."""
    small = PhotoIndex.build
    monkeypatch.setattr(
        PhotoIndex, "build", lambda rows, **settings: small(rows, exact_below=10, **settings)
    )
    drawn = tmp_path / "large-photos"
    draw_folder(drawn, 40)
    for number in range(20):
        draw(drawn / f"wide{number}.png", 500 + number, 300, 40)
    build_collection(drawn, model=encoder, out=tmp_path / "large")
    return tmp_path / "large"


def seen_of(shelf: Path) -> dict[str, object]:
    """Return what a person sees: answers, captions and thumbnails, as `SearchEngine` reads them."""
    collection = Collection.open(shelf)
    try:
        collection.wait_until_verified()
        return {
            photo.path: (
                photo,
                collection.thumbnail(photo.row),
                answer_to(collection, collection.embeddings[photo.row]),
            )
            for photo in collection.catalogue.all_photos()
        } | {"": (collection.manifest, collection.catalogue.skipped())}
    finally:
        collection.close()


def test_no_flipped_bit_gives_a_wrong_answer_or_a_foreign_exception(large, encoder, tmp_path):
    """Every file, at its beginning, its end and random places between: 20 of each, and cuts."""
    before = seen_of(large)
    chance = random.Random(7)
    spoilt = tmp_path / "spoilt"
    files = [path.relative_to(large) for path in sorted(large.rglob("*")) if path.is_file()]
    n_tried = n_noticed = 0
    for name in files:
        content = (large / name).read_bytes()
        if name.name == ".writer" or not content:
            continue
        places = [0, 1, 8, 16, 20, 24, 60, len(content) - 1]
        places += [chance.randrange(len(content)) for _ in range(12)]
        for place in {min(place, len(content) - 1) for place in places}:
            shutil.rmtree(spoilt, ignore_errors=True)
            shutil.copytree(large, spoilt)
            changed = bytearray(content)
            changed[place] ^= 1 << chance.randrange(8)
            (spoilt / name).write_bytes(changed)
            n_tried += 1
            try:
                after = seen_of(spoilt)
            except KindredError as error:
                n_noticed += 1
                assert "\n" not in str(error) and len(str(error)) < 600
            else:
                assert after == before, (name, place)
    assert n_tried >= 171
    assert n_noticed >= n_tried // 2


def test_damage_is_found_in_the_background_remembered_and_refused(large, encoder, monkeypatch):
    """Where a file is bigger than what is compared at once; nobody has to call `check`."""
    monkeypatch.setattr("engine.storage.collection._SMALL_BYTES", 0)
    file = file_named(large, "embeddings.npy")
    content = bytearray(file.read_bytes())
    content[-3] ^= 4
    file.write_bytes(content)
    with Collection.open(large) as collection, pytest.raises(DamageError, match="embeddings"):
        collection.wait_until_verified()
    assert summarise(large).health == "damaged"
    with Collection.open(large) as collection, pytest.raises(DamageError, match="--repair"):
        collection.raise_if_damaged()  # remembered: nothing had to be read again
    update_collection(large, model=encoder)
    assert summarise(large).health == "ready"


def test_no_answer_is_given_from_a_collection_that_proved_damaged(large, encoder, monkeypatch):
    monkeypatch.setattr("engine.storage.collection._SMALL_BYTES", 0)
    file = file_named(large, "catalogue.sqlite")
    content = bytearray(file.read_bytes())
    content[-3] ^= 4
    file.write_bytes(content)
    with Collection.open(large) as collection:
        engine = SearchEngine(collection, encoder)
        photo = next(collection.catalogue.all_photos())
        with suppress(DamageError):
            collection.wait_until_verified()
        with pytest.raises(DamageError, match="catalogue"):
            engine.search(inside=[photo.photo_id])


def test_a_whole_build_is_compared_once_and_again_when_a_file_was_touched(shelf, monkeypatch):
    compared = []
    real = verification.check_files
    monkeypatch.setattr(
        verification, "check_files", lambda *given, **more: compared.append(real(*given, **more))
    )
    for _ in range(3):
        with Collection.open(shelf) as collection:
            collection.wait_until_verified()
    assert compared == []  # it was compared when it was built
    file_named(shelf, "embeddings.npy").touch()
    for _ in range(3):
        with Collection.open(shelf) as collection:
            collection.wait_until_verified()
    assert compared == [None]


def test_a_list_of_collections_tells_what_was_found(uploaded, encoder, tmp_path, monkeypatch):
    shelves = tmp_path / "home" / "collections"
    shelves.mkdir(parents=True)
    moved = shelves / "mine"
    shutil.move(uploaded, moved)
    cut_in_half(moved / "manifest.json")
    [own] = list_collections(tmp_path / "home", demo=tmp_path / "none")
    assert (own.name, own.health, own.n_photos) == ("My uploads", "damaged", 12)
    assert own.is_repairable


# Half a disk


@pytest.mark.parametrize("way", ["update", "index"])
def test_more_than_a_third_of_the_photos_gone_is_asked_about(shelf, photos, encoder, way):
    """Three of ten may go, four are asked about: 4 > 10 / 3."""
    for number in range(4):
        (photos / f"{number:03}.jpg").rename(shelf.parent / f"away-{number}.jpg")
    ways = {
        "update": lambda **more: update_collection(shelf, model=encoder, **more),
        "index": lambda **more: build_collection(photos, model=encoder, out=shelf, **more),
    }
    with pytest.raises(UnconfirmedError, match="4 of the collection's 10 photos"):
        ways[way]()
    assert len(ids_of(shelf)) == 10
    (shelf.parent / "away-0.jpg").rename(photos / "000.jpg")
    assert ways[way]().removed == 3
    for number in range(4, 9):
        (photos / f"{number:03}.jpg").unlink()
    assert ways[way](confirmed=True).indexed == 2


def test_leftovers_of_a_killed_program_go_when_the_collection_is_opened(shelf):
    (shelf / "build-0007.partial" / "index").mkdir(parents=True)
    (shelf / ".tags.json.4711.partial").write_bytes(b"half")
    Collection.open(shelf).close()
    assert not list(shelf.glob("*.partial")) and not list(shelf.glob(".*.partial"))
