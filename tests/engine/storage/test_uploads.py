"""Uploads from strangers: whatever they are called and however they are packed, they stay put."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.catalogue import read_source
from engine.errors import CollectionError
from engine.storage import UploadLimits, build_collection, extract_upload_zip, save_uploads
from tests.engine.storage.colour import draw_folder


def zip_of(
    entries: Sequence[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return packed.getvalue()


def files_in(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder that is not hidden."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name[0] != ".")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def reasons(report) -> dict[str, str]:
    return {each.path: each.reason for each in report.skipped}


ESCAPES = [
    "../evil.jpg",
    "../../evil.jpg",
    "a/../../evil.jpg",
    "/evil.jpg",
    "/etc/evil.jpg",
    "C:/evil.jpg",
    "c:evil.jpg",
    r"..\evil.jpg",
    r"a\..\..\evil.jpg",
    r"\\server\share\evil.jpg",
    "a/..",
]


@pytest.mark.parametrize("name", ESCAPES)
def test_a_path_that_leads_out_is_left_out(tmp_path, name):
    out = tmp_path / "deep/photos"
    report = extract_upload_zip(zip_of([(name, b"evil"), ("good.jpg", b"good")]), out)
    assert files_in(tmp_path) == {"deep/photos/good.jpg": b"good"}
    assert list(reasons(report).values()) == ["its path leads out of the upload"]
    report = save_uploads([(name, b"evil"), ("better.jpg", b"better")], out)
    assert files_in(tmp_path).keys() == {"deep/photos/good.jpg", "deep/photos/better.jpg"}
    assert reasons(report) == {name: "its path leads out of the upload"}


def entry_of_kind(name: str, kind: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (kind | 0o777) << 16
    entry.create_system = 3
    return entry


def test_links_and_devices_are_left_out(tmp_path):
    entries = [
        (entry_of_kind("link.jpg", stat.S_IFLNK), b"/etc/passwd"),
        (entry_of_kind("pipe.jpg", stat.S_IFIFO), b""),
        (entry_of_kind("good.jpg", stat.S_IFREG), b"good"),
    ]
    report = extract_upload_zip(zip_of(entries), tmp_path)
    assert files_in(tmp_path) == {"good.jpg": b"good"}
    assert reasons(report) == {"link.jpg": "it is a link", "pipe.jpg": "it is no regular file"}


def test_a_link_and_a_file_behind_it_do_not_lead_out(tmp_path):
    entries = [
        (entry_of_kind("folder", stat.S_IFLNK), str(tmp_path / "outside").encode()),
        ("folder/evil.jpg", b"evil"),
    ]
    (tmp_path / "outside").mkdir()
    extract_upload_zip(zip_of(entries), tmp_path / "out")
    assert files_in(tmp_path) == {"out/folder/evil.jpg": b"evil"}


def test_an_encrypted_file_is_left_out_and_named(tmp_path):
    """Bit 0 of the flags, at byte 6 of the local header and byte 8 of the directory's entry."""
    packed = bytearray(zip_of([("secret.jpg", b"secret"), ("good.jpg", b"good")]))
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    report = extract_upload_zip(bytes(packed), tmp_path)
    assert files_in(tmp_path) == {"good.jpg": b"good"}
    assert reasons(report) == {"secret.jpg": "it is encrypted"}


def test_a_zip_with_nothing_but_encrypted_files_is_refused_saying_so(tmp_path):
    packed = bytearray(zip_of([("secret.jpg", b"secret")]))
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(CollectionError, match="it is encrypted"):
        extract_upload_zip(bytes(packed), tmp_path)


def test_a_file_that_unpacks_a_hundredfold_is_left_out(tmp_path):
    """2 MiB of zeros pack to about 2 KiB: a thousandfold. 1 MiB of them is small enough to take."""
    report = extract_upload_zip(
        zip_of([("bomb.bmp", bytes(2**21)), ("plain.bmp", bytes(2**20))]), tmp_path
    )
    assert files_in(tmp_path).keys() == {"plain.bmp"}
    assert reasons(report) == {"bomb.bmp": "it unpacks to more than 100 times its size"}


