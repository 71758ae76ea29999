"""Word vectors by name: downloaded once, gone on with, and what is said where they are not."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from engine.errors import ModelError
from engine.words import WordVectors, vector_files


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("two.txt", "a 1 0\nb 0 1\n")
        packed.writestr("three.txt", "a 1 0 0\n")
    return file.getvalue()


class Store(BaseHTTPRequestHandler):
    """Serves the archive, or the rest of it."""

    asked: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.asked.append(self.headers["Range"])
        start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
        body = archive()[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/sets.zip"
    monkeypatch.setattr(vector_files, "NAMED", {"two": (url, "two.txt")})
    monkeypatch.setattr("engine.words.vectors.NAMED", {"two": (url, "two.txt")})
    Store.asked.clear()
    yield url
    server.shutdown()
    server.server_close()


def test_a_set_is_downloaded_once_and_goes_on_where_it_broke_off(store: str, kindred_home: Path):
    place = kindred_home / "words" / "fetched" / "sets.zip"
    place.parent.mkdir(parents=True)
    place.with_name("sets.zip.partial").write_bytes(archive()[:30])
    assert list(WordVectors.open("two").words) == ["a", "b"]
    assert place.read_bytes() == archive()
    assert WordVectors.open("two").n_dims == 2
    assert Store.asked == ["bytes=30-"]


def test_offline_it_fails_at_once_and_says_what_to_fetch(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(vector_files, "is_reachable", lambda url: False)
    with pytest.raises(ModelError) as caught:
        WordVectors.open("glove.6B.300d")
    sentence = str(caught.value)
    assert "offline): glove.6B.zip. Fetch https://" in sentence
    assert "comes with Kindred" in sentence
