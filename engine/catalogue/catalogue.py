"""The catalogue: a reader that can be opened, closed and changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from engine.catalogue import rows as table
from engine.catalogue.database import CatalogueFile
from engine.catalogue.full_text import TextChanges
from engine.catalogue.photo import NewPhoto, Skipped, TableReport
from engine.catalogue.postings import TermChanges, terms_of
from engine.catalogue.reader import CatalogueReader


class Catalogue(CatalogueReader):
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
    ...     catalogue.rows_saying('"boot (leather')
    ('Brown leather boots',)
    array([0])
    array([0])
    >>> folder.cleanup()
    """

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
            Never write, not even beside the file, and keep in memory what is asked often: nobody
            else should write then either. A file of an older version is read from a migrated
            copy; opened for writing, it is migrated itself.

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

    def __exit__(self, *exception: object) -> None:
        self.close()

    def move_root(self, root: Path | str) -> None:
        """Set the folder that photo paths are relative to.

        Parameters
        ----------
        root
            Absolute; or relative to the folder of the catalogue's file, for a collection that
            carries its photos along wherever it goes.
        """
        with self._file.writing() as connection:
            connection.execute("PRAGMA secure_delete = ON")  # the old one leaves no trace
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
            When a live photo has the same id, or a text is no valid Unicode.
        ValueError
            When a path leaves the root, or an id is empty.
        """
        with self._file.writing() as connection:
            first = table.count_rows(connection)
            terms, texts = TermChanges(connection), TextChanges(connection)
            row = first - 1
            for row, photo in enumerate(photos, start=first):
                table.write(connection, table.INSERT, row, photo)
                terms.enter(row, terms_of(photo.attributes, photo.tags))
                texts.enter(row, photo.captions)
            terms.write()
            texts.write()
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
        """Put photos into rows, by row, all of them or none; they may swap ids (see `replace`)."""
        photos = {int(row): photo for row, photo in photos.items()}
        with self._file.writing() as connection:
            terms, texts = TermChanges(connection), TextChanges(connection)
            table.set_ids_aside(connection, photos)
            for row, photo in photos.items():
                captions, old = table.said_in(connection, row)
                new = terms_of(photo.attributes, photo.tags)
                terms.leave(row, [term for term in old if term not in new])
                terms.enter(row, [term for term in new if term not in old])
                if captions != list(photo.captions):
                    texts.leave(row, captions)
                    texts.enter(row, photo.captions)
                table.write(connection, table.UPDATE, row, photo)
            terms.write()
            texts.write()

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
                "UPDATE photo SET path = ? WHERE row = ? AND retired = 0", (path, int(row))
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
            terms, texts = TermChanges(connection), TextChanges(connection)
            for row in {int(row) for row in rows}:
                captions, old = table.said_in(connection, row)
                terms.leave(row, old)
                texts.leave(row, captions)
                connection.execute("UPDATE photo SET retired = 1 WHERE row = ?", (row,))
            terms.write()
            texts.write()

    def record_skipped(self, skipped: Iterable[Skipped]) -> None:
        """Note what was left out, beside what is noted already; a path has one reason, the last."""
        with self._file.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO skipped VALUES (?, ?)",
                ((skip.path, skip.reason) for skip in skipped),
            )

    def record_tables(self, tables: Iterable[TableReport]) -> None:
        """Note what became of each table of captions, in place of what was noted before."""
        told = json.dumps([asdict(report) for report in tables])
        with self._file.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO setting VALUES ('tables', ?)", (told,))

    def forget_skipped(self) -> None:
        """Forget what was left out, before a source is read anew."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM skipped")
