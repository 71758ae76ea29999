"""Which photo a table means when it says ``15970``, ``15970.JPG`` or ``/shop/images/15970.jpg``."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote

_CAPTION_NUMBER = re.compile(r"#\d+$")
_WHOLE_NUMBER = re.compile(r"(\d+)\.0+")
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
        for form in _forms(name.replace("\\", "/")):
            if found := self._find(form, table_folder):
                return found
        return []

    def has(self, name: str) -> bool:
        """Return whether a name fits any photo."""
        return bool(self.find(name))

    def _find(self, name: str, table_folder: str) -> list[str]:
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


def _forms(name: str) -> Iterator[str]:
    """Yield a name as it stands, and then without what tables add to names."""
    # A caption's number (`7.jpg#2`); an address's host, folders, query (`?v=16`) and escapes; and
    # the decimals of an id that a spreadsheet took for a number (`12369.0`).
    yield name
    bare = _CAPTION_NUMBER.sub("", name)
    is_address = "://" in bare
    if is_address or "?" in bare:
        bare = bare.split("?", 1)[0].split("#", 1)[0]
    if "%" in bare:
        bare = unquote(bare)
    bare = whole_number(posixpath.basename(bare) if is_address else bare)
    if bare and bare != name:
        yield bare


def whole_number(text: str) -> str:
    """Return a whole number without decimals that say nothing; any other text as it is.

    Examples
    --------
    >>> [whole_number(text) for text in ("12369.0", "12369.50", "B07.0")]
    ['12369', '12369.50', 'B07.0']
    """
    found = _WHOLE_NUMBER.fullmatch(text)
    return found[1] if found else text


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
