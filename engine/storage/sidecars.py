"""What the files beside photos say of them: XMP of editors, text, and Google Takeout's JSON."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.catalogue import Skipped, Source, TableReport
from engine.catalogue.charset import encoding_of
from engine.catalogue.columns import is_known
from engine.catalogue.markup import without_markup
from engine.images import Metadata, as_date, as_location, gathered, read_xmp

MAX_BYTES = 2**20
MAX_LINES = 50
_KINDS = {
    ".json": "Google Takeout and other JSON, a file beside each photo",
    ".txt": "captions as text, a file beside each photo",
    ".xmp": "XMP, a file beside each photo",
}
_FILE_NAME = re.compile(r"\S.*\.\w{2,5}")
_LETTER = re.compile(r"[^\W\d_]{2}")
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sidecars:
    """What was read beside photos.

    Attributes
    ----------
    said
        By the photo's path.
    by_greenwich
        Photos whose day is the one that it was in Greenwich.
    skipped
        Files that could not be read.
    reports
        What became of them, one for each kind.
    """

    said: Mapping[str, Metadata]
    by_greenwich: Set[str]
    skipped: list[Skipped]
    reports: list[TableReport]

    def about(self, path: str, own: Mapping[str, str]) -> Metadata | None:
        """Return what they say of a photo whose file has these attributes itself.

        Takeout notes moments in Greenwich, a camera the day of the place: of neighbouring days the
        camera's is right. Days further apart were put right by a person.
        """
        said = self.said.get(path)
        if said is None or path not in self.by_greenwich:
            return said
        if not _are_neighbours(said["attributes"].get("date"), own.get("date")):
            return said
        left = {k: v for k, v in said["attributes"].items() if k not in ("date", "year")}
        return Metadata(captions=said["captions"], tags=said["tags"], attributes=left)


def read_sidecars(source: Source) -> Sidecars:
    """Read the files that lie beside the photos of a source; each once, whatever it tells of."""
    read: dict[str, Metadata | str] = {}
    said: dict[str, Metadata] = {}
    by_greenwich: set[str] = set()
    n_photos: Counter[str] = Counter()
    for photo, paths in source.sidecars.items():
        told: list[Metadata] = []
        for path in paths:
            if path not in read:
                read[path] = _read(source.root / path)
            metadata = read[path]
            if not isinstance(metadata, str):
                if _kind(path) == ".json" and not any(
                    "date" in each["attributes"] for each in told
                ):
                    by_greenwich.add(photo)
                told.append(metadata)
                n_photos[_kind(path)] += 1
        if told:
            said[photo] = _joined(told)
    return Sidecars(said, by_greenwich, *_accounts(read, n_photos))


def _accounts(
    read: Mapping[str, Metadata | str], n_photos: Mapping[str, int]
) -> tuple[list[Skipped], list[TableReport]]:
    """Return the files that say nothing, and a report for each kind."""
    skipped = [Skipped(path, why) for path, why in read.items() if isinstance(why, str) and why]
    by_kind: dict[str, list[Metadata | str]] = defaultdict(list)
    for path, metadata in read.items():
        by_kind[_kind(path)].append(metadata)
    reports = []
    for kind, found in sorted(by_kind.items()):
        used = [each for each in found if not isinstance(each, str)]
        silent = Counter(
            each or "says nothing of its photo" for each in found if isinstance(each, str)
        )
        n_captioned = sum(bool(each["captions"]) for each in used)
        attributes = sorted({name for each in used for name in each["attributes"]})
        reports.append(
            TableReport(
                path=f"*{kind}",
                n_lines=len(found),
                n_photos=n_photos[kind],
                left_out=dict(silent),
                columns={"attributes": attributes} if attributes else {},
                remarks=[_KINDS[kind], f"{n_captioned:,} with a caption"],
                unit="file",
            )
        )
    return skipped, reports


def _read(path: Path) -> Metadata | str:
    """Return what a file says; else why it cannot be read, or "" when it says nothing."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return f"it is over the limit of {MAX_BYTES // 2**20} MiB for a file about one photo"
        return _READERS[_kind(path.name)](path) or ""
    except OSError as error:
        return f"the file cannot be opened ({(error.strerror or str(error)).lower()})"
    except (ValueError, RecursionError) as error:
        return f"not readable as {_kind(path.name)[1:].upper()} ({str(error)[:80]})"


def _read_text(path: Path) -> Metadata | None:
    lines = [line for line in _text(path).splitlines() if _LETTER.search(line)]
    if len(lines) > MAX_LINES:
        return None
    return gathered([[("caption", line) for line in lines]])


def _read_json(path: Path) -> Metadata | None:
    entry = json.loads(_text(path), parse_int=_number)
    if not isinstance(entry, dict):
        return None
    is_takeout = isinstance(entry.get("photoTakenTime"), dict)
    return gathered([_of_takeout(entry)] if is_takeout else [_of_any(entry)])


def _text(path: Path) -> str:
    encoding = encoding_of(path)
    return path.read_bytes().decode(encoding.name, encoding.errors)


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) < 300 else digits


