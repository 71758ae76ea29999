"""The guard before the server: turns away whom nobody knows, and sends what protects the others."""

from __future__ import annotations

import html
import logging
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

import streamlit as st

from engine.config import keep_files_private
from engine.errors import BusyError
from engine.jobs import jobs
from pages.shared import access
from pages.shared.access import Access
from pages.shared.figures import TURNED_AWAY, VISITS
from pages.shared.headers import answer, headers_for
from pages.shared.health import HEALTHZ, METRICS, answer_monitor, is_monitored, may_read_figures
from pages.shared.limits import METER, n_programs
from pages.shared.log import note, open_log
from pages.shared.protocol import is_modest, without_place

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOT_FOR_YOU = "Figures are for the computer Kindred runs on, and for those it names."
HEALTH, UPLOAD = "/_stcore/health", "/_stcore/upload_file/"
LOGGER = logging.getLogger(__name__)


def begin() -> None:
    """Do what a server does once, before anybody comes."""
    keep_files_private()
    open_log(st.get_option("server.port"))
    note("start", programs=n_programs())
    with suppress(OSError):  # a home that cannot be read is told of by `/healthz`
        jobs()  # what a restart of the machine left waiting goes on


class Guard:
    """Middleware of the server: nothing reaches a page, and no page a browser, but through it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        access.GUARDED.append(True)
        if not access.has_whole_secrets():
            raise SystemExit(
                "secrets.toml cannot be read, so Kindred lets nobody in: mend it first."
            )
        known = Access.read()
        if not (known.is_local or known.is_told):
            LOGGER.error(access.NOBODY_KNOWN)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with the reason why not."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        known = Access.read()
        sent = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
        ]
        is_monitor = scope["path"].endswith((HEALTHZ, METRICS))
        is_watcher = is_monitor and may_read_figures(sent, scope.get("client"))
        if scope["type"] == "http" and is_monitored(scope["path"], is_watcher=is_watcher):
            await answer_monitor(self.app, scope, receive, send, in_full=is_watcher)
            return
        why = known.refusal(sent, scope.get("client"))
        if scope["path"].endswith(METRICS) and not is_watcher:
            why = NOT_FOR_YOU
        if why and not (known.is_told and scope["path"].endswith(HEALTH)):
            await _turn_away(scope, why, send)
            return
        uploader = _uploader(scope) if known.is_told else ""
        if uploader:
            try:
                METER.spend("upload bytes", 0, uploader)
            except BusyError as error:
                await _turn_away(scope, str(error), send, status=429)
                return
            receive = _measured(receive, uploader)
        elif known.is_told:
            receive = _modest(receive)
        is_secure = scope["scheme"] in ("https", "wss")
        with VISITS.track_inprogress() if scope["type"] == "websocket" else nullcontext():
            await self.app(
                scope, receive, _guarded(send, is_secure=is_secure, hides_place=known.is_told)
            )


def _guarded(send: Send, *, is_secure: bool, hides_place: bool) -> Send:
    """Let each answer carry our headers, whatever it says itself."""
    told = headers_for(is_secure)
    ours = {name.lower() for name in told}

    async def send_guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [each for each in message.get("headers", ()) if each[0].lower() not in ours]
            message = {**message, "headers": [*kept, *told.items()]}
        elif hides_place and message.get("bytes"):
            message = {**message, "bytes": without_place(message["bytes"])}
        await send(message)

    return send_guarded


def _modest(receive: Receive) -> Receive:
    """Pass over what nobody but a developer at the same desk may ask of a server."""

    async def receive_modest() -> Message:
        message = await receive()
        while message.get("bytes") and not is_modest(message["bytes"]):
            message = await receive()
        return message

    return receive_modest


def _uploader(scope: Scope) -> str:
    """Return the session that a file is sent to; "" where none is sent."""
    _, upload, session = str(scope["path"]).partition(UPLOAD)
    return session.partition("/")[0] if upload and scope.get("method") == "PUT" else ""


def _measured(receive: Receive, uploader: str) -> Receive:
    """Count what is uploaded as it comes, whatever was said of it: files wait in memory."""

    async def receive_measured() -> Message:
        message = await receive()
        METER.owe("upload bytes", len(message.get("body", b"")), uploader)
        return message

    return receive_measured


async def _turn_away(scope: Scope, why: str, send: Send, status: int = 403) -> None:
    """Answer with one sentence; a socket is closed before it opens."""
    TURNED_AWAY.inc()
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    page = f"<!doctype html><title>Kindred</title><h1>Kindred</h1><p>{html.escape(why)}</p>"
    await answer(send, status, page.encode(), b"text/html; charset=utf-8")
