"""Published models in the layout that open_clip's exports have: two ONNX graphs and four settings.

===================================  ==============================================================
``visual/model.onnx``                photos to embeddings
``visual/preprocess_cfg.json``       size, mean, deviation, interpolation, ``resize_mode``
``textual/model.onnx``               token ids to embeddings, perhaps with a mask beside them
``textual/tokenizer.json``           the pieces of words
``textual/tokenizer_config.json``    ``pad_token``
``config.json``                      ``embed_dim``, ``text_cfg``
===================================  ==============================================================

Large graphs keep their weights in files beside them, which ONNX Runtime reads from that folder
only. Each side is opened when it is first asked: a search by words never loads the photo side.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
from numpy.typing import NDArray

from engine import config as home_config
from engine.durable import read_json
from engine.encoders.feature_store import FeatureStore
from engine.encoders.model_folder import ModelManifest
from engine.encoders.model_settings import OPEN_CLIP, ModelSettings
from engine.encoders.open_vocabulary import CLEANINGS, OpenVocabulary, Padding
from engine.encoders.places import PatchPlaces, Places, left_out, unit_rows
from engine.encoders.session import open_session
from engine.errors import ModelError
from engine.images import content_hash
from engine.images.transform import Interpolation, ResizeMode

PHOTO_GRAPH = "visual/model.onnx"
TEXT_GRAPH = "textual/model.onnx"
PREPROCESSING = "visual/preprocess_cfg.json"
PIECES = "textual/tokenizer.json"
PIECES_SETTINGS = "textual/tokenizer_config.json"
CONFIG = "config.json"
LAYOUT = (PHOTO_GRAPH, TEXT_GRAPH, PREPROCESSING, PIECES, PIECES_SETTINGS, CONFIG)

_RESIZE_MODES: dict[str, ResizeMode] = {"shortest": "crop", "squash": "squash"}
_NUMBERS = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
_WHOLE = {"tensor(int32)": np.int32, "tensor(int64)": np.int64}
_BATCH = 16
_KEPT_FROM = 64  # so many texts at once are a vocabulary and not a query: their rows are kept
_LARGEST_JSON = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Layout:
    """What the settings of a published model say.

    Parameters
    ----------
    settings
        Its square and the widths of its rows, as of any model.
    mean, deviation
        Of the channels, (3,), in shares of 255.
    padding, clean
        See `OpenVocabulary`.
    """

    settings: ModelSettings
    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]
    padding: Padding
    clean: str


def read_layout(folder: Path) -> Layout:
    """Read the settings of a published model.

    Raises
    ------
    ModelError
        A file of the layout is missing or damaged, or asks for what is not known here.
    """
    for name in LAYOUT:
        if not (folder / name).is_file():
            raise ModelError(
                "this is no model of the layout that is read here: a file is missing",
                value=folder / name,
                remedy=f"It needs {', '.join(LAYOUT)}",
            )
    whole, photos, pieces = (
        _settings(folder / name) for name in (CONFIG, PREPROCESSING, PIECES_SETTINGS)
    )
    try:
        return _understand(whole, photos, pieces)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        raise ModelError(
            f"the model's settings cannot be used ({reason})",
            value=folder,
            remedy="Choose another model",
        ) from error


def _settings(file: Path) -> dict[str, Any]:
    try:
        content = read_json(file) if file.stat().st_size <= _LARGEST_JSON else None
    except (OSError, ValueError):
        content = None
    if not isinstance(content, dict):
        raise ModelError("a file of the model is damaged", value=file, remedy="Get the model again")
    return content


def _understand(
    whole: Mapping[str, Any], photos: Mapping[str, Any], pieces: Mapping[str, Any]
) -> Layout:
    text = whole["text_cfg"]
    size = photos["size"]
    sides = set(size) if isinstance(size, list) else {size}
    if len(sides) != 1:
        raise ValueError(f"photos of {size} pixels are no squares")
    mode, filter_name = photos.get("resize_mode", "shortest"), photos["interpolation"]
    if mode not in _RESIZE_MODES:
        raise ValueError(f"resize_mode {mode!r} is not known")
    if filter_name not in get_args(Interpolation):
        raise ValueError(f"interpolation {filter_name!r} is not known")
    clean = (text.get("tokenizer_kwargs") or {}).get("clean", "whitespace")
    if clean not in CLEANINGS:
        raise ValueError(f"the cleaning {clean!r} of texts is not known")
    pad = pieces["pad_token"]
    settings = ModelSettings(
        backbone=OPEN_CLIP,
        size_px=int(sides.pop()),
        n_dims=int(whole["embed_dim"]),
        n_tokens=int(text.get("context_length", 77)),
        text_kind=OPEN_CLIP,
        resize_mode=_RESIZE_MODES[mode],
        interpolation=cast(Interpolation, filter_name),
    )
    mean, deviation = (np.array(photos[each], np.float32) for each in ("mean", "std"))
    if mean.shape != (3,) or deviation.shape != (3,) or not (deviation > 0).all():
        raise ValueError("mean and std are not three numbers each")
    token = pad["content"] if isinstance(pad, dict) else str(pad)
    padding = Padding(token, pieces.get("padding_side", "right"))
    return Layout(settings, mean, deviation, padding, clean)


class OpenClipEncoder:
    """A published model behind the `Encoder` protocol.

    Parameters
    ----------
    folder
        Of the layout of this module.
    manifest
        What `read_manifest` returned for it.
    """

    runtime = "onnx"

    def __init__(self, folder: Path, manifest: ModelManifest) -> None:
        layout = read_layout(folder)
        self.name = manifest.name
        self.fingerprint = manifest.fingerprint
        self.n_dims = layout.settings.n_dims
        self.preprocessing = layout.settings.preprocessing
        self._folder = folder
        self._layout = layout
        self._sessions: dict[str, Any] = {}
        self._opening = threading.Lock()

    @cached_property
    def tokenizer(self) -> OpenVocabulary:
        """The pieces of words, read when a text is first asked for."""
        layout = self._layout
        n_tokens = layout.settings.n_tokens
        return OpenVocabulary(self._folder / PIECES, n_tokens, layout.padding, layout.clean)

    def embed_photos(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Turn photos, shape (n, size_px, size_px, 3), into unit rows, shape (n, n_dims)."""
        return self._rows(PHOTO_GRAPH, [self._normalised(pixels)])

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Turn texts into unit rows, shape (n, n_dims); rows of many texts are kept on the disk."""
        if len(texts) < _KEPT_FROM:
            return self._read(texts)
        store = FeatureStore(
            home_config.home() / "features" / f"{self.fingerprint}-texts", self.n_dims
        )
        names = [content_hash(text.encode()) for text in texts]
        new = {name: text for name, text in zip(names, texts, strict=True) if name not in store}
        if new:
            rows = self._read(list(new.values()))
            with suppress(OSError):  # where nothing can be written, the next time costs as much
                store.append(list(new), rows)
            if any(name not in store for name in new):
                return self._read(texts)
        return store.rows(names)

    def feature_places(self, pixels: NDArray[np.uint8]) -> Places:
        """Return what each patch of one photo gave, where the graph tells, or each part it lacks.

        A graph tells by another output of shape (photos, patches, n_dims), patches in rows, perhaps
        behind one that stands for the whole.
        """
        for output in self._session(PHOTO_GRAPH).get_outputs()[1:]:
            if len(output.shape) == 3 and output.shape[-1] == self.n_dims:
                return self._patches(pixels, output.name)
        return left_out(self.embed_photos, pixels, self.mean_colour)

    def _patches(self, pixels: NDArray[np.uint8], output: str) -> Places:
        session = self._session(PHOTO_GRAPH)
        (asked,) = session.get_inputs()
        given = self._normalised(pixels[None]).astype(_NUMBERS.get(asked.type, np.uint8))
        if isinstance(asked.shape[0], int):
            given = np.resize(given, (asked.shape[0], *given.shape[1:]))
        patches = np.asarray(session.run([output], {asked.name: given})[0][0], np.float32)
        side = math.isqrt(len(patches))
        patches = unit_rows(patches[len(patches) - side * side :])
        return PatchPlaces(self.embed_photos(pixels[None])[0], patches.reshape(side, side, -1))

    @property
    def mean_colour(self) -> NDArray[np.float32]:
        """What the photos it was trained on have in common, (3,), in shares of 255."""
        return self._layout.mean

    def _read(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._rows(TEXT_GRAPH, list(self.tokenizer.read(texts)))

    def _normalised(self, pixels: NDArray[np.uint8]) -> NDArray[Any]:
        """Return what the graph takes: numbers of mean 0 by channel, or the pixels themselves."""
        if self._session(PHOTO_GRAPH).get_inputs()[0].type == "tensor(uint8)":
            return pixels
        shares = pixels.astype(np.float32) / np.float32(255)
        shares = (shares - self._layout.mean) / self._layout.deviation
        return np.ascontiguousarray(shares.transpose(0, 3, 1, 2))

    def _session(self, graph: str) -> Any:
        with self._opening:
            if graph not in self._sessions:
                n_threads = home_config.n_threads()
                self._sessions[graph] = open_session(self._folder / graph, n_threads=n_threads)
            return self._sessions[graph]

    def _rows(self, graph: str, given: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """Run a graph in the batches it takes; many published ones take one photo at a time."""
        session = self._session(graph)
        inputs = session.get_inputs()
        if len(inputs) > len(given):
            names = ", ".join(each.name for each in inputs)
            raise ModelError("the model asks for more than is known here", value=names)
        ready = {
            each.name: rows.astype((_NUMBERS | _WHOLE).get(each.type, rows.dtype), copy=False)
            for each, rows in zip(inputs, _in_order(inputs, given), strict=False)
        }
        fixed = inputs[0].shape[0]
        step = fixed if isinstance(fixed, int) and fixed > 0 else _BATCH
        n_rows = len(given[0])
        parts = [
            self._run(
                session, {name: rows[start : start + step] for name, rows in ready.items()}, step
            )
            for start in range(0, n_rows, step)
        ]
        return np.concatenate(parts) if parts else np.empty((0, self.n_dims), np.float32)

    def _run(self, session: Any, batch: dict[str, NDArray[Any]], step: int) -> NDArray[np.float32]:
        n_rows = len(next(iter(batch.values())))
        if step > 1 and isinstance(session.get_inputs()[0].shape[0], int):
            batch = {name: np.resize(rows, (step, *rows.shape[1:])) for name, rows in batch.items()}
        try:
            found = session.run(None, batch)[0]
        except Exception as error:  # ONNX Runtime's own exceptions share no base but this one
            raise ModelError(
                f"the model's graph cannot be run ({str(error).splitlines()[0][:200]})",
                value=self.name,
                remedy="Get the model again, or choose another",
            ) from error
        rows = np.asarray(found, np.float32).reshape(len(found), -1)[:n_rows]
        if rows.shape[1] != self.n_dims:
            raise ModelError(
                f"the model gives rows of {rows.shape[1]} numbers and says {self.n_dims}",
                value=self.name,
                remedy="Choose another model",
            )
        return unit_rows(rows)


def _in_order(inputs: Sequence[Any], given: Sequence[NDArray[Any]]) -> Sequence[NDArray[Any]]:
    """Put the mask where the graph asks for it, should it come first."""
    if len(given) == 2 and len(inputs) == 2 and "mask" in inputs[0].name:
        return given[::-1]
    return given
