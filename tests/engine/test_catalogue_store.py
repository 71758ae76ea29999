"""The catalogue: rows for ever, photos as they were put in, changes whole or not at all."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.catalogue import Catalogue, NewPhoto, Photo, Skipped
from engine.errors import CatalogueError
from tests.engine.full_text import best


def new_photo(photo_id: str, *captions: str, tags: tuple[str, ...] = (), **attributes: str):
    return NewPhoto(
        photo_id=photo_id,
        path=f"images/{photo_id}.jpg",
        captions=captions,
        attributes=attributes,
        tags=tags,
        width=96,
        height=128,
        size_bytes=2048,
        modified_ns=1_700_000_000_123_456_789,
        content_hash="0f" * 16,
    )


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.create(tmp_path / "catalogue.sqlite", root=tmp_path / "photos") as made:
        yield made


def test_a_photo_comes_back_as_it_was_put_in(catalogue: Catalogue):
    boots = new_photo("7", "Brown 'boots', 50% off", "日本の靴", tags=("winter",), colour="Brown")
    assert catalogue.add([boots]) == [0]
    expected = Photo(
        row=0,
        photo_id="7",
        path="images/7.jpg",
        captions=("Brown 'boots', 50% off", "日本の靴"),
        attributes={"colour": "Brown"},
        tags=("winter",),
        width=96,
        height=128,
        size_bytes=2048,
        modified_ns=1_700_000_000_123_456_789,
        content_hash="0f" * 16,
    )
    assert catalogue.photos([0]) == [expected]
    assert catalogue.photo("7") == expected
    assert list(catalogue.all_photos()) == [expected]
    assert pickle.loads(pickle.dumps(expected)) == expected
    assert len({expected, expected}) == 1


def test_photos_come_in_the_order_asked_and_as_often_as_asked(catalogue: Catalogue):
    catalogue.add(new_photo(str(number)) for number in range(5))
    rows = np.array([3, 0, 3, 4])
    assert [photo.photo_id for photo in catalogue.photos(rows)] == ["3", "0", "3", "4"]
    assert catalogue.photos([]) == []


def test_rows_count_on_from_the_last_and_are_never_given_again(catalogue: Catalogue):
    """Rows 0 and 1 are retired, so the third photo gets row 2 though no photo is live."""
    assert catalogue.add([new_photo("a"), new_photo("b")]) == [0, 1]
    catalogue.retire([1, 0])
    assert (catalogue.n_rows, catalogue.n_photos) == (2, 0)
    assert catalogue.add([new_photo("a")]) == [2]
    assert (catalogue.n_rows, catalogue.n_photos) == (3, 1)
    assert catalogue.live_rows().tolist() == [2]
    assert catalogue.live_rows().dtype == np.int64


def test_a_retired_photo_vanishes_from_every_answer(catalogue: Catalogue):
    catalogue.add(
        [
            new_photo("a", "a red dress", tags=("party",), colour="red"),
            new_photo("b", "a red hat", tags=("party",), colour="red"),
            new_photo("c", "a red bag", tags=("party",), colour="blue"),
        ]
    )
    catalogue.retire([1])
    assert [photo.row for photo in catalogue.all_photos()] == [0, 2]
    assert list(catalogue.captions()) == [(0, "a red dress"), (2, "a red bag")]
    assert list(best(catalogue, "red", 9)) == [0, 2]
    assert best(catalogue, "hat", 9) == {}
    assert catalogue.rows_where({"colour": ["red"]}).tolist() == [0]
    assert catalogue.rows_where({"tag": ["party"]}).tolist() == [0, 2]
    for ask in (lambda: catalogue.photo("b"), lambda: catalogue.photos([0, 1])):
        with pytest.raises(CatalogueError):
            ask()
    with pytest.raises(CatalogueError, match="no live photo in this row: 1"):
        catalogue.retire([0, 1])
    assert catalogue.live_rows().tolist() == [0, 2]


def test_an_attribute_that_no_live_photo_has_is_gone(catalogue: Catalogue):
    catalogue.add([new_photo("a", colour="red"), new_photo("b", size="M")])
    catalogue.retire([0])
    assert catalogue.attribute_keys() == ["size"]
    with pytest.raises(CatalogueError, match="Choose one of: size"):
        catalogue.rows_where({"colour": ["red"]})


def test_a_replaced_photo_is_found_by_what_is_said_now(catalogue: Catalogue):
    catalogue.add([new_photo("a", "a red dress", tags=("party", "silk"), colour="red", size="M")])
    catalogue.replace(0, new_photo("b", "a green coat", tags=("silk",), colour="green", size="M"))
    assert catalogue.photo("b").captions == ("a green coat",)
    assert best(catalogue, "dress", 9) == {}
    assert list(best(catalogue, "coat", 9)) == [0]
    assert catalogue.rows_where({"colour": ["green"], "size": ["m"], "tag": ["silk"]}).tolist() == [
        0
    ]
    with pytest.raises(CatalogueError, match="red"):
        catalogue.rows_where({"colour": ["red"]})
    with pytest.raises(CatalogueError, match="party"):
        catalogue.rows_where({"tag": ["party"]})


def test_two_photos_can_swap_their_ids(catalogue: Catalogue):
    catalogue.add([new_photo("a"), new_photo("b")])
    rows = catalogue.live_rows()
    catalogue.replace_all({rows[0]: new_photo("b"), rows[1]: new_photo("a")})
    assert [photo.photo_id for photo in catalogue.photos([0, 1])] == ["b", "a"]


def test_a_renamed_photo_keeps_everything_else(catalogue: Catalogue):
    catalogue.add([new_photo("a", "a red dress", colour="red")])
    before = catalogue.photo("a")
    catalogue.rename(0, "new/place.jpg")
    assert catalogue.photo("a") == replace(before, path="new/place.jpg")
    with pytest.raises(CatalogueError, match="no live photo in this row: 5"):
        catalogue.rename(5, "x.jpg")


@pytest.mark.parametrize(
    "change",
    [
        lambda catalogue: catalogue.add([new_photo("b", "blue", colour="blue"), new_photo("a")]),
        lambda catalogue: catalogue.replace_all(
            {0: new_photo("c", colour="blue"), 7: new_photo("d")}
        ),
        lambda catalogue: catalogue.retire([0, 7]),
    ],
)
def test_a_change_that_fails_leaves_nothing_behind(catalogue: Catalogue, change):
    catalogue.add([new_photo("a", "red", colour="red")])
    before = list(catalogue.all_photos())
    with pytest.raises(CatalogueError):
        change(catalogue)
    assert list(catalogue.all_photos()) == before
    assert (catalogue.n_rows, catalogue.attribute_keys()) == (1, ["colour"])
    assert catalogue.rows_where({"colour": ["red"]}).tolist() == [0]
    assert best(catalogue, "blue", 9) == {}
    assert catalogue.add([new_photo("b", colour="blue")]) == [1]


def test_photos_that_stop_coming_are_not_added_at_all(catalogue: Catalogue):
    def interrupted() -> Iterator[NewPhoto]:
        yield new_photo("a")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        catalogue.add(interrupted())
    assert catalogue.n_rows == 0


def test_an_id_taken_by_a_live_photo_is_refused_by_name(catalogue: Catalogue):
    catalogue.add([new_photo("same")])
    with pytest.raises(CatalogueError, match="two photos have the same id: same"):
        catalogue.add([new_photo("same")])


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../a.jpg", "a/../../b.jpg", "a/..", "", "a\0.jpg"]
)
def test_a_path_that_leaves_the_root_is_refused(catalogue: Catalogue, path: str):
    with pytest.raises(ValueError, match="inside the root"):
        catalogue.add([replace(new_photo("a"), path=path)])
    catalogue.add([new_photo("a")])
    with pytest.raises(ValueError, match="inside the root"):
        catalogue.rename(0, path)


def test_two_dots_inside_a_name_are_no_climb(catalogue: Catalogue):
    catalogue.add([replace(new_photo("a"), path="shoes../red..boot.jpg")])
    assert catalogue.photo("a").path == "shoes../red..boot.jpg"


def test_what_was_skipped_has_one_reason_per_path_the_last(catalogue: Catalogue):
    catalogue.record_skipped([Skipped("b.jpg", "truncated"), Skipped("a.jpg", "0 bytes")])
    catalogue.record_skipped([Skipped("b.jpg", "not a photo")])
    assert catalogue.skipped() == [Skipped("a.jpg", "0 bytes"), Skipped("b.jpg", "not a photo")]
    catalogue.forget_skipped()
    assert catalogue.skipped() == []


def test_a_relative_root_moves_with_the_catalogue(tmp_path: Path):
    (tmp_path / "here").mkdir()
    Catalogue.create(tmp_path / "here" / "c.sqlite", root="../photos").close()
    (tmp_path / "deep").mkdir()
    (tmp_path / "here").rename(tmp_path / "deep" / "there")
    with Catalogue.open(tmp_path / "deep" / "there" / "c.sqlite") as moved:
        assert moved.root == tmp_path / "deep" / "photos"
    with Catalogue.open(tmp_path / "deep" / "there" / "c.sqlite", read_only=False) as moved:
        moved.move_root(tmp_path / "elsewhere")
        assert moved.root == tmp_path / "elsewhere"


def test_many_threads_read_while_one_writes(catalogue: Catalogue):
    """A reader sees whole changes only: the photos come in twos, so their number is even."""
    failures: list[object] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            rows = catalogue.live_rows()
            if len(rows) % 2 or [photo.row for photo in catalogue.photos(rows)] != rows.tolist():
                failures.append(rows)

    def watched() -> None:
        try:
            read()
        except Exception as error:  # noqa: BLE001 - told to the test, which fails
            failures.append(error)

    threads = [threading.Thread(target=watched) for _ in range(6)]
    for thread in threads:
        thread.start()
    for number in range(0, 100, 2):
        catalogue.add([new_photo(str(number)), new_photo(str(number + 1))])
    done.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert catalogue.n_photos == 100


def test_paging_through_all_photos_misses_none(catalogue: Catalogue, monkeypatch):
    """Seven photos in pages of three, with a page's last photo retired: 0 1 3 4 5 6 are left."""
    monkeypatch.setattr("engine.catalogue.reader._PHOTOS_PER_READ", 3)
    catalogue.add(new_photo(str(number)) for number in range(7))
    catalogue.retire([2])
    assert [photo.row for photo in catalogue.all_photos()] == [0, 1, 3, 4, 5, 6]
