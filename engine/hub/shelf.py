"""Models on this machine: get one, list them, measure them, remove one."""

from __future__ import annotations

import re
import shutil
import stat
import time
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import numpy as np

from engine import config
from engine.access import Role, require
from engine.durable import PARTIAL, known_record, whole_folder, write_json
from engine.encoders import Encoder, load_encoder, models_folder, read_manifest
from engine.encoders.keras_preset import PRESET, keep_preset, read_preset
from engine.encoders.model_folder import MANIFEST, REPORT, read_report, write_manifest
from engine.encoders.model_settings import PUBLISHED
from engine.encoders.open_clip import CONFIG, LAYOUT, read_layout
from engine.errors import CollectionError, ModelError
from engine.hub.fetch import OTHER_RUNTIMES, fetch, require_room
from engine.hub.known import KNOWN, find_known
from engine.locks import LockHeldError, exclusive
from engine.progress import Report, Step, no_report
from engine.storage import Manifest, list_collections

Origin = Literal["bundled", "published", "trained"]
SPEEDS = "speeds.json"
PRESETS = "keras:"  # before the name of a preset of keras_hub
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
_N_PHOTOS, _N_TEXTS = 8, 3


@dataclass(frozen=True, slots=True)
class ModelOnShelf:
    """A model that is here.

    Parameters
    ----------
    folder, name
        Where it is, and what people call it.
    origin
        ``"bundled"`` with Kindred, ``"published"`` by others, or ``"trained"`` here.
    n_bytes
        Of its folder.
    told
        What its report says of where it came from: repository, revision, licence.
    photos_per_second, text_ms
        Measured on this machine; None before.
    reason
        Why it cannot be used; empty where it can.
    """

    folder: Path
    name: str
    origin: Origin
    n_bytes: int
    told: dict[str, Any]
    photos_per_second: float | None = None
    text_ms: float | None = None
    reason: str = ""


def models_here(home: Path | None = None, *, measure: bool = False) -> list[ModelOnShelf]:
    """Return the models of this machine: those that come with Kindred, then the home's by name.

    Parameters
    ----------
    home
        `engine.config.home` by default.
    measure
        Measure the speed of those that were not measured yet; it takes seconds each.
    """
    shelf = models_folder(home)
    own = sorted(shelf.glob(f"*/{MANIFEST}")) if shelf.is_dir() else []
    folders = [path.parent for path in (*sorted(config.MODELS.glob(f"*/{MANIFEST}")), *own)]
    return [_seen(each, shelf, measure) for each in folders if not each.name.endswith(PARTIAL)]


def _seen(folder: Path, shelf: Path, measure: bool) -> ModelOnShelf:
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    try:
        manifest = read_manifest(folder)
        told = read_report(folder).get("published", {})
    except ModelError as error:
        return ModelOnShelf(folder, folder.name, "trained", size, {}, reason=str(error))
    origin: Origin = "published" if manifest.settings.backbone in PUBLISHED else "trained"
    if folder.parent == config.MODELS:
        origin = "bundled"
    speed = known_record(shelf / SPEEDS).get(manifest.fingerprint)
    if speed is None and measure:
        speed = _measure(load_encoder(folder), shelf)
    return ModelOnShelf(folder, folder.name, origin, size, told, *(speed or (None, None)))


def half_fetched(home: Path | None = None) -> set[str]:
    """Return the names of models that were begun to be got and are not here yet."""
    shelf = models_folder(home)
    return {path.name.removesuffix(PARTIAL) for path in shelf.glob(f"*{PARTIAL}")}


