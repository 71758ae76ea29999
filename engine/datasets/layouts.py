"""Readers of data sets in the layouts they are published in, line by line.

``amazon``          product metadata: one JSON object, or one Python literal, per line
``flipkart``        a CSV whose column ``image`` is a list of URLs in a string
``tags``            a JSON object from each tag to the ids of its pictures, beside the pictures
``fashion-mnist``   70,000 small pictures of ten kinds, through Keras

References
----------
McAuley et al., "Image-based recommendations on styles and substitutes", SIGIR 2015 (the Amazon
metadata, first in Python's notation and since 2018 in JSON).
Xiao, Rasul and Vollgraf, "Fashion-MNIST", 2017.
"""

from __future__ import annotations

import ast
import csv
import gzip
import io
import json
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from engine.datasets.item import Item, plain, texts
from engine.errors import CatalogueError

_MAX_LINE_CHARACTERS = 2**22
# Python's notation is parsed into a tree, which costs a hundred times what JSON does.
_MAX_LITERAL_CHARACTERS = 2**18
_MAX_JSON_CHARACTERS = 2**26
_MAX_RATIO, _FREE_BYTES = 200, 2**26
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp")
_WHAT_JSON_RAISES = (ValueError, RecursionError, MemoryError, SyntaxError)
_LABELS = (
    *("T-shirt", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)
# Where an item of a source cannot be read: (where, why).
Complain = Callable[[str, str], None]
Reader = Callable[[Path, Path, Complain], Iterator[Item]]


def read_amazon(source: Path, photos: Path, complain: Complain) -> Iterator[Item]:
    """Yield the products of Amazon metadata; lines that are neither JSON nor a literal are told."""
    with _opened(source) as file:
        for number, line in enumerate(_lines(file), start=1):
            if not line.strip():
                continue
            product = _loose_json(line)
            if not isinstance(product, dict) or not product.get("asin"):
                complain(f"line {number}", "is no product with an asin")
                continue
            yield _amazon_item(product)


def _amazon_item(product: dict[str, Any]) -> Item:
    paths = product.get("categories") or product.get("category") or []
    path = paths[0] if paths and isinstance(paths[0], list) else paths
    named = [plain(name) for name in texts(path)]
    urls = [
        url for key in ("imageURLHighRes", "imUrl", "imageURL") for url in texts(product.get(key))
    ]
    return Item(
        str(product["asin"]),
        plain(product.get("title")),
        list(dict.fromkeys(urls)),
        plain(product.get("description")),
        {
            "brand": plain(product.get("brand")),
            "category": named[-1] if named else "",
            "department": plain(product.get("main_cat")) or (named[0] if named else ""),
        },
        list(dict.fromkeys(named)),
    )


def _loose_json(line: str) -> object:
    """Return the value of a line in JSON or in Python's notation, else None; nothing is run."""
    readers: tuple[Callable[[str], object], ...] = (json.loads, ast.literal_eval)
    for read in readers[: 1 if len(line) > _MAX_LITERAL_CHARACTERS else 2]:
        try:
            return read(line)
        except _WHAT_JSON_RAISES:
            continue
    return None


def read_flipkart(source: Path, photos: Path, complain: Complain) -> Iterator[Item]:
    """Yield the products of Flipkart's CSV."""
    with _opened(source) as file, _long_fields():
        reader = csv.DictReader(_lines(file))
        missing = {"product_name", "image"} - set(reader.fieldnames or ())
        if missing:
            raise CatalogueError(
                "this is no Flipkart table: columns are missing",
                value=", ".join(sorted(missing)),
                remedy="Its first line must name product_name, description and image",
            )
        try:
            for number, row in enumerate(reader, start=1):
                yield _flipkart_item(row, number)
        except csv.Error as error:
            raise _damaged(source, f"near line {reader.line_num} ({error})") from error


@contextmanager
def _long_fields() -> Iterator[None]:
    """Let the CSV reader take long fields meanwhile: its limit holds for the whole program."""
    before = csv.field_size_limit(_MAX_LINE_CHARACTERS)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _flipkart_item(row: dict[str, Any], number: int) -> Item:
    trees = texts(_loose_json(row.get("product_category_tree") or "[]"))
    path = [plain(name) for name in trees[0].split(">>")] if trees else []
    return Item(
        row.get("uniq_id") or row.get("pid") or f"row-{number}",
        plain(row["product_name"]),
        texts(_loose_json(row["image"] or "[]")),
        plain(row.get("description")),
        {
            "brand": plain(row.get("brand")),
            # The last step of a path repeats the product's own name.
            "category": path[min(2, len(path) - 1)] if path else "",
            "department": path[0] if path else "",
        },
        path[:3],
    )


def read_tags(source: Path, photos: Path, complain: Complain) -> Iterator[Item]:
    """Yield the pictures that a JSON of tags names, each with all of its tags."""
    with _opened(source) as file:
        text = file.read(_MAX_JSON_CHARACTERS + 1)
        if len(text) > _MAX_JSON_CHARACTERS:
            raise CatalogueError(
                f"the file of tags unpacks to more than {_MAX_JSON_CHARACTERS // 2**20} MiB",
                value=source,
                remedy="Split it",
            )
        try:
            content = json.loads(text)
        except _WHAT_JSON_RAISES as error:
            raise _damaged(source, f"({str(error).splitlines()[0]})") from error
    if not isinstance(content, dict):
        raise _damaged(source, "(it must map each tag to a list of picture ids)")
    tags: dict[str, dict[str, None]] = {}
    for tag, ids in content.items():
        if not isinstance(ids, list):
            complain(f"tag {tag}", "has no list of picture ids")
            continue
        for picture in ids:
            tags.setdefault(str(picture), {})[plain(tag)] = None
    files = _files_by_id(photos)
    for picture, named in tags.items():
        is_url = picture.startswith(("http://", "https://"))
        origin = picture if is_url else files.get(picture, photos / Path(picture).name)
        yield Item(picture, " ".join(named), [origin], tags=list(named))


def _files_by_id(folder: Path) -> dict[str, Path]:
    """Return a folder's pictures by name and by name without its ending."""
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in _PICTURES and p.is_file())
    return {path.stem: path for path in found} | {path.name: path for path in found}


