"""Whether anybody outside can be reached, asked quickly: nothing here waits for a retry."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

PATIENCE_SECONDS = 3.0
_PORTS = {"https": 443, "http": 80}


def is_reachable(url: str, *, seconds: float = PATIENCE_SECONDS) -> bool:
    """Tell whether the host of a URL, or the proxy in front of it, takes a connection.

    A look-up of a name may hang for longer than any socket, so it happens in a thread that is left
    behind when time is up.

    Parameters
    ----------
    url
        With scheme and host.
    seconds
        How long to wait at most.
    """
    from urllib.request import getproxies  # the one thing of it that is needed, and rarely

    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    if proxy:
        parts = urlsplit(proxy if "//" in proxy else f"http://{proxy}")
    host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 443)
    answers: list[bool] = []

    def knock() -> None:
        try:
            socket.create_connection((host, port), timeout=seconds).close()
            answers.append(True)
        except (OSError, UnicodeError):
            answers.append(False)

    thread = threading.Thread(target=knock, daemon=True, name="knock")
    thread.start()
    thread.join(seconds)
    return answers == [True]


@contextmanager
def patient_for(seconds: float) -> Iterator[None]:
    """Let no connection opened within ``with`` be silent for longer than this."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
