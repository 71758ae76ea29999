"""A finished map of photos that have changed since: still shown, and the new ones placed on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.encoders import Encoder
from engine.maps.map_files import DrawnMap
from engine.maps.map_folder import list_maps, maps_folder, open_map
from engine.maps.map_settings import MapSettings
from engine.maps.points import Material, centre_sides, gather, limit_points, marks_of
from engine.progress import no_report
from engine.projection import Placer, kept_of_placed
from engine.storage import Collection

# With more new points than this for each old one, the older map says little of the collection.
MOST_NEW = 0.5


def find_older(
    collection: Collection, encoder: Encoder | None, settings: MapSettings
) -> DrawnMap | None:
    """Return a t-SNE map of these settings, of the collection as it was, with what is new on it.

    A point stays where it is while its embedding is the same, whatever its row is now; photos
    that are no more are left out, and new ones are placed beside those they are nearest to.

    Parameters
    ----------
    collection
        As it is now.
    encoder
        Its model; needed where captions are drawn.
    settings
        Of the map.

    Returns
    -------
    DrawnMap or None
        Its record says how many points were placed, and how many are gone. None where no such
        map is kept, or less than two thirds of the points are on it.
    """
    older = _kept(collection, settings)
    if older is None:
        return None
    material = gather(
        collection,
        encoder,
        settings,
        kept=maps_folder(collection),
        limit=limit_points(),
        progress=no_report,
    )
    at = matched(
        _keys(marks_of(material.embeddings), material.is_photo), _keys(older.marks, older.is_photo)
    )
    is_new = at < 0
    if is_new.sum() > MOST_NEW * (~is_new).sum():
        return None
    return _carried(older, material, at, f"{older.record.key}+{collection.fingerprint[:8]}")


def _kept(collection: Collection, settings: MapSettings) -> DrawnMap | None:
    if settings.method != "tsne":
        return None
    essence = settings.essence()
    for record in list_maps(collection):
        if record.settings.essence() == essence:
            return open_map(collection, record.key)
    return None


def _keys(marks: NDArray[np.uint64], is_photo: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Tell a photo from a caption that happens to lie at the same place."""
    return np.where(is_photo, marks, ~marks)


def matched(wanted: NDArray[np.uint64], known: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return where each wanted key is known; equal ones in turn; −1 for one that is not.

    Examples
    --------
    >>> matched(np.array([7, 7, 7, 2], "uint64"), np.array([2, 7, 5, 7], "uint64")).tolist()
    [1, 3, -1, 0]
    """
    place = {key: at for at, key in enumerate(_in_turn(known))}
    return np.array([place.get(key, -1) for key in _in_turn(wanted)], np.int64)


def _in_turn(keys: NDArray[np.uint64]) -> list[tuple[int, int]]:
    """Return each key with the number of equal ones before it."""
    order = np.argsort(keys, kind="stable")
    is_first = np.r_[True, np.diff(keys[order]) != 0][: len(keys)]
    starts = np.maximum.accumulate(np.where(is_first, np.arange(len(keys)), 0))
    turns = np.empty(len(keys), np.int64)
    turns[order] = np.arange(len(keys)) - starts
    return list(zip(keys.tolist(), turns.tolist(), strict=True))


def _carried(older: DrawnMap, material: Material, at: NDArray[np.int64], key: str) -> DrawnMap:
    """Return the older map with the points of now."""
    is_new = at < 0
    fields = {
        name: getattr(older, name)[at].copy() for name in ("points", "kept", "clusters", "ranks")
    }
    if is_new.any():
        settings = older.record.settings
        rows = centre_sides(material) if settings.centred else material.embeddings
        placer = Placer(rows[~is_new], fields["points"][~is_new], metric=settings.metric)
        points, nearest = placer.place(rows[is_new])
        fields["points"][is_new] = points
        fields["clusters"][is_new] = fields["clusters"][~is_new][nearest[:, 0]]
        fields["kept"][is_new] = kept_of_placed(fields["points"][~is_new], points, nearest)
        fields["ranks"][is_new] = np.nan
    record = replace(
        older.record,
        key=key,
        n_points=len(material),
        n_photos=int(material.is_photo.sum()),
        n_placed=int(is_new.sum()),
        n_gone=len(older.rows) - int((~is_new).sum()),
    )
    return replace(
        older,
        record=record,
        rows=material.rows,
        captions=material.captions,
        marks=marks_of(material.embeddings),
        **fields,
    )
