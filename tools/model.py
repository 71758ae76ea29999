"""Make the bundled model from two shops' photos and drawn ones, in nine stages with fixed seeds.

Run by `make model SHOPS="fashion-products amazon-apparel"`. Each stage goes on from the one before
and is a run of its own under `build/model`, so an interruption costs at most the epoch under way:

1. photos and titles alone, with a few drawn products, at 112 px;
2. attribute values beside them, more drawn products, at 96 px;
3. the same with still more drawn products; in the end a part of the way back to stage 2;
4. a long stage of the same at a higher rate; in the end a part of the way back to stage 3;
5. photos varied more and covered in part, words left out: stage 4 knew its photos by heart;
6. the same for longer, with a teacher: what a network made for ImageNet sees in each photo;
7. the same with twice as many negatives at a lower rate; in the end a part of the way back;
8. photos whose text names no colour in other hues too; the model sees both sides of a photo;
9. the same for longer, taught by three: that network, the same one after it learned our photos and
   titles, and the model of stage 8. The latter two side by side are better than either.

    python -m tools.model PHOTOS [PHOTOS ...] [--teacher-weights FILE]
"""

from __future__ import annotations

import argparse
import shutil
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from demo.drawing import draw_collection
from engine.config import MODELS
from engine.shell.meter import Meter
from engine.training import DataSource, TrainingSettings, resume, train
from engine.training.recipes import settings_of

NAME = "kindred-fashion"
PLACE = Path(__file__).resolve().parent.parent / "build" / "model"
# What labels the two shops' photos and the drawn ones.
ATTRIBUTES = ("articleType", "baseColour", "gender", "usage", "color")
DRAWN_ATTRIBUTES = ("kind", "colour", "pattern", "material")
ALWAYS = TrainingSettings(
    name=NAME,
    attributes=ATTRIBUTES + DRAWN_ATTRIBUTES,
    attribute_rate=0.15,
    validation_share=0.107,
    patience=0,
)


@dataclass(frozen=True, slots=True)
class Stage:
    """One run: the products drawn for it, what it is told, and its teachers by name."""

    n_drawn: int
    seed: int
    settings: TrainingSettings = field(default=ALWAYS)
    teachers: tuple[str, ...] = ()


# From the second stage on: attribute values as classes, at one size.
TAUGHT = replace(
    ALWAYS, size_px=96, learning_rate=1e-3, attribute_weight=1.0, augment=0.35, word_dropout=0.08
)
# From the fifth stage on: photos varied more and covered in part, words left out.
VARIED = replace(
    TAUGHT,
    attribute_rate=0.25,
    augment=0.6,
    erase=0.4,
    word_dropout=0.25,
    weight_decay=0.05,
    start_share=0.2,
)
# From the seventh stage on: twice as many negatives at a lower rate.
CROWDED = replace(VARIED, batch_size=512, learning_rate=6e-4, start_share=0.3)
# The last stage: photos varied more still, for longer, at a higher rate.
LAST = replace(CROWDED, epochs=52, learning_rate=8e-4, augment=0.7, erase=0.45, start_share=0.2)
# A network made for ImageNet as it is, and the same one taught the two shops' photos and titles.
NETWORK: dict[str, Any] = {"backbone": "MobileNetV2", "backbone_alpha": 0.35, "pooling": "average"}
GENERALIST, SPECIALIST = "generalist", "specialist"
START = "start"  # the model of the stage before
SPECIALISED = replace(
    VARIED,
    name=SPECIALIST,
    **NETWORK,
    size_px=128,
    epochs=16,
    precision="float32",
    attribute_rate=0.15,
    augment=0.5,
    erase=0.3,
    word_dropout=0.15,
    dropout=0.1,
    start_share=0.0,
    mirrored=True,
    teacher_weight=2.0,
)
STAGES = (
    Stage(3000, 7, replace(ALWAYS, epochs=12)),
    Stage(9000, 7, replace(TAUGHT, epochs=6, learning_rate=6e-4, attribute_weight=0.5)),
    Stage(
        15000,
        8,
        replace(TAUGHT, epochs=3, learning_rate=4e-4, attribute_rate=0.25, start_share=0.3),
    ),
    Stage(15000, 9, replace(TAUGHT, epochs=9, attribute_rate=0.2, start_share=0.2)),
    Stage(10000, 10, replace(VARIED, epochs=14)),
    Stage(10000, 11, replace(VARIED, epochs=32, dropout=0.1), teachers=(GENERALIST,)),
    Stage(10000, 12, replace(CROWDED, epochs=13, dropout=0.1), teachers=(GENERALIST,)),
    Stage(
        10000,
        13,
        replace(CROWDED, epochs=24, dropout=0.15, recolour=0.6, mirrored=True),
        teachers=(GENERALIST,),
    ),
    Stage(
        10000,
        13,
        replace(LAST, dropout=0.2, recolour=0.6, mirrored=True, teacher_weight=6.0),
        teachers=(GENERALIST, SPECIALIST, START),
    ),
)


