"""`/healthz` and `/metrics`: what a monitor, and whoever runs the app, asks of its server."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from typing import TYPE_CHECKING, Any

from prometheus_client import CONTENT_TYPE_LATEST

from engine.config import home
from engine.health import check_disk, check_home
from engine.memory import resident_bytes
from pages.shared import figures
from pages.shared.headers import answer
from pages.shared.origin import Headers, is_among, is_direct, is_forwarded

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEALTHZ, METRICS = "/healthz", "/metrics"
STREAMLITS, STREAMLITS_HEALTH = "/_stcore/metrics", "/_stcore/health"
WATCHERS = "KINDRED_METRICS_PEERS"
SECONDS_KEPT = 5.0  # whoever asks more often makes no more work
STARTED = time.time()
LOGGER = logging.getLogger(__name__)
_looked: dict[str, Any] = {}


def may_read_figures(headers: Headers, client: tuple[str, int] | None) -> bool:
    """Tell whether figures are for who asks: a program of this computer, or one that is named."""
    if is_forwarded(headers):
        return False
    if is_among(client, "127.0.0.0/8,::1") and is_direct(headers):
        return True
    named = os.environ.get(WATCHERS, "")
    try:
        return bool(named) and is_among(client, named)
    except ValueError as error:
        LOGGER.error("%s names what is no address and no network: %s", WATCHERS, error)
        return False


def is_monitored(path: str, *, is_watcher: bool) -> bool:
    """Tell whether a path is answered here; figures only to those they are for."""
    is_figures = path.endswith(METRICS) and not path.endswith(STREAMLITS)
    return path.endswith(HEALTHZ) or (is_figures and is_watcher)


async def answer_monitor(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, *, in_full: bool
) -> None:
    """Answer whether the server can serve, to those who may know in full, or with all figures."""
    if scope["path"].endswith(METRICS):
        text = await asyncio.to_thread(figures.told)  # reading the home must hold nobody up
        await answer(send, 200, text, CONTENT_TYPE_LATEST.encode())
        return
    is_up, (home_told, disk) = await _is_up(app, scope, receive), await _of_the_home()
    is_well = is_up and not home_told
    told: dict[str, Any] = {"status": "ok" if is_well else "ill"}
    if in_full:
        told |= {
            "server": "ok" if is_up else "not ready",
            "home": home_told or "ok",
            **disk,
            "program": os.getpid(),
            "seconds_up": round(time.time() - STARTED),
            "resident_bytes": resident_bytes(),
        }
    body = json.dumps(told).encode() + b"\n"
    await answer(send, 200 if is_well else 503, body, b"application/json")


async def _is_up(app: ASGIApp, scope: Scope, receive: Receive) -> bool:
    """Ask Streamlit's own health of its server."""
    path = str(scope["path"]).removesuffix(HEALTHZ) + STREAMLITS_HEALTH
    status = 503

    async def listen(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)

    asked = {**scope, "method": "GET", "path": path, "raw_path": path.encode()}
    await app(asked, receive, listen)
    return status == 200


async def _of_the_home() -> tuple[str, dict[str, Any]]:
    """Return why the home cannot be written, "" where it can, and the room on its disk."""
    if time.monotonic() - _looked.get("at", float("-inf")) > SECONDS_KEPT:
        _looked["at"] = time.monotonic()
        _looked["told"] = await asyncio.to_thread(_look)
    return _looked.get("told", ("", {}))


def _look() -> tuple[str, dict[str, Any]]:
    place = check_home(home())
    return "" if place.is_well else place.told, dict(check_disk(home()).figures)
