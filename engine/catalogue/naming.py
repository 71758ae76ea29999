"""Which photo a table means when it says ``15970``, ``15970.JPG`` or ``/shop/images/15970.jpg``."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

_CLIMBING = re.compile(r"^(?:[A-Za-z]:)?(?:\.{0,2}/)+")


class PhotoNames:
    r"""The photos of a folder, found by whatever a table calls them.

    Parameters
    ----------
    paths
        POSIX paths relative to the folder.

    Examples
    --------
    >>> names = PhotoNames(["images/15970.jpg", "images/7.png"])
    >>> names.find("15970"), names.find(r"C:\shop\images\7.PNG"), names.find("shoes/7.png")
    (['images/15970.jpg'], ['images/7.png'], [])
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = set(paths)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for path in self._paths:
            self._by_stem[_stem(posixpath.basename(path)).casefold()].append(path)

    def find(self, name: str, table_folder: str = "") -> list[str]:
        """Return the photos that a name fits best; several, when it is ambiguous.

        Parameters
        ----------
        name
            A path or a file's name, with or without extension. Folders in it must agree with the
            photo's as far as both go; capitals count only between photos that differ in nothing
            else.
        table_folder
            Where the table lies, relative to the folder: names may be meant from there.
        """
        name = name.replace("\\", "/")
        if name in self._paths:
            return [name]
        if table_folder:
            path = posixpath.normpath(posixpath.join(table_folder, name))
            if path in self._paths:
                return [path]
        name = _CLIMBING.sub("", name)
        candidates = self._candidates(posixpath.basename(name))
        agreements = {path: _agreement(name, path) for path in candidates}
        best = min(agreements.values(), default=_NOT_AT_ALL)
        return sorted(path for path in agreements if agreements[path] == best < _NOT_AT_ALL)

    def _candidates(self, basename: str) -> Sequence[str]:
        folded = basename.casefold()
        whole = self._by_stem.get(folded, ())
        shorter = self._by_stem.get(_stem(folded), ()) if _stem(folded) != folded else ()
        return [*whole, *shorter]


def _stem(path: str) -> str:
    return posixpath.splitext(path)[0]


_NOT_AT_ALL = 4


def _agreement(name: str, path: str) -> int:
    """Return how a name means a path: 0 as it is, 1 less its extension, 2 and 3 in other case."""
    folded_name, folded_path = name.casefold(), path.casefold()
    pairs = (
        (name, path),
        (name, _stem(path)),
        (folded_name, folded_path),
        (folded_name, _stem(folded_path)),
    )
    return next((rank for rank, pair in enumerate(pairs) if _same_end(*pair)), _NOT_AT_ALL)


def _same_end(one: str, other: str) -> bool:
    return one == other or one.endswith(f"/{other}") or other.endswith(f"/{one}")
