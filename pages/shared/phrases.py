"""Numbers and names as a person reads them.

What a stranger wrote (captions, file names, queries) passes through `plain` before it reaches an
element that reads Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.encoders import EVERYDAY, FASHION
from engine.search import QueryPart

# What is chosen between when a collection is made.
MODELS = {
    "": "The better one, found by looking at the photos",
    EVERYDAY: "kindred-everyday, for what people photograph",
    FASHION: "kindred-fashion, for products on plain ground",
}
MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=])")
# Markdown makes links of bare addresses even where every sign is escaped; these parts begin one.
ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?<=@)", re.IGNORECASE)
WORD_JOINER = "\u2060"


def plain(text: object) -> str:
    r"""Return `text` so that Markdown shows it as it stands, on one line.

    An invisible joiner keeps an address from becoming a link.

    Examples
    --------
    >>> print(plain("*bold* [link](x)"))
    \*bold\* \[link\]\(x\)
    >>> plain("http://a.b").replace(WORD_JOINER, "|")
    'http\\:|//a\\.b'
    """
    line = " ".join(str(text).split())
    return MARKDOWN.sub(r"\\\1", ADDRESS.sub(WORD_JOINER, line))


def count(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> count(1, "photo"), count(11697, "photo"), count(2, "match", "matches")
    ('1 photo', '11,697 photos', '2 matches')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def file_size(n_bytes: float) -> str:
    """Return a size as a person says it.

    Examples
    --------
    >>> file_size(605e6), file_size(1.51e9), file_size(3e5)
    ('605 MB', '1.5 GB', '0.3 MB')
    """
    if n_bytes >= 1e9:
        return f"{n_bytes / 1e9:.1f} GB"
    return f"{n_bytes / 1e6:,.0f} MB" if n_bytes >= 1e7 else f"{n_bytes / 1e6:.1f} MB"


def milliseconds(seconds: float) -> str:
    """Return a short time in milliseconds, with a decimal only where it says something.

    Examples
    --------
    >>> milliseconds(0.00042), milliseconds(0.0061), milliseconds(0.0364), milliseconds(1.24)
    ('0.4 ms', '6.1 ms', '36 ms', '1,240 ms')
    """
    ms = seconds * 1000
    return f"{ms:.1f} ms" if ms < 10 else f"{ms:,.0f} ms"


def duration(seconds: float, *, rough: bool = False) -> str:
    """Return a time of any length in its two largest units; a rough one in round numbers.

    Examples
    --------
    >>> duration(0.4), duration(42), duration(192), duration(4000)
    ('under a second', '42 s', '3 min 12 s', '1 h 6 min')
    >>> [duration(each, rough=True) for each in (4, 42, 83, 192, 4000)]
    ['4 s', '40 s', '1 min 20 s', '3 min', '1 h 7 min']
    """
    step = 1 if seconds < 10 or not rough else 10 if seconds < 100 else 60
    whole = step * round(seconds / step)
    if whole < 1:
        return "under a second"
    if whole < 60:
        return f"{whole} s"
    size, large, small = (3600, "h", "min") if whole >= 3600 else (60, "min", "s")
    rest = whole % size * 60 // size
    return f"{whole // size} {large} {rest} {small}" if rest else f"{whole // size} {large}"


def attribute(key: str) -> str:
    """Return a column's name in sentence case.

    Examples
    --------
    >>> attribute("baseColour"), attribute("product_type_name"), attribute("usage")
    ('Base colour', 'Product type name', 'Usage')
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key).replace("_", " ").split()
    return " ".join(words).capitalize()


def stronger_than(share: float) -> str:
    """Return what a place in the whole collection means; nothing where it means nothing.

    Examples
    --------
    >>> stronger_than(0.9973), stronger_than(0.873), stronger_than(1.0), stronger_than(0.3)
    ('stronger than 99.7 % of the collection', 'stronger than 87 % of the collection', \
'stronger than 99.9 % of the collection', '')
    """
    if share < 0.5:
        return ""
    percent = min(share * 100, 99.9)
    told = f"{percent:.1f}" if percent >= 99 else f"{percent:.0f}"
    return f"stronger than {told} % of the collection"


def chip_label(chip: QueryPart) -> str:
    """Return a chip's name in a few words."""
    if chip.steers:
        return "thumbs up" if chip.term.weight > 0 else "thumbs down"
    if chip.term.text:
        return chip.term.text
    label = count(len(chip.term.ids), "photo") if len(chip.term.ids) > 1 else "photo"
    return f"part of {label}" if chip.term.region else label


def steps(seconds: Mapping[str, float]) -> str:
    """Return the time each step of an answer took, the total left out.

    Examples
    --------
    >>> steps({"encode": 0.002, "index": 0.0004, "total": 0.0024})
    'encode 2.0 ms · index 0.4 ms'
    """
    return " · ".join(f"{step} {milliseconds(s)}" for step, s in seconds.items() if step != "total")
