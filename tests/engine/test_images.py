"""What becomes of files: upright pixels with true colours, or one clear sentence."""

from __future__ import annotations

import io
import os
import random
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from pillow_heif import register_heif_opener

from engine import config
from engine.errors import PhotoError
from engine.images import (
    DecodedPhoto,
    Limits,
    Preprocessing,
    content_hash,
    decoder,
    encode_jpeg,
    encode_png,
    open_upright,
    read_photo,
    read_photos,
    read_region,
    stream,
)

# pytest puts its own warning filters in place of the engine's, which have a test below.
pytestmark = pytest.mark.filterwarnings("ignore:::PIL")

register_heif_opener()  # what the tests encode is read back by the engine

RED, GREEN, BLUE, WHITE, BLACK = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255,) * 3, (0,) * 3
FORMATS = ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "ICO", "TGA", "AVIF", "HEIF"]
FOUR_COLOURS = np.array([[RED, GREEN], [BLUE, WHITE]], dtype=np.uint8)


def as_bytes(image: Image.Image, file_format: str, **settings: object) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, **settings)
    return file.getvalue()


def gradient(width: int, height: int) -> Image.Image:
    """Draw a smooth picture in which every direction looks different."""
    across = np.linspace(0, 255, width)[None, :].repeat(height, axis=0)
    down = np.linspace(0, 255, height)[:, None].repeat(width, axis=1)
    return Image.fromarray(np.stack([across, down, 255 - across], axis=2).astype(np.uint8))


def reason(source: Path | bytes, limits: Limits | None = None) -> str:
    with pytest.raises(PhotoError) as caught:
        read_photo(source, 32, limits=limits or Limits())
    return caught.value.what


def first_pixel(data: bytes) -> tuple[int, ...]:
    return tuple(int(value) for value in read_photo(data, 1).pixels[0, 0])


# The square


def test_a_wide_photo_lies_in_the_middle_between_white_bands() -> None:
    """8 × 4 at side 4 becomes 4 × 2, so one white row above and one below."""
    pixels = Preprocessing(4).fit(Image.new("RGB", (8, 4), RED))
    assert pixels.shape == (4, 4, 3)
    assert pixels.dtype == np.uint8
    assert (pixels[[0, 3]] == WHITE).all()
    assert (pixels[[1, 2]] == RED).all()


def test_an_odd_margin_puts_its_spare_row_below() -> None:
    """5 × 2 at side 5 leaves 3: 1 above, 2 below."""
    pixels = Preprocessing(5).fit(Image.new("RGB", (5, 2), RED))
    assert [bool((row == WHITE).all()) for row in pixels] == [True, False, False, True, True]


def test_a_hair_thin_photo_keeps_at_least_one_pixel() -> None:
    """1 × 1000 at side 10 would be 0.01 px wide; it gets the column (10 - 1) // 2 = 4."""
    pixels = Preprocessing(10).fit(Image.new("RGB", (1, 1000), BLUE))
    assert (pixels[:, 4] == BLUE).all()
    assert (np.delete(pixels, 4, axis=1) == WHITE).all()


def test_a_small_photo_is_enlarged_to_fill_the_square() -> None:
    assert (Preprocessing(8).fit(Image.new("RGB", (2, 2), GREEN)) == GREEN).all()


def test_the_pixels_can_be_written_to_and_share_nothing() -> None:
    image = Image.new("RGB", (4, 4), RED)
    Preprocessing(4).fit(image)[:] = 0
    assert (Preprocessing(4).fit(image) == RED).all()


# Upright


def stored_sideways(upright: np.ndarray, orientation: int) -> np.ndarray:
    """Lay an upright picture down as a camera would that notes this EXIF orientation."""
    return {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a),
        7: lambda a: a.transpose(1, 0, 2)[::-1, ::-1],
        8: lambda a: np.rot90(a, -1),
    }[orientation](upright)


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "JPEG", "WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(orientation: int, file_format: str) -> None:
    """The corners of a 64 × 32 picture, wherever the camera stored them, return to theirs."""
    upright = FOUR_COLOURS.repeat(16, axis=0).repeat(32, axis=1)
    stored = Image.fromarray(np.ascontiguousarray(stored_sideways(upright, orientation)))
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = read_photo(as_bytes(stored, file_format, exif=exif.tobytes(), quality=95), 64)
    assert (photo.width, photo.height) == (64, 32)
    corners = photo.pixels[16:48][[[4], [-5]], [4, -5]].astype(int)
    assert np.abs(corners - FOUR_COLOURS).max() < 12


