"""A small shop on this machine: a web server that serves pictures, and misbehaves when asked to."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from engine.images import encode_jpeg

PICTURE = encode_jpeg(np.full((8, 8, 3), 90, np.uint8))


class Shop(ThreadingHTTPServer):
    """Serves on a free port of this machine; counts what was asked for and how much at once."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: Counter[str] = Counter()
        self.hosts: list[str] = []
        self.now = self.most = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that left early."""

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"


class Answering(BaseHTTPRequestHandler):
    """One request; the first word of the path says how to answer."""

    server: Shop

    def do_GET(self) -> None:
        shop, word = self.server, self.path.strip("/").split("/")[0]
        with shop.lock:
            shop.asked[self.path] += 1
            shop.hosts.append(self.headers["Host"])
        getattr(self, f"answer_{word}", self.answer_picture)()

    def answer_picture(self) -> None:
        self._send(200, PICTURE)

    def answer_slow(self) -> None:
        """A picture that takes its time; how many take it at once is counted."""
        shop = self.server
        with shop.lock:
            shop.now += 1
            shop.most = max(shop.most, shop.now)
        time.sleep(0.05)
        with shop.lock:
            shop.now -= 1
        self._send(200, PICTURE)

    def answer_gone(self) -> None:
        self._send(404, b"", "text/html")

    def answer_busy(self) -> None:
        """Two refusals, then the picture."""
        busy = self.server.asked[self.path] <= 2
        self._send(503 if busy else 200, PICTURE, extra={"Retry-After": "7"} if busy else {})

    def answer_page(self) -> None:
        self._send(200, b"<html>sold out</html>", "text/html")

    def answer_noise(self) -> None:
        self._send(200, b"not a picture at all")

    def answer_huge(self) -> None:
        self._send(200, bytes(5000))

    def answer_endless(self) -> None:
        """A body without a length, larger than anyone would take."""
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        self.end_headers()
        for _ in range(50):
            self.wfile.write(bytes(1000))

    def answer_short(self) -> None:
        self._send(200, PICTURE, extra={"Content-Length": str(len(PICTURE) + 99)})

    def answer_trickle(self) -> None:
        """Headers that never end, one every now and then."""
        self.send_response(200)
        with suppress(OSError):
            for n in range(100):
                self.send_header(f"X-{n}", "y")
                self.flush_headers()
                time.sleep(0.02)

    def answer_to(self) -> None:
        """Send on to the path, or with a leading "http:" to the address, after ``/to/``."""
        place = self.path.removeprefix("/to/")
        self._send(302, b"", extra={"Location": place if "://" in place else f"/{place}"})

    def _send(
        self,
        status: int,
        body: bytes,
        kind: str = "image/jpeg",
        extra: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), **(extra or {})}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""
