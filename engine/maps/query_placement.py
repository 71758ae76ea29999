"""A query on a finished map: where it lands, and which points are truly nearest to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.encoders import Encoder
from engine.maps.map_files import DrawnMap
from engine.maps.map_folder import maps_folder
from engine.maps.points import Material, centre_sides, embed_captions
from engine.progress import no_report
from engine.projection import MIN_TSNE_ROWS, Placer, fit_pca
from engine.selection import top_k
from engine.storage import Collection


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a query belongs.

    Parameters
    ----------
    point
        (x, y) on the map.
    nearest
        The points truly nearest to it, photos where the map has any, the nearest first.
    similarities
        Cosine of every point of the map and the query, float32 (n,).
    """

    point: tuple[float, float]
    nearest: list[int]
    similarities: NDArray[np.float32]


class LandingGround:
    """The rows behind a finished map, ready to place any number of queries on it.

    Parameters
    ----------
    collection
        The map's.
    encoder
        Its model; needed where captions are points.
    drawn
        The map.
    """

    def __init__(self, collection: Collection, encoder: Encoder | None, drawn: DrawnMap) -> None:
        self._drawn = drawn
        self.embeddings = rows_of(collection, encoder, drawn)
        material = Material(drawn.rows, drawn.captions, self.embeddings)
        settings = drawn.record.settings
        self._is_photo = material.is_photo
        drawn_from = centre_sides(material) if settings.centred else self.embeddings
        self._means = np.stack([self._mean_of(side) for side in (self._is_photo, ~self._is_photo)])
        self._is_pca = settings.method == "pca" or len(material) < MIN_TSNE_ROWS
        if self._is_pca:
            self._axes = fit_pca(drawn_from)[1]
        else:
            self._placer = Placer(drawn_from, drawn.points, metric=settings.metric)

    def land(self, query: NDArray[np.float32], *, is_text: bool, n_nearest: int = 9) -> Landing:
        """Place a query.

        Parameters
        ----------
        query
            (n_dims,), of unit length, as the model made it.
        is_text
            Whether it came from words: a centred map takes that side's mean away.
        n_nearest
            How many points to join it to.
        """
        similarities = self.embeddings @ query
        moved = query
        if self._drawn.record.settings.centred:
            moved = query - self._means[int(is_text)]
            moved = moved / np.float32(max(float(np.linalg.norm(moved)), 1e-6))
        if self._is_pca:
            point = (moved - self._axes[0]) @ self._axes[1:].T
        else:
            point = self._placer.place(moved[None])[0][0]
        candidates = np.flatnonzero(self._is_photo if self._is_photo.any() else ~self._is_photo)
        order = top_k(similarities[candidates], n_nearest)
        return Landing((float(point[0]), float(point[1])), candidates[order].tolist(), similarities)

    def _mean_of(self, side: NDArray[np.bool_]) -> NDArray[np.float32]:
        # A map of one side centres queries of the other by the only mean it knows.
        chosen = side if side.any() else ~side
        return np.asarray(self.embeddings[chosen].mean(axis=0), np.float32)


def rows_of(
    collection: Collection, encoder: Encoder | None, drawn: DrawnMap
) -> NDArray[np.float32]:
    """Return the unit row behind each point of a map, as the model made it."""
    is_photo = drawn.is_photo
    parts = [np.asarray(collection.embeddings[drawn.rows[is_photo]], np.float32)]
    if not is_photo.all():
        rows = drawn.rows[~is_photo]
        photos = {
            photo.row: photo.captions for photo in collection.catalogue.photos(np.unique(rows))
        }
        numbers = drawn.captions[~is_photo].tolist()
        texts = [photos[row][i] for row, i in zip(rows.tolist(), numbers, strict=True)]
        parts.append(embed_captions(texts, encoder, maps_folder(collection), no_report))
    return np.concatenate(parts)
