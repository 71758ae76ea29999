"""Make a map: from the rows of a collection to a folder that is kept."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.access import Role, require
from engine.durable import whole_folder
from engine.encoders import Encoder
from engine.errors import MapError, writing
from engine.locks import LockHeldError, exclusive
from engine.maps.cluster_words import telling_words, words_of
from engine.maps.map_files import DrawnMap, MapRecord, Preview
from engine.maps.map_folder import key_of, maps_folder, open_map, preview_file, sweep
from engine.maps.map_settings import MapSettings
from engine.maps.points import (
    Material,
    caption_ranks,
    centre_sides,
    fingerprint,
    gather,
    limit_points,
    marks_of,
    measure_gap,
)
from engine.memory import peak_bytes
from engine.progress import Report, Step, no_report
from engine.projection import (
    MIN_TSNE_ROWS,
    Neighbours,
    cluster_rows,
    fit_pca,
    fit_tsne,
    kept_neighbours,
    nearest_neighbours,
    trustworthiness,
)
from engine.projection.projector import n_neighbours_for
from engine.selection import even_places
from engine.storage import Collection
from engine.storage.manifest import now

_LOCK = ".writer"
# Two threads that wait for each other on a busy machine cost more than they give to a small map.
_THREADS_FROM = 10_000
_SECONDS_BETWEEN_LOOKS = 1.0
_MAX_WORDS_READ = 20_000


def make_map(
    collection: Collection,
    encoder: Encoder | None,
    settings: MapSettings,
    *,
    again: bool = False,
    limit: int | None = None,
    progress: Report = no_report,
) -> DrawnMap:
    """Return a map of a collection, made only where none is kept that is still true.

    Parameters
    ----------
    collection
        What is drawn.
    encoder
        Its model; needed where captions are drawn.
    settings
        How it is drawn.
    again
        Make it even where it is kept.
    limit
        Points at the most; by default what this machine can draw.
    progress
        Hears how far it is.

    Raises
    ------
    MapError
        There is nothing to draw, another program is making a map of this collection, or it
        cannot be written.
    """
    if settings.method != "pca" and collection.n_photos >= MIN_TSNE_ROWS:  # a moment, else work
        require(Role.EDITOR)
    kept = maps_folder(collection)
    material = fingerprint(collection, settings)
    key = key_of(material, settings)
    found = None if again else open_map(collection, key)
    if found is not None:
        return found
    making = _Making(collection, encoder, settings, kept, key, material, progress)
    try:
        with writing(MapError, "the map cannot be written", kept):
            kept.mkdir(parents=True, exist_ok=True)
            with exclusive(kept / _LOCK):
                drawn = making.run(limit)
                sweep(kept, drawn.record)
    except LockHeldError as error:
        raise MapError(
            f"another program ({error.holder}) is making a map of this collection",
            value=collection.name,
            remedy="Wait until it has finished",
        ) from error
    return drawn


class _Making:
    """One map being made."""

    def __init__(
        self,
        collection: Collection,
        encoder: Encoder | None,
        settings: MapSettings,
        kept: Path,
        key: str,
        material: str,
        progress: Report,
    ) -> None:
        self.collection = collection
        self.encoder = encoder
        self.settings = settings
        self.kept = kept
        self.key = key
        self.fingerprint = material
        self.progress = progress
        self.steps: dict[str, float] = {}
        self._began = self._last = time.perf_counter()

    def run(self, limit: int | None) -> DrawnMap:
        """Do all the work and return the map as it is kept."""
        material = gather(
            self.collection,
            self.encoder,
            self.settings,
            kept=self.kept,
            limit=limit or limit_points(),
            progress=self.progress,
        )
        if not len(material):
            raise MapError("there is nothing to draw", value=self.collection.name)
        self._lap("rows")
        embeddings = centre_sides(material) if self.settings.centred else material.embeddings
        neighbours = self._neighbours(embeddings)
        self._lap("neighbours")
        points = self._points(material, embeddings, neighbours)
        self._lap("points")
        return self._keep(self._measured(material, embeddings, neighbours, points))

    def _lap(self, step: str) -> None:
        now_ = time.perf_counter()
        self.steps[step] = round(now_ - self._last, 3)
        self._last = now_

    @property
    def _is_tsne(self) -> bool:
        return self.settings.method == "tsne"

    def _neighbours(self, embeddings: NDArray[np.float32]) -> Neighbours | None:
        n = len(embeddings)
        if n < 2:
            return None
        Step(self.progress, "finding neighbours", 0)
        k = n_neighbours_for(n, self.settings.perplexity) if self._is_tsne else min(n - 1, 10)
        return nearest_neighbours(embeddings, k, seed=self.settings.seed, n_threads=_threads(n))

    def _points(
        self, material: Material, embeddings: NDArray[np.float32], neighbours: Neighbours | None
    ) -> NDArray[np.float32]:
        if neighbours is None or len(embeddings) < MIN_TSNE_ROWS or not self._is_tsne:
            return fit_pca(embeddings)[0]
        step = Step(self.progress, "settling the map", self.settings.iterations)
        next_look = 0.0

        def watch(done: int, points: NDArray[np.float32]) -> None:
            nonlocal next_look
            step.at(done)
            if time.monotonic() >= next_look:
                shown = Preview(done, points, material.rows, material.captions)
                shown.write(preview_file(self.kept, self.key))
                next_look = time.monotonic() + _SECONDS_BETWEEN_LOOKS

        return fit_tsne(
            embeddings,
            neighbours,
            perplexity=self.settings.perplexity,
            iterations=self.settings.iterations,
            metric=self.settings.metric,
            seed=self.settings.seed,
            n_threads=_threads(len(embeddings)),
            watch=watch,
        )

    def _measured(
        self,
        material: Material,
        embeddings: NDArray[np.float32],
        neighbours: Neighbours | None,
        points: NDArray[np.float32],
    ) -> DrawnMap:
        """Measure how far the map may be believed, and name its parts."""
        step = Step(self.progress, "measuring the map", 4)
        true = neighbours.rows if neighbours else np.zeros((len(points), 0), np.int32)
        kept = kept_neighbours(points, true)
        trust = trustworthiness(embeddings, points)
        step.at(1)
        sideless = centre_sides(material) if self.settings.what == "both" else embeddings
        clusters = cluster_rows(sideless, seed=self.settings.seed)
        step.at(2)
        names = self._name_clusters(material, clusters)
        step.at(3)
        ranks = caption_ranks(self.collection, material)
        gap = measure_gap(replace(material, embeddings=embeddings))
        step.at(4)
        self._lap("measures")
        record = MapRecord(
            key=self.key,
            settings=self.settings,
            material=self.fingerprint,
            made=now(),
            n_points=len(points),
            n_photos=int(material.is_photo.sum()),
            n_left_out=material.n_left_out,
            note=self._note(material),
            seconds=round(time.perf_counter() - self._began, 3),
            steps=self.steps,
            peak_mib=round(peak_bytes() / 2**20, 1),
            kept=float(kept.mean()),
            trustworthiness=None if np.isnan(trust) else trust,
            is_exact=neighbours is None or neighbours.is_exact,
            gap=gap.to_json() if gap else None,
            clusters=names,
        )
        return DrawnMap(
            self.kept / self.key,
            record,
            points,
            material.rows,
            material.captions,
            kept,
            clusters,
            ranks,
            marks_of(material.embeddings),
        )

    def _name_clusters(self, material: Material, clusters: NDArray[np.int16]) -> list[list[str]]:
        """Name each cluster by its photos' words; of many points, an even part is read."""
        some = even_places(len(clusters), _MAX_WORDS_READ)
        photos = self.collection.catalogue.photos(np.unique(material.rows[some]))
        told = {photo.row: words_of(photo) for photo in photos}
        names = telling_words([told[row] for row in material.rows[some].tolist()], clusters[some])
        n_clusters = int(clusters.max()) + 1
        return names + [[] for _ in range(n_clusters - len(names))]

    def _note(self, material: Material) -> str:
        notes = [material.why] if material.why else []
        if self._is_tsne and len(material) < MIN_TSNE_ROWS:
            notes.append(f"t-SNE needs {MIN_TSNE_ROWS} points: drawn by PCA instead")
        return ". ".join(notes)

    def _keep(self, drawn: DrawnMap) -> DrawnMap:
        """Write the map whole, or not at all."""
        with whole_folder(self.kept / self.key, replace=True) as beside:
            drawn.save(beside)
        return replace(drawn, folder=self.kept / self.key)


def _threads(n_points: int) -> int:
    return (os.cpu_count() or 1) if n_points >= _THREADS_FROM else 1
