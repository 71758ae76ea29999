"""Views of maps that a person has named: kept beside the maps, so a rebuild keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from engine.access import Role, require
from engine.durable import read_json, write_json
from engine.errors import MapError, writing
from engine.locks import LockHeldError, exclusive
from engine.maps.map_folder import maps_folder
from engine.storage import Collection

FILE, _LOCK = "views.json", ".views"
FORMAT = 1
MAX_NAME_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class SavedView:
    """One view.

    Parameters
    ----------
    name
        What its maker calls it; another view of that name is replaced.
    parameters
        Everything that a link to it holds.
    photo_ids
        The photos chosen on it.
    """

    name: str
    parameters: Mapping[str, str | list[str]]
    photo_ids: Sequence[str] = ()


def list_views(collection: Collection) -> list[SavedView]:
    """Return the views saved with a collection, in the order of their names.

    Raises
    ------
    MapError
        The file that keeps them is damaged.
    """
    file = maps_folder(collection) / FILE
    try:
        entries = read_json(file)["views"]
        found = [
            SavedView(str(each["name"]), dict(each["parameters"]), list(each["photo_ids"]))
            for each in entries
        ]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MapError(
            f"the saved views cannot be read ({error})",
            value=file,
            remedy="Restore that file, or remove it to go on without them",
        ) from error
    return sorted(found, key=lambda view: view.name.casefold())


def save_view(collection: Collection, view: SavedView) -> None:
    """Keep a view under its name.

    Raises
    ------
    MapError
        The name is empty or too long, or the view cannot be written.
    """
    require(Role.EDITOR)
    if not 0 < len(view.name.strip()) <= MAX_NAME_CHARACTERS:
        raise MapError(
            "a view needs a name",
            value=view.name,
            remedy=f"Type 1 to {MAX_NAME_CHARACTERS} letters",
        )
    with _writing(collection):
        others = [each for each in list_views(collection) if each.name != view.name]
        _write(collection, [*others, view])


def remove_view(collection: Collection, name: str) -> None:
    """Let go of a view; one that is not there is no error."""
    require(Role.EDITOR)
    with _writing(collection):
        _write(collection, [each for each in list_views(collection) if each.name != name])


@contextmanager
def _writing(collection: Collection) -> Iterator[None]:
    folder = maps_folder(collection)
    try:
        with writing(MapError, "the view cannot be saved", folder):
            folder.mkdir(parents=True, exist_ok=True)
            with exclusive(folder / _LOCK):
                yield
    except LockHeldError as error:
        raise MapError(
            f"another program ({error.holder}) is saving a view",
            value=collection.name,
            remedy="Try again",
        ) from error


def _write(collection: Collection, views: Sequence[SavedView]) -> None:
    told: dict[str, Any] = {"format": FORMAT, "views": [asdict(view) for view in views]}
    write_json(maps_folder(collection) / FILE, told)
