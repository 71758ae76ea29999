"""Text out of web pages: shop exports and feeds carry HTML, and a search must not read its tags."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

# They stand within words; every other tag parts words.
_INLINE = frozenset(
    (*"abisu", "abbr", "big", "em", "font", "mark", "small", "span", "strong", "sub", "sup")
)
# What lies between these is no text.
_HIDDEN = tuple(
    (re.compile(begin, re.IGNORECASE), re.compile(end, re.IGNORECASE))
    for begin, end in (
        ("<!--", "-->"),
        (r"<script\b", "</script>"),
        (r"<style\b", "</style>"),
    )
)
# Feeds escape what was escaped already.
_MAX_ROUNDS = 3


def without_markup(text: str) -> str:
    r"""Return a text without HTML tags and with its entities resolved.

    Examples
    --------
    >>> without_markup('<p style="color:red">Purple <b>shirt</b></p><br>Dolce &amp; Gabbana')
    ' Purple shirt  Dolce & Gabbana'
    >>> without_markup("I <3 size < 5 &amp;lt;b&amp;gt;bold")
    'I <3 size < 5 bold'
    """
    for _ in range(_MAX_ROUNDS):
        stripped = "".join(_between_tags(_shown(text))) if "<" in text else text
        plain = html.unescape(stripped) if "&" in stripped else stripped
        if plain == text:
            break
        text = plain
    return text


def _shown(text: str) -> str:
    """Return a text without comments and scripts; one that never ends hides nothing."""
    for begin, end in _HIDDEN:
        at, pieces = 0, []
        while (opened := begin.search(text, at)) and (closed := end.search(text, opened.end())):
            pieces.append(text[at : opened.start()])
            at = closed.end()
        text = " ".join([*pieces, text[at:]])
    return text


def _between_tags(text: str) -> Iterator[str]:
    """Yield what stands between tags, in time that grows with the text alone."""
    first, *parts = text.split("<")
    yield first
    for part in parts:
        tag, closed, rest = part.partition(">")
        name = tag.strip("/").split(maxsplit=1)[0].lower() if tag.strip("/ ") else ""
        if name and closed and (tag[0].isalpha() or tag[0] in "/!?"):
            yield rest if name in _INLINE else f" {rest}"
        else:
            yield f"<{part}"
