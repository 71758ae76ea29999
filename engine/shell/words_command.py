"""`words`: nearest words to a word or a sum of words; `words train` learns them from captions."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

from engine.shell import table
from engine.shell.commands import Command, Outcome, UsageError, at_least, path
from engine.shell.meter import duration, listening
from engine.shell.search_command import bar

if TYPE_CHECKING:
    from engine.words import Neighbour, WordSum, WordVectors

TRAIN = "train"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `words` takes."""
    parser.add_argument(
        "query",
        nargs="+",
        metavar="WORDS",
        help="a word or a sum of words, as in 'cat + sofa'; or 'train' and sources of texts",
    )
    parser.add_argument(
        "--vectors",
        type=path,
        metavar="FILE",
        help="GloVe text or word2vec binary, also gzipped or zipped; a folder that 'words train' "
        "made; or a set by name, such as glove.6B.300d",
    )
    parser.add_argument(
        "-k", type=at_least(1), default=10, help="how many words (default: %(default)s)"
    )
    learning = parser.add_argument_group(
        "learning words of your own",
        "'words train TEXTS… --out FOLDER' with folders of captioned photos, or text files",
    )
    learning.add_argument("--out", type=path, metavar="FOLDER", help="where the set will be")
    learning.add_argument("--name", default="own words", help="what people will call the set")
    learning.add_argument("--n-dims", type=at_least(2), default=128, metavar="N", help="width")
    learning.add_argument(
        "--min-count", type=at_least(1), default=5, metavar="N", help="leave rarer words out"
    )
    learning.add_argument(
        "--without", type=path, metavar="FILE", help="words to leave out, such as brands"
    )


def run(options: argparse.Namespace) -> Outcome:
    """Answer with words, or learn some."""
    if options.query[0] == TRAIN and options.out:
        return run_train(options)
    if options.out:
        raise UsageError("--out goes with 'words train TEXTS…'")
    from engine.words import WordVectors

    with listening() as progress:
        vectors = WordVectors.open(options.vectors, progress=progress)
    query = " ".join(options.query)
    understood = vectors.understand(query)
    return outcome_of(query, vectors, understood, vectors.nearest(query, options.k))


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
    head = ["", "word", "similarity", "distance"]
    rows = [
        [str(n.rank), n.word, f"{n.similarity:5.2f} {bar(n.similarity)}", f"{n.distance:.2f}"]
        for n in neighbours
    ]
    titles, *lines = table.columns([head, *rows], align="><<>")
    closing = f"{len(neighbours)} of {len(vectors):,} words, nearest first, from {vectors.name}"
    unknown = table.plain(", ".join(understood.unknown))
    notes = [f"Not known, so left out: {unknown}"] if unknown else []
    return Outcome(record, [table.faint(titles), *lines, "", table.faint(closing)], notes)


def run_train(options: argparse.Namespace) -> Outcome:
    """Learn word vectors from captions and keep them."""
    from engine.text import words
    from engine.words import learn_words, save_words
    from engine.words.corpus import read_texts

    begin = time.perf_counter()
    sources = [path(text) for text in options.query[1:]]
    if not sources:
        raise UsageError("name the folders or files to learn from")
    left_out = words(options.without.read_text("utf-8")) if options.without else []
    learned = learn_words(
        read_texts(sources), n_dims=options.n_dims, min_count=options.min_count, without=left_out
    )
    report: dict[str, Any] = {
        "n_texts": learned.n_texts,
        "n_left_out": len(left_out),
        "min_count": options.min_count,
    }
    save_words(options.out, options.name, learned.words, learned.rows, report=report)
    seconds = time.perf_counter() - begin
    shape = {"n_words": len(learned.words), "n_dims": options.n_dims}
    line = (
        f"{len(learned.words):,} words from {learned.n_texts:,} texts in {duration(seconds)}: "
        f"{table.plain(options.out)}"
    )
    return Outcome({"folder": str(options.out), **shape, **report, "seconds": seconds}, [line])


COMMAND = Command(
    "words", "show the words nearest to a word, or learn word vectors", add_arguments, run
)