def test_a_file_over_the_limit_is_left_out_before_it_is_unpacked(tmp_path):
    limits = UploadLimits(max_file_bytes=2**20)
    entries = [("large.jpg", bytes(range(256)) * 8192), ("good.jpg", b"good")]
    report = extract_upload_zip(zip_of(entries, zipfile.ZIP_STORED), tmp_path / "a", limits=limits)
    assert reasons(report) == {"large.jpg": "it has 2.0 MiB, over the limit of 1 MiB"}
    assert reasons(save_uploads(entries, tmp_path / "b", limits=limits)) == reasons(report)


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [(UploadLimits(max_files=3), "more than 3 files"), (UploadLimits(max_bytes=30), "unpacked")],
)
def test_an_upload_that_is_too_large_as_a_whole_leaves_nothing_behind(tmp_path, limits, sentence):
    """Four files of ten bytes: one too many, or ten bytes too many. Earlier uploads stay."""
    entries = [(f"{number}.jpg", b"0123456789") for number in range(4)]
    save_uploads([("earlier.jpg", b"earlier")], tmp_path)
    with pytest.raises(CollectionError, match=sentence):
        extract_upload_zip(zip_of(entries), tmp_path, limits=limits)
    with pytest.raises(CollectionError, match=sentence):
        save_uploads(entries, tmp_path, limits=limits)
    assert files_in(tmp_path) == {"earlier.jpg": b"earlier"}


@pytest.mark.parametrize("said", [10, 5000])
def test_a_zip_that_lies_about_a_files_size_is_not_believed(tmp_path, said):
    """The directory says fewer or more bytes than the 1,000 that are packed."""
    packed = bytearray(zip_of([("lie.jpg", bytes(1000)), ("good.jpg", b"good")]))
    at = packed.index(b"PK\x01\x02") + 24
    packed[at : at + 4] = said.to_bytes(4, "little")
    report = extract_upload_zip(bytes(packed), tmp_path)
    assert files_in(tmp_path) == {"good.jpg": b"good"}
    assert reasons(report) == {"lie.jpg": "it is damaged"}


def test_a_zip_whose_directory_alone_is_huge_is_refused_before_it_is_read(tmp_path):
    """20,000 files may take 20 MB of directory; this one claims 4 GB."""
    packed = bytearray(zip_of([("good.jpg", b"good")]))
    at = packed.rindex(b"PK\x05\x06") + 12
    packed[at : at + 4] = b"\xff\xff\xff\xff"
    with pytest.raises(CollectionError, match="more than 20,000 files"):
        extract_upload_zip(bytes(packed), tmp_path)


@pytest.mark.parametrize(
    "noise", [b"", b"PK", b"PK\x05\x06", b"not a zip at all" * 100, bytes(100)]
)
def test_what_is_no_zip_is_refused(tmp_path, noise):
    with pytest.raises(CollectionError, match="no zip that can be read"):
        extract_upload_zip(noise, tmp_path)


def test_a_zip_cut_anywhere_is_refused_or_gives_whole_files(tmp_path):
    contents = {f"{number}.jpg": bytes([number]) * 50 for number in range(3)}
    packed = zip_of(list(contents.items()))
    for n_bytes in range(0, len(packed), 7):
        out = tmp_path / str(n_bytes)
        with pytest.raises(CollectionError):
            extract_upload_zip(packed[:n_bytes], out)
        assert not out.exists() or files_in(out) == {}


def test_a_damaged_file_in_a_zip_is_left_out_and_the_others_kept(tmp_path):
    """One byte of the first file's stored content is another: its checksum no longer fits."""
    packed = bytearray(zip_of([("bad.jpg", b"0123456789"), ("good.jpg", b"good")], 0))
    packed[packed.index(b"0123456789")] ^= 1
    report = extract_upload_zip(bytes(packed), tmp_path)
    assert files_in(tmp_path) == {"good.jpg": b"good"}
    assert reasons(report) == {"bad.jpg": "it is damaged"}


