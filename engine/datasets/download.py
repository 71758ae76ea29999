"""One photo from a URL, politely: few at once from one host, limits, patience, no surprises."""

from __future__ import annotations

import http.client
import random
import socket
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from engine.datasets.address import (
    Address,
    RefusedError,
    Resolve,
    TryAgainError,
    connect,
    is_public,
    resolve,
)

_AGENT = "Kindred (photo import; one user's own collection)"
_MAX_REDIRECTS = 5
_CHUNK_BYTES = 2**16
_MAX_PAUSE_SECONDS = 60.0
_REDIRECTS = {301, 302, 303, 307, 308}
_LATER = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Fetching:
    """How photos are fetched.

    Parameters
    ----------
    n_at_once, n_per_host
        Photos fetched at the same time, from everywhere and from one host.
    n_tries
        Times a photo is asked for before it is given up.
    max_bytes
        Largest file taken.
    seconds
        Longest silence of a server; a whole file may take four times as long.
    pause_seconds
        Pause before the second try; each further one doubles, give or take a half.
    allowed
        Tells which addresses may be asked: those of the public internet, by default.
    look_up
        Finds the addresses of a host.
    sleep
        Waits.
    """

    n_at_once: int = 8
    n_per_host: int = 4
    n_tries: int = 4
    max_bytes: int = 20 * 2**20
    seconds: float = 15.0
    pause_seconds: float = 1.0
    allowed: Callable[[Address], bool] = is_public
    look_up: Resolve = resolve
    sleep: Callable[[float], None] = field(default=time.sleep)


class Downloader:
    """Fetches files; safe to use from many threads at once."""

    def __init__(self, fetching: Fetching) -> None:
        self._how = fetching
        self._turns: defaultdict[str, threading.Semaphore] = defaultdict(
            lambda: threading.Semaphore(fetching.n_per_host)
        )
        self._lock = threading.Lock()

    def fetch(self, url: str) -> bytes:
        """Return what a URL holds.

        Raises
        ------
        RefusedError
            It cannot be had: the message says why, after how many tries.
        """
        for attempt in range(1, self._how.n_tries + 1):
            try:
                return self._follow(url)
            except TryAgainError as error:
                if attempt == self._how.n_tries:
                    told = f", asked {attempt} times" if attempt > 1 else ""
                    raise RefusedError(f"{error}{told}") from error
                self._how.sleep(self._pause(attempt, error.seconds))
        raise ValueError(f"n_tries must be at least 1, not {self._how.n_tries}")

    def _pause(self, attempt: int, asked_for: float) -> float:
        """Return the seconds to wait: doubling, scattered, and never less than was asked for."""
        doubled = self._how.pause_seconds * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)
        return min(max(doubled, asked_for), _MAX_PAUSE_SECONDS)

    def _follow(self, url: str) -> bytes:
        try:
            for _ in range(_MAX_REDIRECTS + 1):
                with self._turn(url):
                    answer = self._ask(url)
                if isinstance(answer, bytes):
                    return answer
                url = urljoin(url, answer)
        except ValueError as error:  # from Python's own reading of URLs
            raise RefusedError("the address is no URL") from error
        raise RefusedError(f"more than {_MAX_REDIRECTS} redirects")

    def _turn(self, url: str) -> threading.Semaphore:
        with self._lock:
            return self._turns[urlsplit(url).netloc.lower()]

    def _ask(self, url: str) -> bytes | str:
        """Return the body of a URL, or the address it sends us on to."""
        how = self._how
        try:
            connection, path = connect(
                url, seconds=how.seconds, allowed=how.allowed, look_up=how.look_up
            )
            # A server may send its headers byte by byte and never be silent for long.
            end = threading.Timer(4 * how.seconds, _hang_up, [connection])
            end.start()
            try:
                connection.request(
                    "GET", path, headers={"User-Agent": _AGENT, "Accept-Encoding": "identity"}
                )
                response = connection.getresponse()
                if not end.is_alive():
                    raise TryAgainError("the server was too slow")
                end.cancel()
                return self._read(response)
            finally:
                end.cancel()
                connection.close()
        except ssl.SSLCertVerificationError as error:
            raise RefusedError(f"the certificate is not valid ({error.verify_message})") from error
        except TimeoutError as error:
            raise TryAgainError("the server did not answer in time") from error
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise TryAgainError(f"the server cannot be reached ({reason})") from error
        except http.client.HTTPException as error:
            raise TryAgainError(f"the answer is not HTTP ({type(error).__name__})") from error

    def _read(self, response: http.client.HTTPResponse) -> bytes | str:
        if response.status in _REDIRECTS and (place := response.headers.get("Location")):
            return place
        if response.status in _LATER:
            raise TryAgainError(f"the server answered {response.status}", _asked_for(response))
        if response.status != 200:
            raise RefusedError(f"the server answered {response.status}")
        kind = response.headers.get_content_type()
        if not kind.startswith("image/") and kind not in _VAGUE_KINDS:
            raise RefusedError(f"the server sent {kind}, not a picture")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise RefusedError("the server packed the answer unasked")
        return self._body(response)

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        """Read at most `max_bytes`; a server that trickles is left after a while."""
        until = time.monotonic() + 4 * self._how.seconds
        announced = response.length
        data = bytearray()
        self._check_size(announced or 0)
        while chunk := response.read1(_CHUNK_BYTES):
            data += chunk
            self._check_size(len(data))
            if time.monotonic() > until:
                raise TryAgainError("the server was too slow")
        if not data:
            raise TryAgainError("the answer was empty")
        if announced is not None and len(data) < announced:
            raise TryAgainError(f"the answer broke off after {len(data):,} bytes")
        return bytes(data)

    def _check_size(self, n_bytes: int) -> None:
        if n_bytes > self._how.max_bytes:
            raise RefusedError(f"the file is over the limit of {self._how.max_bytes:,} bytes")


def _hang_up(connection: http.client.HTTPConnection) -> None:
    with suppress(OSError, AttributeError):  # not open yet, or closed already
        connection.sock.shutdown(socket.SHUT_RDWR)


# Stores of files that say nothing of what is in them; the decoder will tell.
_VAGUE_KINDS = {"application/octet-stream", "binary/octet-stream", "text/plain"}


def _asked_for(response: http.client.HTTPResponse) -> float:
    """Return the seconds a server asks to be left alone, 0 where it names a date or nothing."""
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() and len(value) < 6 else 0.0