def test_a_heic_photo_is_turned_by_its_own_transformation_alone() -> None:
    """EXIF beside HEIC only tells what the file's transformation does; without one it is upright.

    The encoder is given the tag as text of the file but no turning: 64 × 32 stays 64 × 32.
    """
    upright = Image.fromarray(FOUR_COLOURS.repeat(16, axis=0).repeat(32, axis=1))
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = read_photo(as_bytes(upright, "HEIF", exif=exif, quality=95), 64)
    assert (photo.width, photo.height, photo.format) == (64, 32, "HEIF")
    corners = photo.pixels[16:48][[[4], [-5]], [4, -5]].astype(int)
    assert np.abs(corners - FOUR_COLOURS).max() < 12


def test_a_large_heic_photo_is_read_through_the_small_copy_it_carries() -> None:
    """Phones put a copy of 320 px into each file; 1600 × 1200 is still what the photo is."""
    large = gradient(1600, 1200)
    data = as_bytes(large, "HEIF", quality=95, thumbnails=[320])
    assert open_upright(data, at_least_px=112).size == (320, 240)
    photo = read_photo(data, 112)
    assert (photo.width, photo.height) == (1600, 1200)
    assert np.abs(photo.pixels.astype(int) - Preprocessing(112).fit(large)).mean() < 2


def test_orientation_and_draft_work_together() -> None:
    """A 1600 × 400 JPEG stored on its side is drafted to 1/8, and is still 1600 × 400 upright."""
    upright = gradient(1600, 400)
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = Image.fromarray(np.rot90(np.asarray(upright)).copy())
    photo = read_photo(as_bytes(stored, "JPEG", exif=exif, quality=95), 100)
    assert (photo.width, photo.height) == (1600, 400)
    assert np.abs(photo.pixels.astype(int) - Preprocessing(100).fit(upright)).mean() < 2


def test_damaged_metadata_does_not_cost_the_photo() -> None:
    exif = b"Exif\0\0II*\0\xff\xff\xff\x7f not a directory"
    data = as_bytes(Image.new("RGB", (4, 4), RED), "JPEG", exif=exif)
    assert read_photo(data, 4).width == 4


# Colours


def half_transparent() -> Image.Image:
    return Image.new("RGBA", (4, 4), (0, 0, 0, 128))


def with_clear_colour(mode: str, value: int | tuple[int, ...]) -> bytes:
    return as_bytes(Image.new(mode, (4, 4), value), "PNG", transparency=value)


def clear_palette() -> bytes:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([*BLACK, *RED])
    return as_bytes(image, "GIF", transparency=1)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        # (128 × 0 + 127 × 255) / 255 = 127
        (lambda: as_bytes(half_transparent(), "PNG"), (127, 127, 127)),
        (lambda: as_bytes(half_transparent(), "TIFF"), (127, 127, 127)),
        (lambda: as_bytes(half_transparent().convert("LA"), "PNG"), (127, 127, 127)),
        (lambda: with_clear_colour("RGB", RED), WHITE),
        (lambda: with_clear_colour("L", 7), WHITE),
        (clear_palette, WHITE),
        # 16 bits: 32,896 = 128 × 257
        (lambda: as_bytes(Image.new("I;16", (4, 4), 32_896), "PNG"), (128, 128, 128)),
        (lambda: as_bytes(Image.new("I;16B", (4, 4), 32_896), "TIFF"), (128, 128, 128)),
        (lambda: as_bytes(Image.new("I", (4, 4), 32_896), "TIFF"), (128, 128, 128)),
        (lambda: as_bytes(Image.new("F", (4, 4), 0.5), "TIFF"), (128, 128, 128)),
        (lambda: as_bytes(Image.new("1", (4, 4), 1), "PNG"), WHITE),
        (lambda: as_bytes(Image.new("L", (4, 4), 77), "BMP"), (77, 77, 77)),
        (lambda: as_bytes(Image.new("CMYK", (4, 4), (255, 0, 0, 0)), "TIFF"), (0, 255, 255)),
        (lambda: as_bytes(Image.new("CMYK", (4, 4), (0, 0, 255, 0)), "JPEG"), (255, 255, 0)),
        # L* = 255 stands for 100 %, a* = b* = 128 for 0: white paper
        (lambda: as_bytes(Image.new("LAB", (4, 4), (255, 128, 128)), "TIFF"), WHITE),
    ],
)
def test_every_colour_mode_shows_its_true_colour(
    data: Callable[[], bytes], expected: tuple[int, int, int]
) -> None:
    assert np.abs(np.subtract(first_pixel(data()), expected)).max() <= 2