def get_model(
    source: str,
    *,
    name: str | None = None,
    revision: str | None = None,
    home: Path | None = None,
    progress: Report = no_report,
) -> Path:
    """Get a published model and return its folder; one that is here already is left alone.

    Parameters
    ----------
    source
        A name of `KNOWN`, a repository as ``owner/name``, a folder or zip file of the layout of
        `engine.encoders.open_clip`, or a preset of keras_hub as ``keras:name``.
    name
        What it is called here; by default what it is called there.
    revision
        Of a repository: a commit, tag or branch; by default its newest commit.
    home
        `engine.config.home` by default.
    progress
        Hears of bytes.

    Raises
    ------
    ModelError
        There is no such model, it cannot be had, or it does not work.
    """
    require(Role.OWNER)
    path, known = Path(source).expanduser(), find_known(source)
    preset = source.removeprefix(PRESETS) if source.startswith(PRESETS) else ""
    is_file = path.exists() and known is None and not preset
    if (
        not is_file
        and not preset
        and known is None
        and not re.fullmatch(r"[\w.-]+/[\w.-]+", source)
    ):
        raise _no_such(source)
    own = path.resolve().name.removesuffix(".zip") if is_file else path.name
    target = models_folder(home) / _checked(name or (known.name if known else preset or own))
    if (target / MANIFEST).is_file():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = exclusive(target.with_name(f".{target.name}.lock"))
    try:
        with lock, whole_folder(target, resumes=not (is_file or preset)) as beside:
            told = {"source": str(path.resolve()) if is_file else source}
            if preset:
                names = keep_preset(preset, beside)
            elif is_file:
                names = _copied(path, beside, progress)
            else:
                repository = known.repository if known else source
                fetched = fetch(repository, beside, revision=revision, progress=progress)
                names = fetched.names
                told = {"repository": repository, "revision": fetched.revision}
                told["licence"] = known.licence if known else fetched.licence
            _settle(beside, target.name, names, told)
    except LockHeldError as error:
        raise ModelError(
            "another program is getting this model", value=target.name, remedy="Wait for it"
        ) from error
    return target


def remove_model(name: str, home: Path | None = None) -> Path:
    """Remove a model from the home, and what was left of one half fetched; return where it was.

    Raises
    ------
    ModelError
        There is none of that name, it comes with Kindred, or a collection answers with it.
    """
    require(Role.OWNER)
    known = find_known(name)
    folder = models_folder(home) / _checked(known.name if known else name)
    beside = folder.with_name(folder.name + PARTIAL)
    if not (folder.is_dir() or beside.is_dir()) or folder.is_symlink():
        if (config.MODELS / name / MANIFEST).is_file():
            raise ModelError("this model comes with Kindred", value=name, remedy="It stays")
        raise _no_such(name, [each.name for each in models_here(home) if each.origin != "bundled"])
    users = [each for each in _users(home) if each[1] == folder]
    if users:
        raise ModelError(
            f"the collection {users[0][0]!r} answers with this model",
            value=name,
            remedy="Move the collection to another model first, or remove it",
        )
    (folder / MANIFEST).unlink(missing_ok=True)  # half a removal is no model, never a damaged one
    for each in (folder, beside):
        if each.is_dir():
            shutil.rmtree(each)
    return folder


def _users(home: Path | None) -> Iterable[tuple[str, Path]]:
    """Yield every collection's name and model folder."""
    for summary in list_collections(home):
        with suppress(CollectionError):  # what is damaged answers with nothing
            named = Manifest.load(summary.folder).model.folder
            yield summary.name, summary.folder / (named or "")


def _settle(beside: Path, name: str, names: list[str], told: dict[str, Any]) -> None:
    """Try what has come and make a model of it; what does not work is thrown away."""
    try:
        is_preset = (beside / PRESET).is_dir()
        settings = read_preset(beside) if is_preset else read_layout(beside).settings
        shutil.rmtree(beside / ".cache", ignore_errors=True)  # the library's own records
        write_json(beside / REPORT, {"published": told})
        write_manifest(beside, name, settings, published=names)
        _measure(load_encoder(beside), beside.parent)
    except ModelError:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _measure(encoder: Encoder, shelf: Path) -> tuple[float, float]:
    """Return and keep photos a second, and milliseconds a text, of a model on this machine."""
    size = encoder.preprocessing.size_px
    pixels = np.random.default_rng(0).integers(0, 256, (_N_PHOTOS, size, size, 3), dtype=np.uint8)
    encoder.embed_photos(pixels[:1])  # the first pays for what later ones share
    began = time.perf_counter()
    encoder.embed_photos(pixels)
    rate = _N_PHOTOS / (time.perf_counter() - began)
    text_ms = 0.0
    if encoder.tokenizer is not None:
        encoder.embed_texts(["a dog"])
        began = time.perf_counter()
        for number in range(_N_TEXTS):
            encoder.embed_texts([f"a dog and {number} cats"])
        text_ms = (time.perf_counter() - began) * 1000 / _N_TEXTS
    with suppress(OSError):  # where nothing can be kept, it is measured again
        shelf.mkdir(parents=True, exist_ok=True)
        write_json(
            shelf / SPEEDS, known_record(shelf / SPEEDS) | {encoder.fingerprint: (rate, text_ms)}
        )
    return rate, text_ms


