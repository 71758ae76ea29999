"""Whether a build's bytes are still those that were written: asked once per build, then remembered.

Small files are compared when a collection is opened; all of them by a thread behind it, which costs
about a second per gigabyte, once: the home remembers which files of which age were found whole or
damaged. Whoever asks the collection learns of damage as soon as it is known.
"""

from __future__ import annotations

import hashlib
import sys
import threading
import weakref
from contextlib import suppress
from pathlib import Path

from engine import config
from engine.durable import DamagedFileError, read_checked, write_checked
from engine.errors import CollectionError, DamageError
from engine.storage.manifest import Manifest, check_files, damaged

_FOLDER = "checks"
_started: weakref.WeakSet[Verification] = weakref.WeakSet()


class Verification:
    """Compares all bytes of a build with its manifest, in a thread, unless that was done before.

    Parameters
    ----------
    folder
        The collection's folder.
    manifest
        Names the build.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self._folder, self._manifest = folder, manifest
        self._fault: CollectionError | None = None
        self._is_ended = threading.Event()
        self._thread: threading.Thread | None = None
        age = _age(folder, manifest)
        known = _recall(folder, age)
        if known is None:
            self._thread = threading.Thread(
                target=self._compare, args=(age,), daemon=True, name="verification"
            )
            self._thread.start()
            _started.add(self)
        elif known:
            self._fault = damaged(folder, known)

    @property
    def is_over(self) -> bool:
        """Whether everything is compared, now or before."""
        return self._thread is None or not self._thread.is_alive()

    def raise_if_damaged(self) -> None:
        """Raise what was found, as soon as it is known.

        Raises
        ------
        CollectionError
            `DamageError` where bytes are others than were written; else a file may not be read.
        """
        fault = self._fault
        if isinstance(fault, DamageError):
            raise damaged(self._folder, fault.reason)  # a new one: many threads may ask at once
        if fault is not None:
            raise fault

    def wait(self) -> None:
        """Wait until all is compared, and raise what was found."""
        if self._thread is not None:
            self._thread.join()
        self.raise_if_damaged()

    def close(self) -> None:
        """End the comparison where it is; what was not finished is not remembered."""
        self._is_ended.set()
        if self._thread is not None:
            self._thread.join()

    def _compare(self, age: str) -> None:
        try:
            check_files(
                self._folder,
                self._manifest,
                largest_hashed=sys.maxsize,
                proceed=lambda: not self._is_ended.is_set(),
            )
        except CollectionError as error:
            self._fault = error
        if not self._is_ended.is_set():
            _remember(self._folder, age, self._fault)


def wait_for_all() -> None:
    """Wait for every comparison that this program has begun; raise the first damage found."""
    for verification in list(_started):
        verification.wait()


def remember_whole(folder: Path, manifest: Manifest) -> None:
    """Note that a build was compared just now and is whole."""
    _remember(folder, _age(folder, manifest), None)


def known_damage(folder: Path, manifest: Manifest) -> str:
    """Return what an earlier comparison found wrong with a build as it is now, or ""."""
    return _recall(folder, _age(folder, manifest)) or ""


def _age(folder: Path, manifest: Manifest) -> str:
    """Return a word that is another one once any file of the build may have changed."""
    facts = [manifest.fingerprint]
    for name in sorted(manifest.files):
        with suppress(OSError):
            found = (folder / manifest.build / name).stat()
            facts.append(f"{name} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}")
    return hashlib.blake2b("\n".join(facts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _file_of(folder: Path) -> Path:
    place = hashlib.blake2b(str(folder).encode("utf-8", "replace"), digest_size=8).hexdigest()
    return config.home() / _FOLDER / f"{place}.json"


def _recall(folder: Path, age: str) -> str | None:
    """Return the damage noted for a build of this age, "" for none, None where it is unknown."""
    with suppress(OSError, DamagedFileError, KeyError, TypeError):
        record = read_checked(_file_of(folder))
        if record["age"] == age:
            return str(record["damage"])
    return None


def _remember(folder: Path, age: str, fault: CollectionError | None) -> None:
    if fault is not None and not isinstance(fault, DamageError):
        return  # a file that could not be read today may be whole
    with suppress(OSError):  # a home that cannot be written: then it is compared again next time
        file = _file_of(folder)
        file.parent.mkdir(parents=True, exist_ok=True)
        reason = fault.reason if isinstance(fault, DamageError) else ""
        write_checked(file, {"age": age, "damage": reason})
