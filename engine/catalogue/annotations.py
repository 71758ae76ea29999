"""JSON about photos: a line per photo, and the files that data sets of captions come in.

Read are COCO's ``captions_*.json`` and ``instances_*.json`` [1]_, Karpathy's ``dataset.json`` [2]_,
a list of objects, and an object from each photo's name to its captions.

References
----------
.. [1] https://cocodataset.org/#format-data
.. [2] A. Karpathy, L. Fei-Fei, "Deep visual-semantic alignments", CVPR 2015.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.catalogue.caption_table import Cell, IsPhoto, tidy
from engine.catalogue.charset import encoding_of
from engine.catalogue.photo import Skipped
from engine.errors import CatalogueError

MAX_JSON_BYTES = 2**29
_N_TRIED = 200
_MAX_DIGITS = 300
Entry = Mapping[str, object]


class JsonLines:
    """A file with one JSON object a line; never held in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._encoding = encoding_of(path)
        self.remarks = [self._encoding.remark] if self._encoding.remark else []
        self._keys = _keys(entry for _, entry in self._entries([]))
        self.columns = [tidy(key) for key in self._keys]

    def rows(
        self, skipped: list[Skipped], names_photo: Callable[[Sequence[Cell]], bool]
    ) -> Iterator[tuple[int, list[Cell]]]:
        """Yield each line's number and its cells (see `Table.rows`)."""
        for number, entry in self._entries(skipped):
            yield number, [_cell(entry.get(key)) for key in self._keys]

    def line(self, number: int) -> str:
        """Return how a person finds a line."""
        return f"{self.path.name}, line {number}"

    def _entries(self, skipped: list[Skipped]) -> Iterator[tuple[int, Entry]]:
        encoding = self._encoding
        with self.path.open(encoding=encoding.name, errors=encoding.errors) as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                try:
                    entry = json.loads(line, parse_int=_number)
                except (ValueError, RecursionError) as error:
                    skipped.append(Skipped(self.line(number), f"not readable as JSON ({error})"))
                    continue
                if isinstance(entry, dict):
                    yield number, entry
                else:
                    skipped.append(Skipped(self.line(number), "not a JSON object"))


class JsonTable:
    """One JSON value about many photos, held in memory.

    Raises
    ------
    CatalogueError
        When it is too large, is no JSON, or in none of the known layouts.
    """

    def __init__(self, path: Path, is_photo: IsPhoto) -> None:
        self.path = path
        value = _read(path)
        layout, self._entries = _understood(value, is_photo, path)
        self.remarks = [layout]
        self._keys = _keys(entry for entry in self._entries if isinstance(entry, dict))
        self.columns = [tidy(key) for key in self._keys]

    def rows(
        self, skipped: list[Skipped], names_photo: Callable[[Sequence[Cell]], bool]
    ) -> Iterator[tuple[int, list[Cell]]]:
        """Yield each entry's number and its cells (see `Table.rows`)."""
        for number, entry in enumerate(self._entries, start=1):
            if isinstance(entry, dict):
                yield number, [_cell(entry.get(key)) for key in self._keys]
            else:
                skipped.append(Skipped(self.line(number), "not a JSON object"))

    def line(self, number: int) -> str:
        """Return how a person finds an entry."""
        return f"{self.path.name}, entry {number}"


def _read(path: Path) -> Any:
    n_bytes = path.stat().st_size
    if n_bytes > MAX_JSON_BYTES:
        raise CatalogueError(
            f"the file has {n_bytes / 2**20:,.0f} MiB, over the limit of"
            f" {MAX_JSON_BYTES // 2**20} MiB for JSON",
            value=path,
            remedy="Split it, or save it as JSONL",
        )
    encoding = encoding_of(path)
    try:
        text = path.read_bytes().decode(encoding.name, encoding.errors)
        return json.loads(text, object_hook=_without_outlines, parse_int=_number)
    except (ValueError, RecursionError, MemoryError) as error:
        reason = str(error).splitlines()[0][:80] if str(error) else "too large"
        raise CatalogueError(f"the file is not readable as JSON ({reason})", value=path) from error


def _without_outlines(entry: dict[str, Any]) -> dict[str, Any]:
    """Drop what takes nine tenths of COCO's instances and says nothing in words."""
    entry.pop("segmentation", None)
    return entry


def _number(digits: str) -> int | str:
    """Return a whole number; one of hundreds of digits is a text, and no reason to stop."""
    return int(digits) if len(digits) < _MAX_DIGITS else digits


def _understood(value: Any, is_photo: IsPhoto, path: Path) -> tuple[str, list[Any]]:
    """Return a layout's name and its entries, one or several for each photo."""
    if isinstance(value, dict):
        images, notes = value.get("images"), value.get("annotations")
        if isinstance(images, list) and isinstance(notes, list):
            return "COCO annotations", list(_coco(images, notes, value.get("categories")))
        if isinstance(images, list):
            return "data set of sentences", list(_karpathy(images))
        if isinstance(notes, list):
            return "list of annotations", notes
        if any(is_photo(key) for key in list(value)[:_N_TRIED]):
            return "photos by name", list(_by_name(value))
    elif isinstance(value, list):
        return "list of objects", value
    raise CatalogueError(
        "this JSON says nothing of photos in a way that is read here",
        value=path,
        remedy="Read are COCO, Karpathy's dataset.json, lists of objects, and captions by name",
    )


def _coco(images: Sequence[Any], notes: Sequence[Any], categories: Any) -> Iterator[Entry]:
    """Yield an entry for each image, with its captions and what is on it."""
    names = {each.get("id"): each.get("name") for each in _objects(categories)}
    captions: dict[object, list[Any]] = {}
    tags: dict[object, dict[Any, None]] = {}
    for note in _objects(notes):
        image = _key(note.get("image_id"))
        if note.get("caption"):
            captions.setdefault(image, []).append(note["caption"])
        if name := names.get(_key(note.get("category_id"))):
            tags.setdefault(image, {})[name] = None
    for image in _objects(images):
        number = _key(image.get("id"))
        entry: dict[str, object] = {"file_name": image.get("file_name")}
        if number in captions:
            entry["captions"] = captions[number]
        if number in tags:
            entry["tags"] = list(tags[number])
        yield entry


def _karpathy(images: Sequence[Any]) -> Iterator[Entry]:
    for image in _objects(images):
        name, folder = image.get("filename") or image.get("file_name"), image.get("filepath")
        captions = [each.get("raw") for each in _objects(image.get("sentences"))]
        yield {
            "filename": name,
            "filepath": f"{folder}/{name}" if folder else None,
            "captions": captions or image.get("captions"),
            "split": image.get("split"),
        }


def _by_name(value: Mapping[str, Any]) -> Iterator[Entry]:
    for name, told in value.items():
        yield {"photo": name, **(told if isinstance(told, dict) else {"captions": told})}


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    return (
        (each for each in value if isinstance(each, dict)) if isinstance(value, list) else iter(())
    )


def _key(value: Any) -> object:
    """Return what may be looked up; a list for an id is nobody's."""
    return value if isinstance(value, int | str) else None


def _keys(entries: Iterable[Entry]) -> list[str]:
    keys: dict[str, None] = {}
    for entry in entries:
        keys.update(dict.fromkeys(entry))
    return list(keys)


def _cell(value: object) -> Cell:
    """Return a JSON value as text, a list as texts."""
    if isinstance(value, list):
        return tuple(filter(None, (_text(item) for item in value)))
    return _text(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return tidy(value)
    return tidy(json.dumps(value, ensure_ascii=False))
