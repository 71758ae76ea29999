"""Put `kindred-everyday` together from what its training learned: arrays, pieces of words, texts.

The photo side is ImageNet's network with two parts on it, and the text side meets both:

1. **learned**: the network's features, and a little of its earlier maps, through residual layers
   into the space of captions; a few such members answer together;
2. **named**: the mean of the ten likeliest of ImageNet's 1,000 names as vectors, each weighed by
   how likely it is (Norouzi et al., "Zero-shot learning by convex combination of semantic
   embeddings", ICLR 2014): what nobody captioned still has its name.

Both are unit rows, scaled, side by side: a similarity is the weighted sum of theirs. One more
number takes from it what a photo has in common with every text.

    python -m tools.everyday SHARED.npz TOKENIZER.json --members A.npz B.npz --texts FILE [FILE ...]
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.config import MODELS
from engine.durable import write_json
from engine.encoders import EVERYDAY
from engine.encoders.model_folder import PHOTO_ONNX, REPORT, TEXT_ONNX, VOCABULARY, write_manifest
from engine.encoders.model_settings import LITE, ModelSettings
from engine.encoders.photo_graph import write_photo_side
from engine.encoders.weights_package import WeightsPackage
from engine.text import SubwordTokenizer, singular, words
from tools.everyday_graph import Arrays, write_head, write_text_side

SIZE_PX = 224
LEAST_COUNT = 2
_IS_WORD = re.compile(r"[^\W\d_]+|\w{2,}").fullmatch


def main(arguments: list[str]) -> None:
    """Write the model's folder beside, and exchange it for the one that is there."""
    parser = argparse.ArgumentParser(prog="python -m tools.everyday", description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--members", nargs="+", type=Path, required=True)
    parser.add_argument("--texts", nargs="+", type=Path, required=True, help="words are counted")
    options = parser.parse_args(arguments)
    members = [read_arrays(path) for path in options.members]
    shared, counts = read_arrays(options.shared), count_words(options.texts)
    beside = MODELS / f"{EVERYDAY}.partial"
    shutil.rmtree(beside, ignore_errors=True)
    put_together(members, shared, options.tokenizer, counts, beside)
    shutil.rmtree(MODELS / EVERYDAY, ignore_errors=True)
    beside.rename(MODELS / EVERYDAY)
    print(f"The model: {MODELS / EVERYDAY}. Run tools.suitability next.")


def read_arrays(path: Path) -> Arrays:
    """Return the arrays of a file by their names."""
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def put_together(
    members: Sequence[Arrays],
    shared: Arrays,
    pieces: Path,
    counts: list[tuple[str, int]],
    out: Path,
) -> None:
    """Write a model's folder; see `tools.everyday_graph` for the arrays."""
    out.mkdir(parents=True)
    n_tokens = int(shared["n_tokens"])
    head = out / "head.onnx"
    write_head(members, shared, head)
    write_photo_side(head, LITE, out / PHOTO_ONNX)
    head.unlink()
    write_text_side(members, shared, out / TEXT_ONNX)
    tokenizer = SubwordTokenizer.of_pieces(pieces, counts, n_tokens)
    tokenizer.save(out / VOCABULARY)
    write_json(out / REPORT, {"backbone": LITE, "scales": shared["scales"].tolist()})
    settings = ModelSettings(
        backbone=LITE,
        size_px=SIZE_PX,
        n_dims=shared["projection"].shape[1] + shared["names"].shape[1] + 1,
        n_tokens=n_tokens,
        n_ids=tokenizer.n_ids,
        pooling="average",
        hidden=(members[0]["photo.hidden.kernel"].shape[1],),
        resize_mode="squash",
        interpolation="bicubic",
    )
    write_manifest(out, EVERYDAY, settings, package=WeightsPackage.of(LITE).card)


def count_words(files: Sequence[Path]) -> list[tuple[str, int]]:
    """Return how often each word is in some texts, the most frequent first."""
    seen: Counter[str] = Counter()
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            seen.update(singular(word) for word in words(line))
    known = [(word, n) for word, n in seen.items() if n >= LEAST_COUNT and _IS_WORD(word)]
    return sorted(known, key=lambda pair: (-pair[1], pair[0]))


if __name__ == "__main__":
    main(sys.argv[1:])
