"""Files of word vectors: every format and packing, damage named by line, converted once."""

from __future__ import annotations

import gzip
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ModelError
from engine.words import WordVectors, vector_files

GLOVE = b"the 1 0 0\ncat 0 3 4\n. . . 0 0 1\n"
WORD2VEC = b"2 3\n" + b"".join(
    word + b" " + np.array(row, "<f4").tobytes() + b"\n"
    for word, row in ((b"New_York", [1, 0, 0]), (b"cat", [0, 3, 4]))
)


def packed(folder: Path, content: bytes, kind: str) -> Path:
    path = folder / f"words{kind}"
    if kind.endswith(".gz"):
        path.write_bytes(gzip.compress(content))
    elif kind == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("words.txt", content)
    else:
        path.write_bytes(content)
    return path


@pytest.mark.parametrize("kind", [".txt", ".txt.gz", ".zip"])
def test_glove_text_is_read_plain_gzipped_and_zipped(tmp_path: Path, kind: str):
    vectors = WordVectors.open(packed(tmp_path, GLOVE, kind))
    assert list(vectors.words) == ["the", "cat", "._._."]
    assert np.allclose(vectors.vector("cat"), [0, 0.6, 0.8])


@pytest.mark.parametrize("kind", [".bin", ".bin.gz"])
def test_word2vec_binary_is_read_with_its_capitals(tmp_path: Path, kind: str):
    vectors = WordVectors.open(packed(tmp_path, WORD2VEC, kind))
    assert len(vectors) == 2
    assert np.allclose(vectors.vector("New_York"), [1, 0, 0])
    assert np.allclose(vectors.vector("cats"), [0, 0.6, 0.8])


def test_text_with_a_line_of_counts_is_read_too(tmp_path: Path):
    vectors = WordVectors.open(packed(tmp_path, b"2 3\na 1 0 0\nb 0 1 0\n", ".vec"))
    assert list(vectors.words) == ["a", "b"]


def test_one_of_several_files_in_a_zip_is_chosen_by_its_name(tmp_path: Path):
    path = tmp_path / "glove.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("two.txt", b"a 1 0\n")
        archive.writestr("three.txt", b"a 1 0 0\n")
    assert WordVectors.open(path / "three.txt").n_dims == 3
    with pytest.raises(ModelError, match=r"several files: two.txt, three.txt. Name one .*two.txt"):
        WordVectors.open(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a 1 0 0\nb 1 0\n", "line 2 has 2 numbers instead of 3"),
        (b"a 1 0 0\n\nb 1 x 0\n", "line 3 holds something that is no number"),
        (b"a 1 0 0\nb 1 nan 0\n", "line 2 holds a number that is not finite"),
        (b"hello\n", "line 1 has 0 numbers"),
        (b"3 2\na 1 0\nb 0 1\n", "ends after 2 of 3 words"),
        (WORD2VEC[:-6], "ends within word 2 of 2"),
        (WORD2VEC[:27], "word 2 has no end"),
        (b"9 99999\nword " + bytes(99), "line 1 has 99999 numbers"),
        (b"99999999999 3\nword " + bytes(12), "line 1 announces 99,999,999,999 words"),
        (gzip.compress(GLOVE * 99, mtime=0)[:-40], "its packing breaks off"),
        (b"PK\x03\x04 this is no archive", "its packing breaks off"),
    ],
)
def test_damage_is_told_in_one_sentence_with_its_place(tmp_path: Path, content, reason):
    path = packed(tmp_path, content, ".any")
    with pytest.raises(ModelError, match=reason) as caught:
        WordVectors.open(path)
    assert caught.value.value == path
    assert "\n" not in str(caught.value)


def test_an_empty_or_missing_file_is_told(tmp_path: Path):
    with pytest.raises(ModelError, match="empty"):
        WordVectors.open(packed(tmp_path, b"", ".txt"))
    with pytest.raises(ModelError, match="no such file"):
        WordVectors.open(tmp_path / "nowhere.txt")


def test_a_file_is_converted_once_and_anew_when_it_changed(tmp_path: Path, monkeypatch):
    path = packed(tmp_path, GLOVE, ".txt")
    first = WordVectors.open(path)
    with monkeypatch.context() as patch:
        patch.setattr(vector_files, "read_vectors", None)
        assert WordVectors.open(path).fingerprint == first.fingerprint
    path.write_bytes(GLOVE.replace(b"3 4", b"4 3"))
    os.utime(path, ns=(1, 1))
    second = WordVectors.open(path)
    assert second.fingerprint != first.fingerprint
    assert np.allclose(second.vector("cat"), [0, 0.8, 0.6])


def test_damage_leaves_nothing_behind(tmp_path: Path, kindred_home: Path):
    with pytest.raises(ModelError):
        WordVectors.open(packed(tmp_path, GLOVE + b"broken\n", ".txt"))
    assert not list((kindred_home / "words").iterdir())


def test_a_word_met_twice_keeps_its_first_vector_and_zeros_are_left_out(tmp_path: Path):
    content = b"a 1 0\nb 0 1\na 0 1\nnil 0 0\n"
    vectors = WordVectors.open(packed(tmp_path, content, ".txt"))
    assert list(vectors.words) == ["a", "b"]
    assert np.allclose(vectors.vector("a"), [1, 0])
