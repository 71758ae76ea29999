"""One finished map as files: written whole, checked when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.durable import from_record, read_arrays, read_record, write_arrays, write_json
from engine.errors import MapError
from engine.maps.map_settings import MapSettings

FORMAT = 2
KIND = "kindred map"
RECORD = "map.json"
MAX_POINTS = 10_000_000

# name: (type, numbers per point)
ARRAYS: Mapping[str, tuple[type[np.generic], int]] = {
    "points": (np.float32, 2),
    "rows": (np.int32, 1),
    "captions": (np.int16, 1),
    "kept": (np.float32, 1),
    "clusters": (np.int16, 1),
    "ranks": (np.float32, 1),
    "marks": (np.uint64, 1),
}


@dataclass(frozen=True, slots=True)
class MapRecord:
    """What a map says about itself.

    Parameters
    ----------
    key
        Its name: made of all it depends on.
    settings
        As they were asked for; `note` says where they could not be kept.
    material
        Fingerprint of the rows it was drawn from.
    made
        ISO 8601 in UTC.
    n_points, n_photos
        Points in all, and those that are photos; the others are captions.
    n_left_out, note
        Points the machine could not draw, and what else a person should know.
    seconds, steps
        Time in all, and of each step.
    peak_mib
        The most memory the program that made it ever had, in MiB.
    kept
        Mean share of a point's ten true neighbours that are among its ten nearest on the map.
    trustworthiness
        See `engine.projection.trustworthiness`; None for fewer than four points.
    is_exact
        Whether the true neighbours were found exactly.
    gap
        See `engine.maps.points.Gap`; None where the map has one side.
    clusters
        The telling words of each cluster.
    n_placed, n_gone
        Of a map of earlier photos: points placed on it since, and those that are no more.
    """

    key: str
    settings: MapSettings
    material: str
    made: str
    n_points: int
    n_photos: int
    n_left_out: int
    note: str
    seconds: float
    steps: Mapping[str, float]
    peak_mib: float
    kept: float
    trustworthiness: float | None
    is_exact: bool
    gap: Mapping[str, float] | None
    clusters: list[list[str]]
    n_placed: int = 0
    n_gone: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return {"kind": KIND, "format": FORMAT, **asdict(self)}

    @classmethod
    def read(cls, folder: Path) -> MapRecord:
        """Read the record in a map's folder.

        Raises
        ------
        MapError
            It is missing, no record of a map, or a newer Kindred wrote it.
        """
        try:
            value = read_record(folder / RECORD, FORMAT, refuse=MapError, version="format")
            if value["kind"] != KIND:
                raise ValueError("a record of another kind")
            settings = MapSettings.from_json(value["settings"])
            record = from_record(cls, {**value, "settings": settings})
            if value["format"] == 1 and settings.centred:
                record = replace(record, gap=None)  # of the sides before they were centred
            if not 0 <= record.n_photos <= record.n_points <= MAX_POINTS:
                raise ValueError("counts that cannot be")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise unreadable(folder, error) from error
        return record


@dataclass(frozen=True, slots=True)
class DrawnMap:
    """A finished map.

    Parameters
    ----------
    folder
        Where it is kept.
    record
        What it says about itself.
    points
        float32 (n, 2).
    rows, captions
        The collection's row of each point, and which caption of that photo; −1 for the photo.
    kept
        float32 (n,): share of the ten true neighbours kept, 0 to 1.
    clusters
        int16 (n,), from 0; their words are in the record.
    ranks
        float32 (n,): a caption's rank of its own photo, from 1; nan for photos.
    marks
        uint64 (n,): tells each point's embedding from others (see `engine.maps.points`).
    """

    folder: Path
    record: MapRecord
    points: NDArray[np.float32]
    rows: NDArray[np.int32]
    captions: NDArray[np.int16]
    kept: NDArray[np.float32]
    clusters: NDArray[np.int16]
    ranks: NDArray[np.float32]
    marks: NDArray[np.uint64]

    def save(self, folder: Path) -> None:
        """Write the map into an empty folder."""
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        write_json(folder / RECORD, self.record.to_json())

    @classmethod
    def open(cls, folder: Path) -> DrawnMap:
        """Read a map's folder.

        Raises
        ------
        MapError
            When it is damaged.
        """
        record = MapRecord.read(folder)
        try:
            arrays = {name: _array(folder, name, record.n_points) for name in ARRAYS}
        except (OSError, ValueError, EOFError) as error:
            raise unreadable(folder, error) from error
        return cls(folder, record, **arrays)

    @property
    def is_photo(self) -> NDArray[np.bool_]:
        """Which points are photos."""
        return self.captions < 0

    def kept_by(self, groups: NDArray[np.integer], n_groups: int) -> NDArray[np.float64]:
        """Return the mean share of kept neighbours of each group; nan for an empty one."""
        inside = groups >= 0
        sums = np.bincount(groups[inside], self.kept[inside], minlength=n_groups)
        sizes = np.bincount(groups[inside], minlength=n_groups)
        return np.divide(sums, sizes, out=np.full(n_groups, np.nan), where=sizes > 0)


@dataclass(frozen=True, slots=True)
class Preview:
    """A map that is still settling: where each point is after so many steps."""

    step: int
    points: NDArray[np.float32]
    rows: NDArray[np.int32]
    captions: NDArray[np.int16]

    def write(self, path: Path) -> None:
        """Write the preview into a file."""
        arrays = {each.name: np.asarray(getattr(self, each.name)) for each in fields(self)}
        write_arrays(path, arrays)

    @classmethod
    def read(cls, path: Path) -> Preview | None:
        """Read a preview's file; None where there is none."""
        found = read_arrays(path)
        if found is None or found.keys() != {each.name for each in fields(cls)}:
            return None
        return cls(**{**found, "step": int(found["step"])})


def unreadable(folder: Path, error: Exception) -> MapError:
    """Return the error that says a map cannot be read."""
    return MapError(f"the map cannot be read ({error})", value=folder, remedy="Make it again")


def _array(folder: Path, name: str, n_points: int) -> Any:
    kind, width = ARRAYS[name]
    if name == "marks" and not (folder / "marks.npy").exists():
        return np.zeros(n_points, kind)  # a map of format 1 knows its points by their rows alone
    shape = (n_points,) if width == 1 else (n_points, width)
    found = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
    if found.shape != shape or found.dtype != kind:
        raise ValueError(f"{name} is {found.dtype} {found.shape} instead of {kind} {shape}")
    return np.array(found)
