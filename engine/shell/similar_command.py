"""`tags` and `similar`: what a photo has to do with words, and with other photos."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click import argument, option

from engine.config import DEFAULT_K
from engine.shell.commands import Kind, Outcome, at_least, collection_argument, command
from engine.shell.meter import listening
from engine.shell.search_command import lines_of
from engine.shell.table import Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.encoders import Encoder
    from engine.storage import Collection


@command("tags")
@collection_argument
@argument("photo", required=False, help="A photo's file, or the id of one in it.")
@option("-k", type=at_least(1), default=10, show_default=True, help="How many.")
@option(
    "--measure",
    metavar="KEY",
    help="Instead of one photo: how often this attribute's word is among the tags.",
)
@option("--photos", type=at_least(1), default=200, show_default=True, help="Photos to measure on.")
def tags(collection: Path, photo: str | None, k: int, measure: str | None, photos: int) -> Outcome:
    """Tag a photo, or measure how good tags are."""
    if bool(photo) == bool(measure):
        raise click.UsageError("give a PHOTO, or --measure KEY")
    from engine.encoders import load_encoder
    from engine.storage import Collection
    from engine.zero_shot_tags import measure_tags, tags_of

    with Collection.open(collection) as opened:
        encoder = load_encoder(opened.model_folder)
        if measure:
            found = measure_tags(opened, encoder, measure, n_photos=photos, k=k)
            line = (
                f"{measure}: its word is among the first {found.n_tags} tags of "
                f"{found.share:.3f} of {found.n_photos:,} photos."
            )
            record = {name: getattr(found, name) for name in ("key", "n_photos", "n_tags", "share")}
            return Outcome(record, [line])
        row = row_of(opened, encoder, str(photo))
        said = list(enumerate(tags_of(encoder, row, k)[0], start=1))
    rows = [[str(rank), f"{similarity:.3f}", word] for rank, (word, similarity) in said]
    told = [{"rank": rank, "word": word, "similarity": cosine} for rank, (word, cosine) in said]
    return Outcome({"photo": photo, "tags": told}, [Table(rows, ">><", ("", "similarity", "word"))])


def row_of(collection: Collection, encoder: Encoder, photo: str) -> NDArray[np.float32]:
    """Return a photo's unit row, shape (1, n_dims): of a file, or of a photo in the collection."""
    import numpy as np

    from engine.images import read_photo

    file = Path(photo).expanduser()
    if file.is_file():
        return encoder.embed_photos(read_photo(file, encoder.preprocessing).pixels[None])
    row = collection.catalogue.photo(photo).row
    return np.asarray(collection.embeddings[[row]], np.float32)


def _share(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise ValueError(f"must be a number from 0 to 1, not {text!r}")
    return number


@command("similar")
@collection_argument
@argument("photo", help="The id of a photo in it.")
@option("--about", default="", metavar="WORDS", help="In which respect they shall be similar.")
@option("--strength", type=Kind("X", _share), default=0.5, help="How much that counts, 0 to 1.")
@option(
    "--features",
    is_flag=True,
    help="Compare the raw features of the model's backbone, such as VGG16's 4,096.",
)
@option("-k", type=at_least(1), default=DEFAULT_K, show_default=True, help="How many photos.")
def similar(
    collection: Path, photo: str, about: str, strength: float, features: bool, k: int
) -> Outcome:
    """Find photos like one of the collection."""
    from engine.likeness import similar_photos
    from engine.search import SearchEngine

    with listening() as progress:
        answer = similar_photos(
            SearchEngine.open(collection),
            photo,
            about=about,
            strength=strength,
            by_features=features,
            k=k,
            progress=progress,
        )
    return Outcome(answer.to_json(), lines_of(answer))
