"""The shop that pictures are fetched from, and a way of fetching that may ask it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.datasets import Fetching
from tests.engine.datasets.shop import Shop


@pytest.fixture
def shop() -> Iterator[Shop]:
    server = Shop()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def pauses() -> list[float]:
    """The pauses that were taken; nobody really waits."""
    return []


@pytest.fixture
def here(pauses: list[float]) -> Fetching:
    """Fetching that may ask this very machine, and waits for nothing."""
    return Fetching(
        allowed=lambda address: str(address) == "127.0.0.1", max_bytes=4000, sleep=pauses.append
    )
