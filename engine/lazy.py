"""What is heavy comes late and quietly: names when asked for, libraries without their greetings."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any


def lazy_names(package: str, names: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """Return a package's ``__getattr__``, so that a program pays only for what it uses.

    Parameters
    ----------
    package
        The package's ``__name__``.
    names
        The public names of each of its modules.

    Examples
    --------
    >>> find = lazy_names("engine", {"errors": ["KindredError"]})
    >>> find("KindredError").__module__
    'engine.errors'
    >>> find("Nothing")
    Traceback (most recent call last):
    AttributeError: module 'engine' has no attribute 'Nothing'
    """
    module_of = {name: module for module, group in names.items() for name in group}

    def find(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{module_of[name]}"), name)

    return find


@contextmanager
def hushed() -> Iterator[None]:
    """Keep from stderr what the C++ side of TensorFlow or Ray says while it starts.

    They know no setting for these lines, so the descriptor itself points elsewhere for a moment.
    """
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