def test_archives_inside_are_named_and_junk_is_not_mentioned(tmp_path):
    entries = [
        ("inner.zip", zip_of([("a.jpg", b"a")])),
        ("__MACOSX/._a.jpg", b"fork"),
        (".DS_Store", b"finder"),
        ("Thumbs.db", b"explorer"),
        (".git/config", b"settings"),
        ("a.jpg", b"a"),
        ("empty folder/", b""),
    ]
    report = extract_upload_zip(zip_of(entries), tmp_path)
    assert files_in(tmp_path) == {"a.jpg": b"a"}
    assert reasons(report) == {"inner.zip": "an archive inside an upload is not opened"}


def test_names_keep_their_harmless_part_and_the_original_is_known(tmp_path):
    report = save_uploads([("Röhre <script>?.jpg", b"a"), ("  .. .jpg", b"b")], tmp_path)
    assert report.saved["Röhre -script--.jpg"] == "Röhre <script>?.jpg"
    assert len(report.saved) == 2
    assert files_in(tmp_path).keys() == report.saved.keys()


@pytest.mark.parametrize(
    "name",
    ["NUL", "con.jpg", "a" * 5000 + ".jpg", "\u202egpj.exe", "a\nb.jpg", "\ud800.jpg", "🙂" * 80],
)
def test_any_name_becomes_one_that_a_disk_can_hold(tmp_path, name):
    report = save_uploads([(name, b"bytes")], tmp_path)
    (saved,) = report.saved
    assert files_in(tmp_path) == {saved: b"bytes"}
    assert len(saved.encode()) <= 101
    assert saved.isprintable()


def test_names_that_are_the_same_but_for_case_do_not_overwrite_each_other(tmp_path):
    files = [("a.jpg", b"1"), ("A.JPG", b"2"), ("a.jpg", b"3")]
    save_uploads(files, tmp_path)
    save_uploads([("a.jpg", b"4")], tmp_path)
    assert sorted(files_in(tmp_path).values()) == [b"1", b"2", b"3", b"4"]
    assert len({name.lower() for name in files_in(tmp_path)}) == 4


def test_a_name_that_is_a_file_and_a_folder_at_once_is_left_out(tmp_path):
    report = extract_upload_zip(zip_of([("a", b"1"), ("a/b.jpg", b"2"), ("c.jpg", b"3")]), tmp_path)
    assert files_in(tmp_path) == {"a": b"1", "c.jpg": b"3"}
    assert reasons(report) == {"a/b.jpg": "its name is a file's and a folder's at once"}


def test_a_table_in_a_zip_still_names_its_photos(tmp_path):
    photos = draw_folder(tmp_path / "source", 2)
    entries = [(f"shop/images/{path.name}", path.read_bytes()) for path in photos.iterdir()]
    table = b"file,title\nimages/000.jpg,Boots\nimages/001.jpg,Socks\n"
    extract_upload_zip(zip_of([*entries, ("shop/table.csv", table)]), tmp_path / "out")
    records = read_source(tmp_path / "out").records
    assert [record.captions for record in records] == [("Boots",), ("Socks",)]


def test_what_only_pretends_to_be_a_photo_is_reported_by_the_build(tmp_path, encoder):
    draw_folder(tmp_path / "source", 1)
    files = [
        ("good.jpg", (tmp_path / "source/000.jpg").read_bytes()),
        ("drawing.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("page.png", b"<!doctype html><script>alert(1)</script>"),
        ("nothing.jpg", b""),
    ]
    out = tmp_path / "shelf"
    save_uploads(files, out / "photos")
    report = build_collection(out / "photos", model=encoder, out=out)
    assert report.indexed == 1
    assert reasons(report).keys() == {"drawing.jpg", "page.png", "nothing.jpg"}
    assert "SVG" in reasons(report)["drawing.jpg"]


def test_an_upload_without_a_usable_file_is_refused(tmp_path):
    for files in ([], [(".DS_Store", b"junk")]):
        with pytest.raises(CollectionError, match="no file that can be used"):
            save_uploads(files, tmp_path)
