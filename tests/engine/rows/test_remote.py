"""Photos by address: of a store, of the web, in a list; read within limits, or told why not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from engine.errors import CatalogueError, KindredError, PhotoError
from engine.images import Limits, read_photo
from engine.rows import build_from_rows, make_rows, read_rows
from engine.rows.remote import RemotePhoto
from engine.storage import Collection

fsspec = pytest.importorskip("fsspec", reason="requirements-scale.txt is not installed")
needs_http = pytest.mark.skipif(
    find_spec("aiohttp") is None, reason="requirements-scale.txt is not installed"
)


@pytest.fixture
def store(photos: Path) -> Iterator[str]:
    """The ten photos in a store, and beside them a document and a damaged photo."""
    memory = fsspec.filesystem("memory")
    memory.put(str(photos), "/shop", recursive=True)
    memory.pipe("/shop/deep/damaged.jpg", b"\xff\xd8 no photo follows")
    memory.pipe("/shop/terms.pdf", b"%PDF")
    yield "memory://shop"
    memory.rm("/shop", recursive=True)


@pytest.fixture
def web(photos: Path) -> Iterator[str]:
    """Those photos on a web server of this machine, which lists its folders."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(photos)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def check_equal(rows: Path, local: Path) -> None:
    """The same bytes under the same names have the same ids and embeddings."""
    [here], [there] = read_rows(local).batches(), read_rows(rows).batches()
    assert [(each.path, each.photo_id) for each in there.photos] == [
        (each.path, each.photo_id) for each in here.photos
    ]
    assert [each.size_bytes for each in there.photos] == [each.size_bytes for each in here.photos]
    assert (np.sum(here.embeddings * there.embeddings, axis=1) >= 0.9999).all()


@pytest.fixture
def local(tmp_path: Path, photos: Path, encoder) -> Path:
    make_rows(photos, model=encoder, out=tmp_path / "local")
    return tmp_path / "local"


def test_photos_in_a_store_become_the_rows_that_they_become_here(tmp_path, store, local, encoder):
    """Each has a thumbnail, since a collection cannot show the photo itself."""
    report = make_rows(store, model=encoder, out=tmp_path / "rows")
    check_equal(tmp_path / "rows", local)
    assert [(each.path, "damaged JPEG" in each.reason) for each in report.skipped] == [
        ("deep/damaged.jpg", True)
    ]
    [batch] = read_rows(tmp_path / "rows").batches()
    assert all(batch.thumbnails)
    encoder.n_embedded = 0
    assert make_rows(store, model=encoder, out=tmp_path / "rows").n_reused == 11
    assert encoder.n_embedded == 0


def test_a_collection_of_a_stores_photos_shows_them_and_says_where_they_are(
    tmp_path, store, encoder
):
    make_rows(store, model=encoder, out=tmp_path / "rows")
    for _ in range(2):  # over itself too: they are the same photos
        build_from_rows(tmp_path / "rows", model=encoder, out=tmp_path / "shelf")
    with Collection.open(tmp_path / "shelf") as collection:
        assert collection.n_photos == 10 and collection.thumbnail(3)
        assert "memory:" in collection.manifest.origin.root


def test_a_table_here_tells_of_photos_there(tmp_path, store, encoder):
    table = tmp_path / "shop.csv"
    table.write_text("image,title\n003.jpg,Red boots\n")
    make_rows(store, table, model=encoder, out=tmp_path / "rows")
    [batch] = read_rows(tmp_path / "rows").batches()
    assert [each.captions for each in batch.photos if each.captions] == [("Red boots",)]


@needs_http
def test_photos_of_a_web_folder_become_the_same_rows(tmp_path, web, local, encoder):
    make_rows(f"{web}/", model=encoder, out=tmp_path / "rows")
    check_equal(tmp_path / "rows", local)


@needs_http
def test_a_list_of_addresses_is_read_and_what_is_gone_is_a_row_until_it_is_there(
    tmp_path, web, photos, encoder
):
    """Two addresses share a folder; the second photo comes only after the first run."""
    addresses = tmp_path / "addresses.txt"
    addresses.write_text(f"# shop\n{web}/000.jpg?width=300\n{web}/late.jpg\n")
    report = make_rows(addresses, model=encoder, out=tmp_path / "rows")
    assert [each.path for each in report.skipped] == ["late.jpg"]
    assert "cannot be opened" in report.skipped[0].reason
    (photos / "late.jpg").write_bytes((photos / "001.jpg").read_bytes())
    assert make_rows(addresses, model=encoder, out=tmp_path / "rows").skipped == []
    [batch] = read_rows(tmp_path / "rows").batches()
    assert [each.path for each in batch.photos] == ["000.jpg?width=300", "late.jpg"]


def test_no_more_of_a_file_is_fetched_than_a_photo_may_be_long(store):
    """The limit is checked before anything is decoded: 100 bytes and one that proves more."""
    memory = fsspec.filesystem("memory")
    memory.pipe("/shop/endless.jpg", b"\xff\xd8" + bytes(10_000))
    photo = RemotePhoto(f"{store}/endless.jpg")
    assert len(photo.read(101)) == 101
    with pytest.raises(PhotoError, match="over the limit"):
        read_photo(photo, 16, limits=Limits(max_bytes=100))


def test_addresses_that_nobody_reads_or_that_differ_are_refused(tmp_path, encoder):
    def embed(photos: object) -> None:
        make_rows(photos, model=encoder, out=tmp_path / "rows")

    with pytest.raises(CatalogueError, match="nobody reads such addresses"):
        embed("gopher9://shop/photos")
    with pytest.raises(CatalogueError, match="no photos here"):
        embed("memory://nowhere")
    addresses = tmp_path / "addresses.txt"
    addresses.write_text("memory://shop/1.jpg\nphotos/2.jpg\n")
    with pytest.raises(CatalogueError, match=r"begin alike: photos/2.jpg"):
        embed(addresses)
    addresses.write_text("memory://shop/1.jpg\nhttps://shop/2.jpg\n")
    with pytest.raises(CatalogueError, match="begin alike: https, memory"):
        embed(addresses)


@pytest.mark.skipif(find_spec("s3fs") is not None, reason="s3fs is installed")
def test_what_is_missing_to_read_an_address_is_told_in_one_sentence(tmp_path, encoder):
    with pytest.raises(KindredError, match=r"not installed, or cannot be loaded.*s3fs"):
        make_rows("s3://shop/photos", model=encoder, out=tmp_path / "rows")
