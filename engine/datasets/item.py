"""An item of a data set: what is said of it, and where its photo may be found."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

MAX_CAPTION_CHARACTERS = 600
_MARKUP = re.compile(r"<[^<>]{1,2000}>")
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
# A URL, a file, or the bytes of a picture file themselves.
Origin: TypeAlias = str | Path | bytes


@dataclass(frozen=True, slots=True)
class Item:
    """One product, picture or the like.

    Parameters
    ----------
    item_id
        What the source calls it.
    title, description
        What is said of it; either may be empty.
    origins
        Where its photo is; the first one that can be had is taken.
    attributes
        By name; the same names for every item of a source.
    tags
        Words that sort it.
    """

    item_id: str
    title: str
    origins: Sequence[Origin]
    description: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    tags: Sequence[str] = ()

    @property
    def stem(self) -> str:
        """A file name for the photo, without its ending: safe, and another for each id."""
        safe = _UNSAFE.sub("-", self.item_id)[:60]
        if safe == self.item_id:
            return safe
        digest = hashlib.blake2b(self.item_id.encode("utf-8", "replace"), digest_size=4).hexdigest()
        return f"{safe.strip('-') or 'item'}-{digest}"


def plain(text: object) -> str:
    """Return a text, or a list of them, on one line: no markup, no entities, not too long.

    Examples
    --------
    >>> plain(["Men&#39;s <b>Shirt</b>", " blue "])
    "Men's Shirt blue"
    """
    parts = text if isinstance(text, list | tuple) else [text]
    whole = " ".join(part for part in parts if isinstance(part, str))
    whole = " ".join(html.unescape(_MARKUP.sub(" ", whole)).split())
    if len(whole) <= MAX_CAPTION_CHARACTERS:
        return whole
    return whole[:MAX_CAPTION_CHARACTERS].rsplit(" ", 1)[0] + "…"


def texts(value: object) -> list[str]:
    """Return the texts in a value that should be a list of them, and may be one text or nothing."""
    if isinstance(value, str):
        value = [value]
    found = value if isinstance(value, list | tuple) else []
    return [text.strip() for text in found if isinstance(text, str) and text.strip()]