def red_and_green_exchanged() -> bytes:
    """Return sRGB's own profile with the columns of its first two primaries exchanged."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    exchanged = profile.replace(b"rXYZ", b"?XYZ").replace(b"gXYZ", b"rXYZ")
    return exchanged.replace(b"?XYZ", b"gXYZ")


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "JPEG", "WEBP", "AVIF", "HEIF"])
def test_a_colour_space_of_its_own_is_brought_to_srgb(file_format: str) -> None:
    """In a space whose first primary is sRGB's green, the numbers of red mean green."""
    red = Image.new("RGB", (64, 64), RED)
    plain = first_pixel(as_bytes(red, file_format, quality=95))
    data = as_bytes(red, file_format, quality=95, icc_profile=red_and_green_exchanged())
    assert np.abs(np.subtract(plain, RED)).max() <= 6
    assert np.abs(np.subtract(first_pixel(data), GREEN)).max() <= 16


def test_a_picture_half_clear_is_reduced_without_dark_seams() -> None:
    """Clear pixels may hide any colour: black behind alpha 0 must not bleed into red on white."""
    picture = np.zeros((512, 512, 4), dtype=np.uint8)
    picture[:, :255] = (*RED, 255)
    pixels = read_photo(as_bytes(Image.fromarray(picture), "PNG"), 16).pixels
    assert pixels[..., 0].min() >= 250


def test_an_animation_is_its_first_frame() -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in (RED, GREEN, BLUE)]
    for file_format in ("GIF", "PNG", "WEBP", "TIFF"):
        settings = {"lossless": True} if file_format == "WEBP" else {}
        data = as_bytes(frames[0], file_format, save_all=True, append_images=frames[1:], **settings)
        assert first_pixel(data) == RED, file_format


# Cheap decoding


def test_a_large_jpeg_is_drafted_and_a_large_png_reduced() -> None:
    """1600 / 112 > 8, so the JPEG decoder gives 1/8; blocks of 1600 // 224 = 7 give 229 × 172."""
    large = gradient(1600, 1200)
    assert open_upright(as_bytes(large, "JPEG"), at_least_px=112).size == (200, 150)
    assert open_upright(as_bytes(large, "PNG"), at_least_px=112).size == (229, 172)
    assert open_upright(as_bytes(large, "JPEG")).size == (1600, 1200)


def test_a_drafted_photo_looks_like_the_whole_one() -> None:
    data = as_bytes(gradient(1600, 1200), "JPEG", quality=95)
    whole = Preprocessing(112).fit(open_upright(data)).astype(int)
    assert np.abs(read_photo(data, 112).pixels - whole).mean() < 1


def test_the_draft_serves_the_thumbnail_too() -> None:
    data = as_bytes(gradient(1600, 1200), "JPEG")
    thumbnail = read_photo(data, 112, thumbnail_px=256).thumbnail
    assert thumbnail is not None
    assert Image.open(io.BytesIO(thumbnail)).size == (256, 192)


# Thumbnails


def test_a_small_plain_jpeg_is_its_own_thumbnail() -> None:
    data = as_bytes(gradient(100, 60), "JPEG")
    assert read_photo(data, 32, thumbnail_px=256).thumbnail is data


