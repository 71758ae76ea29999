"""A person's own tags survive updates; an excerpt is a folder like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import CollectionError
from engine.storage import (
    Collection,
    build_collection,
    tag_photos,
    update_collection,
    write_excerpt,
)
from tests.pages.colour_model import write_colour_model
from tests.pages.squares import draw_squares, square


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_colour_model(tmp_path_factory.mktemp("model") / "colours")


def test_a_tag_is_found_after_the_update_and_after_every_other(tmp_path, model):
    photos = draw_squares(tmp_path / "photos")
    build_collection(photos, model=model, out=tmp_path / "squares")
    with Collection.open(tmp_path / "squares") as collection:
        ids = [photo.photo_id for photo in collection.catalogue.photos([0, 3])]
    assert tag_photos(tmp_path / "squares", ids, " my  favourites ") == 2
    update_collection(tmp_path / "squares", model=model)
    (photos / "images" / "new.png").write_bytes(square("red", 1, 48))
    update_collection(tmp_path / "squares", model=model)
    with Collection.open(tmp_path / "squares") as collection:
        rows = collection.catalogue.rows_where({"tag": ["my favourites"]})
        assert {photo.photo_id for photo in collection.catalogue.photos(rows)} == set(ids)
    with pytest.raises(CollectionError, match="needs a name"):
        tag_photos(tmp_path / "squares", ids, "  ")


def test_an_excerpt_is_indexed_with_all_that_was_said_of_its_photos(tmp_path, model):
    build_collection(draw_squares(tmp_path / "photos"), model=model, out=tmp_path / "squares")
    with Collection.open(tmp_path / "squares") as collection:
        before = collection.catalogue.photos([1, 2, 5])
        assert write_excerpt(collection, [1, 2, 5], tmp_path / "some") == 3
    build_collection(tmp_path / "some", model=model, out=tmp_path / "shelf")
    with Collection.open(tmp_path / "shelf") as collection:
        after = {photo.photo_id: photo for photo in collection.catalogue.all_photos()}
    assert {photo.photo_id for photo in before} == after.keys()
    for photo in before:
        assert after[photo.photo_id].captions == photo.captions
        assert after[photo.photo_id].attributes == photo.attributes
