"""A door that opens when somebody comes: public names imported from their files when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
