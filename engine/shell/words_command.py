"""`words`: nearest words to a word or a sum of words; `words train` learns them from captions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click import argument, option

from engine.shell.commands import FOLDER, PATH, Outcome, SpokenCommand, at_least, command
from engine.shell.meter import duration, listening
from engine.shell.table import Faint, Table, plain

if TYPE_CHECKING:
    from engine.words import Neighbour, WordSum, WordVectors

TRAIN = "train"


@command("words", cls=SpokenCommand)
@argument(
    "query",
    nargs=-1,
    required=True,
    metavar="WORDS...",
    help="A word or a sum of words, as in 'cat + sofa'; or 'train' and sources of texts.",
)
@option(
    "--vectors",
    type=PATH,
    metavar="FILE",
    help="GloVe text or word2vec binary, also gzipped or zipped; a folder that 'words train' "
    "made; or a set by name, such as glove.6B.300d.",
)
@option("-k", type=at_least(1), default=10, show_default=True, help="How many words.")
@option(
    "--out",
    type=FOLDER,
    help="Learn words of your own: 'words train TEXTS… --out FOLDER' with folders of captioned "
    "photos, or text files; the set will be there.",
)
@option("--name", default="own words", help="With --out: what people will call the set.")
@option("--n-dims", type=at_least(2), default=128, help="With --out: width.")
@option("--min-count", type=at_least(1), default=5, help="With --out: leave rarer words out.")
@option(
    "--without", type=PATH, metavar="FILE", help="With --out: words to leave out, such as brands."
)
def words_command(
    query: Sequence[str], vectors: Path | None, k: int, out: Path | None, **learning: Any
) -> Outcome:
    """Answer with words, or learn some."""
    if query[0] == TRAIN and out:
        return learn(query[1:], out, **learning)
    if out:
        raise click.UsageError("--out goes with 'words train TEXTS…'")
    from engine.words import WordVectors

    with listening() as progress:
        known = WordVectors.open(vectors, progress=progress)
    asked = " ".join(query)
    return outcome_of(asked, known, known.understand(asked), known.nearest(asked, k))


def outcome_of(
    query: str, vectors: WordVectors, understood: WordSum, neighbours: list[Neighbour]
) -> Outcome:
    """Lay the words out as a table with bars."""
    record = {
        "query": query,
        "known": list(understood.known),
        "unknown": list(understood.unknown),
        "vectors": vectors.name,
        "pool": len(vectors),
        "words": [
            {"rank": n.rank, "word": n.word, "similarity": n.similarity, "distance": n.distance}
            for n in neighbours
        ],
    }
    rows: list[list[str | float]] = [
        [str(n.rank), n.word, f"{n.similarity:5.2f}", n.similarity, f"{n.distance:.2f}"]
        for n in neighbours
    ]
    closing = f"{len(neighbours)} of {len(vectors):,} words, nearest first, from {vectors.name}"
    unknown = plain(", ".join(understood.unknown))
    notes = [f"Not known, so left out: {unknown}"] if unknown else []
    table = Table(rows, "><><>", ("", "word", "similarity", "", "distance"))
    return Outcome(record, [table, "", Faint(closing)], notes)


def learn(
    texts: Sequence[str], out: Path, *, name: str, n_dims: int, min_count: int, without: Path | None
) -> Outcome:
    """Learn word vectors from captions and keep them."""
    from engine.text import words
    from engine.words import learn_words, save_words
    from engine.words.cooccurrence import read_texts

    begin = time.perf_counter()
    sources = [Path(text).expanduser() for text in texts]
    if not sources:
        raise click.UsageError("name the folders or files to learn from")
    left_out = words(without.read_text("utf-8")) if without else []
    learned = learn_words(read_texts(sources), n_dims=n_dims, min_count=min_count, without=left_out)
    report: dict[str, Any] = {
        "n_texts": learned.n_texts,
        "n_left_out": len(left_out),
        "min_count": min_count,
    }
    save_words(out, name, learned.words, learned.rows, report=report)
    seconds = time.perf_counter() - begin
    shape = {"n_words": len(learned.words), "n_dims": n_dims}
    line = (
        f"{len(learned.words):,} words from {learned.n_texts:,} texts in {duration(seconds)}: "
        f"{plain(out)}"
    )
    return Outcome({"folder": str(out), **shape, **report, "seconds": seconds}, [line])