@pytest.mark.parametrize("kind", ["PNG", "sideways", "progressive", "grey", "heavy"])
def test_other_small_photos_become_a_jpeg_of_their_own_size(kind: str) -> None:
    image = gradient(100, 60)
    exif = Image.Exif()
    exif[0x0112] = 6
    data = {
        "PNG": lambda: as_bytes(image, "PNG"),
        "sideways": lambda: as_bytes(image.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif),
        "progressive": lambda: as_bytes(image, "JPEG", progressive=True),
        "grey": lambda: as_bytes(image.convert("L"), "JPEG"),
        "heavy": lambda: as_bytes(image, "JPEG") + b"\0" * 40_000,
    }[kind]()
    thumbnail = read_photo(data, 32, thumbnail_px=256).thumbnail
    assert thumbnail is not None
    reopened = Image.open(io.BytesIO(thumbnail))
    assert (reopened.format, reopened.mode, reopened.size) == ("JPEG", "RGB", (100, 60))
    assert len(thumbnail) < 10_000


def test_a_thumbnail_carries_no_comment_of_its_original() -> None:
    data = as_bytes(gradient(600, 300), "JPEG", comment=b"taken at home", progressive=True)
    thumbnail = read_photo(data, 32, thumbnail_px=256).thumbnail
    assert thumbnail is not None
    assert b"taken at home" not in thumbnail


# Facts and files


def test_one_reading_tells_hash_size_and_format(tmp_path: Path) -> None:
    path = tmp_path / "photo.bin"  # the name's ending means nothing
    path.write_bytes(as_bytes(gradient(30, 20), "PNG"))
    photo = read_photo(path, 16)
    assert photo.format == "PNG"
    assert photo.size_bytes == path.stat().st_size
    assert photo.content_hash == content_hash(path.read_bytes())
    assert len(photo.content_hash) == 32
    assert photo.thumbnail is None


def test_pixels_survive_png_and_nearly_jpeg() -> None:
    pixels = np.asarray(gradient(40, 30))
    assert (np.asarray(open_upright(encode_png(pixels))) == pixels).all()
    jpeg = np.asarray(open_upright(encode_jpeg(pixels))).astype(int)
    assert np.abs(jpeg - pixels).mean() < 3


def test_a_size_below_one_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="size_px must be at least 1, got 0"):
        read_photo(b"", 0)
    with pytest.raises(ValueError, match="n_threads=0"):
        read_photos([], 8, n_threads=0)


# Refusals


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "the file is empty (0 bytes)"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"<?xml version='1.0'?>\n<svg/>", "an SVG drawing"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html></html>", "a web page"),
        (b"dear diary, no photo today", "it is text"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"PK\x03\x04" + bytes(40), "a ZIP archive"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "a damaged HEIC photo"),
        (b"\0\0\0\x18ftypavif" + bytes(40), "a damaged AVIF photo"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "a damaged PNG file"),
        (bytes(range(7, 256)), "in no picture format"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PostScript"),
        (b"\xd7\xcd\xc6\x9a" + bytes(80), "Windows metafile"),
    ],
)
def test_what_is_no_photo_is_named(data: bytes, expected: str) -> None:
    assert expected in reason(data)


def test_postscript_never_starts_another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("another program was started")

    monkeypatch.setattr(subprocess, "Popen", forbidden)
    postscript = as_bytes(Image.new("RGB", (8, 8)), "EPS")
    assert "PostScript" in reason(postscript)
    assert "PostScript" in reason(b"\xc5\xd0\xd3\xc6" + struct.pack("<LL", 32, 9) + postscript)
    assert "text" in reason(b"\n" + postscript)