def main(arguments: list[str]) -> None:
    """Run what is left of the stages, then put the model in its place."""
    parser = argparse.ArgumentParser(prog="python -m tools.model", description=__doc__)
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTOS")
    parser.add_argument(
        "--teacher-weights",
        default="imagenet",
        metavar="FILE",
        help="of MobileNetV2 (alpha 0.35) without its top; downloaded by Keras when left out",
    )
    options = parser.parse_args(arguments)
    model = make_model(options.photos, PLACE, teacher_weights=options.teacher_weights)
    shutil.rmtree(MODELS / NAME, ignore_errors=True)
    shutil.copytree(model, MODELS / NAME)
    print(f"The model: {MODELS / NAME}. `make demo` indexes the demo collection with it.")


def make_model(
    shops: list[Path],
    place: Path,
    stages: tuple[Stage, ...] = STAGES,
    teacher_weights: str = "imagenet",
) -> Path:
    """Return the model folder of the last stage; stages that are finished are not run again."""
    model: Path | None = None
    for number, stage in enumerate(stages, start=1):
        run = place / f"stage-{number}"
        if (run / "run.json").exists():
            with Meter() as report:
                model = resume(run, progress=report).model
            continue
        drawn = place / f"drawn-{number}"
        shutil.rmtree(drawn, ignore_errors=True)
        draw_collection(stage.n_drawn, stage.seed, drawn, size_px=128, without_held_out=True)
        data = [DataSource(shop) for shop in shops] + [DataSource(drawn, validates=False)]
        settings = replace(stage.settings, start=str(model) if model else None)
        if stage.teachers:
            known = [
                model if name == START else make_teacher(name, shops, place, teacher_weights)
                for name in stage.teachers
            ]
            settings = replace(settings, teachers=tuple(map(str, known)))
        with Meter() as report:
            model = train(data, settings, run, progress=report).model
    if model is None:
        raise SystemExit("There is no stage to run.")
    return model


def make_teacher(name: str, shops: list[Path], place: Path, weights: str) -> Path:
    """Return the model folder of a teacher, made once: features as they are, or taught the shops.

    The specialist learns to foretell the generalist too, or it would forget all but the shops.
    """
    run = place / name
    if (run / "run.json").exists():
        with Meter() as report:
            return resume(run, progress=report).model
    if name == GENERALIST:
        told = {"name": name, **NETWORK, "weights": weights, "size_px": 224}
        data, settings = [DataSource(shops[0])], settings_of("vgg16-fc1", told)
    else:
        generalist = make_teacher(GENERALIST, shops, place, weights)
        data = [DataSource(shop) for shop in shops]
        settings = replace(SPECIALISED, weights=weights, teachers=(str(generalist),))
    with Meter() as report:
        return train(data, settings, run, progress=report).model


if __name__ == "__main__":
    main(sys.argv[1:])
