"""A repository's files, over the network: one revision of it, resumed, checked by size and hash.

`huggingface_hub` asks; ``HF_ENDPOINT`` names another server than huggingface.co, and what lies in
its cache already is not fetched again. It is told to send nothing of its own.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from engine.encoders.open_clip import CONFIG, LAYOUT
from engine.errors import ModelError
from engine.progress import Report, Step

# Before the first import of the library, which reads them then.
QUIET = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_UPDATE_CHECK": "1"}
QUIET |= {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"}
OTHER_RUNTIMES = (".armnn", ".rknn", ".om")
_ROOM = 1.02  # of what is fetched, for the records beside it
_CHUNK_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    n_bytes: int
    sha256: str | None
    git_hash: str | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a repository said of itself.

    Parameters
    ----------
    revision
        The commit that its files are of.
    licence
        By its short name; "" where it names none.
    names
        The files, by their paths in the folder.
    """

    revision: str
    licence: str
    names: list[str]


def fetch(
    repository: str, folder: Path, *, revision: str | None = None, progress: Report
) -> Fetched:
    """Fetch a published model into a folder; what is there already of it is not fetched again.

    Parameters
    ----------
    repository
        ``owner/name``.
    folder
        Made when it is not there.
    revision
        A commit or branch; the newest by default. Files are of one commit, whatever happens.
    progress
        Hears of bytes.

    Raises
    ------
    ModelError
        It cannot be had: no such model, no connection, no room, a wrong hash.
    """
    os.environ.update({name: os.environ.get(name, value) for name, value in QUIET.items()})
    import huggingface_hub
    from huggingface_hub.errors import HFValidationError, HTTPError

    token, endpoint = os.environ.get("HF_TOKEN") or False, os.environ.get("HF_ENDPOINT") or None
    try:
        hub = huggingface_hub.HfApi(endpoint=endpoint, token=token)
        found = hub.model_info(repository, revision=revision, files_metadata=True)
        files = _wanted(repository, found.siblings or [])
        _check_room(folder, files)
        total = sum(file.n_bytes for file in files)
        bar = _bar_of(Step(progress, f"fetching {repository}", total, "bytes"))
        for file in files:
            bar.begin(file.n_bytes)
            huggingface_hub.hf_hub_download(
                repository,
                file.name,
                revision=found.sha,
                local_dir=folder,
                token=token,
                endpoint=endpoint,
                tqdm_class=bar,
            )
            _check(folder, file)
    except HFValidationError as error:
        raise ModelError(
            "this is no name of a model",
            value=repository,
            remedy="Names look like owner/name; 'models' lists those that are known",
        ) from error
    except (OSError, HTTPError) as error:
        raise _explain(error, repository, revision) from error
    licence = str(getattr(found.card_data, "license", "") or "")
    return Fetched(str(found.sha), licence, [file.name for file in files])


def _wanted(repository: str, siblings: Sequence[Any]) -> list[_File]:
    """Return the files of the layout, and those that its graphs may keep their weights in."""
    files = []
    for each in siblings:
        path = PurePosixPath(each.rfilename)
        is_side = len(path.parts) == 2 and path.parts[0] in ("visual", "textual")
        if str(path) == CONFIG or (is_side and path.suffix not in OTHER_RUNTIMES):
            sha256 = each.lfs.sha256 if each.lfs else None
            files.append(_File(str(path), int(each.size or 0), sha256, each.blob_id))
    missing = [name for name in LAYOUT if name not in {file.name for file in files}]
    if missing:
        raise ModelError(
            f"this repository holds no model of the layout that is read here ({missing[0]} is not "
            "in it)",
            value=repository,
            remedy="Choose one of those that 'models' lists",
        )
    return sorted(files, key=lambda file: file.n_bytes)


def _check_room(folder: Path, files: Sequence[_File]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    there = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    require_room(folder, int(_ROOM * sum(file.n_bytes for file in files)) - there)


def require_room(folder: Path, needed: int) -> None:
    """Refuse a model of more bytes than the disk has left.

    Raises
    ------
    ModelError
        It has no room.
    """
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise ModelError(
            f"the disk has no room for the model: {needed / 1e6:,.0f} MB are needed and "
            f"{free / 1e6:,.0f} MB are free",
            value=folder.parent,
            remedy="Make room, or name another home with KINDRED_HOME",
        )


def _check(folder: Path, file: _File) -> None:
    """Compare a file with what the repository says of it; a wrong one is thrown away."""
    path = folder / file.name
    size = path.stat().st_size
    if file.sha256:
        is_right = _hash(path, hashlib.sha256()) == file.sha256
    else:  # small files are named as git names them
        header = hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)
        is_right = file.git_hash in (None, _hash(path, header))
    if size != file.n_bytes or not is_right:
        path.unlink()
        raise ModelError(
            "what was fetched is not what the repository says it is, and was thrown away",
            value=file.name,
            remedy="Get the model again; should it come again, tell its publisher",
        )


def _hash(path: Path, digest: Any) -> str:
    with path.open("rb") as opened:
        while chunk := opened.read(_CHUNK_BYTES):
            digest.update(chunk)
    return str(digest.hexdigest())


def _bar_of(step: Step) -> Any:
    """Return a class that the library takes for a progress bar; it tells the step of bytes."""

    class Bar:
        done = 0  # bytes of the files before
        until = 0  # and with the one under way

        def __init__(self, *_: object, initial: int = 0, **__: object) -> None:
            self.n = initial
            self.update(0)

        def update(self, n_bytes: float | None = 1) -> None:
            self.n += int(n_bytes or 0)
            step.at(min(type(self).done + self.n, type(self).until))

        def __enter__(self) -> Bar:
            return self

        def __exit__(self, *_: object) -> None:
            self.close()

        def close(self) -> None:
            """Nothing is open."""

        @classmethod
        def begin(cls, n_bytes: int) -> None:
            cls.done, cls.until = cls.until, cls.until + n_bytes
            step.at(cls.done)

    return Bar


def _explain(error: Exception, repository: str, revision: str | None) -> ModelError:
    """Say in one sentence why a model cannot be had."""
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    if isinstance(error, GatedRepoError):
        return ModelError(
            "its publisher asks you to accept terms first",
            value=repository,
            remedy="Accept them on its page, and give your token as HF_TOKEN",
        )
    if isinstance(error, RepositoryNotFoundError):
        return ModelError(
            "there is no such model", value=repository, remedy="'models' lists those that are known"
        )
    if isinstance(error, RevisionNotFoundError):
        return ModelError(
            "the model has no such revision", value=revision, remedy="Leave it out for the newest"
        )
    if isinstance(error, OfflineModeIsEnabled):
        return ModelError(
            "HF_HUB_OFFLINE forbids every connection",
            value=repository,
            remedy="Unset it, or get the model from a folder or zip file",
        )
    if isinstance(error, HfHubHTTPError):
        return ModelError(
            f"the server answered {error.response.status_code}",
            value=repository,
            remedy="Get it again later: what has come is kept",
        )
    return ModelError(
        f"the model could not be fetched to its end ({str(error).splitlines()[0][:200]})",
        value=repository,
        remedy="Get it again: what has come is kept. Without a connection, name a folder or zip",
    )