def _copied(source: Path, beside: Path, progress: Report) -> list[str]:
    """Copy the files of the layout out of a folder or a zip file; nothing is followed."""
    if source.is_dir():
        files = {
            path.relative_to(source).as_posix(): path
            for path in source.rglob("*")
            if path.is_file() and not path.is_symlink()
        }
        sizes = {name: path.stat().st_size for name, path in files.items()}
        names = _chosen(sizes, source)
        step = Step(progress, f"copying {source.name}", len(names))
        for done, (name, each) in enumerate(names.items(), start=1):
            (beside / each).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(files[name], beside / each, follow_symlinks=False)
            step.at(done)
        return list(names.values())
    try:
        with zipfile.ZipFile(source) as archive:
            return _unpacked(archive, source, beside, progress)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise ModelError(
            f"the zip file cannot be read ({error})", value=source, remedy="Copy it again"
        ) from error


def _unpacked(archive: zipfile.ZipFile, source: Path, beside: Path, progress: Report) -> list[str]:
    entries = {
        entry.filename: entry
        for entry in archive.infolist()
        if not entry.is_dir() and not stat.S_ISLNK(entry.external_attr >> 16)
    }
    names = _chosen({name: entry.file_size for name, entry in entries.items()}, source)
    require_room(beside, sum(entries[name].file_size for name in names))
    step = Step(progress, f"unpacking {source.name}", len(names))
    for done, (name, each) in enumerate(names.items(), start=1):
        (beside / each).parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entries[name]) as packed, (beside / each).open("wb") as plain:
            shutil.copyfileobj(packed, plain)
        step.at(done)
    return list(names.values())


def _chosen(sizes: dict[str, int], source: Path) -> dict[str, str]:
    """Return the files of the layout by their names in the source, perhaps one folder down."""
    tops = {name.removesuffix(LAYOUT[0]) for name in sizes if name.endswith(LAYOUT[0])}
    for top in sorted(tops, key=len):
        inside = {name: name.removeprefix(top) for name in sizes if name.startswith(top)}
        chosen = {name: each for name, each in inside.items() if _belongs(each)}
        if set(LAYOUT) <= set(chosen.values()):
            return chosen
    raise ModelError(
        "this holds no model of the layout that is read here",
        value=source,
        remedy=f"It needs {', '.join(LAYOUT)}",
    )


def _belongs(name: str) -> bool:
    """Tell whether a file is of the layout, or beside a graph, where its weights may be."""
    path = PurePosixPath(name)
    is_side = len(path.parts) == 2 and path.parts[0] in ("visual", "textual")
    is_plain = ".." not in path.parts and not path.name.startswith(".") and "\\" not in name
    return name == CONFIG or (is_side and is_plain and path.suffix not in OTHER_RUNTIMES)


def _checked(name: str) -> str:
    """Return a model's name if it can be a folder's."""
    if not _NAME.fullmatch(name):
        raise ModelError(
            "this cannot be a model's name", value=name, remedy="Use letters, digits, - _ + and ."
        )
    return name


def _no_such(name: str, known: list[str] | None = None) -> ModelError:
    names = [each.name for each in KNOWN] if known is None else known
    near = [each for each in names if name.lower() in each.lower()][:3]
    return ModelError(
        "there is no such model",
        value=name,
        remedy=f"Did you mean {', '.join(near)}" if near else "'models' lists those that are known",
    )
