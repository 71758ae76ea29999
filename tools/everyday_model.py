"""Make `kindred-everyday`: frozen features, sentence vectors, three members, one model folder.

Run by ``make everyday EVERYDAY="…"``. Every step is kept under ``build/everyday``, so that after an
interruption at most the epoch under way is done again. With ``--held-out 0.1`` a tenth of each
kind of photo is left out, and one, two and three members are measured with it; the bundled model
has learned from all of them.

    python -m tools.everyday_model --captioned FOLDER [FOLDER …] --tagged FOLDER --named FOLDER
        --texts FILE [--wordnet FOLDER] [--held-out SHARE] [--members N] [--epochs N]
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from engine.config import MODELS
from engine.durable import write_json
from engine.encoders import EVERYDAY, load_encoder
from tools.everyday import count_words, put_together
from tools.everyday_batches import train_member
from tools.everyday_heads import Plan
from tools.everyday_measure import measure
from tools.everyday_pieces import Pieces
from tools.everyday_sources import Sources, gather, names_of
from tools.everyday_space import shared_arrays

PLACE = Path(__file__).resolve().parent.parent / "build" / "everyday"
N_MEMBERS = 3


def main(arguments: list[str]) -> None:
    """Make the model, or measure one that has learned from fewer photos."""
    parser = argparse.ArgumentParser(prog="python -m tools.everyday_model", description=__doc__)
    parser.add_argument("--captioned", nargs="+", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--tagged", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--named", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--texts", type=Path, required=True, metavar="FILE")
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument("--held-out", type=float, default=0.0, metavar="SHARE")
    parser.add_argument("--members", type=int, default=N_MEMBERS, metavar="N")
    parser.add_argument("--epochs", type=int, default=Plan().epochs, metavar="N")
    options = parser.parse_args(arguments)
    sources = Sources.read(options)
    part = f"held-out-{options.held_out:g}" if options.held_out else "whole"
    place = PLACE / f"{part}-{options.epochs}-epochs"
    PLACE.mkdir(parents=True, exist_ok=True)
    pieces = Pieces(PLACE / "tokenizer.json", sources.texts, sources.words())
    material, measured = gather(sources, pieces, PLACE, options.held_out)
    counts = count_words([options.texts])
    members: list[dict[str, Any]] = []
    for seed in range(1, options.members + 1):
        print(f"Member {seed} of {options.members}", flush=True)
        plan = Plan(epochs=options.epochs)
        members.append(train_member(material, plan, seed, place / f"member-{seed}"))
        if options.held_out or seed == options.members:
            model = place / f"model-of-{seed}"
            shutil.rmtree(model, ignore_errors=True)
            shared = shared_arrays(
                members,
                pieces.tokens,
                material.captioned.views[0],
                material.captioned.tokens[:, 0],
                material.texts.tokens,
                names_of(sources),
            )
            put_together(members, shared, PLACE / "tokenizer.json", counts, model)
        if options.held_out:
            figures = {"members": seed, **measure(load_encoder(model), measured)}
            print(json.dumps(figures, indent=1), flush=True)
            write_json(place / f"figures-of-{seed}.json", figures)
    if options.held_out:
        return
    shutil.rmtree(MODELS / EVERYDAY, ignore_errors=True)
    shutil.copytree(model, MODELS / EVERYDAY)
    print(f"The model: {MODELS / EVERYDAY}. Run tools.suitability next.")


if __name__ == "__main__":
    main(sys.argv[1:])
