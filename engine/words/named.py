"""Well-known sets of word vectors by name: fetched once, gone on with where it broke off."""

from __future__ import annotations

from pathlib import Path

from engine import config
from engine.errors import ModelError
from engine.network import is_reachable
from engine.progress import Report, Step

_GLOVE = "https://nlp.stanford.edu/data/glove.6B.zip"
_NEWS = (
    "https://github.com/piskvorky/gensim-data/releases/download/"
    "word2vec-google-news-300/word2vec-google-news-300.gz"
)
# Name → where it comes from, and its member there. Both packings carry checksums of their own.
NAMED = {
    **{f"glove.6B.{n}d": (_GLOVE, f"glove.6B.{n}d.txt") for n in (50, 100, 200, 300)},
    "word2vec-google-news-300": (_NEWS, ""),
}
_CHUNK_BYTES = 2**20
_SILENCE_SECONDS = 30.0


def fetched(name: str, progress: Report) -> Path:
    """Return the file of a well-known set, downloaded at the first call.

    Raises
    ------
    ModelError
        It cannot be had; the sentence names the file, its place and what to use meanwhile.
    """
    url, member = NAMED[name]
    place = config.home() / "words" / "fetched" / url.rsplit("/", 1)[-1]
    if not place.is_file():
        if not is_reachable(url):
            raise _not_to_be_had(name, url, place, "this machine is offline")
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            _fetch(url, place, Step(progress, f"fetching {place.name}, in MiB", 0))
        except OSError as error:
            raise _not_to_be_had(name, url, place, str(error)) from error
    return place / member if member else place


def _fetch(url: str, place: Path, step: Step) -> None:
    """Download to a file beside, from where an earlier try broke off, and rename it."""
    beside = place.with_name(place.name + ".partial")
    n_have = beside.stat().st_size if beside.is_file() else 0
    import urllib.request  # a quarter of what a search would import, and none needs it

    request = urllib.request.Request(url, headers={"Range": f"bytes={n_have}-"})
    with urllib.request.urlopen(request, timeout=_SILENCE_SECONDS) as answer:
        goes_on = answer.status == 206
        n_have = n_have if goes_on else 0
        length = answer.headers.get("Content-Length")
        n_total = n_have + int(length) if length else None
        with beside.open("ab" if goes_on else "wb") as file:
            while chunk := answer.read(_CHUNK_BYTES):
                file.write(chunk)
                n_have += len(chunk)
                step.at(n_have // 2**20)
    if n_total is not None and n_have != n_total:
        raise OSError(f"it broke off after {n_have:,} of {n_total:,} bytes; call again to go on")
    beside.replace(place)


def _not_to_be_had(name: str, url: str, place: Path, reason: str) -> ModelError:
    return ModelError(
        f"the word vectors {name} cannot be had ({reason.splitlines()[0]})",
        value=place.name,
        remedy=f"Fetch {url} where there is a connection and put it into {place.parent}, "
        "or leave '--vectors' away to use the set that comes with Kindred",
    )
