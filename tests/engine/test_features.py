"""Frozen features: computed once, kept whole whatever is killed, told apart by their network."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from engine.encoders import joint
from engine.encoders.feature_store import FeatureStore, prune
from engine.encoders.features import FrozenFeatures, fingerprint_of
from engine.encoders.photo_batches import PhotoBatches
from engine.errors import ModelError
from engine.images import Preprocessing, encode_png

HASHES = [f"{n:032x}" for n in range(1, 6)]
ROWS = np.arange(10, dtype=np.float32).reshape(5, 2)


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Three different plain photos, a copy of the first, and a file that is no photo."""
    folder = tmp_path / "photos"
    folder.mkdir()
    paths = [folder / f"{n}.png" for n in range(5)]
    for path, grey in zip(paths, (10, 20, 30, 10), strict=False):
        path.write_bytes(encode_png(np.full((4, 4, 3), grey, np.uint8)))
    paths[4].write_bytes(b"no photo")
    return paths


class Mean:
    """A network of one feature, the mean of the pixels, that counts its work."""

    def __init__(self) -> None:
        self.n_photos = 0

    def __call__(self, pixels: np.ndarray) -> np.ndarray:
        self.n_photos += len(pixels)
        return pixels.mean(axis=(1, 2, 3), dtype=np.float32)[:, None]


def frozen(run, folder: Path) -> FrozenFeatures:
    return FrozenFeatures(
        run, preprocessing=Preprocessing(4), n_features=1, fingerprint="mean", folder=folder
    )


def test_each_content_is_computed_once_for_all_time(photos: list[Path], tmp_path: Path):
    run = Mean()
    first = frozen(run, tmp_path / "kept").compute(photos)
    assert first.rows.ravel().tolist() == [10, 20, 30, 10]
    assert first.kept == [0, 1, 2, 3]
    assert [skip.path for skip in first.skipped] == [str(photos[4])]
    assert run.n_photos == 3
    again = frozen(run, tmp_path / "kept").compute(list(reversed(photos)))
    assert again.rows.ravel().tolist() == [10, 30, 20, 10]
    assert run.n_photos == 3


def test_what_was_computed_before_a_crash_is_not_computed_again(
    photos: list[Path], tmp_path: Path, monkeypatch
):
    monkeypatch.setattr("engine.encoders.photo_batches.BATCH", 1)
    monkeypatch.setattr("engine.encoders.photo_batches.SHARD_PHOTOS", 1)
    mean = Mean()

    def fail_at_the_third(pixels: np.ndarray) -> np.ndarray:
        if mean.n_photos == 2:
            raise KeyboardInterrupt
        return mean(pixels)

    with pytest.raises(KeyboardInterrupt):
        frozen(fail_at_the_third, tmp_path / "kept").compute(photos)
    after = Mean()
    assert len(frozen(after, tmp_path / "kept").compute(photos).rows) == 4
    assert after.n_photos == 1


@pytest.mark.parametrize(("name", "n_bytes"), [("rows", 3), ("rows", 13), ("hashes", 7)])
def test_a_half_written_end_is_cut_off_by_the_next_writer(tmp_path: Path, name: str, n_bytes: int):
    """Five photos, of which a kill left some bytes of the last one or two."""
    FeatureStore(tmp_path / "store", 2).append(HASHES, ROWS)
    path = tmp_path / "store" / name
    path.write_bytes(path.read_bytes()[:-n_bytes])
    store = FeatureStore(tmp_path / "store", 2)
    assert len(store) == (3 if n_bytes == 13 else 4)
    store.append(HASHES, ROWS)
    assert np.array_equal(FeatureStore(tmp_path / "store", 2).rows(HASHES), ROWS)


def test_two_who_append_at_once_lose_nothing(tmp_path: Path):
    first, second = FeatureStore(tmp_path / "s", 2), FeatureStore(tmp_path / "s", 2)
    first.append(HASHES[:3], ROWS[:3])
    second.append(HASHES[2:], ROWS[2:])
    assert np.array_equal(second.rows(HASHES), ROWS)
    assert np.array_equal(FeatureStore(tmp_path / "s", 2).rows(HASHES[::-1]), ROWS[::-1])


def test_programs_wait_for_each_other(tmp_path: Path):
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_append, args=(tmp_path / "s", n)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    store = FeatureStore(tmp_path / "s", 2)
    assert len(store) == 40
    assert all(store.rows([f"{n:032x}"])[0, 0] == n for n in range(40))


def _append(folder: Path, worker: int) -> None:
    store = FeatureStore(folder, 2)
    for n in range(10 * worker, 10 * worker + 10):
        store.append([f"{n:032x}"], np.array([[n, 0]], np.float32))


def test_rows_that_are_no_numbers_or_of_another_width_are_refused(tmp_path: Path):
    store = FeatureStore(tmp_path / "s", 2)
    for rows in (ROWS[:, :1], np.full((5, 2), np.nan, np.float32)):
        with pytest.raises(ModelError, match="network made features"):
            store.append(HASHES, rows)
    assert len(store) == 0


def test_a_store_of_another_width_is_thrown_away(tmp_path: Path):
    FeatureStore(tmp_path / "s", 2).append(HASHES, ROWS)
    assert len(FeatureStore(tmp_path / "s", 3)) == 0


def test_old_stores_make_room_and_the_one_in_use_stays(tmp_path: Path):
    for age, name in enumerate(("newest", "middle", "oldest", "mine")):
        FeatureStore(tmp_path / name, 2).append(HASHES, ROWS)
        import os

        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    n_bytes = sum(path.stat().st_size for path in (tmp_path / "mine").iterdir())
    prune(tmp_path, int(1.5 * n_bytes), but="mine")
    assert {path.name for path in tmp_path.iterdir()} == {"newest", "mine"}


def test_a_keras_network_is_frozen_under_what_it_computes(
    photos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def network(factor: float) -> keras.Model:
        pixels = keras.Input((4, 4, 3), dtype="uint8")
        maps = keras.layers.Rescaling(factor)(pixels)
        return keras.Model(pixels, keras.layers.GlobalAveragePooling2D()(maps))

    wanted = Preprocessing(4)
    half, same, third = network(1 / 2), network(1 / 2), network(1 / 3)
    assert fingerprint_of(half, wanted) == fingerprint_of(same, wanted)
    assert fingerprint_of(half, wanted) != fingerprint_of(third, wanted)
    squashed = replace(wanted, resize_mode="squash")
    assert fingerprint_of(half, wanted) != fingerprint_of(half, squashed)
    monkeypatch.setenv("KINDRED_HOME", str(tmp_path))
    features = joint.frozen(half, wanted).compute(photos[:3])
    assert features.rows.tolist() == [[5.0] * 3, [10.0] * 3, [15.0] * 3]


def test_a_shard_waits_for_whole_batches_and_the_rest_comes_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
):
    """Batches of 2, shards of 3 photos: after four photos two batches are a shard, the fifth is
    left for the end."""
    monkeypatch.setattr("engine.encoders.photo_batches.BATCH", 2)
    monkeypatch.setattr("engine.encoders.photo_batches.SHARD_PHOTOS", 3)
    kept: list[tuple[list[int], list[float]]] = []
    batches = PhotoBatches(Mean(), lambda labels, rows: kept.append((labels, rows[:, 0].tolist())))
    for value in range(5):
        batches.take(value, np.full((4, 4, 3), value, np.uint8))
    assert kept == [([0, 1, 2, 3], [0.0, 1.0, 2.0, 3.0])]
    batches.finish()
    assert kept[1:] == [([4], [4.0])]
