"""A server on this machine that speaks the hub's paths, with the faults that a test wants."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = ("visual/model.onnx", "textual/model.onnx")


class Hub:
    """What the server has and does wrong.

    Parameters
    ----------
    folder
        The files of the one repository, ``owner/tiny``.

    Attributes
    ----------
    asked
        Each request's method, path and range.
    cut_after
        Bytes after which each connection that sends a large file breaks off; None never.
    altered
        Names of files that are sent with another last byte.
    headers
        Of each request.
    """

    def __init__(self, folder: Path) -> None:
        self.files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        self.asked: list[tuple[str, str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.cut_after: int | None = None
        self.altered: set[str] = set()
        self.sizes: dict[str, int] = {}

    def etag(self, name: str) -> str:
        """Return a file's name on the hub: its SHA-256 where it is large, else git's hash."""
        data = self.files[name]
        if name in LARGE:
            return hashlib.sha256(data).hexdigest()
        return hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()

    def information(self) -> bytes:
        """Return what the hub tells of the repository."""
        siblings = []
        for name, data in self.files.items():
            size = self.sizes.get(name, len(data))
            entry = {"rfilename": name, "size": size, "blobId": self.etag(name)}
            if name in LARGE:
                entry["lfs"] = {"sha256": self.etag(name), "size": size, "pointerSize": 1}
            siblings.append(entry)
        whole = {"id": "owner/tiny", "sha": COMMIT, "siblings": siblings, "private": False}
        return json.dumps(whole | {"cardData": {"license": "mit"}, "tags": []}).encode()


@contextmanager
def serving(hub: Hub) -> Iterator[str]:
    """Serve a hub on a free port, and give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _speaker(hub))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _speaker(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Speaker(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            hub.asked.append((self.command, self.path, self.headers.get("Range", "")))
            hub.headers.append(dict(self.headers))
            if re.match(r"/api/models/owner/tiny(/revision/[\w.-]+)?(\?|$)", self.path):
                if "/revision/nowhere" in self.path:
                    return self._refuse("RevisionNotFound")
                return self._send(200, hub.information(), {"Content-Type": "application/json"})
            found = re.match(rf"/(owner/tiny/resolve/{COMMIT}|store)/([\w./-]+)", self.path)
            if not found:
                return self._refuse("RepoNotFound")
            where, name = found.groups()
            if name not in hub.files:
                return self._refuse("EntryNotFound")
            data = hub.files[name]
            told = {"X-Repo-Commit": COMMIT, "ETag": f'"{hub.etag(name)}"'}
            if where != "store" and name in LARGE:
                told |= {"X-Linked-Size": str(hub.sizes.get(name, len(data)))}
                told |= {"X-Linked-Etag": told["ETag"], "Location": f"/store/{name}"}
                return self._send(302, b"", told)
            if name in hub.altered:
                data = data[:-1] + bytes([data[-1] ^ 1])
            return self._send_part(data, told, name)

        def _send_part(self, data: bytes, told: dict[str, str], name: str) -> None:
            start = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
            if start:
                first = int(start[1])
                told |= {"Content-Range": f"bytes {first}-{len(data) - 1}/{len(data)}"}
                return self._send(206, data[first:], told, cut=name in LARGE)
            return self._send(200, data, told, cut=name in LARGE)

        def _refuse(self, code: str) -> None:
            self._send(404, b"{}", {"X-Error-Code": code, "X-Error-Message": code})

        def _send(
            self, status: int, body: bytes, told: dict[str, str], *, cut: bool = False
        ) -> None:
            self.send_response(status)
            for name, value in (told | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "HEAD":
                return
            if cut and hub.cut_after is not None and len(body) > hub.cut_after:
                self.wfile.write(body[: hub.cut_after])
                self.wfile.flush()
                self.close_connection = True
                self.connection.close()
                return
            self.wfile.write(body)

    return Speaker
