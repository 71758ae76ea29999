"""Which files beside a photo tell of it alone: XMP of editors, text, and Google Takeout's JSON.

Takeout cuts the names of its JSON files after 46 characters, puts the number of a second photo of
one name in another place (``a(1).jpg``, ``a.jpg(1).json``), and has one file for a photo and what
was edited of it (``a-edited.jpg``).
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

_MORE = "supplemental-metadata"
_MAX_JSON, _MAX_PHOTO = (
    46,
    47,
)  # characters of a name, without ``.json``; of a photo's, with its ending
_NUMBERED = re.compile(r"(.+)\((\d+)\)(\.[^.]*)?")
# What Takeout calls an edited photo, by the language of its owner.
_EDITED = re.compile(
    "(.+)-(?:edited|effects|smile|mix|collage|animation|bearbeitet|bewerkt|edytowane|editado"
    "|ha editado|editada|editat|modifié|modificato|redigerad|編集済み|已编辑|已修改)"
)
_CUT_EDITED = re.compile("(.+)-(?:e|ed|edi|edit|edite)")
# These names promise a table of many photos, even where a photo is called so as well.
_TABLES = {"captions", "dataset", "results", "labels", "annotations", "metadata", "readme"}

Key = tuple[str, str]  # a name without ``.json``, and the number behind it


def find_sidecars(photos: Iterable[str], beside: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the files about each photo that has any, by the photo's path.

    Parameters
    ----------
    photos, beside
        POSIX paths relative to one folder: photos, and XMP, text or JSON that may tell of one.

    Examples
    --------
    >>> photos = ["a.jpg", "a(1).jpg", "a-edited.jpg"]
    >>> find_sidecars(photos, ["a.jpg(1).json", "a.jpg.supplemental-metada.json", "a.xmp"])
    {'a.jpg': ('a.xmp', 'a.jpg.supplemental-metada.json'),
     'a(1).jpg': ('a.jpg(1).json',), 'a-edited.jpg': ('a.jpg.supplemental-metada.json',)}
    """
    folders: dict[str, _Folder] = defaultdict(_Folder)
    for path in beside:
        folder, name = posixpath.split(path)
        folders[folder].add(name)
    found = {}
    for path in photos if folders else ():
        folder, name = posixpath.split(path)
        if folder in folders and (names := folders[folder].about(name)):
            found[path] = tuple(posixpath.join(folder, each) for each in names)
    return found


class _Folder:
    """The files of one folder that may tell of its photos."""

    def __init__(self) -> None:
        self._plain: dict[Key, str] = {}  # by ending and stem
        self._takeout: dict[Key, str] = {}
        self._by_stem: dict[Key, str] = {}

    def add(self, name: str) -> None:
        stem, suffix = posixpath.splitext(_alike(name))
        if stem in _TABLES:
            return
        self._plain.setdefault((suffix, stem), name)
        if suffix == ".json":
            self._add_takeout(stem, name)

    def _add_takeout(self, stem: str, name: str) -> None:
        base, number = _numbered(stem)
        self._takeout.setdefault((base, number), name)
        whole, dot, rest = base.rpartition(".")
        if dot and _MORE.startswith(rest):
            self._takeout.setdefault((whole, number), name)
            base = whole
        self._by_stem.setdefault((posixpath.splitext(base)[0], number), name)
        for n_characters in (_MAX_PHOTO - 4, _MAX_PHOTO - 5) if len(stem) >= _MAX_JSON else ():
            self._by_stem.setdefault((base[:n_characters], number), name)

    def about(self, photo: str) -> list[str]:
        """Return the names of the files that tell of a photo."""
        name = _alike(photo)
        stem = posixpath.splitext(name)[0]
        found = [
            self._plain[suffix, each]
            for suffix in (".xmp", ".txt")
            for each in (name, stem)
            if (suffix, each) in self._plain
        ]
        takeout = next((self._takeout[key] for key in _keys(name) if key in self._takeout), None)
        takeout = takeout or self._plain.get((".json", stem)) or self._by_stem.get(_stem_key(name))
        return [*found, takeout] if takeout else found


def _alike(name: str) -> str:
    """Return a name as it is compared: capitals and the way of writing accents do not count."""
    return name.lower() if name.isascii() else unicodedata.normalize("NFC", name).casefold()


def _numbered(name: str) -> Key:
    """Split ``a(1).jpg`` into ``a.jpg`` and its number."""
    found = _NUMBERED.fullmatch(name)
    return (found[1] + (found[3] or ""), found[2]) if found else (name, "")


def _keys(name: str) -> Iterator[Key]:
    """Yield what a photo's JSON may be called, the surest first."""
    forms = [(name, "")]
    if "(" in name:
        forms.append(_numbered(name))
    forms += [(original, number) for form, number in forms if (original := _unedited(form))]
    for form, number in forms:
        yield form, number
        if len(form) + len(_MORE) >= _MAX_JSON - len(number):
            for most in (_MAX_JSON, _MAX_JSON - len(f"({number})")):
                yield f"{form}.{_MORE}"[:most], number


def _stem_key(name: str) -> Key:
    whole, number = _numbered(name)
    return posixpath.splitext(_unedited(whole) or whole)[0], number


def _unedited(name: str) -> str:
    """Return the name of the photo that one was edited from; "" where it was not."""
    stem, suffix = posixpath.splitext(name)
    found = _EDITED.fullmatch(stem)
    if found is None and len(name) >= _MAX_PHOTO - 1:
        found = _CUT_EDITED.fullmatch(stem)
    return found[1] + suffix if found else ""
