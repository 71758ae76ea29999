"""What people say of photos, as lines of text to learn words from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.catalogue import read_source
from engine.errors import CatalogueError


def read_texts(paths: Iterable[Path]) -> Iterator[str]:
    """Yield every different text of some sources once, in their order.

    Parameters
    ----------
    paths
        Folders of photos with a table, whose captions are read, or files with a text per line.
        Attributes are not read: side by side in no sentence, they make "medium" a kind of "shirt".

    Raises
    ------
    CatalogueError
        When a source cannot be read.
    """
    seen: set[str] = set()
    for path in paths:
        for text in _of_folder(path) if path.is_dir() else _of_file(path):
            if text not in seen:
                seen.add(text)
                yield text


def _of_folder(folder: Path) -> Iterator[str]:
    for record in read_source(folder).records:
        yield from record.captions


def _of_file(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from (line.strip() for line in file if line.strip())
    except OSError as error:
        raise CatalogueError(
            f"the texts cannot be read ({error.strerror})", value=path, remedy="Check the path"
        ) from error