@pytest.mark.parametrize(
    "file_format", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "HEIF"]
)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_a_truncated_photo_is_reported_never_half_drawn(file_format: str, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = as_bytes(Image.fromarray(noise), file_format)
    assert reason(data[: int(len(data) * share)])


def test_a_truncated_jpeg_says_that_it_is_cut_short() -> None:
    data = as_bytes(gradient(200, 200), "JPEG")
    assert reason(data[:-200]) == (
        "the file is cut short or damaged (its picture data ends too early)"
    )


def test_paths_that_are_no_file_are_reported(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert reason(tmp_path) == "it is not a regular file"
    assert reason(tmp_path / "pipe.jpg") == "it is not a regular file"
    assert reason(tmp_path / "gone.jpg") == (
        "the file cannot be opened (no such file or directory)"
    )
    with pytest.raises(PhotoError) as caught:
        open_upright(tmp_path / "gone.jpg")
    assert caught.value.value == str(tmp_path / "gone.jpg")


def test_a_heavy_file_is_refused_by_its_size_alone(tmp_path: Path) -> None:
    """A sparse file of 64 MiB + 1 byte takes no space and no reading."""
    path = tmp_path / "heavy.jpg"
    with path.open("wb") as file:
        file.truncate(config.MAX_FILE_BYTES + 1)
    assert reason(path) == "the file has 64.0 MiB, over the limit of 64.0 MiB"
    assert "limit" in reason(as_bytes(gradient(50, 50), "PNG"), Limits(max_bytes=100))


def png_claiming(width: int, height: int) -> bytes:
    """Return a tiny PNG whose header promises any size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(kind + body)
        return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", checksum)

    header = struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99))


@pytest.mark.parametrize("side", [10_001, 50_000, 2**31 - 1])
def test_a_pixel_bomb_is_refused_before_it_is_unpacked(side: int) -> None:
    answer = reason(png_claiming(side, side))
    assert "pixels" in answer


def test_the_pixel_limit_is_inclusive() -> None:
    for file_format in ("PNG", "AVIF", "HEIF"):
        data = as_bytes(gradient(20, 10), file_format)
        assert read_photo(data, 8, limits=Limits(max_pixels=200)).width == 20
        assert "20 × 10 pixels" in reason(data, Limits(max_pixels=199))


def test_decoders_written_in_python_get_a_tenth_of_the_pixels() -> None:
    """20 × 10 = 200 pixels need a limit of 2,000 in a plain-text PPM, of 200 in a binary one."""
    plain = b"P3 20 10 255 " + b"9 " * 600
    binary = b"P6 20 10 255 " + b"9" * 600
    assert read_photo(binary, 8, limits=Limits(max_pixels=200)).height == 10
    assert read_photo(plain, 8, limits=Limits(max_pixels=2_000)).height == 10
    assert "for PPM files" in reason(plain, Limits(max_pixels=1_999))


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    """A progressive file may repeat scans at will; 64 × 64 × 40 > 20 × 4096 passes are too many."""
    data = as_bytes(gradient(64, 64), "JPEG", progressive=True)
    limits = Limits(max_pixels=64 * 64)
    assert read_photo(data, 8, limits=limits).width == 64
    last_scan = data[data.rindex(b"\xff\xda") : -2]
    assert "progressive scans" in reason(data[:-2] + last_scan * 40 + data[-2:], limits)


def test_a_huge_text_chunk_is_refused_not_unpacked() -> None:
    """20 MiB of text squeezed into a PNG comment of 20 KiB."""
    data = as_bytes(gradient(8, 8), "PNG")
    body = b"Comment\0\0" + zlib.compress(b"x" * (20 * 2**20))
    text = struct.pack(">L", len(body)) + b"zTXt" + body
    text += struct.pack(">L", zlib.crc32(b"zTXt" + body))
    end_of_header = 8 + 25
    assert "damaged" in reason(data[:end_of_header] + text + data[end_of_header:])


@pytest.mark.parametrize("file_format", FORMATS)
def test_scrambled_files_are_read_or_reported_and_nothing_else(file_format: str) -> None:
    """120 files with up to 8 wrong bytes each: no foreign exception may come through."""
    data = as_bytes(gradient(48, 32), file_format)
    chance = random.Random(file_format)
    outcomes = set()
    for _ in range(120):
        scrambled = bytearray(data)
        for _ in range(chance.randint(1, 8)):
            scrambled[chance.randrange(len(data))] = chance.randrange(256)
        try:
            photo = read_photo(bytes(scrambled), 16, limits=Limits(max_pixels=10**6))
            outcomes.add(photo.pixels.shape)
        except PhotoError as error:
            assert error.what
    assert outcomes <= {(16, 16, 3)}


def test_odd_files_write_nothing_to_the_terminal(tmp_path: Path) -> None:
    """Pillow warns of a broken animation header, libtiff complains on stderr by itself."""
    png = as_bytes(gradient(8, 8), "PNG")
    body = struct.pack(">LL", 0, 0)  # an animation of no frames
    broken = struct.pack(">L", 8) + b"acTL" + body + struct.pack(">L", zlib.crc32(b"acTL" + body))
    (tmp_path / "a.png").write_bytes(png[:33] + broken + png[33:])
    tiff = as_bytes(gradient(64, 64).convert("1"), "TIFF", compression="group4")
    (tmp_path / "b.tif").write_bytes(tiff[:8] + b"\x5a" * 40 + tiff[48:])
    program = (
        "import sys; from pathlib import Path; from engine.images import read_photos\n"
        "paths = [Path(name) for name in sys.argv[1:]]\n"
        "print(len(list(read_photos(paths, 8, n_threads=1))))"
    )
    paths = [str(tmp_path / "a.png"), str(tmp_path / "b.tif")]
    command = [sys.executable, "-W", "default", "-c", program, *paths]
    run = subprocess.run(command, capture_output=True, text=True, cwd=config.PROJECT, check=True)
    assert (run.stdout, run.stderr) == ("2\n", "")


# Many at once


def save_photos(folder: Path, n_photos: int) -> list[Path]:
    paths = [folder / f"{number}.png" for number in range(n_photos)]
    for number, path in enumerate(paths):
        Image.new("RGB", (4, 4), (number, 0, 0)).save(path)
    return paths


@pytest.mark.parametrize(("n_threads", "window"), [(1, 1), (2, 3), (3, 128), (8, 2)])
def test_photos_arrive_in_order_with_failures_in_their_place(
    tmp_path: Path, n_threads: int, window: int
) -> None:
    paths = save_photos(tmp_path, 60)
    paths[7].write_bytes(b"")
    answers = list(read_photos(paths, 2, n_threads=n_threads, window=window))
    assert len(answers) == 60
    failure = answers.pop(7)
    assert isinstance(failure, PhotoError)
    assert failure.value == str(paths[7])
    reds = [int(photo.pixels[0, 0, 0]) for photo in answers if isinstance(photo, DecodedPhoto)]
    assert reds == [number for number in range(60) if number != 7]


@pytest.mark.parametrize("window", [1, 8, 30])
def test_no_more_than_the_window_is_read_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    started: list[Path] = []
    real = stream.read_photo

    def counted(path: Path, *sizes: int, **settings: object) -> DecodedPhoto:
        started.append(path)
        return real(path, *sizes, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(stream, "read_photo", counted)
    photos = read_photos(save_photos(tmp_path, 80), 2, n_threads=2, window=window)
    for used in range(1, 5):
        next(photos)
        time.sleep(0.05)  # long enough for idle threads to read all 80, if they were let
        assert used <= len(started) <= used + window
    photos.close()  # type: ignore[attr-defined]
    assert len(started) < 80


def test_a_mistake_of_ours_is_not_reported_as_a_bad_photo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise NameError("a typo")

    monkeypatch.setattr(stream, "read_photo", broken)
    with pytest.raises(NameError):
        list(read_photos(save_photos(tmp_path, 2), 2, n_threads=1))


STRIPES = np.repeat(np.arange(12, dtype=np.uint8)[None, :, None] * 20, 6, axis=0).repeat(3, axis=2)


def test_a_squashed_photo_fills_the_square_with_all_of_itself():
    """12 stripes of one pixel, 0 to 220, averaged in pairs: 10, 50, … 210 in each row."""
    wanted = Preprocessing(6, "squash", "bilinear")
    pixels = wanted.fit(Image.fromarray(STRIPES))
    assert pixels.shape == (6, 6, 3)
    assert np.abs(pixels[0, 1:-1, 0].astype(int) - [50, 90, 130, 170]).max() <= 1
    assert (pixels == pixels[:1]).all()


def test_a_cropped_photo_fills_the_square_with_its_middle():
    """The shortest side has 6 pixels already; of 12 stripes the middle 6 stay, 3 to 8."""
    pixels = Preprocessing(6, "crop", "bicubic").fit(Image.fromarray(STRIPES))
    assert pixels[0, :, 0].tolist() == [60, 80, 100, 120, 140, 160]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "lanczos"])
def test_the_middle_of_a_panorama_is_that_of_the_whole_panorama_resized(interpolation, turned):
    """Only a part of a very long photo is resized; its pixels are those of the long way."""
    noise = np.random.default_rng(3).integers(0, 256, (100, 3001, 3), dtype=np.uint8)
    image = Image.fromarray(np.swapaxes(noise, 0, 1) if turned else noise)
    whole = image.resize(
        (24, 720) if turned else (720, 24), Image.Resampling[interpolation.upper()]
    )
    box = (0, 348, 24, 372) if turned else (348, 0, 372, 24)
    expected = np.asarray(whole.crop(box)).astype(int)
    pixels = Preprocessing(24, "crop", interpolation).fit(image)
    assert np.abs(pixels - expected).max() <= 1


def test_a_photo_of_which_only_the_middle_counts_is_decoded_fine_enough_for_it():
    """1600 × 200 pixels drafted for a longest side of 100 would leave 12 rows to be enlarged."""
    noise = np.random.default_rng(5).integers(0, 256, (25, 200, 3), dtype=np.uint8)
    panorama = Image.fromarray(noise).resize((1600, 200), Image.Resampling.BICUBIC)
    data = as_bytes(panorama, "JPEG", quality=95)
    wanted = Preprocessing(100, "crop", "bicubic")
    expected = wanted.fit(open_upright(data)).astype(int)
    assert np.abs(read_photo(data, wanted).pixels - expected).mean() < 2
    region = read_region(data, wanted, (0.25, 0, 0.5, 1))
    assert np.abs(region - expected).mean() < 2


def test_a_square_of_no_known_kind_is_refused():
    with pytest.raises(ValueError, match=r"resize_mode must be one of .*'stretch'"):
        Preprocessing(8, "stretch")
    with pytest.raises(ValueError, match=r"interpolation must be one of .*'best'"):
        Preprocessing(8, interpolation="best")


# Memory, and files that are nearly whole


def test_large_photos_wait_for_one_another_so_that_memory_stays_bounded(monkeypatch) -> None:
    """Six photos that need 0.5 GB each among threads that share 1 GB: two at once, never more.

    Each waits inside for one other, so there are two however slowly threads begin; then a moment,
    in which a third would come in if it were let.
    """
    at_once, most, lock, met = 0, 0, threading.Lock(), threading.Barrier(2, timeout=300)
    memory = decoder._Memory(1000)

    def hold() -> None:
        nonlocal at_once, most
        with memory.share(500):
            with lock:
                at_once += 1
                most = max(most, at_once)
            met.wait()
            time.sleep(0.02)
            with lock:
                at_once -= 1

    monkeypatch.setattr(config, "UNCOUNTED_BYTES", 1)
    threads = [threading.Thread(target=hold) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2
    with memory.share(5000):  # more than there is: it has all of it, alone
        assert memory._n_free == 0
    assert memory._n_free == 1000


def test_a_photo_takes_its_share_of_the_memory_and_gives_it_back(monkeypatch) -> None:
    """2,100 × 2,100 pixels of 8 bytes are 35 MB, above the 16 MB that are not counted."""
    asked = []
    real = decoder._memory.share
    monkeypatch.setattr(decoder._memory, "share", lambda n: asked.append(n) or real(n))
    open_upright(as_bytes(Image.new("RGB", (2100, 2100)), "PNG"))
    assert asked == [8 * 2100 * 2100]
    assert reason(as_bytes(Image.new("RGB", (2100, 2100)), "PNG")[:-3000]).startswith("the file")
    assert decoder._memory._n_free == config.DECODING_BYTES


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("size", [(300, 500), (900, 700)])
def test_a_jpeg_that_lacks_only_the_mark_of_its_end_is_read(progressive, size) -> None:
    chance = np.random.default_rng(0)
    image = Image.fromarray(chance.integers(0, 255, (*size, 3), dtype=np.uint8))
    whole = as_bytes(image, "JPEG", progressive=progressive)
    expected = np.asarray(open_upright(whole))
    for n_lacking in (1, 2):
        assert (np.asarray(open_upright(whole[:-n_lacking])) == expected).all()
    for n_lacking in (len(whole) // 3, len(whole) // 2):
        assert "cut short" in reason(whole[:-n_lacking])


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"\0\0\0\x18ftypcrx \0\0\0\1", "a raw photo of a Canon camera (CR3)"),
        (b"\0\0\0\x18ftypavci\0\0\0\1", "a photo packed like a film (AVCI)"),
        (b"FUJIFILMCCD-RAW ", "a raw photo of a camera"),
        (b"\0\0\0\x18ftypisom\0\0\0\1", "a film"),
    ],
)
def test_a_photo_of_a_foreign_kind_is_not_called_a_film(start: bytes, name: str) -> None:
    assert reason(start + bytes(400)).startswith(f"it is {name}")
