"""SQLite as Python was built with it, whatever else the program has loaded.

TensorFlow carries an SQLite of its own, built without much of it, and shows its symbols to every
library that is loaded later. Where it comes first, ``import sqlite3`` binds to that one, and an old
catalogue fails with "no such module: fts5". All of this room takes `sqlite3` from here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["sqlite3"]


@contextmanager
def _own_libraries_first() -> Iterator[None]:
    """Let libraries loaded meanwhile prefer those they name to those loaded before."""
    # Only Linux has this setting; elsewhere libraries prefer their own anyway.
    if not hasattr(os, "RTLD_DEEPBIND"):
        yield
        return
    flags = sys.getdlopenflags()
    sys.setdlopenflags(flags | os.RTLD_DEEPBIND)
    try:
        yield
    finally:
        sys.setdlopenflags(flags)


with _own_libraries_first():
    import sqlite3
