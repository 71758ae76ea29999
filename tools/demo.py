"""Draw the demo collection anew, index it with the bundled model, and put it into `assets`.

Run by `make demo`, after the drawing or the bundled model has changed. All of it must take at most
20 MB, for it travels with the code:  python -m tools.demo [--photos N] [--seed N] [--size PX]
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from demo.drawing import draw_collection
from engine import config
from engine.encoders import FASHION, bundled_model
from engine.maps import MapSettings, make_map
from engine.progress import Step
from engine.search import prepare
from engine.shell.meter import Meter
from engine.storage import Collection, build_collection

MAX_BYTES = 20_000_000
NAME = "Demo products"


def main(arguments: list[str]) -> None:
    """Read the arguments, do it, and say how large the result is."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo", description=__doc__)
    parser.add_argument("--photos", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0, help="no seed that training draws with")
    parser.add_argument("--size", type=int, default=144, metavar="PX")
    options = parser.parse_args(arguments)
    n_bytes = make_demo(
        config.DEMO_COLLECTION, options.photos, seed=options.seed, size_px=options.size
    )
    print(f"{options.photos:,} photos in {config.DEMO_COLLECTION}, {n_bytes / 1e6:.1f} MB")


def make_demo(place: Path, n_photos: int, *, seed: int, size_px: int) -> int:
    """Make the collection and its map beside its place, and exchange it for the old one.

    Returns
    -------
    int
        Its bytes: photos, their table, catalogue, embeddings, index and map.
    """
    beside = place.with_name(f"{place.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    # Every combination, the ones that training does without included: they can be asked for.
    with Meter() as report:
        step = Step(report, "drawing photos", n_photos)
        draw_collection(
            n_photos,
            seed,
            beside / "photos",
            size_px=size_px,
            progress=lambda done, total: step.at(done),
        )
        build_collection(
            beside / "photos", model=bundled_model(FASHION), out=beside, name=NAME, progress=report
        )
        prepare(beside, report)
        with Collection.open(beside) as demo:
            make_map(demo, None, MapSettings(), progress=report)
    n_bytes = size_of(beside)
    if n_bytes > MAX_BYTES:
        shutil.rmtree(beside)
        raise SystemExit(
            f"The demo would take {n_bytes / 1e6:.1f} MB, more than {MAX_BYTES / 1e6:.0f} MB:"
            " draw fewer or smaller photos (--photos, --size)."
        )
    _exchange(place, beside)
    return n_bytes


def size_of(folder: Path) -> int:
    """Return the bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _exchange(place: Path, beside: Path) -> None:
    """Put the new folder where the old one is; an interruption leaves one of them whole."""
    old = place.with_name(f"{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    beside.rename(place)
    shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
