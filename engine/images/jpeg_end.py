"""JPEG files that lack nothing but the two bytes which mark their end."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

_END = b"\xff\xd9"
_NOISE = (b"\x55\xaa\x33\xcc" * 16, b"\x9a\x4e\x07\xd2" * 16)


def with_end(data: bytes) -> bytes | None:
    """Return a JPEG's bytes with the end marker it lacks; None where picture data lack too.

    A decoder paints over what is missing and does not say so. But it passes over bytes that follow
    the last block of a whole picture, and takes them for more blocks where some are missing: then
    the picture is another one with noise behind it.
    """
    if not data.startswith(b"\xff\xd8") or data.endswith(_END):
        return None
    data = data.removesuffix(_END[:1])
    try:
        plain = _decoded(data)
        is_whole = all((plain == _decoded(data + noise)).all() for noise in _NOISE)
    except Exception:  # noqa: BLE001 - decoders raise nearly every class there is
        return None
    return data + _END if is_whole else None


def _decoded(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data + _END), formats=("JPEG",)).convert("RGB"))
