"""What the columns of a table mean, told by their names or by the person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.catalogue.postings import fold
from engine.errors import CatalogueError

# Names as `_plain` leaves them; the earlier in a list, the surer.
_NAMES = {
    "photo": "photo image file filename filepath path imagepath imagefile imagefilename imagename"
    " photopath photofile photofilename photoname picture img imgpath imgfile imgname fname"
    " imagesrc imageurl imagelink variantimage",
    "id": "id photoid imageid imgid asin sku productid itemid articleid uuid guid identifier"
    " key code",
    "caption": "caption captions title productdisplayname displayname productname producttitle"
    " description productdescription headline text alt alttext imagealttext sentence sentences"
    " summary comment comments bodyhtml",
    "tags": "tag tags keyword keywords hashtags",
}
# Counters of lines and captions, which say nothing of a photo.
_COUNTERS = frozenset(
    ("commentnumber", "captionnumber", "sentenceid", "sentid", "captionid", "unnamed0")
)
PHOTO, CAPTION, LABEL = "photo", "caption", "label"
_KNOWN = {meaning: names.split() for meaning, names in _NAMES.items()}
Choice = Mapping[str, str | Sequence[str]]
_NUMBERED_CAPTION = re.compile(r"(?:caption|sentence|comment)s?\d+")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns, by position, name a photo, tell of it, and describe it.

    Parameters
    ----------
    photo
        Columns with a file's name or path, the surest first.
    photo_id
        The column with the photo's id, or None.
    captions, tags
        Columns with captions, and with tags.
    attributes
        Columns that are kept as attributes.
    """

    photo: tuple[int, ...]
    photo_id: int | None
    captions: tuple[int, ...]
    tags: tuple[int, ...]
    attributes: tuple[int, ...]

    @property
    def naming(self) -> tuple[int, ...]:
        """The columns that may name a photo's file, the surest first."""
        return self.photo if self.photo_id is None else (*self.photo, self.photo_id)

    def named(self, names: Sequence[str]) -> dict[str, list[str]]:
        """Return the names of the columns by what they mean, without meanings that none has."""
        ids = () if self.photo_id is None else (self.photo_id,)
        meanings = {
            "photo": self.photo,
            "id": ids,
            "captions": self.captions,
            "tags": self.tags,
            "attributes": self.attributes,
        }
        return {
            meaning: [names[i] for i in columns] for meaning, columns in meanings.items() if columns
        }


def recognise(names: Sequence[str], chosen: Choice | None = None) -> Columns:
    """Return what the columns of a table mean.

    Parameters
    ----------
    names
        The table's column names.
    chosen
        Column names, one or several, by what they mean: ``photo``, ``id``, ``caption``, ``tags``.
        A meaning that is not chosen is told by the names.

    Raises
    ------
    CatalogueError
        When the table has no column of a chosen name.
    ValueError
        When a meaning is none of the four.

    Examples
    --------
    >>> recognise(["asin", "brand", "title"])
    Columns(photo=(), photo_id=0, captions=(2,), tags=(), attributes=(1,))
    >>> recognise(["asin", "brand", "title"], {"caption": "brand"})
    Columns(photo=(), photo_id=0, captions=(1,), tags=(), attributes=(2,))
    """
    given = {meaning: _positions(names, wish) for meaning, wish in (chosen or {}).items()}
    if unknown := given.keys() - _KNOWN.keys():
        raise ValueError(f"columns mean one of {sorted(_KNOWN)}, not {sorted(unknown)}")
    taken = {position for positions in given.values() for position in positions}
    plain = {i: _plain(name) for i, name in enumerate(names) if i not in taken}
    found = {meaning: given.get(meaning) or _told(plain, meaning) for meaning in _KNOWN}
    if "tags" in given:
        # Beside chosen tags a column "tag" holds tags too: as an attribute it would mean both.
        found["tags"] += tuple(i for i in _told(plain, "tags") if i not in given["tags"])
    photo_id = found["id"][0] if found["id"] else None
    used = {*found["photo"], *found["caption"], *found["tags"], photo_id}
    return Columns(
        photo=found["photo"],
        photo_id=photo_id,
        captions=found["caption"],
        tags=found["tags"],
        attributes=tuple(
            i
            for i, name in enumerate(names)
            if name and i not in used and _plain(name) not in _COUNTERS
        ),
    )


def is_known(name: str, meaning: str | None = None) -> bool:
    """Return whether a column's name tells what it means, or that it means just this.

    Examples
    --------
    >>> is_known("Image Path"), is_known("image path", CAPTION), is_known("caption 2", CAPTION)
    (True, False, True)
    """
    plain = _plain(name)
    meanings = _KNOWN.values() if meaning is None else [_KNOWN[meaning]]
    is_caption = meaning in (None, CAPTION) and _NUMBERED_CAPTION.fullmatch(plain)
    return bool(is_caption) or any(plain in known for known in meanings)


def _told(plain: Mapping[int, str], meaning: str) -> tuple[int, ...]:
    """Return the columns that a meaning is told of by their names, the surest first."""
    known = _KNOWN[meaning]
    found = sorted((known.index(name), i) for i, name in plain.items() if name in known)
    positions = [i for _, i in found]
    if meaning == "caption":
        positions += [i for i, name in plain.items() if _NUMBERED_CAPTION.fullmatch(name)]
        # A name is a caption only for want of a better one: it may be a person's, or a class's.
        positions = positions or [i for i, name in plain.items() if name == "name"]
    return tuple(positions)


def _positions(names: Sequence[str], wish: str | Sequence[str]) -> tuple[int, ...]:
    wished = [wish] if isinstance(wish, str) else list(wish)
    for name in wished:
        if name not in names:
            raise CatalogueError(
                "the table has no such column", value=name, remedy=f"It has: {listed(names)}"
            )
    return tuple(names.index(name) for name in wished)


def listed(names: Sequence[str], most: int = 12) -> str:
    """Return column names as part of a sentence, never longer than a sentence may be.

    Examples
    --------
    >>> listed(["id", "title", "price"], most=2)
    'id, title and 1 more'
    """
    shown = [name if len(name) <= 40 else f"{name[:39]}…" for name in names[:most]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def _plain(name: str) -> str:
    """Return a name's letters and digits only, lower-cased: 'Image Path' and 'image_path' alike."""
    return re.sub(r"[\W_]+", "", fold(name))
