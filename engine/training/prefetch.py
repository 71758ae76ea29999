"""Batches made in a thread while the model trains on the ones before."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from typing import Any

_AHEAD = 4


def ahead(batches: Iterator[dict[str, Any]]) -> Generator[dict[str, Any], None, None]:
    """Yield batches that a thread makes ahead; its errors come through, and closing ends it."""
    made: queue.Queue[Any] = queue.Queue(_AHEAD)
    is_over = threading.Event()

    def make() -> None:
        try:
            for batch in batches:
                if is_over.is_set():
                    return
                made.put(batch)
            made.put(None)
        except BaseException as error:  # noqa: BLE001 - raised again where the batches are used
            made.put(error)

    maker = threading.Thread(target=make, daemon=True)
    maker.start()
    try:
        while (item := made.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        is_over.set()
        while maker.is_alive():
            while not made.empty():
                made.get_nowait()
            maker.join(timeout=0.05)
