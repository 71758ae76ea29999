"""What is sent with every answer, so that a browser holds the app's pages to what they need."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit

if TYPE_CHECKING:
    from starlette.types import Send

FRAMES = "KINDRED_FRAMES"  # sites that may show Kindred within their own pages
# What a page may load, and from where: its own server alone, and what it made itself. Streamlit
# styles its elements as it draws them, and our own elements reach the browser as text.
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' blob:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=(), usb=()",
}


def headers_for(is_secure: bool) -> dict[bytes, bytes]:
    """Return the headers of an answer; over TLS they ask for it from then on."""
    frames = " ".join(os.environ.get(FRAMES, "").replace(",", " ").split())
    policy = POLICY | {"frame-ancestors": frames or "'none'"}
    policy["script-src"] = " ".join([policy["script-src"], *_scripts_of_the_frame()])
    told = HEADERS | {"Content-Security-Policy": "; ".join(map(" ".join, policy.items()))}
    told |= {} if frames else {"X-Frame-Options": "DENY"}
    told |= {"Strict-Transport-Security": "max-age=63072000"} if is_secure else {}
    return {name.encode(): value.encode("latin-1") for name, value in told.items()}


async def answer(send: Send, status: int, body: bytes, kind: bytes) -> None:
    """Send a whole answer of our own, which no browser keeps."""
    own = [(b"content-type", kind), (b"cache-control", b"no-store")]
    headers = [*headers_for(False).items(), *own]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@cache
def _scripts_of_the_frame() -> list[str]:
    """Return the hashes of the scripts that Streamlit's one page itself holds."""
    page = Path(streamlit.__file__).with_name("static") / "index.html"
    found = re.findall(rb"<script>(.*?)</script>", page.read_bytes(), re.DOTALL)
    return [f"'sha256-{b64encode(sha256(each).digest()).decode()}'" for each in found]
