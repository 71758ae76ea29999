"""A data set becomes a folder that `index` reads."""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from engine.datasets.address import RefusedError
from engine.datasets.download import Downloader, Fetching
from engine.datasets.import_folder import FAILURES, TABLE, ImportFolder
from engine.datasets.item import Item, Origin
from engine.datasets.layouts import ATTRIBUTES, KINDS
from engine.errors import CatalogueError, PhotoError
from engine.images import DEFAULT_LIMITS, read_photo
from engine.progress import Report, Step, no_report

_AHEAD = 4
_CHECKED_AT_PX = 64
_ENDINGS = {
    "JPEG": ".jpg",
    "MPO": ".jpg",
    "PNG": ".png",
    "WEBP": ".webp",
    "GIF": ".gif",
    "BMP": ".bmp",
    "TIFF": ".tif",
}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Parameters
    ----------
    folder
        Give this to `index`.
    imported
        Items with a photo, of this run and of earlier ones.
    new
        Those of them that are of this run.
    failed
        Items, and lines of the source, without one; `failures` lists each with its reason.
    """

    folder: Path
    imported: int
    new: int
    failed: int

    @property
    def table(self) -> Path:
        """The table about the photos."""
        return self.folder / TABLE

    @property
    def failures(self) -> Path:
        """The table of what has no photo, and why."""
        return self.folder / FAILURES

    def reasons(self) -> list[tuple[str, str]]:
        """Return how often each reason for a failure came, and the reason, the commonest first."""
        with self.failures.open(encoding="utf-8", newline="") as file:
            counts = Counter(row["reason"] for row in csv.DictReader(file))
        return [(f"{count:,}", reason) for reason, count in counts.most_common()]


def import_dataset(
    source: Path,
    kind: str,
    out: Path,
    *,
    photos: Path | None = None,
    limit: int | None = None,
    fetching: Fetching | None = None,
    progress: Report = no_report,
) -> ImportReport:
    """Make a folder of photos with a table from a published data set.

    Called again it goes on: photos that are there are not fetched again, those that failed are.

    Parameters
    ----------
    source
        The file of the data set; not looked at for ``fashion-mnist``.
    kind
        One of `KINDS`.
    out
        The folder to fill.
    photos
        Where pictures lie that the source names by id (``tags``); beside the source by default.
    limit
        Take only the first so many items.
    fetching
        How pictures behind URLs are fetched.
    progress
        Hears of every item.

    Raises
    ------
    CatalogueError
        The source cannot be read, or the folder holds something else.
    ValueError
        There is no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    terms = {"version": 1, "kind": kind, "source": source.name}
    folder = ImportFolder(out, terms, ATTRIBUTES[kind])
    complaints: list[tuple[str, str]] = []

    def complain(where: str, why: str) -> None:
        complaints.append((where, why))

    items = KINDS[kind](source, photos or source.parent, complain)
    step = Step(progress, "importing photos", limit or 0)
    how = fetching or Fetching()
    new = 0
    try:
        waiting = _unfinished(islice(items, limit), folder, step)
        for item, outcome in _fetched(waiting, how):
            if isinstance(outcome, _Photo):
                folder.add(item, outcome.data, outcome.ending)
                new += 1
            else:
                folder.fail(item.item_id, outcome.origin, outcome.reason)
    finally:
        for where, why in complaints:
            folder.fail(where, source.name, why)
        imported, failed = folder.finish()
    if not imported and not failed:
        raise CatalogueError("the source holds no items", value=source, remedy="Check its kind")
    return ImportReport(out, imported, new, failed)


@dataclass(frozen=True, slots=True)
class _Photo:
    data: bytes
    ending: str


@dataclass(frozen=True, slots=True)
class _Failure:
    origin: str
    reason: str


def _unfinished(items: Iterator[Item], folder: ImportFolder, step: Step) -> Iterator[Item]:
    """Yield the items that have no photo yet, each id once."""
    met: set[str] = set()
    for number, item in enumerate(items, start=1):
        if item.item_id not in met and not folder.has(item.item_id):
            yield item
        met.add(item.item_id)
        step.at(number)


def _fetched(items: Iterator[Item], how: Fetching) -> Iterator[tuple[Item, _Photo | _Failure]]:
    """Yield items with their photos, in order, fetched a few ahead of the one being used."""
    downloader = Downloader(how)
    ahead: deque[tuple[Item, Future[_Photo | _Failure]]] = deque()
    fetchers = ThreadPoolExecutor(how.n_at_once, thread_name_prefix="photo-fetcher")
    try:
        for item in items:
            ahead.append((item, fetchers.submit(_take, item, downloader)))
            if len(ahead) >= _AHEAD * how.n_at_once:
                first, future = ahead.popleft()
                yield first, future.result()
        while ahead:
            first, future = ahead.popleft()
            yield first, future.result()
    finally:
        fetchers.shutdown(wait=True, cancel_futures=True)


def _take(item: Item, downloader: Downloader) -> _Photo | _Failure:
    """Return the first photo of an item that can be had and decoded, else the last reason."""
    failure = _Failure("", "the source names no photo")
    for origin in item.origins:
        try:
            return _checked(_data_of(origin, downloader))
        except (RefusedError, PhotoError, OSError) as error:
            reason = error.what if isinstance(error, PhotoError) else _reason(error)
            failure = _Failure(_name_of(origin), reason)
    return failure


def _data_of(origin: Origin, downloader: Downloader) -> bytes:
    if isinstance(origin, bytes):
        return origin
    if isinstance(origin, str):
        return downloader.fetch(origin)
    if origin.stat().st_size > DEFAULT_LIMITS.max_bytes:
        raise RefusedError("the file is too large")
    return origin.read_bytes()


def _checked(data: bytes) -> _Photo:
    """Decode a photo as the index will, so that what is kept can be used."""
    photo = read_photo(data, _CHECKED_AT_PX, limits=DEFAULT_LIMITS)
    if photo.format not in _ENDINGS:
        raise RefusedError(f"{photo.format} is no format for photos of a collection")
    return _Photo(data, _ENDINGS[photo.format])


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"the file cannot be read ({(error.strerror or str(error)).lower()})"
    return str(error)


def _name_of(origin: Origin) -> str:
    return "" if isinstance(origin, bytes) else str(origin)
