"""The catalogue's file: one plain file, readable anywhere, of whatever version."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from engine import config
from engine.catalogue import Catalogue, NewPhoto, Skipped, schema
from engine.catalogue import database as file
from engine.errors import CatalogueError
from tests.engine.full_text import best

# The file of version 1 as it was written, by hand: it must not change with the code.
VERSION_1 = """
    PRAGMA application_id = 1263095364;
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE photo (
        row INTEGER PRIMARY KEY, photo_id TEXT NOT NULL, path TEXT NOT NULL,
        captions TEXT NOT NULL, attributes TEXT NOT NULL, tags TEXT NOT NULL,
        width INTEGER NOT NULL, height INTEGER NOT NULL, size_bytes INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL, content_hash TEXT NOT NULL,
        retired INTEGER NOT NULL DEFAULT 0);
    CREATE UNIQUE INDEX live_photo_id ON photo (photo_id) WHERE retired = 0;
    CREATE INDEX retired_photo ON photo (retired) WHERE retired = 1;
    CREATE TABLE skipped (path TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;
    CREATE VIEW caption_text AS SELECT row, (SELECT group_concat(value, char(10))
        FROM json_each(captions)) AS text FROM photo WHERE retired = 0;
    CREATE VIRTUAL TABLE caption_search USING fts5 (
        text, content = 'caption_text', content_rowid = 'row',
        tokenize = 'porter unicode61 remove_diacritics 2');
    CREATE TRIGGER caption_added AFTER INSERT ON photo BEGIN
        INSERT INTO caption_search (rowid, text) VALUES (new.row,
            (SELECT group_concat(value, char(10)) FROM json_each(new.captions))); END;
    CREATE TRIGGER caption_changed AFTER UPDATE OF captions ON photo BEGIN
        INSERT INTO caption_search (caption_search, rowid, text) VALUES ('delete', old.row,
            (SELECT group_concat(value, char(10)) FROM json_each(old.captions)));
        INSERT INTO caption_search (rowid, text) VALUES (new.row,
            (SELECT group_concat(value, char(10)) FROM json_each(new.captions))); END;
    CREATE TRIGGER caption_retired AFTER UPDATE OF retired ON photo
        WHEN old.retired = 0 AND new.retired = 1 BEGIN
        INSERT INTO caption_search (caption_search, rowid, text) VALUES ('delete', old.row,
            (SELECT group_concat(value, char(10)) FROM json_each(old.captions))); END;
    INSERT INTO setting VALUES ('root', 'photos');
    INSERT INTO skipped VALUES ('bad.jpg', 'truncated');
    INSERT INTO photo VALUES
        (0, 'a', 'a.jpg', '["a red dress"]', '{"colour": "red"}', '["party"]', 3, 4, 5, 6, 'ff', 0),
        (1, 'b', 'b.jpg', '["a red hat"]', '{"colour": "red"}', '[]', 3, 4, 5, 6, 'ee', 0),
        (2, 'c', 'c.jpg', '["a blue hat"]', '{"colour": "blue"}', '["party"]', 3, 4, 5, 6, 'dd', 0);
    UPDATE photo SET retired = 1 WHERE row = 1;
    PRAGMA user_version = 1;
"""

# The same photos as version 3 kept them: our own full text, rows as chunks of 16-bit offsets.
_PHOTOS_ALONE = (
    VERSION_1[: VERSION_1.index("CREATE VIEW")]
    + VERSION_1[VERSION_1.index("INSERT INTO setting") :]
)
VERSION_3 = f"""
    {_PHOTOS_ALONE}
    CREATE TABLE attribute (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, folded TEXT NOT NULL,
        n_values INTEGER NOT NULL DEFAULT 0, n_photos INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE term (
        id INTEGER PRIMARY KEY, attribute_id INTEGER NOT NULL REFERENCES attribute,
        value TEXT NOT NULL, folded TEXT NOT NULL, n_photos INTEGER NOT NULL DEFAULT 0,
        UNIQUE (attribute_id, value));
    CREATE INDEX term_folded ON term (attribute_id, folded);
    CREATE TABLE posting (
        term_id INTEGER NOT NULL REFERENCES term, chunk INTEGER NOT NULL, offsets BLOB NOT NULL,
        PRIMARY KEY (term_id, chunk));
    CREATE TRIGGER term_counted AFTER UPDATE OF n_photos ON term BEGIN
        UPDATE attribute SET
            n_values = n_values + (new.n_photos > 0) - (old.n_photos > 0),
            n_photos = n_photos + new.n_photos - old.n_photos
        WHERE id = new.attribute_id; END;
    CREATE TABLE word (
        id INTEGER PRIMARY KEY, stem TEXT NOT NULL UNIQUE, n_photos INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE word_posting (
        word_id INTEGER NOT NULL REFERENCES word, chunk INTEGER NOT NULL, postings BLOB NOT NULL,
        PRIMARY KEY (word_id, chunk));
    CREATE TABLE caption_name (
        name INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (name, row)) WITHOUT ROWID;
    INSERT INTO attribute VALUES (1, 'colour', 'colour', 2, 2), (2, 'tag', 'tag', 1, 2);
    INSERT INTO term VALUES
        (1, 1, 'red', 'red', 1), (2, 2, 'party', 'party', 2), (3, 1, 'blue', 'blue', 1);
    INSERT INTO posting VALUES (1, 0, X'0000'), (2, 0, X'00000200'), (3, 0, X'0200');
    INSERT INTO word VALUES (1, 'red', 1), (2, 'dress', 1), (3, 'hat', 1), (4, 'blue', 1);
    INSERT INTO word_posting VALUES
        (1, 0, X'00000102'), (2, 0, X'00000102'), (3, 0, X'02000102'), (4, 0, X'02000102');
    INSERT INTO setting VALUES ('n_words', 4);
    PRAGMA user_version = 3;
"""
OLD_FILES = pytest.mark.parametrize(
    "old_file", [VERSION_1, VERSION_3], ids=["1", "3"], indirect=True
)


def new_photo(photo_id: str, **attributes: str) -> NewPhoto:
    return NewPhoto(photo_id, f"{photo_id}.jpg", (), attributes, (), 1, 1, 1, 1, "00")


def version_of(path: Path) -> int:
    connection = sqlite3.connect(path)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return version


@pytest.fixture
def old_file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / "old.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(getattr(request, "param", VERSION_1))
    connection.close()
    return path


@pytest.fixture
def closed_file(tmp_path: Path) -> Path:
    path = tmp_path / "shop" / "catalogue.sqlite"
    path.parent.mkdir()
    with Catalogue.create(path, root="photos") as catalogue:
        catalogue.add([new_photo("a", colour="red")])
    return path


def check_answers(catalogue: Catalogue) -> None:
    """Filters and counts work only when the inverted index was made, filled and packed."""
    assert (catalogue.n_rows, catalogue.n_photos) == (3, 2)
    assert catalogue.photo("a").attributes == {"colour": "red"}
    assert catalogue.rows_where({"colour": ["red"]}).tolist() == [0]
    assert catalogue.rows_where({"tag": ["party"]}).tolist() == [0, 2]
    assert catalogue.facets() == {"tag": [("party", 2)]}
    values, codes = catalogue.column("colour")
    assert (values, codes.tolist()) == (["blue", "red"], [1, -1, 0])
    assert list(best(catalogue, "hat", 9)) == [2]
    assert catalogue.skipped() == [Skipped("bad.jpg", "truncated")]


@OLD_FILES
def test_a_file_of_an_older_version_is_migrated_when_it_is_opened_to_write(old_file: Path):
    with Catalogue.open(old_file, read_only=False) as catalogue:
        check_answers(catalogue)
        assert catalogue.add([new_photo("d", colour="blue")]) == [3]
        assert catalogue.rows_where({"colour": ["blue"]}).tolist() == [2, 3]
        catalogue.retire([0])
        assert catalogue.rows_where({"tag": ["party"]}).tolist() == [2]
    assert version_of(old_file) == len(schema.MIGRATIONS) > 1


@OLD_FILES
def test_a_file_of_an_older_version_is_read_without_touching_it(old_file: Path):
    before = old_file.read_bytes()
    with Catalogue.open(old_file) as catalogue:
        check_answers(catalogue)
        assert catalogue.root == old_file.parent / "photos"
    assert old_file.read_bytes() == before
    assert os.listdir(old_file.parent) == ["old.sqlite"]


def test_an_old_file_is_migrated_once_and_its_copy_kept_until_it_changes(
    old_file: Path, monkeypatch
):
    migrated: list[str] = []
    whole = schema.migrate
    monkeypatch.setattr(
        schema, "migrate", lambda connection: (migrated.append("once"), whole(connection))
    )
    for _ in range(2):
        with Catalogue.open(old_file) as catalogue:
            check_answers(catalogue)
    assert migrated == ["once"]
    connection = sqlite3.connect(old_file)
    connection.execute('UPDATE photo SET attributes = \'{"colour": "teal"}\' WHERE row = 0')
    connection.commit()
    connection.close()
    with Catalogue.open(old_file) as catalogue:
        assert catalogue.rows_where({"colour": ["teal"]}).tolist() == [0]
    assert migrated == ["once"] * 2


def test_a_change_is_seen_that_leaves_size_and_time_as_they_were(old_file: Path):
    """Teal for blue: as many letters."""
    facts = old_file.stat()
    with Catalogue.open(old_file) as catalogue:
        assert catalogue.rows_where({"colour": ["blue"]}).tolist() == [2]
    connection = sqlite3.connect(old_file)
    connection.execute('UPDATE photo SET attributes = \'{"colour": "teal"}\' WHERE row = 2')
    connection.commit()
    connection.close()
    os.utime(old_file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert old_file.stat().st_size == facts.st_size
    with Catalogue.open(old_file) as catalogue:
        assert catalogue.rows_where({"colour": ["teal"]}).tolist() == [2]


def test_a_moved_file_keeps_its_copy(old_file: Path, tmp_path: Path):
    Catalogue.open(old_file).close()
    moved = old_file.rename(tmp_path / "moved.sqlite")
    Catalogue.open(moved).close()
    assert len(list((config.home() / "catalogues").iterdir())) == 1
    file.forget_copy(moved)
    assert not list((config.home() / "catalogues").iterdir())


def test_a_kept_copy_that_is_damaged_is_made_again(old_file: Path):
    Catalogue.open(old_file).close()
    (copy,) = (config.home() / "catalogues").iterdir()
    copy.write_bytes(b"no database")
    with Catalogue.open(old_file) as catalogue:
        check_answers(catalogue)


def test_only_the_last_copies_are_kept(old_file: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(file, "_MAX_COPIES", 2)
    for number in range(4):
        other = tmp_path / f"{number}.sqlite"
        other.write_bytes(old_file.read_bytes())
        connection = sqlite3.connect(other)
        connection.execute("UPDATE photo SET width = ?", (number,))
        connection.commit()
        connection.close()
        Catalogue.open(other).close()
    assert len(list((config.home() / "catalogues").iterdir())) == 2


def test_a_copy_goes_with_its_file_and_half_a_copy_after_a_day(old_file: Path, monkeypatch):
    """A killed migration leaves its half, which may be another program's work of this moment."""
    Catalogue.open(old_file).close()
    copies = config.home() / "catalogues"
    half = copies / ".kindred-catalogue-killed"
    half.mkdir()
    file.forget_copy(old_file)
    assert [path.name for path in copies.iterdir()] == [half.name]
    Catalogue.open(old_file).close()
    assert half.is_dir()
    monkeypatch.setattr(file, "_SECONDS_OF_A_HALF", -60.0)
    file.forget_copy(old_file)
    Catalogue.open(old_file).close()
    assert not half.exists()


def test_a_value_that_nobody_had_is_found_once_somebody_has_it(tmp_path: Path):
    """That there was none is not kept, least of all where nothing is."""
    path = tmp_path / "catalogue.sqlite"
    with Catalogue.create(path, root="photos") as catalogue:
        catalogue.add([new_photo("a", colour="red")])
        assert catalogue.rows_having(("colour", "blue"))[0].tolist() == []
        catalogue.add([new_photo("b", colour="blue")])
        assert catalogue.rows_having(("colour", "blue"))[0].tolist() == [1]


def test_a_home_that_cannot_be_written_keeps_no_copy_and_harms_nothing(
    old_file: Path, tmp_path: Path, monkeypatch
):
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("KINDRED_HOME", str(tmp_path / "taken"))
    with Catalogue.open(old_file) as catalogue:
        check_answers(catalogue)


def test_no_catalogue_has_tables_of_sqlite_s_full_text(closed_file: Path, old_file: Path):
    Catalogue.open(old_file, read_only=False).close()
    for path in (closed_file, old_file):
        assert not [name for name in tables_of(path) if "search" in name]


@OLD_FILES
def test_a_new_file_has_the_tables_that_an_older_version_grows_into(old_file: Path, tmp_path: Path):
    Catalogue.open(old_file, read_only=False).close()
    Catalogue.create(tmp_path / "new.sqlite", root="photos").close()
    assert tables_of(old_file) == tables_of(tmp_path / "new.sqlite")


def tables_of(path: Path) -> dict[str, str]:
    """Return every definition in a file, spaces and line breaks aside."""
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql NOT NULL").fetchall()
    connection.close()
    return {name: "".join(sql.split()).replace(";END", "END") for name, sql in found}


def test_a_migration_that_fails_leaves_the_file_as_it_was(old_file: Path, monkeypatch):
    def half_done(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE half (done)")
        raise sqlite3.OperationalError("disk full")

    monkeypatch.setattr(schema, "MIGRATIONS", (schema.MIGRATIONS[0], half_done))
    with pytest.raises(CatalogueError, match="disk full"):
        Catalogue.open(old_file, read_only=False)
    monkeypatch.undo()
    assert version_of(old_file) == 1
    assert "half" not in tables_of(old_file)
    with Catalogue.open(old_file, read_only=False) as catalogue:
        check_answers(catalogue)


def test_a_file_of_a_newer_version_is_refused(closed_file: Path):
    connection = sqlite3.connect(closed_file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    for read_only in (True, False):
        with pytest.raises(CatalogueError, match="version 99"):
            Catalogue.open(closed_file, read_only=read_only)


@pytest.mark.parametrize("read_only", [True, False])
def test_what_is_no_catalogue_is_refused_and_left_alone(tmp_path: Path, read_only: bool):
    text = tmp_path / "text.sqlite"
    text.write_text("This is no database. " * 50)
    empty = tmp_path / "empty.sqlite"
    empty.touch()
    foreign = tmp_path / "foreign.sqlite"
    connection = sqlite3.connect(foreign)
    connection.executescript("CREATE TABLE photo (a); PRAGMA user_version = 1")
    connection.close()
    for path in (text, empty, foreign):
        before = path.read_bytes()
        with pytest.raises(CatalogueError):
            Catalogue.open(path, read_only=read_only)
        assert path.read_bytes() == before
    with pytest.raises(CatalogueError, match="no catalogue here"):
        Catalogue.open(tmp_path / "missing.sqlite", read_only=read_only)
    assert sorted(os.listdir(tmp_path)) == ["empty.sqlite", "foreign.sqlite", "text.sqlite"]


def test_a_catalogue_is_not_made_over_another_file(closed_file: Path):
    before = closed_file.read_bytes()
    with pytest.raises(CatalogueError, match="there is a file already"):
        Catalogue.create(closed_file, root="photos")
    assert closed_file.read_bytes() == before
    with pytest.raises(CatalogueError, match="cannot be made"):
        Catalogue.create(closed_file.parent / "missing" / "c.sqlite", root="photos")


def test_a_closed_catalogue_is_one_file_and_no_longer_in_wal_mode(closed_file: Path):
    """Bytes 18 and 19 of an SQLite file are 2 in WAL mode, 1 otherwise."""
    assert os.listdir(closed_file.parent) == ["catalogue.sqlite"]
    assert closed_file.read_bytes()[18:20] == b"\x01\x01"


def test_a_catalogue_opens_in_a_folder_that_cannot_be_written(closed_file: Path, monkeypatch):
    """Root may write anywhere, so what the system says about the folder is said in its place."""
    closed_file.chmod(0o444)
    closed_file.parent.chmod(0o555)
    opened: list[str] = []
    connect = sqlite3.connect

    def recorded(database: str, **settings: object) -> sqlite3.Connection:
        opened.append(database)
        return connect(database, **settings)

    monkeypatch.setattr(file.os, "access", lambda path, mode: False)
    monkeypatch.setattr(file.sqlite3, "connect", recorded)
    try:
        with Catalogue.open(closed_file) as catalogue:
            assert catalogue.rows_where({"colour": ["red"]}).tolist() == [0]
            assert os.listdir(closed_file.parent) == ["catalogue.sqlite"]
    finally:
        closed_file.parent.chmod(0o755)
    assert opened
    assert all("mode=ro&immutable=1" in uri for uri in opened)


def test_reading_leaves_nothing_beside_the_file(closed_file: Path):
    with Catalogue.open(closed_file) as catalogue:
        catalogue.photos([0])
        assert os.listdir(closed_file.parent) == ["catalogue.sqlite"]


def test_a_path_with_signs_that_mean_something_in_an_address_is_only_a_path(tmp_path: Path):
    folder = tmp_path / "50% off? #1 & more"
    folder.mkdir()
    with Catalogue.create(folder / "c.sqlite", root="photos") as catalogue:
        catalogue.add([new_photo("a")])
    with Catalogue.open(folder / "c.sqlite") as catalogue:
        assert catalogue.n_photos == 1
    assert (os.listdir(folder), os.listdir(tmp_path)) == (["c.sqlite"], [folder.name])


def test_a_catalogue_that_another_program_reads_is_still_whole_when_closed(closed_file: Path):
    with Catalogue.open(closed_file, read_only=False) as writer:
        reader = Catalogue.open(closed_file)
        writer.add([new_photo("b")])
        assert reader.n_photos == 2
    assert reader.n_photos == 2
    reader.close()
    with Catalogue.open(closed_file, read_only=False) as again:
        assert again.n_photos == 2
    assert os.listdir(closed_file.parent) == ["catalogue.sqlite"]


def test_a_killed_writer_leaves_the_last_whole_change(closed_file: Path):
    """The child commits one photo, starts adding another, and is killed in the middle of it."""
    script = """
import os, signal, sys
from engine.catalogue import Catalogue, NewPhoto

def photo(name):
    return NewPhoto(name, name + ".jpg", ("a caption",), {"colour": "blue"}, (), 1, 1, 1, 1, "00")

def killed():
    yield photo("c")
    os.kill(os.getpid(), signal.SIGKILL)

catalogue = Catalogue.open(sys.argv[1], read_only=False)
catalogue.add([photo("b")])
catalogue.add(killed())
"""
    root = Path(__file__).resolve().parents[2]
    died = subprocess.run([sys.executable, "-c", script, str(closed_file)], cwd=root, check=False)
    assert died.returncode == -9
    with Catalogue.open(closed_file) as catalogue:
        assert [photo.photo_id for photo in catalogue.all_photos()] == ["a", "b"]
    with Catalogue.open(closed_file, read_only=False) as catalogue:
        assert catalogue.rows_where({"colour": ["blue"]}).tolist() == [1]
        assert catalogue.add([new_photo("d")]) == [2]
    assert os.listdir(closed_file.parent) == ["catalogue.sqlite"]


def test_a_catalogue_opened_to_read_is_not_written(closed_file: Path):
    with Catalogue.open(closed_file) as catalogue, pytest.raises(ValueError, match="not open for"):
        catalogue.add([new_photo("b")])


def test_a_closed_catalogue_says_so(closed_file: Path):
    catalogue = Catalogue.open(closed_file)
    catalogue.close()
    catalogue.close()
    with pytest.raises(ValueError, match="closed"):
        catalogue.photos([0])


def test_a_damaged_file_is_an_error_in_words(closed_file: Path):
    content = bytearray(closed_file.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    closed_file.write_bytes(content)
    with (
        pytest.raises(CatalogueError, match="cannot be used"),
        Catalogue.open(closed_file) as broken,
    ):
        list(broken.all_photos())


def test_bytes_that_changed_anywhere_are_told_in_words_or_do_no_harm(tmp_path: Path):
    """One to fifty bytes are spoilt, 150 times over; most answers need not notice."""
    path, spoilt = tmp_path / "good.sqlite", tmp_path / "spoilt.sqlite"
    with Catalogue.create(path, root="photos") as catalogue:
        catalogue.add(new_photo(str(i), colour="red" if i % 2 else "blue") for i in range(400))
    content = path.read_bytes()
    luck = random.Random(1)
    n_told = 0
    for n_spoilt in [1, 5, 50] * 50:
        bad = bytearray(content)
        for _ in range(n_spoilt):
            bad[luck.randrange(len(bad))] ^= luck.randrange(1, 256)
        spoilt.write_bytes(bad)
        try:
            with Catalogue.open(spoilt) as catalogue:
                list(catalogue.all_photos())
                catalogue.rows_where({"colour": ["red"]})
                catalogue.facets(catalogue.live_rows())
                best(catalogue, "red dress", 9)
        except CatalogueError:
            n_told += 1
    assert 50 < n_told < 150


def test_a_catalogue_that_names_a_file_outside_its_folder_is_not_believed(closed_file: Path):
    connection = sqlite3.connect(closed_file)
    connection.execute("UPDATE photo SET path = '../../etc/passwd'")
    connection.commit()
    connection.close()
    with Catalogue.open(closed_file) as hostile, pytest.raises(CatalogueError, match="outside"):
        hostile.photos([0])


@pytest.mark.skipif(sys.platform != "linux", reason="only there libraries share their symbols")
def test_the_full_text_works_where_tensorflow_was_loaded_first(tmp_path: Path):
    """TensorFlow has an SQLite without FTS5 inside; it is loaded here as TensorFlow loads it,
    after `hashlib`."""
    script = """
import ctypes, hashlib, importlib.util, pathlib, sys
folder = pathlib.Path(importlib.util.find_spec("tensorflow").origin).parent
for library in sorted(folder.glob("libtensorflow_*.so*"), reverse=True):
    ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
from engine.catalogue import Catalogue
with Catalogue.create(sys.argv[1], root="photos") as catalogue:
    print(catalogue.rows_saying("dog"))
"""
    root = Path(__file__).resolve().parents[2]
    path = str(tmp_path / "c.sqlite")
    command = [sys.executable, "-c", script, path]
    said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "[]\n"), said.stderr
