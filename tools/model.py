"""Make the bundled model from two shops' photos and drawn ones, in eight stages with fixed seeds.

Run by `make model SHOPS="fashion-products amazon-apparel"`. Each stage goes on from the one before
and is a run of its own under `build/model`, so an interruption costs at most the epoch under way:

1. photos and titles alone, with a few drawn products, at 112 px;
2. attribute values beside them, more drawn products, at 96 px;
3. the same with still more drawn products; in the end a part of the way back to stage 2;
4. a long stage of the same at a higher rate; in the end a part of the way back to stage 3;
5. photos varied more and covered in part, words left out: stage 4 knew its photos by heart;
6. the same for longer, with a teacher: what a network made for ImageNet sees in each photo;
7. the same with twice as many negatives at a lower rate; in the end a part of the way back;
8. photos whose text names no colour in other hues too; the model sees both sides of a photo.

    python -m tools.model PHOTOS [PHOTOS ...] [--teacher-weights FILE]
"""

from __future__ import annotations

import argparse
import shutil
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.config import MODELS
from engine.drawing import draw_collection
from engine.shell.meter import Meter
from engine.training import DataSource, TrainingSettings, resume, train
from engine.training.recipes import resume_recipe, settings_of, train_recipe

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
    """One run: the products drawn for it, what it is told, and whether it has a teacher."""

    n_drawn: int
    seed: int
    settings: TrainingSettings = field(default=ALWAYS)
    has_teacher: bool = False


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
    Stage(10000, 11, replace(VARIED, epochs=32, dropout=0.1), has_teacher=True),
    Stage(10000, 12, replace(CROWDED, epochs=13, dropout=0.1), has_teacher=True),
    Stage(
        10000,
        13,
        replace(CROWDED, epochs=24, dropout=0.15, recolour=0.6, mirrored=True),
        has_teacher=True,
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
        if stage.has_teacher:
            taught_by = make_teacher(shops[0], place / "teacher", teacher_weights)
            settings = replace(settings, teacher=str(taught_by))
        with Meter() as report:
            model = train(data, settings, run, progress=report).model
    if model is None:
        raise SystemExit("There is no stage to run.")
    return model


def make_teacher(shop: Path, place: Path, weights: str) -> Path:
    """Return the model folder of a network made for ImageNet, with its features as they are."""
    settings = settings_of(
        "vgg16-fc1",
        {
            "name": "teacher",
            "backbone": "MobileNetV2",
            "backbone_alpha": 0.35,
            "weights": weights,
            "size_px": 224,
            "pooling": "average",
        },
    )
    with Meter() as report:
        if (place / "run.json").exists():
            return resume_recipe(place, progress=report).model
        return train_recipe([DataSource(shop)], settings, place, progress=report).model


if __name__ == "__main__":
    main(sys.argv[1:])
