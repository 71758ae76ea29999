"""What can be asked of a catalogue, in its own words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from os.path import normpath
from pathlib import Path
from typing import Any

import numpy as np

from engine.catalogue import caption_lookup, facets
from engine.catalogue import rows as table
from engine.catalogue.bm25 import FullText
from engine.catalogue.database import CatalogueFile
from engine.catalogue.photo import TAG, Photo, Skipped, TableReport
from engine.catalogue.posting_cache import PostingCache
from engine.catalogue.postings import Rows, fold
from engine.errors import CatalogueError

_PHOTOS_PER_READ = 1_000
# Postings kept in memory: so many bytes, and so many more for each photo, as postings of usual
# words grow with the photos; it is most of what 100,000 photos with ten words each have.
_CACHED_BYTES, _CACHED_BYTES_EACH = 6 * 2**20, 24


class CatalogueReader:
    """Everything a catalogue answers; safe from any number of threads.

    Parameters
    ----------
    file
        The open file; whoever opened it closes it.
    """

    def __init__(self, file: CatalogueFile) -> None:
        self._file = file

    @cached_property
    def _cache(self) -> PostingCache:
        if not self._file.is_read_only:
            return PostingCache(0)  # what is written to must be read anew
        with self._file.reading() as connection:
            n_rows = table.count_rows(connection)
        return PostingCache(_CACHED_BYTES + _CACHED_BYTES_EACH * n_rows)

    @property
    def path(self) -> Path:
        """The catalogue's file."""
        return self._file.path

    @property
    def root(self) -> Path:
        """The folder that photo paths are relative to."""
        found = self._ask("SELECT value FROM setting WHERE name = 'root'")
        if not found:
            raise table.damaged()
        return Path(normpath(self.path.parent.absolute() / found[0][0]))

    @property
    def n_rows(self) -> int:
        """How many rows were ever given, retired ones included."""
        return self._counts()[0]

    @property
    def n_photos(self) -> int:
        """How many photos are live."""
        n_rows, n_retired = self._counts()
        return n_rows - n_retired

    def _counts(self) -> list[int]:
        return self._cache.get("counts", self._counted).tolist()

    def _counted(self) -> np.ndarray:
        with self._file.reading() as connection:
            retired = connection.execute("SELECT count(*) FROM photo WHERE retired = 1")
            return np.array([table.count_rows(connection), retired.fetchone()[0]])

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

    def captions_and_attributes(
        self, rows: Sequence[int] | np.ndarray
    ) -> list[tuple[list[str], dict[str, str]]]:
        """Return what is said of live rows, each once, by row: sooner than whole photos."""
        found = self._ask(
            "SELECT captions, attributes FROM photo WHERE retired = 0"
            " AND row IN (SELECT value FROM json_each(?)) ORDER BY row",
            json.dumps([int(row) for row in rows]),
        )
        return [
            (table.decode(captions, list), table.decode(attributes, dict))
            for captions, attributes in found
        ]

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
        yield from map(table.photo_of, self._each(table.SELECT))

    def captions(self) -> Iterator[tuple[int, str]]:
        """Yield every caption of every live photo with its row, by row."""
        for row, captions in self._each("SELECT row, captions FROM photo WHERE retired = 0"):
            for caption in table.decode(captions, list):
                yield row, caption

    def _each(self, statement: str) -> Iterator[Any]:
        """Yield what a statement finds, page by page; of each live photo it tells the row first."""
        last = -1
        page = f"{statement} AND row > ? ORDER BY row LIMIT {_PHOTOS_PER_READ}"
        while found := self._ask(page, last):
            yield from found
            if found[-1][0] <= last:  # a damaged file could lead in circles
                raise table.damaged()
            last = found[-1][0]

    @property
    def n_captions(self) -> int:
        """How many captions the live photos have."""
        lengths = "SELECT coalesce(sum(json_array_length(captions)), 0) FROM photo"
        return int(self._ask(f"{lengths} WHERE retired = 0")[0][0])

    @property
    def n_captioned(self) -> int:
        """How many live photos have a caption."""
        counted = "SELECT count(*) FROM photo WHERE retired = 0 AND json_array_length(captions) > 0"
        return self._ask(counted)[0][0]

    def first_captions(self) -> list[tuple[str | None, str]]:
        """Return the first caption (None where there is none) and path of every live photo."""
        first = "SELECT json_extract(captions, '$[0]'), path FROM photo"
        return self._ask(f"{first} WHERE retired = 0 ORDER BY row")

    def ids_of(self, rows: Sequence[int] | np.ndarray) -> dict[int, str]:
        """Return the photo ids of rows, by row; those that are not live are passed over."""
        wanted = json.dumps([int(row) for row in rows])
        return dict(
            self._ask(
                "SELECT row, photo_id FROM photo WHERE retired = 0"
                " AND row IN (SELECT value FROM json_each(?)) ORDER BY row",
                wanted,
            )
        )

    def rows_of(self, photo_ids: Iterable[str]) -> dict[str, int]:
        """Return the live rows of photo ids, by id; those that nobody has are passed over."""
        wanted = json.dumps(list(photo_ids))
        return dict(
            self._ask(
                "SELECT photo_id, row FROM photo WHERE retired = 0"
                " AND photo_id IN (SELECT value FROM json_each(?)) ORDER BY row",
                wanted,
            )
        )

    def skipped(self) -> list[Skipped]:
        """Return what was left out, by path."""
        found = self._ask("SELECT path, reason FROM skipped ORDER BY path")
        return [Skipped(path, reason) for path, reason in found]

    def tables(self) -> list[TableReport]:
        """Return what became of each table of captions that was found, by path."""
        found = self._ask("SELECT value FROM setting WHERE name = 'tables'")
        try:
            return [TableReport(**told) for told in json.loads(found[0][0])] if found else []
        except (ValueError, TypeError) as error:
            raise table.damaged() from error

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
        ValueError
            When a filter's values are one string instead of a sequence of them.
        """
        with self._file.reading() as connection:
            found = facets.rows_where(connection, filters, table.count_rows(connection))
        return self.live_rows() if found is None else found.numbers().astype(np.int64)

    def mask_where(self, filters: Mapping[str, Sequence[str]]) -> np.ndarray:
        """Return which rows are live and satisfy every filter, bool (n_rows,); see `rows_where`."""
        mask = np.zeros(self.n_rows, bool)
        mask[self.rows_where(filters)] = True
        return mask

    def rows_having(self, *values: tuple[str, str]) -> list[np.ndarray]:
        """Return, for each name and value, the live rows that have it, ascending.

        A name is an attribute's, or ``tag``; nobody has a value that is unknown.
        """
        found = (
            self._cache.get((fold(name), fold(value)), partial(self._rows_having, name, value))
            for name, value in values
        )
        return [rows.numbers() for rows in found]

    def _rows_having(self, name: str, value: str) -> Rows:
        with self._file.reading() as connection:
            return facets.rows_having(connection, name, value, table.count_rows(connection))

    @contextmanager
    def full_text(self, query: str) -> Iterator[FullText]:
        """Put a question to the captions, to be asked while a connection is lent to it."""
        with self._file.reading() as connection:
            yield FullText(connection, query, self._cache)

    def rows_saying(
        self, text: str, *, together: bool = False, limit: int | None = None
    ) -> np.ndarray:
        """Return the rows whose captions have every word of a text, by its stem, ascending.

        With `together`, next to one another and in this order: where thousands have the words, of
        an even sample of them; with `limit`, the first so many.
        """
        with self.full_text(text) as question:
            rows = question.rows(None if together else limit)
        if together:
            with self._file.reading() as connection:
                rows = caption_lookup.saying_together(connection, text, rows)
        return rows[:limit]

    def saying_among(self, text: str, rows: Sequence[int]) -> np.ndarray:
        """Return which of some rows have captions with every word of a text, bool (len(rows),)."""
        with self.full_text(text) as question:
            return question.has_every(question.gains(np.array(rows, np.int64)))

    def says(self, text: str) -> bool:
        """Return whether the captions of any photo have every word of a text, by its stem."""
        with self.full_text(text) as question:
            return len(question.rows(limit=1)) > 0

    def rows_named(self, text: str) -> list[int]:
        """Return the rows that a text names exactly: an id, a whole caption, a code or rare value.

        Ids come first, then captions, then values that at most 20 photos share.
        """
        with self._file.reading() as connection:
            return caption_lookup.rows_named(connection, text)

    def shared_values(self, limit: int = 5_000) -> list[tuple[str, str, int]]:
        """Return attribute, value and number of photos, for values of two or more photos."""
        with self._file.reading() as connection:
            return caption_lookup.shared_values(connection, limit)

    def facets(
        self, rows: np.ndarray | None = None, *, limit: int = 12
    ) -> dict[str, list[tuple[str, int]]]:
        """Return how many photos have each value, for the attributes that sort photos into groups.

        Attributes that name or measure photos (nearly every value another, or many numbers) are
        no facets; tags always are one. Spellings that differ only in case count together, under
        the commonest.

        Parameters
        ----------
        rows
            Count only among these rows, int64 (n,); None counts every live photo.
        limit
            How many values per attribute, the commonest first; at least 1.

        Returns
        -------
        dict of list of (value, count)
            Attributes in the source's order, tags (under ``tag``) last; with `rows`, only those
            that one of them has.

        Raises
        ------
        ValueError
            When a row was never given, or `limit` is below 1.
        """
        if limit < 1:
            raise ValueError(f"limit must be at least 1, not {limit}")
        n_rows, n_retired = self._counts()
        n_photos = n_rows - n_retired
        with self._file.reading() as connection:
            if rows is None:
                return facets.count_all(connection, n_photos, limit)
            among = table.set_of(rows, n_rows)
            return facets.count_among(connection, among, n_rows, n_photos, limit)

    def column(self, name: str) -> tuple[list[str], np.ndarray]:
        """Return an attribute's values by falling count, and which of them each row has.

        Parameters
        ----------
        name
            An attribute, or ``tag``.

        Returns
        -------
        values : list of str
            Empty where no photo has such an attribute.
        codes : int32 (n_rows,)
            Position among the values; −1 for none. Of several tags, the rarest.
        """
        with self._file.reading() as connection:
            return facets.column_of(connection, name, table.count_rows(connection))

    def measures(self) -> list[str]:
        """Return the attributes that are numbers, too many to be the values of a facet."""
        with self._file.reading() as connection:
            return facets.measure_names(connection)

    def attribute_keys(self) -> list[str]:
        """Return the names of the attributes of live photos, in the source's order."""
        with self._file.reading() as connection:
            return [name for name in facets.attribute_names(connection) if name != TAG]

    def _ask(self, statement: str, *values: object) -> list[Any]:
        with self._file.reading() as connection:
            return connection.execute(statement, values).fetchall()
