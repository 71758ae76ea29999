"""Photos that lie elsewhere: in an object store, on the web, wherever fsspec reads.

An address is what fsspec takes: ``s3://bucket/folder``, ``gs://…``, ``https://host/folder``. Keys
and endpoints come from the environment or from fsspec's own settings.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.catalogue import FoundFiles, names_elsewhere
from engine.errors import CatalogueError, PhotoError, optional_library
from engine.images import NOT_OPENED
from engine.rows.rows_folder import REQUIREMENTS
from engine.storage.journal import Reading

N_READERS = 16  # they wait most of the time
SECONDS = 60.0  # for one file
_TRIES = 3
_TIMES = ("mtime", "LastModified", "last_modified", "updated", "created")


def is_address(place: Path | str) -> bool:
    """Tell whether a place is an address, and no path of this machine.

    Examples
    --------
    >>> is_address("s3://shop/photos"), is_address("photos"), is_address(Path("photos"))
    (True, False, False)
    """
    return isinstance(place, str) and "://" in place


@dataclass(frozen=True, slots=True)
class RemotePhoto:
    """One photo, by its address."""

    address: str

    def __str__(self) -> str:
        return self.address

    def read(self, most: int) -> bytes:
        """Return its first bytes, `most` at most.

        Raises
        ------
        PhotoError
            It is not there, or cannot be had after several tries.
        """
        for n_left in reversed(range(_TRIES)):
            try:
                system, path = _opened(self.address)
                with system.open(path, "rb") as file:
                    return file.read(most)
            except FileNotFoundError as error:
                raise PhotoError(f"{NOT_OPENED} (no such file)") from error
            except Exception as error:  # each store has exceptions of its own
                if not n_left:
                    reason = (str(error) or type(error).__name__).splitlines()[0][:200]
                    raise PhotoError(f"{NOT_OPENED} ({reason})") from error
        raise AssertionError("the last try returns or raises")


@dataclass(frozen=True, slots=True)
class RemoteFolder:
    """A folder elsewhere, by its address."""

    address: str

    def __truediv__(self, path: str, /) -> RemotePhoto:
        return RemotePhoto(f"{self.address.rstrip('/')}/{path}")

    def find(self) -> tuple[FoundFiles, dict[str, Reading]]:
        """Return what lies below it, and size and time of each photo as far as they are told.

        Raises
        ------
        CatalogueError
            It is not there, or cannot be listed.
        KindredError
            What reads such addresses is not installed.
        """
        self.check_readable()
        try:
            system, root = _opened(self.address)
            found = system.find(root, detail=True)
        except Exception as error:  # each store has exceptions of its own
            reason = (str(error) or type(error).__name__).splitlines()[0][:200]
            raise CatalogueError(
                f"the folder cannot be listed ({reason})",
                value=self.address,
                remedy="Check the address, and the keys in the environment",
            ) from error
        beginning = root.rstrip("/") + "/"
        facts = {path.removeprefix(beginning): told for path, told in found.items()}
        files = names_elsewhere(facts)
        return files, {path: _reading(path, facts[path]) for path in files.photos}

    def check_readable(self) -> None:
        """Raise where nobody here reads such addresses; nothing is asked of anybody.

        Raises
        ------
        CatalogueError
            There is no such kind of address.
        KindredError
            What reads them is not installed.
        """
        with optional_library("What reads these addresses", REQUIREMENTS):
            try:
                _opened(self.address)
            except ValueError as error:
                raise CatalogueError(
                    f"nobody reads such addresses ({str(error)[:200]})",
                    value=self.address,
                    remedy="Use one that begins with s3://, gs://, https:// or the like",
                ) from error


def read_addresses(file: Path) -> tuple[RemoteFolder, FoundFiles]:
    """Return what the addresses in a file, one a line, have in common, and what lies below that.

    Raises
    ------
    CatalogueError
        The file cannot be read, holds no addresses, or some that do not begin alike.
    KindredError
        What reads them is not installed.
    """
    try:
        lines = [line.strip() for line in file.read_text("utf-8-sig").splitlines()]
    except (OSError, ValueError) as error:
        raise CatalogueError(f"the list cannot be read ({error})", value=file) from error
    addresses = [line for line in lines if line and not line.startswith("#")]
    wrong = next((line for line in addresses if not is_address(line)), None)
    kinds = {address.partition("://")[0] for address in addresses}
    if wrong is not None or len(kinds) != 1:
        raise CatalogueError(
            "this is no list of addresses that begin alike",
            value=wrong or ", ".join(sorted(kinds)) or file,
            remedy="Name a folder of photos, or a file with one address a line, such as "
            "https://shop.example/photos/1.jpg",
        )
    [kind] = kinds
    paths = [address.partition("://")[2] for address in addresses]
    shared = posixpath.commonpath([posixpath.dirname(path) for path in paths])
    root = RemoteFolder(f"{kind}://{shared}")
    root.check_readable()
    return root, names_elsewhere(path.removeprefix(f"{shared}/") for path in paths)


def _opened(address: str) -> tuple[Any, str]:
    """Return the file system of an address, which fsspec opens once, and the path in it."""
    import fsspec

    options: dict[str, Any] = {}
    if address.startswith(("http://", "https://")):
        import aiohttp

        options["client_kwargs"] = {"timeout": aiohttp.ClientTimeout(total=SECONDS)}
    return fsspec.core.url_to_fs(address, **options)


def _reading(path: str, told: Mapping[str, Any]) -> Reading:
    moment = next((told[name] for name in _TIMES if told.get(name)), 0)
    if isinstance(moment, str):
        with suppress(ValueError):
            moment = datetime.fromisoformat(moment)
    seconds = moment.timestamp() if isinstance(moment, datetime) else moment
    modified_ns = int(seconds * 1e9) if isinstance(seconds, int | float) else 0
    return Reading(path, int(told.get("size") or 0), modified_ns)