def _of_takeout(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what Google Photos knows: title, description, people, day and place."""
    description, title = (str(entry.get(name) or "") for name in ("description", "title"))
    yield "caption", without_markup(description)
    if not _FILE_NAME.fullmatch(title):  # the file's own name, unless somebody gave it another
        yield "caption", without_markup(title)
    for person in _objects(entry.get("people")):
        if isinstance(person.get("name"), str):
            yield "tag", person["name"]
    latitude, longitude = _place(entry.get("geoData")) or _place(entry.get("geoDataExif")) or (0, 0)
    yield "date", _day(entry["photoTakenTime"].get("timestamp"), longitude)
    yield "location", as_location(latitude, longitude)


def _of_any(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the captions and tags of a JSON object that some program wrote beside a photo."""
    for name, value in entry.items():
        meaning = (
            "caption" if is_known(name, "caption") else "tag" if is_known(name, "tags") else ""
        )
        for text in value if isinstance(value, list) else [value]:
            if meaning and isinstance(text, str) and not _FILE_NAME.fullmatch(text):
                yield meaning, without_markup(text)


def _place(value: Any) -> tuple[float, float] | None:
    with suppress(TypeError, ValueError, LookupError):
        latitude, longitude = float(value["latitude"]), float(value["longitude"])
        if as_location(latitude, longitude):
            return latitude, longitude
    return None


def _day(timestamp: Any, longitude: float) -> str:
    """Return the day of a moment in seconds since 1970, by the sun of its place."""
    with suppress(TypeError, ValueError, OverflowError):
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(timestamp))
        return as_date((moment + timedelta(hours=round(longitude / 15))).date().isoformat())
    return ""


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    return (
        (each for each in value if isinstance(each, dict)) if isinstance(value, list) else iter(())
    )


def _are_neighbours(one: str | None, other: str | None) -> bool:
    if not one or not other:
        return False
    with suppress(ValueError):
        return abs(date.fromisoformat(one) - date.fromisoformat(other)) <= _ONE_DAY
    return False


def _joined(told: list[Metadata]) -> Metadata:
    """Return what several files say of one photo, the first before the others."""
    attributes: dict[str, str] = {}
    for each in told:
        attributes = each["attributes"] | attributes
    return Metadata(
        captions=list(dict.fromkeys(text for each in told for text in each["captions"])),
        tags=list(dict.fromkeys(tag for each in told for tag in each["tags"])),
        attributes=attributes,
    )


def _kind(path: str) -> str:
    return "." + path.rpartition(".")[2].lower()


_READERS = {
    ".json": _read_json,
    ".txt": _read_text,
    ".xmp": lambda path: read_xmp(path.read_bytes()),
}
