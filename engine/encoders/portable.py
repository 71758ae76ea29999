"""The portable copy of a model: ONNX files that answer without Keras or TensorFlow.

ONNX Runtime loads in a third of a second where TensorFlow takes several, and answers one photo in
half the time; so whatever only answers queries or embeds photos comes through here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.config import n_threads
from engine.encoders import Encoder
from engine.encoders import model_folder as files
from engine.encoders.model_folder import ModelManifest
from engine.encoders.photo_batches import in_batches
from engine.encoders.places import LeftOutPlaces, Places, PortablePlaces, left_out, no_places
from engine.encoders.session import open_session
from engine.encoders.weightless import PooledPlaces, open_weightless
from engine.errors import ModelError
from engine.text import Tokenizer

if TYPE_CHECKING:
    import keras

# Arrays below this stay in full precision: biases and statistics are small and sensitive.
_HALVED_FROM = 4096


class PortableEncoder:
    """A model folder answered by ONNX Runtime, behind the `Encoder` protocol.

    Parameters
    ----------
    folder
        A model folder whose manifest names the portable files.
    manifest
        What `read_manifest` returned for it.
    """

    runtime = "onnx"

    def __init__(self, folder: Path, manifest: ModelManifest) -> None:
        self.name = manifest.name
        self.fingerprint = manifest.fingerprint
        self.n_dims = manifest.settings.n_dims
        self.preprocessing = manifest.settings.preprocessing
        self.tokenizer: Tokenizer | None = files.read_tokenizer(folder, manifest)
        self._folder = folder
        self._manifest = manifest
        # One text is too little work to share between threads.
        has_text = self.tokenizer is not None
        self._texts = open_session(folder / files.TEXT_ONNX, n_threads=1) if has_text else None

    def embed_photos(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Turn photos, shape (n, size_px, size_px, 3), into unit rows, shape (n, n_dims)."""
        return self._in_batches(self._photos, pixels)

    def embed_features(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turn ready features, shape (n, n_features), into unit rows: a head takes such."""
        return self._in_batches(self._photos, features)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Turn texts into unit rows, shape (n, n_dims).

        Raises
        ------
        ModelError
            The model has no text side.
        """
        if self.tokenizer is None:
            raise files.no_text_side(self.name)
        return self._in_batches(self._texts, self.tokenizer.encode(texts))

    def feature_places(self, pixels: NDArray[np.uint8]) -> Places:
        """Return which place of one photo gave which feature (see `engine.encoders.places`)."""
        return self._places.of(pixels)

    @cached_property
    def _places(self) -> PortablePlaces | PooledPlaces:
        path = self._folder / files.PHOTO_ONNX
        if self._manifest.package:
            return PooledPlaces(path, self._manifest)
        if not self._manifest.settings.tells_places:
            raise no_places(self.name)
        return PortablePlaces(path)

    @cached_property
    def _photos(self) -> Any:
        """The photo side, opened when first asked: words never wait for it."""
        path = self._folder / files.PHOTO_ONNX
        if self._manifest.package:
            return open_weightless(path, self._manifest)
        return open_session(path, n_threads=n_threads())

    def _in_batches(self, session: Any, rows: NDArray[Any]) -> NDArray[np.float32]:
        name = session.get_inputs()[0].name
        return in_batches(lambda batch: session.run(None, {name: batch})[0], rows, self.n_dims)


def load_reconstruction(
    folder: Path,
) -> Callable[[NDArray[np.uint8]], NDArray[np.uint8]] | None:
    """Return the function that draws photos again, or None where the model is no autoencoder.

    Returns
    -------
    callable or None
        Takes and gives uint8 pixels, shape (n, size_px, size_px, 3).
    """
    path = folder / files.RECONSTRUCTION
    if not path.is_file():
        return None
    session = open_session(path, n_threads=n_threads())
    name = session.get_inputs()[0].name

    def draw(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.rint(session.run(None, {name: pixels})[0] * 255).astype(np.uint8)

    return draw


def export(tower: keras.Model, path: Path) -> None:
    """Write a tower as an ONNX file with its large weights in half precision.

    They are cast back when the file is loaded, so computing stays in full precision; only the file
    halves. Embeddings of both copies agree to about 1e-3.

    Raises
    ------
    ModelError
        The tower cannot be converted.
    """
    import onnx

    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "tower.onnx"
        try:
            # Keras exports only a model that has been called.
            tower(np.zeros((1, *tower.input.shape[1:]), tower.input.dtype), training=False)
            tower.export(whole, format="onnx", verbose=False)
        except Exception as error:  # tf2onnx raises many kinds, all meaning the same to a caller.
            raise ModelError(
                "the model has no portable form", value=tower.name, remedy=str(error)
            ) from error
        graph_file = onnx.load(whole)
    halve(graph_file.graph)
    onnx.save(graph_file, path)


def halve(graph: Any) -> None:
    """Store every large float weight of a graph as float16, cast back for whoever reads it."""
    from onnx import TensorProto, helper, numpy_helper

    casts = []
    for tensor in graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype != np.float32 or array.size < _HALVED_FROM:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(array.astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


class StackedEncoder:
    """Photos go through the published model and then the head; texts are the head's own.

    Parameters
    ----------
    folder, manifest
        Of the head.
    base
        The published model.
    """

    def __init__(self, folder: Path, manifest: ModelManifest, base: Encoder) -> None:
        self._base = base
        self.runtime = base.runtime
        self._head = PortableEncoder(folder, manifest)
        self.name = manifest.name
        self.fingerprint = manifest.fingerprint
        self.n_dims = self._head.n_dims
        self.preprocessing = self._base.preprocessing
        self.tokenizer = self._head.tokenizer

    def embed_photos(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Turn photos, shape (n, size_px, size_px, 3), into unit rows, shape (n, n_dims)."""
        return self._head.embed_features(self._base.embed_photos(pixels))

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Turn texts into unit rows, shape (n, n_dims)."""
        return self._head.embed_texts(texts)

    def feature_places(self, pixels: NDArray[np.uint8]) -> LeftOutPlaces:
        """Return what one photo's row is without each of its parts."""
        colour = self._base.mean_colour  # type: ignore[attr-defined]  # published ones have it
        return left_out(self.embed_photos, pixels, colour)
