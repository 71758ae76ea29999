"""Errors that a person may see: what happened, with which value, and what to do next.

A programmer's mistake is a ``ValueError``; the world's fault is a child of `KindredError`.
The engine raises them, the shell prints them in one line, the pages show them in one box.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class KindredError(Exception):
    """The world's fault, told in three parts.

    Parameters
    ----------
    what
        What happened, a clause without a full stop.
    value
        The value it happened with; left out of the sentence when None.
    remedy
        What to do next, a sentence without a full stop; may be empty.

    Examples
    --------
    >>> print(KindredError("no such collection", value="shoes", remedy="Run 'index' first"))
    no such collection: shoes. Run 'index' first.
    """

    def __init__(self, what: str, *, value: object = None, remedy: str = "") -> None:
        self.what = what
        self.value = value
        self.remedy = remedy
        super().__init__(what, value, remedy)

    def __str__(self) -> str:
        sentence = self.what if self.value is None else f"{self.what}: {self.value}"
        return f"{sentence}. {self.remedy}." if self.remedy else f"{sentence}."


@contextmanager
def writing(refuse: type[KindredError], failed: str, place: object) -> Iterator[None]:
    """Say why something cannot be written, where the disk refuses it within a ``with`` block.

    Parameters
    ----------
    refuse
        The error raised instead of `OSError`.
    failed
        What happened, without the reason.
    place
        The file or folder.

    Examples
    --------
    >>> with writing(MapError, "the map cannot be written", "maps"):
    ...     raise OSError(28, "No space left on device")
    Traceback (most recent call last):
    engine.errors.MapError: the map cannot be written (No space left on device): maps. Check ...
    """
    try:
        yield
    except OSError as error:
        raise refuse(
            f"{failed} ({error.strerror or error})",
            value=place,
            remedy="Check that there is room on the disk and that you may write there",
        ) from error


@contextmanager
def optional_library(name: str, requirements: str) -> Iterator[None]:
    """Say how to install a library that not everybody needs, where a ``with`` block misses it.

    Parameters
    ----------
    name
        What people call it.
    requirements
        The file that pins it.

    Examples
    --------
    >>> with optional_library("Ray", "requirements-scale.txt"):
    ...     raise ImportError("No module named 'ray'")
    Traceback (most recent call last):
    engine.errors.KindredError: Ray is not installed, or cannot be loaded (No module named 'ray').
        Install it with '.venv/bin/pip install -r requirements-scale.txt'.
    """
    try:
        yield
    except ImportError as error:
        reason = (str(error) or type(error).__name__).splitlines()[0][:200]
        raise KindredError(
            f"{name} is not installed, or cannot be loaded ({reason})",
            remedy=f"Install it with '.venv/bin/pip install -r {requirements}'",
        ) from error


class AccessError(KindredError):
    """Whoever asks may not do this, or not here."""


class BusyError(KindredError):
    """More is asked than is given at once; it says when to ask again."""


class CatalogueError(KindredError):
    """A table, a filter or the catalogue's file cannot be used."""


class PhotoError(KindredError):
    """A file cannot be read as a photo; `what` is the reason, `value` the file."""


class QueryError(KindredError):
    """A query cannot be answered as it was asked."""


class CollectionError(KindredError):
    """A collection is missing, damaged, or cannot be made."""


class DamageError(CollectionError):
    """Files of a collection are not what was written; its photos can make it whole again.

    Parameters
    ----------
    reason
        What is damaged, a clause without a full stop.
    value, remedy
        As of `KindredError`.
    """

    def __init__(self, reason: str, *, value: object = None, remedy: str = "") -> None:
        self.reason = reason
        super().__init__(f"the collection is damaged ({reason})", value=value, remedy=remedy)


class UnconfirmedError(CollectionError):
    """A change takes away more than anybody wants by mistake; it waits for a person's yes."""


class ModelError(KindredError):
    """A model folder is missing, damaged, or does not fit its collection."""


class MapError(KindredError):
    """A map of a collection cannot be made or read."""


class TrainingError(KindredError):
    """A training run cannot start or go on."""


class JobError(KindredError):
    """A background job cannot be started, found or stopped."""
