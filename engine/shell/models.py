"""`models`: which there are, here and published; get, use, compare and remove them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click import argument, option

from engine.shell.commands import FOLDER, Outcome, at_least, command
from engine.shell.index_command import move, yes_option
from engine.shell.meter import amount, listening
from engine.shell.table import Part, Table

if TYPE_CHECKING:
    from engine.hub import KnownModel, ModelOnShelf


@command("models")
@argument(
    "action",
    default="list",
    type=click.Choice(("list", "get", "use", "compare", "remove")),
    help="What to do (default: list).",
)
@argument(
    "items",
    nargs=-1,
    metavar="[NAME]...",
    help="A model's name; for get also a repository (owner/name), a folder or zip file, or a "
    "preset of keras_hub (keras:clip_vit_base_patch32), which is installed apart; "
    "for compare two models and a question.",
)
@option("--to", type=FOLDER, metavar="COLLECTION", help="use, compare: the collection.")
@option("--name", help="get: what the model is called here.")
@option("--revision", help="get: a commit or tag (default: the newest commit).")
@yes_option
@option("-k", type=at_least(1), default=9, show_default=True, help="compare: answers of each.")
def models(action: str, items: Sequence[str], to: Path | None, **options: Any) -> Outcome:
    """Do what was asked with the models that were named."""
    if action == "list":
        return list_them()
    if action in ("use", "compare") and to is None:
        raise click.UsageError(f"{action} needs --to COLLECTION")
    if action == "compare":
        if len(items) < 3:
            raise click.UsageError("compare needs two models and a question")
        return compare(items[0], items[1], " ".join(items[2:]), Path(str(to)), options["k"])
    if len(items) != 1:
        raise click.UsageError(f"{action} takes one NAME")
    if action == "get":
        return get(items[0], options["name"], options["revision"])
    if action == "use":
        return move(Path(str(to)), items[0], confirmed=options["yes"])
    return remove(items[0])


def list_them() -> Outcome:
    """List the models that are here, and those that can be had."""
    from engine.hub import KNOWN, models_here

    here = models_here(measure=True)
    names = {each.name for each in here}
    to_get = [each for each in KNOWN if each.name not in names]
    record = {
        "here": [record_of_here(each) for each in here],
        "published": [record_of_known(each) for each in to_get],
    }
    head = ("", "size", "photos/s", "a text", "recall", "languages", "licence", "good at")
    rows_here = [[each.name, *_of_here(each)] for each in here]
    rows_to_get = [[each.name, *_of_known(each)] for each in to_get]
    lines: list[Part] = ["Here:", Table(rows_here, "<>>>><<<", head)]
    if to_get:
        lines += ["", "To get, with 'models get NAME':"]
        lines.append(Table(rows_to_get, "<>><<<", (*head[:2], *head[4:])))
    note = (
        "Speeds are this machine's. Recall is published: text to photo on Crossmodal-3600 in "
        "English, the mean of R@1, R@5 and R@10."
    )
    return Outcome(record, [*lines, "", note])


def _of_here(each: ModelOnShelf) -> list[str]:
    from engine.hub import find_known

    if each.reason:
        return [_size(each.n_bytes), "–", "–", "–", "–", "–", each.reason]
    known = find_known(each.name)
    return [
        _size(each.n_bytes),
        amount(each.photos_per_second) if each.photos_per_second else "–",
        f"{amount(each.text_ms)} ms" if each.text_ms else "–",
        f"{known.recall:.3f}" if known else "–",
        known.languages if known else "–",
        str(each.told.get("licence") or "–"),
        known.good_at if known else {"bundled": "comes with Kindred"}.get(each.origin, "yours"),
    ]


def _of_known(each: KnownModel) -> list[str]:
    licence = f"{each.licence}, no commerce" if each.forbids_commerce else each.licence
    recall = f"{each.recall:.3f}"
    return [_size(each.n_bytes), recall, each.languages, licence, each.good_at]


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 10**9 else f"{n_bytes / 1e6:,.0f} MB"


def record_of_here(each: ModelOnShelf) -> dict[str, Any]:
    """Return what `--json` prints of a model that is here."""
    return {
        "name": each.name,
        "folder": str(each.folder),
        "origin": each.origin,
        "bytes": each.n_bytes,
        "photos_per_second": each.photos_per_second,
        "text_ms": each.text_ms,
        "published": each.told,
        "error": each.reason or None,
    }


def record_of_known(each: KnownModel) -> dict[str, Any]:
    """Return what `--json` prints of a model that can be had."""
    names = ["name", "repository", "good_at", "languages", "n_bytes", "licence"]
    names += ["forbids_commerce", "recall"]
    return {name.removeprefix("n_"): getattr(each, name) for name in names}


def get(source: str, name: str | None, revision: str | None) -> Outcome:
    """Get a published model."""
    from engine.hub import find_known, get_model, models_here

    known = find_known(source)
    if known and known.forbids_commerce:
        print(
            f"The licence of {known.name}, {known.licence}, forbids to earn money with it.",
            file=sys.stderr,
        )
    with listening() as progress:
        folder = get_model(source, name=name, revision=revision, progress=progress)
    (found,) = [each for each in models_here() if each.folder == folder]
    line = f"{found.name} is here, {_size(found.n_bytes)}"
    if found.photos_per_second:
        line += (
            f": {amount(found.photos_per_second)} photos/s, {amount(found.text_ms or 0)} ms a text"
        )
    licence = found.told.get("licence") or "not named"
    use = f"Use it: python -m engine models use {found.name} --to COLLECTION"
    return Outcome(record_of_here(found), [f"{line}. Its licence: {licence}.", use])


def compare(first: str, second: str, question: str, folder: Path, k: int) -> Outcome:
    """Ask two models the same of a collection's photos."""
    from engine.encoders import load_encoder, model_at
    from engine.hub import SideBySide
    from engine.storage import Collection

    with Collection.open(folder) as collection, listening() as progress:
        encoders = [load_encoder(model_at(name)) for name in (first, second)]
        sides = SideBySide(collection, encoders, progress)
        answers = sides.nearest(question, k)
    told = [
        [{"photo": photo.photo_id, "path": photo.path, "similarity": s} for photo, s in answer]
        for answer in answers
    ]
    record = {"photos": len(sides.photos), first: told[0], second: told[1]}
    rows = [
        [str(rank), f"{a['similarity']:.3f}", a["path"], f"{b['similarity']:.3f}", b["path"]]
        for rank, (a, b) in enumerate(zip(*told, strict=True), start=1)
    ]
    return Outcome(record, [Table(rows, ">><><", ("", "", first, "", second))])


def remove(name: str) -> Outcome:
    """Remove a model."""
    from engine.hub import remove_model

    folder = remove_model(name)
    return Outcome({"removed": str(folder)}, [f"{folder.name} is gone."])
