"""Find what tells products on plain ground from other photos, and put it into the everyday model.

Run after the everyday model has been made anew. Half of each folder's photos are looked at, and the
other half, fifty at a time, says how often the right one of the bundled models is chosen.

    python -m tools.suitability --products FOLDER [FOLDER ...] --others FOLDER [FOLDER ...]
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import read_source
from engine.durable import write_json
from engine.encoders import EVERYDAY, FASHION, bundled_model, load_encoder
from engine.encoders.suitability import N_LOOKED_AT, PRODUCTS, Suitability, products_among
from engine.errors import PhotoError
from engine.images import read_photos

FOLDER_PHOTOS = 50
BATCH = 64


def main(arguments: list[str]) -> None:
    """Fit on one half of the photos, write the result, and tell how it does on the other."""
    parser = argparse.ArgumentParser(prog="python -m tools.suitability", description=__doc__)
    parser.add_argument("--products", nargs="+", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--others", nargs="+", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--photos", type=int, default=1000, help="of each folder, at most")
    options = parser.parse_args(arguments)
    model = bundled_model(EVERYDAY)
    kinds = {FASHION: options.products, EVERYDAY: options.others}
    rows = {
        (name, folder): embed(folder, model, options.photos)
        for name, folders in kinds.items()
        for folder in folders
    }
    halves = {name: [own[::2] for (n, _), own in rows.items() if n == name] for name in kinds}
    direction, level = tell_apart(halves[FASHION], halves[EVERYDAY])
    write_json(model / PRODUCTS, {"direction": direction, "level": level})
    for (name, folder), own in rows.items():
        n_right, n_folders, share = measured(own[1::2], name, model)
        right = f"{n_right} of {n_folders} folders of {FOLDER_PHOTOS} right"
        print(f"{folder.name}: {right}, {share:.3f} of single photos")


def embed(folder: Path, model: Path, n_photos: int) -> NDArray[np.float32]:
    """Return the everyday model's embeddings of photos from all over a folder, shuffled."""
    encoder = load_encoder(model)
    source = read_source(folder)
    paths = [source.root / record.path for record in source.records]
    chosen = np.random.default_rng(0).permutation(len(paths))[:n_photos]
    read = read_photos(
        [paths[i] for i in chosen], encoder.preprocessing, n_threads=os.cpu_count() or 1
    )
    pixels = [photo.pixels for photo in read if not isinstance(photo, PhotoError)]
    parts = [pixels[start : start + BATCH] for start in range(0, len(pixels), BATCH)]
    return np.concatenate([encoder.embed_photos(np.stack(part)) for part in parts])


def tell_apart(
    products: list[NDArray[np.float32]], others: list[NDArray[np.float32]]
) -> tuple[list[float], float]:
    """Return the direction and the level that part two kinds of photos; each folder weighs alike.

    Fisher's discriminant: the difference of the means, in the measure of the spread within.

    Examples
    --------
    >>> spread = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]], np.float32) / 10
    >>> direction, level = tell_apart([spread + [1, 0]], [spread + [0, 0]])
    >>> bool(direction[0] > 0), round(level / direction[0], 2), round(direction[1], 4) + 0
    (True, 0.5, 0.0)
    """
    means = [np.mean([own.mean(axis=0) for own in kind], axis=0) for kind in (products, others)]
    within = np.mean([np.cov(own.T) for own in (*products, *others)], axis=0)
    steadied = within + np.eye(len(within)) * np.trace(within) / len(within)
    direction = np.linalg.solve(steadied, means[0] - means[1])
    # Round: what is committed stays the same where the last digits of a sum differ.
    level = float(direction @ (means[0] + means[1]) / 2)
    return [round(float(each), 5) for each in direction], round(level, 5)


def measured(rows: NDArray[np.float32], right: str, model: Path) -> tuple[int, int, float]:
    """Return in how many folders the right model is chosen, of how many; and of single photos."""
    are_products = products_among(rows, model)
    folders = [
        are_products[start : start + FOLDER_PHOTOS][:N_LOOKED_AT]
        for start in range(0, len(rows) - FOLDER_PHOTOS + 1, FOLDER_PHOTOS)
    ]
    chosen = [Suitability(len(each), int(each.sum())).model for each in folders]
    is_right = are_products if right == FASHION else ~are_products
    return chosen.count(right), len(chosen), float(is_right.mean())


if __name__ == "__main__":
    main(sys.argv[1:])
