"""The tables of a catalogue file, and the steps that lead from each version to the next.

SQLite keeps the version in ``PRAGMA user_version``. A new file walks through the same steps as an
old one, so that no step is ever code that only old files run. A step, once released, leads to the
same tables for ever.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.catalogue import full_text, postings
from engine.catalogue.sqlite import sqlite3
from engine.errors import CatalogueError

# "KIND" in ASCII: tells a catalogue from any other SQLite file.
APPLICATION_ID = 0x4B494E44

# Captions, attributes and tags are JSON on the photo's own row: nine photos are one query and no
# joins. What is searched lies beside it and is derived from it: `postings` and `full_text`.
_PHOTOS = (
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """
    CREATE TABLE photo (
        row INTEGER PRIMARY KEY,
        photo_id TEXT NOT NULL,
        path TEXT NOT NULL,
        captions TEXT NOT NULL,
        attributes TEXT NOT NULL,
        tags TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        size_bytes INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL,
        content_hash TEXT NOT NULL,
        retired INTEGER NOT NULL DEFAULT 0
    )
    """,
    "CREATE UNIQUE INDEX live_photo_id ON photo (photo_id) WHERE retired = 0",
    "CREATE INDEX retired_photo ON photo (retired) WHERE retired = 1",
    "CREATE TABLE skipped (path TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID",
)


def _make_photos(connection: sqlite3.Connection) -> None:
    for statement in _PHOTOS:
        connection.execute(statement)


def _index_the_words(connection: sqlite3.Connection) -> None:
    """Make our own full text, where older files have SQLite's, in its place."""
    for trigger in ("caption_added", "caption_changed", "caption_retired"):
        connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    connection.execute("DROP TABLE IF EXISTS caption_search")
    connection.execute("DROP VIEW IF EXISTS caption_text")
    full_text.create(connection)


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _make_photos,
    postings.create,
    _index_the_words,
    postings.pack,
)


def claim(connection: sqlite3.Connection) -> None:
    """Mark an empty file as a catalogue of version 0."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def is_current(connection: sqlite3.Connection) -> bool:
    """Return whether a file needs no migration.

    Raises
    ------
    CatalogueError
        When a newer Kindred wrote it, or it is somebody else's database.
    """
    version = _pragma(connection, "user_version")
    if _pragma(connection, "application_id") != APPLICATION_ID:
        raise CatalogueError("this file is no catalogue", remedy="Index the photos again")
    if version > len(MIGRATIONS):
        raise CatalogueError(
            f"the catalogue has version {version}, this Kindred knows up to {len(MIGRATIONS)}",
            remedy="Open it with the Kindred that wrote it, or index the photos again",
        )
    return version == len(MIGRATIONS)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a file to the current version, each step whole or not at all.

    Parameters
    ----------
    connection
        In autocommit mode (``isolation_level=None``).
    """
    while not is_current(connection):
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Read under the lock: another program may have taken this step meanwhile.
            version = _pragma(connection, "user_version")
            if version < len(MIGRATIONS):
                MIGRATIONS[version](connection)
                connection.execute(f"PRAGMA user_version = {version + 1}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]
