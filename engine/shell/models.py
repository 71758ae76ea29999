"""`models`: which there are, here and published; get, use, compare and remove them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.shell import table
from engine.shell.commands import Command, Outcome, UsageError, at_least, path
from engine.shell.index_command import outcome_of as outcome_of_build
from engine.shell.meter import amount, listening

if TYPE_CHECKING:
    from engine.hub import KnownModel, ModelOnShelf

Action = Callable[[argparse.Namespace], Outcome]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `models` takes."""
    parser.add_argument(
        "action", nargs="?", default="list", choices=ACTIONS, help="what to do (default: list)"
    )
    parser.add_argument(
        "items",
        nargs="*",
        metavar="NAME",
        help="a model's name; for get also a repository (owner/name), a folder or zip file, or a "
        "preset of keras_hub (keras:clip_vit_base_patch32), which is installed apart; "
        "for compare two models and a question",
    )
    parser.add_argument(
        "--to", type=path, metavar="COLLECTION", help="use, compare: the collection"
    )
    parser.add_argument("--name", help="get: what the model is called here")
    parser.add_argument("--revision", help="get: a commit or tag (default: the newest commit)")
    parser.add_argument(
        "-k", type=at_least(1), default=9, help="compare: answers of each (default: %(default)s)"
    )


def run(options: argparse.Namespace) -> Outcome:
    """Do what was asked with the models that were named."""
    return ACTIONS[options.action](options)


def list_them(options: argparse.Namespace) -> Outcome:
    """List the models that are here, and those that can be had."""
    from engine.hub import KNOWN, models_here

    here = models_here(measure=True)
    names = {each.name for each in here}
    to_get = [each for each in KNOWN if each.name not in names]
    record = {
        "here": [record_of_here(each) for each in here],
        "published": [record_of_known(each) for each in to_get],
    }
    head = ["", "size", "photos/s", "a text", "recall", "languages", "licence", "good at"]
    rows = [[each.name, *_of_here(each)] for each in here]
    rows += [[each.name, *_of_known(each)] for each in to_get]
    lines = table.columns([head, *rows], align="<>>>><<<", room=table.room())
    lines.insert(1, "Here:")
    lines.insert(2 + len(here), "To get, with 'models get NAME':")
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
    return [_size(each.n_bytes), "–", "–", recall, each.languages, licence, each.good_at]


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
    return {
        "name": each.name,
        "repository": each.repository,
        "good_at": each.good_at,
        "languages": each.languages,
        "bytes": each.n_bytes,
        "licence": each.licence,
        "forbids_commerce": each.forbids_commerce,
        "recall": each.recall,
    }


def get(options: argparse.Namespace) -> Outcome:
    """Get a published model."""
    from engine.hub import find_known, get_model, models_here

    source = one(options)
    known = find_known(source)
    if known and known.forbids_commerce:
        print(
            f"The licence of {known.name}, {known.licence}, forbids to earn money with it.",
            file=sys.stderr,
        )
    with listening() as progress:
        folder = get_model(source, name=options.name, revision=options.revision, progress=progress)
    (found,) = [each for each in models_here() if each.folder == folder]
    line = f"{found.name} is here, {_size(found.n_bytes)}"
    if found.photos_per_second:
        line += (
            f": {amount(found.photos_per_second)} photos/s, {amount(found.text_ms or 0)} ms a text"
        )
    licence = found.told.get("licence") or "not named"
    use = f"Use it: python -m engine models use {found.name} --to COLLECTION"
    return Outcome(record_of_here(found), [f"{line}. Its licence: {licence}.", use])


def use(options: argparse.Namespace) -> Outcome:
    """Let a collection answer with a model."""
    from engine.encoders import model_at
    from engine.search import prepare
    from engine.storage import change_model

    name, collection = one(options), needed_collection(options)
    with listening() as progress:
        report = change_model(collection, model_at(name), progress=progress)
        prepare(collection, progress)
    return outcome_of_build(report, collection)


def compare(options: argparse.Namespace) -> Outcome:
    """Ask two models the same of a collection's photos."""
    from engine.encoders import load_encoder, model_at
    from engine.hub import SideBySide
    from engine.storage import Collection

    if len(options.items) < 3:
        raise UsageError("compare needs two models and a question")
    first, second, *words = options.items
    with Collection.open(needed_collection(options)) as collection, listening() as progress:
        encoders = [load_encoder(model_at(name)) for name in (first, second)]
        sides = SideBySide(collection, encoders, progress)
        answers = sides.nearest(" ".join(words), options.k)
    told = [
        [{"photo": photo.photo_id, "path": photo.path, "similarity": s} for photo, s in answer]
        for answer in answers
    ]
    record = {"photos": len(sides.photos), first: told[0], second: told[1]}
    rows = [
        [str(rank), f"{a['similarity']:.3f}", a["path"], f"{b['similarity']:.3f}", b["path"]]
        for rank, (a, b) in enumerate(zip(*told, strict=True), start=1)
    ]
    head = ["", "", first, "", second]
    return Outcome(record, table.columns([head, *rows], align=">><><", room=table.room()))


def remove(options: argparse.Namespace) -> Outcome:
    """Remove a model."""
    from engine.hub import remove_model

    folder = remove_model(one(options))
    return Outcome({"removed": str(folder)}, [f"{folder.name} is gone."])


def one(options: argparse.Namespace) -> str:
    """Return the one model that was named."""
    if len(options.items) != 1:
        raise UsageError(f"{options.action} takes one NAME")
    return str(options.items[0])


def needed_collection(options: argparse.Namespace) -> Path:
    """Return the collection that was named."""
    if options.to is None:
        raise UsageError(f"{options.action} needs --to COLLECTION")
    return Path(options.to)


ACTIONS: dict[str, Action] = {
    "list": list_them,
    "get": get,
    "use": use,
    "compare": compare,
    "remove": remove,
}
COMMAND = Command("models", "list, get, use, compare and remove models", add_arguments, run)
