"""Where points lie."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from engine.errors import CollectionError

EDGE = "edge"
_SCHEMES = {"qdrant": "http", "qdrants": "https"}
_PORT = 6333
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}")


@dataclass(frozen=True, slots=True)
class Address:
    """A place for points.

    Parameters
    ----------
    scheme
        ``qdrant`` and ``qdrants`` (over TLS) for a server, ``edge`` for a folder.
    place
        The server's URL, or the folder.
    name
        What the collection is called there; for a folder its last part.

    Examples
    --------
    >>> Address.parse("qdrant://localhost/photos")
    Address(scheme='qdrant', place='http://localhost:6333', name='photos')
    >>> str(Address.parse("qdrants://cloud.example.com:443/photos"))
    'qdrants://cloud.example.com:443/photos'
    >>> Address.parse("edge:/data/photos").place
    '/data/photos'
    """

    scheme: str
    place: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read an address.

        Raises
        ------
        CollectionError
            When it is none.
        """
        scheme, _, rest = text.partition(":")
        if scheme == EDGE and rest:
            folder = Path(rest).expanduser().absolute()
            return cls(EDGE, str(folder), folder.name)
        try:
            parts = urlsplit(text)
            host, port, name = parts.hostname, parts.port or _PORT, parts.path.strip("/")
        except ValueError:
            host, port, name = None, 0, ""
        if scheme not in _SCHEMES or not host or not _NAME.fullmatch(name):
            raise CollectionError(
                "this is no place for a collection",
                value=text,
                remedy="Write qdrant://HOST:6333/NAME (qdrants:// over TLS), or edge:FOLDER",
            )
        shown = f"[{host}]" if ":" in host else host
        return cls(scheme, f"{_SCHEMES[scheme]}://{shown}:{port}", name)

    @property
    def is_edge(self) -> bool:
        """Whether it is a folder that this process reads itself."""
        return self.scheme == EDGE

    def __str__(self) -> str:
        if self.is_edge:
            return f"{EDGE}:{self.place}"
        return f"{self.scheme}://{self.place.partition('://')[2]}/{self.name}"
