"""How a text file was encoded: in Unicode where its bytes allow it, else told by statistics."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK_BYTES = 2**20
_SAMPLE_BYTES = 2**16
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF8_CHARACTER = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
# What spreadsheets and shops write where they don't write Unicode.
_CANDIDATES = (
    *("cp1252", "gb18030", "cp932", "big5", "cp949", "euc_jp", "cp1251", "cp1250", "cp1253"),
    *("cp1254", "koi8_r", "mac_roman"),
)
# Few accents look alike in both code pages: the eastern one needs its languages as a reason.
_EASTERN = {"Czech", "Slovak", "Polish", "Hungarian", "Croatian", "Romanian", "Slovene"}


@dataclass(frozen=True, slots=True)
class Encoding:
    """How to decode a file; `remark` is what a person should know of it, or empty.

    A byte that does not fit is read in Windows' western code page, and spoils nothing around it.
    """

    name: str
    remark: str = ""
    errors: str = "kindred-cp1252"


def encoding_of(path: Path) -> Encoding:
    """Return how a text file is to be decoded.

    Raises
    ------
    OSError
        When it cannot be read.
    """
    with path.open("rb") as file:
        begin = file.read(4096)
        for mark, name in _BOMS:
            if begin.startswith(mark):
                return Encoding(name)
        if unmarked := _unmarked_utf16(begin):
            return Encoding(unmarked)
        file.seek(0)
        if _is_utf8(iter(lambda: file.read(_BLOCK_BYTES), b"")):
            return Encoding("utf-8")
        file.seek(0)
        sample = b"".join(_telling_lines(file))
    n_bad = len(_NOT_ASCII.findall(_UTF8_CHARACTER.sub(b"", sample)))
    if len(_UTF8_CHARACTER.findall(sample)) >= n_bad:
        return Encoding("utf-8", "some bytes are no UTF-8 and were read as Windows-1252")
    name = _likeliest(sample)
    return Encoding(name, f"read as {name}, not Unicode")


def _likeliest(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(_CANDIDATES)).best()
    if best is None:
        return "cp1252"
    is_western = best.encoding in {"cp1250", "mac_roman"} and best.language not in _EASTERN
    return "cp1252" if is_western and _decodes(sample, "cp1252") else best.encoding


def _decodes(sample: bytes, name: str) -> bool:
    try:
        sample.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _unmarked_utf16(begin: bytes) -> str | None:
    """Tell UTF-16 without a mark by the zeros beside its plain letters."""
    even, odd = begin[0::2].count(0), begin[1::2].count(0)
    if max(even, odd) * 4 < len(begin) or min(even, odd):
        return None
    return "utf-16-le" if odd else "utf-16-be"


def _is_utf8(blocks: Iterator[bytes]) -> bool:
    decode = codecs.getincrementaldecoder("utf-8")().decode
    try:
        for block in blocks:
            decode(block)
        decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _telling_lines(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the first lines that are not plain ASCII: only they tell encodings apart."""
    n_bytes = 0
    for line in lines:
        if not line.isascii():
            yield line[:_SAMPLE_BYTES]
            n_bytes += len(line)
            if n_bytes > _SAMPLE_BYTES:
                return


def _as_western(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("kindred-cp1252", _as_western)
