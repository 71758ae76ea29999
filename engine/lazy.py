"""What is heavy comes late and quietly: names when asked for, libraries without their greetings."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any


def lazy_names(package: str, door: str) -> tuple[Callable[[str], Any], list[str]]:
    """Return a package's ``__getattr__`` and the names that it finds.

    They are those that the package imports ``if TYPE_CHECKING``, as a reader of types sees them: a
    program pays only for what it uses, and each name is written once.

    Parameters
    ----------
    package
        The package's ``__name__``.
    door
        Its ``__file__``.

    Examples
    --------
    >>> import engine
    >>> find, names = lazy_names("engine", engine.__file__)
    >>> find("KindredError").__module__, "Collection" in names
    ('engine.errors', True)
    >>> find("Nothing")
    Traceback (most recent call last):
    AttributeError: module 'engine' has no attribute 'Nothing'
    """
    blocks = (node for node in ast.parse(Path(door).read_bytes()).body if isinstance(node, ast.If))
    imports = (node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom))
    module_of = {each.name: str(node.module) for node in imports for each in node.names}

    def find(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(module_of[name]), name)

    return find, sorted(module_of)


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
