"""The catalogue: what a collection knows of its photos, asked and changed in its own words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from engine.catalogue import facets
from engine.catalogue import rows as table
from engine.catalogue.file import CatalogueFile
from engine.catalogue.photo import TAG, NewPhoto, Photo, Skipped
from engine.catalogue.postings import TermChanges, terms_of
from engine.errors import CatalogueError

_PHOTOS_PER_READ = 1_000
_MAX_SEARCH_WORDS = 64
_WORD = re.compile(r"[^\W_]+")


class Catalogue:
    """The photos of a collection with their captions, attributes and tags, in one SQLite file.

    Row ``i`` is photo ``i`` for ever: a retired row keeps its number and vanishes from every
    answer. Reading is safe from any number of threads; writing takes turns, and each change is
    there whole or not at all. Once closed, the catalogue is one plain file that can be moved,
    committed, or opened in a folder that cannot be written.

    Make one with `create` or `open`, best in a ``with`` statement.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> folder = TemporaryDirectory()
    >>> path = Path(folder.name) / "catalogue.sqlite"
    >>> boots = NewPhoto(
    ...     photo_id="7", path="images/7.jpg", captions=("Brown leather boots",),
    ...     attributes={"colour": "Brown"}, tags=("winter",), width=96, height=128,
    ...     size_bytes=2048, modified_ns=0, content_hash="0" * 32,
    ... )
    >>> with Catalogue.create(path, root="photos") as catalogue:
    ...     catalogue.add([boots])
    [0]
    >>> with Catalogue.open(path) as catalogue:
    ...     catalogue.photo("7").captions
    ...     catalogue.rows_where({"colour": ["brown"], "tag": ["winter", "summer"][:1]})
    ...     [row for row, _ in catalogue.search_captions('"boot (leather', 9)]
    ('Brown leather boots',)
    array([0])
    [0]
    >>> folder.cleanup()
    """

    def __init__(self, file: CatalogueFile) -> None:
        self._file = file

    @classmethod
    def create(cls, path: Path | str, *, root: Path | str) -> Catalogue:
        """Make an empty catalogue and open it for writing.

        Parameters
        ----------
        path
            The file to make, in a folder that exists.
        root
            The folder that photo paths are relative to (see `move_root`).

        Raises
        ------
        CatalogueError
            When there is such a file already, or it cannot be made.
        """
        catalogue = cls(CatalogueFile.create(Path(path)))
        catalogue.move_root(root)
        return catalogue

    @classmethod
    def open(cls, path: Path | str, *, read_only: bool = True) -> Catalogue:
        """Open a catalogue.

        Parameters
        ----------
        path
            The file.
        read_only
            Never write, not even beside the file. A file of an older version is then read from a
            migrated copy; opened for writing, it is migrated itself.

        Raises
        ------
        CatalogueError
            When there is no such file, it is no catalogue, or a newer Kindred wrote it.
        """
        return cls(CatalogueFile(Path(path), read_only=read_only))

    def close(self) -> None:
        """Close the file; what was written lies in it alone, with nothing beside it."""
        self._file.close()

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # What is inside -----------------------------------------------------------------------------

    @property
    def path(self) -> Path:
        """The catalogue's file."""
        return self._file.path

    @property
    def root(self) -> Path:
        """The folder that photo paths are relative to."""
        (stored,) = self._ask("SELECT value FROM setting WHERE name = 'root'")[0]
        return (self.path.parent / stored).absolute()

    @property
    def n_rows(self) -> int:
        """How many rows were ever given, retired ones included."""
        return self._ask(table.N_ROWS)[0][0]

    @property
    def n_photos(self) -> int:
        """How many photos are live."""
        return self._ask(
            f"SELECT ({table.N_ROWS}) - (SELECT count(*) FROM photo WHERE retired = 1)"
        )[0][0]

    def live_rows(self) -> np.ndarray:
        """Return the rows that are not retired, ascending, int64 (n_photos,)."""
        with self._file.reading() as connection:
            return np.flatnonzero(table.live_mask(connection))

    def photos(self, rows: Sequence[int] | np.ndarray) -> list[Photo]:
        """Return the photos of some rows, in the order asked.

        Raises
        ------
        CatalogueError
            When a row was never given, or is retired.
        """
        wanted = [int(row) for row in rows]
        found = self._ask(
            f"{table.SELECT} AND row IN (SELECT value FROM json_each(?))", json.dumps(wanted)
        )
        by_row = {record[0]: record for record in found}
        try:
            return [table.photo_of(by_row[row]) for row in wanted]
        except KeyError as error:
            raise table.not_live(error.args[0]) from error

    def photo(self, photo_id: str) -> Photo:
        """Return the photo with an id.

        Raises
        ------
        CatalogueError
            When no live photo has it.
        """
        found = self._ask(f"{table.SELECT} AND photo_id = ?", photo_id)
        if not found:
            raise CatalogueError(
                "no photo with this id", value=photo_id, remedy="It may have been removed"
            )
        return table.photo_of(found[0])

    def all_photos(self) -> Iterator[Photo]:
        """Yield every live photo by row; photos changed meanwhile come as they are when reached."""
        last = -1
        page = f"{table.SELECT} AND row > ? ORDER BY row LIMIT {_PHOTOS_PER_READ}"
        while found := self._ask(page, last):
            yield from map(table.photo_of, found)
            last = found[-1][0]

    def captions(self) -> list[tuple[int, str]]:
        """Return every caption of every live photo with its row, by row."""
        found = self._ask("SELECT row, captions FROM photo WHERE retired = 0 ORDER BY row")
        return [(row, caption) for row, captions in found for caption in table.decode(captions)]

    def skipped(self) -> list[Skipped]:
        """Return what was left out, by path."""
        found = self._ask("SELECT path, reason FROM skipped ORDER BY path")
        return [Skipped(path, reason) for path, reason in found]

    # Finding ------------------------------------------------------------------------------------

    def rows_where(self, filters: Mapping[str, Sequence[str]]) -> np.ndarray:
        """Return the live rows that satisfy every filter.

        Parameters
        ----------
        filters
            Attribute name (``tag`` for tags) to the values of which one must be there; a name
            without values asks nothing. Case, width and repeated spaces make no difference.

        Returns
        -------
        int64 (n,)
            Ascending; empty when each value exists but never together.

        Raises
        ------
        CatalogueError
            When a name or a value is unknown; it names what exists.
        """
        with self._file.reading() as connection:
            mask = table.live_mask(connection)
            mask &= facets.mask_where(connection, filters, len(mask))
            return np.flatnonzero(mask)

    def rows_with_tag(self, tag: str) -> np.ndarray:
        """Return the live rows that carry a tag, ascending, int64 (n,).

        Raises
        ------
        CatalogueError
            When no photo carries it.
        """
        return self.rows_where({TAG: [tag]})

    def search_captions(self, query: str, k: int) -> list[tuple[int, float]]:
        """Return the `k` rows whose captions match a text best, best first.

        Any word may match, by its stem and whatever its accents; the more words and the rarer,
        the better. Only words count: no text is an error, and no text is a command.

        Parameters
        ----------
        query
            Anything a person may type.
        k
            How many at most, from 0.

        Returns
        -------
        list of (row, bm25)
            bm25 is positive and larger is better; equally good rows come by row.
        """
        if k < 0:
            raise ValueError(f"k must be at least 0, not {k}")
        words = list(dict.fromkeys(_WORD.findall(query)))[:_MAX_SEARCH_WORDS]
        found = self._ask(
            "SELECT rowid, -bm25(caption_search) FROM caption_search WHERE caption_search MATCH ?"
            " ORDER BY bm25(caption_search), rowid LIMIT ?",
            " OR ".join(f'"{word}"' for word in words) or '""',
            k,
        )
        return list(found)

    def facets(
        self, rows: np.ndarray | None = None, *, limit: int = 12
    ) -> dict[str, list[tuple[str, int]]]:
        """Return how many photos have each value, for the attributes that sort photos into groups.

        Attributes that name or measure photos (nearly every value another, or many numbers) are
        no facets. Spellings that differ only in case count together, under the commonest.

        Parameters
        ----------
        rows
            Count only among these rows, int64 (n,); None counts every live photo.
        limit
            How many values per attribute, the commonest first.

        Returns
        -------
        dict of list of (value, count)
            Attributes in the source's order, tags (under ``tag``) last; with `rows`, only those
            that one of them has.
        """
        with self._file.reading() as connection:
            live = table.live_mask(connection)
            n_photos = int(live.sum())
            if rows is None:
                return facets.count_all(connection, n_photos, limit)
            mask = table.mask_of(rows, len(live))
            return facets.count_among(connection, mask, n_photos, limit)

    def attribute_keys(self) -> list[str]:
        """Return the names of the attributes of live photos, in the source's order."""
        with self._file.reading() as connection:
            return [name for name in facets.attribute_names(connection) if name != TAG]

    # Changing -----------------------------------------------------------------------------------

    def move_root(self, root: Path | str) -> None:
        """Set the folder that photo paths are relative to.

        Parameters
        ----------
        root
            Absolute; or relative to the folder of the catalogue's file, for a collection that
            carries its photos along wherever it goes.
        """
        with self._file.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO setting VALUES ('root', ?)", (Path(root).as_posix(),)
            )

    def add(self, photos: Iterable[NewPhoto]) -> list[int]:
        """Give photos the next rows.

        Parameters
        ----------
        photos
            Taken one by one; if taking one fails, none is added.

        Returns
        -------
        list of int
            Their rows, in order.

        Raises
        ------
        CatalogueError
            When a live photo has the same id.
        ValueError
            When a path leaves the root, or an attribute is called ``tag``.
        """
        with self._file.writing() as connection:
            (first,) = connection.execute(table.N_ROWS).fetchone()
            changes = TermChanges(connection)
            row = first - 1
            for row, photo in enumerate(photos, start=first):
                table.write(connection, table.INSERT, row, photo)
                changes.enter(row, terms_of(photo.attributes, photo.tags))
            changes.write()
        return list(range(first, row + 1))

    def replace(self, row: int, photo: NewPhoto) -> None:
        """Put a photo into the row of another: the file, or what is said about it, has changed.

        Raises
        ------
        CatalogueError
            When the row is not live, or another live photo has the same id.
        ValueError
            As in `add`.
        """
        self.replace_all({row: photo})

    def replace_all(self, photos: Mapping[int, NewPhoto]) -> None:
        """Put photos into rows, by row, all of them or none (see `replace`)."""
        with self._file.writing() as connection:
            changes = TermChanges(connection)
            for row, photo in photos.items():
                old = table.terms_in(connection, row)
                new = terms_of(photo.attributes, photo.tags)
                changes.leave(row, old - new)
                changes.enter(row, new - old)
                table.write(connection, table.UPDATE, row, photo)
            changes.write()

    def rename(self, row: int, path: str) -> None:
        """Note that a photo's file has moved; everything else stays.

        Raises
        ------
        CatalogueError
            When the row is not live.
        ValueError
            When the path leaves the root.
        """
        table.check_path(path)
        with self._file.writing() as connection:
            changed = connection.execute(
                "UPDATE photo SET path = ? WHERE row = ? AND retired = 0", (path, row)
            )
            if not changed.rowcount:
                raise table.not_live(row)

    def retire(self, rows: Iterable[int]) -> None:
        """Take photos out of every answer for ever; their rows are never given again.

        Raises
        ------
        CatalogueError
            When a row is not live; then none is retired.
        """
        with self._file.writing() as connection:
            changes = TermChanges(connection)
            for row in {int(row) for row in rows}:
                changes.leave(row, table.terms_in(connection, row))
                connection.execute("UPDATE photo SET retired = 1 WHERE row = ?", (row,))
            changes.write()

    def record_skipped(self, skipped: Iterable[Skipped]) -> None:
        """Note what was left out, beside what is noted already; a path has one reason, the last."""
        with self._file.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO skipped VALUES (?, ?)",
                ((skip.path, skip.reason) for skip in skipped),
            )

    def forget_skipped(self) -> None:
        """Forget what was left out, before a source is read anew."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM skipped")

    def _ask(self, statement: str, *values: object) -> list[Any]:
        with self._file.reading() as connection:
            return connection.execute(statement, values).fetchall()
