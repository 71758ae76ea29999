"""One space for all members of `kindred-everyday`, and ImageNet's names as vectors in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from tools.everyday_heads import N_FEATURES

N_COMMON, N_NAMED = 256, 95  # widths of both parts of an embedding; one number more tells hubs
NAMED_SCALE = 0.4  # of the named part beside the learned one
# How near a photo is to these texts, softly at most, counts half against it (as in CSLS).
N_HUB_TEXTS, HUB_TEMPERATURE, HUB_SHARE = 4000, 0.05, 0.5
HUB_SCALE = 2.0  # of the number in photos: large there, small in texts, so that both keep cosines

Tokens = Callable[[Sequence[str]], NDArray[np.int32]]


def residual(arrays: dict[str, Any], name: str, x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Answer as `tools.everyday_heads.Residual` does, in NumPy: unit rows."""
    hidden = x @ arrays[f"{name}.hidden.kernel"] + arrays[f"{name}.hidden.bias"]
    hidden = ops.convert_to_numpy(keras.activations.gelu(hidden, approximate=False))
    rows = x @ arrays[f"{name}.direct.kernel"] + arrays[f"{name}.direct.bias"]
    rows += hidden @ arrays[f"{name}.out.kernel"]
    return unit(rows)


def unit(rows: NDArray[Any]) -> NDArray[np.float32]:
    """Return rows of length one."""
    return (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def pooled(arrays: dict[str, Any], tokens: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return the weighted mean of each text's pieces."""
    loud = np.exp(arrays["text.weight"].astype(np.float64))[tokens] * (tokens > 0)
    share = (loud / np.maximum(loud.sum(axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return np.einsum("nt,ntw->nw", share, arrays["text.table"][tokens])


def photo_rows(arrays: dict[str, Any], features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return one member's rows of photos."""
    x = (features - arrays["photo.mean"]) / arrays["photo.deviation"]
    brief = x[:, N_FEATURES:] @ arrays["stages.kernel"] + arrays["stages.bias"]
    return residual(arrays, "photo", np.concatenate([x[:, :N_FEATURES], brief], axis=1))


def text_rows(members: Sequence[dict[str, Any]], tokens: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return the members' rows of texts side by side."""
    return np.concatenate([residual(each, "text", pooled(each, tokens)) for each in members], 1)


def hubness(photos: NDArray[np.float32], texts: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how near each photo is to the texts it is nearest to: a soft maximum.

    Examples
    --------
    >>> hubness(np.array([[1.0, 0.0]]), np.array([[1.0, 0.0], [1.0, 0.0]])).round(3).tolist()
    [1.0]
    """
    nearest = np.exp(photos @ texts.T / HUB_TEMPERATURE).mean(axis=1)
    return HUB_TEMPERATURE * np.log(nearest)


def shared_arrays(
    members: Sequence[dict[str, Any]],
    tokens_of: Tokens,
    features: NDArray[np.float32],
    captions: NDArray[np.int32],
    others: NDArray[np.int32],
    classes: Sequence[tuple[list[str], list[str]]],
) -> dict[str, NDArray[Any]]:
    """Return what the members have in common: one space for all, and ImageNet's names in it.

    Parameters
    ----------
    members
        What each learned.
    tokens_of
        Texts to sub-words.
    features, captions
        Of photos, and the sub-words of a caption of each: the common space is found from them
        (principal components of the members' rows side by side, not centred, so that cosines
        stay).
    others
        Sub-words of captions of no photo here: hubs are told by how near photos are to them.
    classes
        Names and wider terms of each of ImageNet's classes.
    """
    photos = np.concatenate([photo_rows(each, features) for each in members], axis=1)
    projection = components(np.concatenate([photos, text_rows(members, captions)]), N_COMMON)
    hub_texts = unit(text_rows(members, others[:N_HUB_TEXTS]) @ projection)
    scales = np.array([1, NAMED_SCALE], np.float32)
    against = HUB_SHARE * float(np.square(scales).sum())

    def sentences(tokens: NDArray[np.int32]) -> NDArray[np.float32]:
        return sum(residual(each, "sentence", pooled(each, tokens)) for each in members)  # type: ignore[return-value]

    named = np.stack(
        [
            sentences(tokens_of(names)).mean(axis=0)
            + (sentences(tokens_of(wider)).mean(axis=0) / 2 if wider else 0)
            for names, wider in classes
        ]
    )
    table = unit(named - named.mean(axis=0) / 2)
    narrow = components(np.concatenate([table, unit(sentences(captions))]), N_NAMED)
    return {
        "projection": projection,
        "names": (table @ narrow).astype(np.float32),
        "sentence.projection": narrow,
        "scales": scales,
        "hub.texts": hub_texts,
        "hub.temperature": np.array(HUB_TEMPERATURE),
        "hub.level": hubness(unit(photos @ projection), hub_texts).mean(),
        "hub.scales": np.array([HUB_SCALE, against / HUB_SCALE], np.float32),
        "n_tokens": np.array(captions.shape[1]),
    }


def components(rows: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    """Return the directions in which rows are largest, (width, n)."""
    _, directions = np.linalg.eigh(rows.T @ rows)
    return np.ascontiguousarray(directions[:, ::-1][:, :n]).astype(np.float32)
