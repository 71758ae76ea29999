"""Frozen features: what a network makes of a photo, computed once and kept.

A network that is not trained gives a photo the same features each time, so they are kept on the
disk under the photo's content and the network's fingerprint, and training a head on them takes
seconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine import config
from engine.catalogue import Skipped
from engine.config import n_threads
from engine.encoders.feature_store import FeatureStore, prune
from engine.encoders.photo_batches import PhotoBatches
from engine.errors import PhotoError
from engine.images import Preprocessing, hash_photos, read_photos
from engine.progress import Report, Step, no_report

if TYPE_CHECKING:
    import keras

# Networks with random weights are others each time; their leavings must not fill the disk.
MAX_KEPT_BYTES = 4 * 2**30
Run = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class PhotoFeatures:
    """Features of photos; row i of everything is the i-th photo that could be read.

    Parameters
    ----------
    rows
        float32, (n, n_features).
    hashes
        Content hash of each file.
    kept
        Place of each photo among the paths asked for.
    skipped
        Files that could not be read, and why.
    """

    rows: NDArray[np.float32]
    hashes: list[str]
    kept: list[int]
    skipped: list[Skipped]


class _Embeds(Protocol):
    """What is asked of an encoder."""

    @property
    def n_dims(self) -> int: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def preprocessing(self) -> Preprocessing: ...

    def embed_photos(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]: ...


class FrozenFeatures:
    """A network's features of photos, from the disk where they are known.

    Parameters
    ----------
    run
        Turns uint8 pixels, (n, size_px, size_px, 3), into features, (n, n_features).
    preprocessing
        The square the network wants of a photo.
    n_features
        Width of the features.
    fingerprint
        Names everything that decides the features; see `fingerprint_of`.
    folder
        Where features are kept; Kindred's home by default.
    """

    def __init__(
        self,
        run: Run,
        *,
        preprocessing: Preprocessing,
        n_features: int,
        fingerprint: str,
        folder: Path | None = None,
    ) -> None:
        self._run = run
        self.preprocessing = preprocessing
        self.n_features = n_features
        self.fingerprint = fingerprint
        kept = folder or config.home() / "features"
        prune(kept, MAX_KEPT_BYTES, but=fingerprint)
        self.store = FeatureStore(kept / fingerprint, n_features)

    @classmethod
    def of_encoder(cls, encoder: _Embeds) -> FrozenFeatures:
        """Take an encoder's own rows of photos for features."""
        return cls(
            encoder.embed_photos,
            preprocessing=encoder.preprocessing,
            n_features=encoder.n_dims,
            fingerprint=encoder.fingerprint,
        )

    def compute(self, paths: Sequence[Path], *, progress: Report = no_report) -> PhotoFeatures:
        """Return the features of some files; only what the disk does not know is computed.

        Stopped half-way, the next call goes on from there.

        Raises
        ------
        ModelError
            The network gives numbers that are not finite, or of another width.
        OSError
            The features cannot be kept.
        """
        names = hash_photos(paths, n_threads=n_threads())
        self._learn(paths, names, progress)
        known = [
            (place, name)
            for place, name in enumerate(names)
            if isinstance(name, str) and name in self.store
        ]
        hashes = [name for _, name in known]
        skipped = [
            Skipped(str(paths[place]), name.what)
            for place, name in enumerate(names)
            if isinstance(name, PhotoError)
        ]
        return PhotoFeatures(
            self.store.rows(hashes), hashes, [place for place, _ in known], skipped
        )

    def _learn(
        self, paths: Sequence[Path], names: list[str | PhotoError], progress: Report
    ) -> None:
        """Compute what is missing, in shards; a file that proves unreadable gets its reason."""
        first: dict[str, int] = {}
        for place, name in enumerate(names):
            if isinstance(name, str) and name not in self.store:
                first.setdefault(name, place)
        missing = list(first.values())
        step = Step(progress, "computing features", len(missing))
        batches = PhotoBatches(self._run, self.store.append)
        outcomes = read_photos(
            [paths[place] for place in missing], self.preprocessing, n_threads=n_threads()
        )
        failed: dict[str, PhotoError] = {}
        for done, (place, outcome) in enumerate(zip(missing, outcomes, strict=True), start=1):
            if isinstance(outcome, PhotoError):
                failed[str(names[place])] = outcome
            else:
                batches.take(outcome.content_hash, outcome.pixels)
                names[place] = outcome.content_hash  # the file may have changed meanwhile
            step.at(done)
        batches.finish()
        names[:] = [failed.get(name, name) if isinstance(name, str) else name for name in names]


def fingerprint_of(tower: keras.Model, preprocessing: Preprocessing) -> str:
    """Return 16 hexadecimal digits for a Keras model: its photos, its layers, all its weights."""
    digest = hashlib.blake2b(digest_size=8)
    if preprocessing != Preprocessing(preprocessing.size_px):
        digest.update(f"{preprocessing}\n".encode())
    for layer in tower.layers:
        digest.update(f"{type(layer).__name__} {_settings_of(layer)}\n".encode())
    for weight in tower.get_weights():
        digest.update(str(weight.shape).encode() + np.ascontiguousarray(weight).tobytes())
    return digest.hexdigest()


def _settings_of(layer: Any) -> str:
    """Return a layer's settings without the names Keras counts up with each model built."""
    settings = {key: value for key, value in layer.get_config().items() if key != "name"}
    return str(sorted(settings)) if "layers" in settings else str(sorted(settings.items(), key=str))
