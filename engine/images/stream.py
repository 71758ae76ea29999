"""Many photos at once: decoded in threads, handed over in order, in bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from engine.errors import PhotoError
from engine.images.decoded_photo import DecodedPhoto, read_photo
from engine.images.source import DEFAULT_LIMITS, Limits, PhotoFile, content_hash, read_source
from engine.images.transform import Preprocessing


def read_photos(
    paths: Sequence[PhotoFile],
    size: int | Preprocessing,
    *,
    n_threads: int,
    thumbnail_px: int | None = None,
    window: int = 128,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[DecodedPhoto | PhotoError]:
    """Read photos in threads and yield them in the order of `paths`.

    Decoding leaves Python's lock, so threads are enough, and nothing has to be copied
    between programs. A photo that cannot be read comes as the `PhotoError` that says why, in
    its place: the stream goes on. Closing the iterator early stops the reading.

    Parameters
    ----------
    paths
        Files to read.
    size
        The square a model wants, or a side in pixels; see `read_photo`.
    n_threads
        ≥ 1.
    thumbnail_px
        Longest side of the thumbnails; None makes none.
    window
        How many photos may be read ahead of the one being used, ≥ 1. Memory is bounded by
        this many small results plus `n_threads` photos being decoded.
    limits
        What a single file may cost.

    Yields
    ------
    DecodedPhoto or PhotoError
        Exactly one per path.

    Examples
    --------
    >>> [answer] = read_photos([Path("no-such-photo.jpg")], 64, n_threads=1)
    >>> print(answer)
    the file cannot be opened (no such file or directory): no-such-photo.jpg.
    """
    if n_threads < 1 or window < 1:
        raise ValueError(f"n_threads={n_threads} and window={window} must be at least 1")
    return _read_ahead(paths, size, n_threads, thumbnail_px, window, limits)


def _read_ahead(
    paths: Sequence[PhotoFile],
    size: int | Preprocessing,
    n_threads: int,
    thumbnail_px: int | None,
    window: int,
    limits: Limits,
) -> Iterator[DecodedPhoto | PhotoError]:
    def read_bunch(bunch: Sequence[PhotoFile]) -> list[DecodedPhoto | PhotoError]:
        return [_read_or_explain(path, size, thumbnail_px, limits) for path in bunch]

    n_bunch = _bunch_size(len(paths), n_threads, window)
    bunches = (paths[start : start + n_bunch] for start in range(0, len(paths), n_bunch))
    ahead: deque[Future[list[DecodedPhoto | PhotoError]]] = deque()
    readers = ThreadPoolExecutor(n_threads, thread_name_prefix="photo-reader")
    try:
        ahead.extend(
            readers.submit(read_bunch, bunch) for bunch in islice(bunches, window // n_bunch)
        )
        while ahead:
            yield from ahead.popleft().result()
            ahead.extend(readers.submit(read_bunch, bunch) for bunch in islice(bunches, 1))
    finally:
        readers.shutdown(wait=True, cancel_futures=True)


def _bunch_size(n_paths: int, n_threads: int, window: int) -> int:
    """Return how many photos one task reads."""
    # Passing a task to a thread costs a fifth of what reading a tiny photo does, so a task is a few
    # photos, but never so many that a thread goes without or the window overflows.
    return max(1, min(8, n_paths // (4 * n_threads), window // (2 * n_threads)))


def _read_or_explain(
    path: PhotoFile, size: int | Preprocessing, thumbnail_px: int | None, limits: Limits
) -> DecodedPhoto | PhotoError:
    try:
        return read_photo(path, size, thumbnail_px=thumbnail_px, limits=limits)
    except PhotoError as error:
        return error


def hash_photos(
    paths: Sequence[Path], *, n_threads: int, limits: Limits = DEFAULT_LIMITS
) -> list[str | PhotoError]:
    """Return the content hash of each file, or why it cannot be read; nothing is decoded.

    Examples
    --------
    >>> [answer] = hash_photos([Path("no-such-photo.jpg")], n_threads=1)
    >>> answer.what
    'the file cannot be opened (no such file or directory)'
    """

    def hash_or_explain(path: Path) -> str | PhotoError:
        try:
            return content_hash(read_source(path, limits))
        except PhotoError as error:
            error.value = error.value or path
            return error

    with ThreadPoolExecutor(n_threads, thread_name_prefix="photo-hasher") as readers:
        return list(readers.map(hash_or_explain, paths))
