"""Which of the tables in a folder speak of its photos, and what they say together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from os.path import relpath
from pathlib import Path

from engine.catalogue.annotations import JsonLines, JsonTable
from engine.catalogue.caption_table import IsPhoto, Table, check_kind
from engine.catalogue.columns import Choice
from engine.catalogue.delimited import DelimitedTable
from engine.catalogue.photo import PhotoRecord, TableReport
from engine.catalogue.photo_facts import Telling, distinct, shown_path
from engine.catalogue.photo_files import TABLE_SUFFIXES
from engine.catalogue.photo_reference import PhotoNames
from engine.errors import CatalogueError

# A text or JSON file need not be a table; these names promise one.
_PROMISING = re.compile(r"caption|token|label|annotation|instances|dataset|results", re.IGNORECASE)
_MOST_UNPROMISING = 20
# Flickr8k's captions once more, each word reduced to its lemma.
_LEMMAS = "lemma"


class Tables:
    """The tables about a folder's photos.

    Parameters
    ----------
    root
        The folder.
    names
        Its photos.
    columns
        Column names by meaning, where a person gave them.

    Attributes
    ----------
    main
        Those that say what photos are: with captions, if any has some.
    used
        Those, and others whose tags are taken.
    reports
        What became of each table that was found.
    """

    def __init__(self, root: Path, names: PhotoNames, columns: Choice | None) -> None:
        self.main: list[Telling] = []
        self.used: list[Telling] = []
        self.reports: list[TableReport] = []
        self._root = root
        self._names = names
        self._columns = columns

    def take(self, path: Path) -> None:
        """Use the table that a person named, and no other.

        Raises
        ------
        CatalogueError
            When it cannot be read, or no line of it names a photo.
        """
        telling = self._telling(path, is_named=True)
        telling.read()
        self.main = self.used = [telling]
        self.reports = [telling.report(self._root)]

    def look_for(self, candidates: Iterable[str]) -> None:
        """Use the tables among some files that speak of the photos.

        Raises
        ------
        CatalogueError
            When two of them hold captions of the same photo.
        """
        tellings = [told for path in _tried(candidates) if (told := self._look_into(path))]
        if self._columns and not tellings:
            raise CatalogueError(
                "no table in the folder has these columns and names its photos",
                value=", ".join(map(str, self._columns.values())),
                remedy="Say which file holds the captions",
            )
        for telling in tellings:
            telling.read()
        with_captions = [telling for telling in tellings if telling.has_captions]
        self.main = with_captions or [telling for telling in tellings if telling.says_anything]
        self._refuse_rivals()
        others = [telling for telling in tellings if telling not in self.main]
        self.used = [*self.main, *(telling for telling in others if telling.has_tags)]
        self.reports += [
            telling.report(self._root, "" if telling in self.used else self._why_unused(telling))
            for telling in tellings
        ]
        self.reports.sort(key=lambda report: report.path)

    def record(self, path: str) -> PhotoRecord:
        """Return what the tables say of a photo."""
        record = next(
            (told.record(path) for told in self.main if path in told.photos), PhotoRecord(path)
        )
        more = [tag for told in self.used for tag in told.tags_of(path)]
        if not more:
            return record
        tags = distinct([*record.tags, *more])
        return PhotoRecord(path, record.photo_id, record.captions, record.attributes, tags)

    def _telling(self, path: Path, *, is_named: bool) -> Telling:
        table = open_table(path, self._names.has)
        return Telling(table, self._root, self._names, self._columns, is_named=is_named)

    def _look_into(self, path: str) -> Telling | None:
        """Return what a file tells, if anything; a table that tells nothing is reported."""
        try:
            return self._telling(self._root / path, is_named=False)
        except CatalogueError as error:
            if Path(path).suffix.lower() in TABLE_SUFFIXES or _PROMISING.search(path):
                reason = error.what + (f". {error.remedy}" if error.remedy else "")
                self.reports.append(TableReport(path, reason))
            return None

    def _refuse_rivals(self) -> None:
        seen: set[str] = set()
        for telling in self.main:
            if seen & telling.photos:
                raise CatalogueError(
                    "several tables speak of these photos",
                    value=", ".join(relpath(each.table.path, self._root) for each in self.main),
                    remedy="Say which one holds the captions",
                )
            seen |= telling.photos

    def _why_unused(self, telling: Telling) -> str:
        if not telling.says_anything:
            return "it says nothing of the photos but their names"
        winner = shown_path(self.main[0].table.path, self._root)
        return f"it has no captions, and {winner} has"


def open_table(path: Path, is_photo: IsPhoto) -> Table:
    """Open a table, whatever its kind.

    Parameters
    ----------
    path
        A ``.json``, ``.jsonl`` or ``.ndjson`` file; any other is read as delimited text.
    is_photo
        Tells whether a text names a photo of the folder: a first line that does is no header.

    Raises
    ------
    CatalogueError
        When there is no such file, it cannot be read, or it is no table.
    """
    suffix = path.suffix.lower()
    try:
        check_kind(path)
        if suffix in {".jsonl", ".ndjson"}:
            table: Table = JsonLines(path)
        elif suffix == ".json":
            table = JsonTable(path, is_photo)
        else:
            table = DelimitedTable(path, is_photo)
    except OSError as error:
        raise CatalogueError(
            f"the table cannot be read ({error.strerror})", value=path, remedy="Check the path"
        ) from error
    if not table.columns:
        raise CatalogueError(
            "the table is empty", value=path, remedy="Its first line must name its columns"
        )
    return table


def _tried(candidates: Iterable[str]) -> list[str]:
    """Return the files worth opening: of many that promise nothing, none."""
    paths = [path for path in candidates if _LEMMAS not in path.lower()]
    sure = [
        path
        for path in paths
        if Path(path).suffix.lower() in TABLE_SUFFIXES or _PROMISING.search(path)
    ]
    return sure if len(paths) - len(sure) > _MOST_UNPROMISING else paths