def read_fashion_mnist(source: Path, photos: Path, complain: Complain) -> Iterator[Item]:
    """Yield Fashion-MNIST, which Keras downloads and keeps; `source` and `photos` do not matter."""
    import numpy as np

    from engine.datasets.mnist import load_fashion_mnist
    from engine.images import encode_png

    for split, (pictures, labels) in load_fashion_mnist().items():
        for number, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
            name = _LABELS[int(label)]
            pixels = np.repeat(picture.astype(np.uint8)[..., None], 3, axis=2)
            yield Item(
                f"{split}-{number:05d}",
                name,
                [encode_png(pixels)],
                attributes={"label": name, "split": split},
                tags=[name],
            )


KINDS: dict[str, Reader] = {
    "amazon": read_amazon,
    "flipkart": read_flipkart,
    "tags": read_tags,
    "fashion-mnist": read_fashion_mnist,
}
ATTRIBUTES = {
    "amazon": ("brand", "category", "department"),
    "flipkart": ("brand", "category", "department"),
    "tags": (),
    "fashion-mnist": ("label", "split"),
}


class _Unpacked(gzip.GzipFile):
    """A packed file that may not grow more than text does."""

    def __init__(self, path: Path, *, fileobj: BinaryIO) -> None:
        super().__init__(fileobj=fileobj)
        self._path = path
        self._most = max(_FREE_BYTES, _MAX_RATIO * path.stat().st_size)

    def read(self, size: int | None = -1) -> bytes:
        return self._counted(super().read(size))

    def read1(self, size: int = -1) -> bytes:
        return self._counted(super().read1(size))

    def _counted(self, data: bytes) -> bytes:
        if self.tell() > self._most:
            raise _damaged(self._path, f"(it unpacks to more than {_MAX_RATIO} times its size)")
        return data


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """Open a text file, unpacked if it is gzipped; damage met later is told in words too."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a device or a pipe would never end
            raise CatalogueError("the source is no regular file", value=path, remedy="Name a file")
        with path.open("rb") as file:
            is_packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            data: Any = _Unpacked(path, fileobj=file) if is_packed else file
            yield io.TextIOWrapper(data, "utf-8", "replace", newline="")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _damaged(path, f"(its packing breaks off: {error})") from error
    except OSError as error:
        raise CatalogueError(
            f"the source cannot be read ({error.strerror or error})",
            value=path,
            remedy="Check the path",
        ) from error


def _lines(file: TextIO) -> Iterator[str]:
    """Yield lines of bounded length; the rest of a longer one comes as a line of its own."""
    return iter(lambda: file.readline(_MAX_LINE_CHARACTERS), "")


def _damaged(path: Path, where: str) -> CatalogueError:
    return CatalogueError(f"the source is damaged {where}", value=path, remedy="Fetch it again")
