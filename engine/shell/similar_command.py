"""`tags` and `similar`: what a photo has to do with words, and with other photos."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.config import DEFAULT_K
from engine.shell import table
from engine.shell.commands import Command, Outcome, UsageError, at_least, path
from engine.shell.meter import listening
from engine.shell.search_command import lines_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.encoders import Encoder
    from engine.storage import Collection


def add_tags_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `tags` takes."""
    parser.add_argument("collection", type=path, metavar="COLLECTION", help="a collection's folder")
    parser.add_argument(
        "photo", nargs="?", metavar="PHOTO", help="a photo's file, or the id of one in it"
    )
    parser.add_argument("-k", type=at_least(1), default=10, help="how many (default: %(default)s)")
    parser.add_argument(
        "--measure",
        metavar="KEY",
        help="instead of one photo: how often this attribute's word is among the tags",
    )
    parser.add_argument(
        "--photos", type=at_least(1), default=200, metavar="N", help="photos to measure on"
    )


def run_tags(options: argparse.Namespace) -> Outcome:
    """Tag a photo, or measure how good tags are."""
    if bool(options.photo) == bool(options.measure):
        raise UsageError("give a PHOTO, or --measure KEY")
    from engine.encoders import load_encoder
    from engine.storage import Collection
    from engine.zero_shot_tags import Tagger, measure_tags

    with Collection.open(options.collection) as collection:
        encoder = load_encoder(collection.model_folder)
        if options.measure:
            found = measure_tags(
                collection, encoder, options.measure, n_photos=options.photos, k=options.k
            )
            line = (
                f"{options.measure}: its word is among the first {found.n_tags} tags of "
                f"{found.share:.3f} of {found.n_photos:,} photos."
            )
            record = {name: getattr(found, name) for name in ("key", "n_photos", "n_tags", "share")}
            return Outcome(record, [line])
        row = row_of(collection, encoder, options.photo)
        tags = Tagger(encoder).tags(row, options.k)[0]
    rows = [[str(tag.rank), f"{tag.similarity:.3f}", tag.word] for tag in tags]
    told = [{"rank": t.rank, "word": t.word, "similarity": t.similarity} for t in tags]
    record = {"photo": options.photo, "tags": told}
    return Outcome(record, table.columns([["", "similarity", "word"], *rows], align=">><"))


def row_of(collection: Collection, encoder: Encoder, photo: str) -> NDArray[np.float32]:
    """Return a photo's unit row, shape (1, n_dims): of a file, or of a photo in the collection."""
    import numpy as np

    from engine.images import read_photo

    file = Path(photo).expanduser()
    if file.is_file():
        return encoder.embed_photos(read_photo(file, encoder.preprocessing).pixels[None])
    row = collection.catalogue.photo(photo).row
    return np.asarray(collection.embeddings[[row]], np.float32)


def add_similar_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `similar` takes."""
    parser.add_argument("collection", type=path, metavar="COLLECTION", help="a collection's folder")
    parser.add_argument("photo", metavar="PHOTO", help="the id of a photo in it")
    parser.add_argument(
        "--about", default="", metavar="WORDS", help="in which respect they shall be similar"
    )
    parser.add_argument(
        "--strength", type=share, default=0.5, metavar="X", help="how much that counts, 0 to 1"
    )
    parser.add_argument(
        "--features",
        action="store_true",
        help="compare the raw features of the model's backbone, such as VGG16's 4,096",
    )
    parser.add_argument(
        "-k", type=at_least(1), default=DEFAULT_K, help="how many photos (default: %(default)s)"
    )


def share(text: str) -> float:
    """Read a number from 0 to 1, for argparse."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to 1, not {text!r}")
    return number


def run_similar(options: argparse.Namespace) -> Outcome:
    """Find photos like one of the collection."""
    from engine.likeness import similar_photos
    from engine.search import SearchEngine

    with listening() as progress:
        answer = similar_photos(
            SearchEngine.open(options.collection),
            options.photo,
            about=options.about,
            strength=options.strength,
            by_features=options.features,
            k=options.k,
            progress=progress,
        )
    record: dict[str, Any] = answer.to_json()
    return Outcome(record, lines_of(answer))


TAGS = Command(
    "tags", "say in words what is on a photo, or measure that", add_tags_arguments, run_tags
)
SIMILAR = Command(
    "similar",
    "find photos like one, in every respect or in one",
    add_similar_arguments,
    run_similar,
)
