"""What a training run is told; a run folder keeps it as ``settings.json``."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from engine.encoders import model_at, read_manifest
from engine.encoders.model_settings import AUTOENCODER, BACKBONES, COMPACT, PUBLISHED, TEXT_KINDS
from engine.errors import ModelError, TrainingError
from engine.images import Preprocessing

# The last two are no ranking: to draw a photo again, and to learn nothing at all.
LOSSES = ("contrastive", "triplet", "hinge", "cosine", "reconstruction", "none")
NEGATIVES = ("random", "semi-hard", "hardest")
POOLINGS = ("max", "average")
SPEECH = ("captions", "label", "tags")


# The backbone that is the bundled model itself.
BUNDLED = "bundled"


@dataclass(frozen=True, slots=True)
class DataSource:
    """Photos with their captions, for a run.

    Parameters
    ----------
    photos
        Folder of photos.
    captions
        Table of captions; None to look for one in the folder.
    columns
        Column names that a person gave, as `engine.catalogue.read_source` takes them.
    validates
        Whether a share of these photos is held out to measure with.
    """

    photos: Path
    captions: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    validates: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return plain values for ``settings.json``."""
        captions = str(self.captions) if self.captions else None
        return {**asdict(self), "photos": str(self.photos), "captions": captions}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> DataSource:
        """Read what `to_json` wrote."""
        captions = Path(content["captions"]) if content["captions"] else None
        return cls(Path(content["photos"]), captions, content["columns"], content["validates"])


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of one setting, said once for Python, the checks and the shell.

    Parameters
    ----------
    help
        What it does, in one clause.
    metavar
        What stands for its value in the shell's help.
    among
        The values it may have, if they are few.
    low, high
        Ends of its range; no `low` is no range, and no `high` one without an end.
    is_open
        Which ends are themselves out of range: ``""``, ``"low"``, ``"high"`` or ``"both"``.
    """

    help: str
    metavar: str = ""
    among: Sequence[str] = ()
    low: float | None = None
    high: float | None = None
    is_open: str = ""

    def check(self, name: str, value: Any) -> None:
        """Refuse a value that the setting may not have.

        Raises
        ------
        TrainingError
            It is none of a few, or out of range.

        Examples
        --------
        >>> Setting("share", low=0, high=1, is_open="high").check("erase", 1.0)
        Traceback (most recent call last):
        engine.errors.TrainingError: erase out of range: 1.0. Give 0 or more, less than 1.
        """
        if self.among:
            remedy = f"Choose one of {', '.join(self.among)}"
            demand(value in self.among, f"no such {name}", value, remedy)
        if self.low is not None and not self._holds(self.low, value):
            raise TrainingError(f"{name} out of range", value=value, remedy=f"Give {self._range()}")

    def _holds(self, low: float, value: float) -> bool:
        high = math.inf if self.high is None else self.high
        is_low = self.is_open in ("low", "both") and value == low
        is_high = self.is_open in ("high", "both") and value == high
        return low <= value <= high and not is_low and not is_high

    def _range(self) -> str:
        if not self.is_open and self.high is not None:
            return f"{self.low:g} to {self.high:g}"
        is_more = self.is_open in ("low", "both")
        low = f"more than {self.low:g}" if is_more else f"{self.low:g} or more"
        if self.high is None:
            return low
        return f"{low}, {'at most' if self.is_open == 'low' else 'less than'} {self.high:g}"


def setting(default: Any, help: str, metavar: str = "", **limits: Any) -> Any:
    """Return a field of `TrainingSettings` with what is known of it; see `Setting`."""
    return field(default=default, metadata={"setting": Setting(help, metavar, **limits)})


def share(help: str, default: float = 0.0) -> Any:
    """Return a setting from 0 to just below 1."""
    return setting(default, help, "X", low=0, high=1, is_open="high")


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Everything that decides a run, besides its data.

    More on the towers' shape: `engine.encoders.ModelSettings`. On teachers:
    `engine.training.teacher`. `recipe` is the preset that the settings come from, and `projects`
    is decided by it alone; see `engine.training.recipes`.
    """

    name: str = setting("model", "what people will call the model", "NAME")
    backbone: str = setting(
        "compact",
        "compact, EfficientNetLite2 (ImageNet's weights are installed), bundled (our own model's "
        "tower), one of keras.applications such as ResNet50, or a published model that 'models' "
        "has got, which stays frozen",
        "NAME",
    )
    weights: str | None = setting(
        None, "first weights of the backbone: imagenet, a local file, or none", "FILE"
    )
    backbone_alpha: float = setting(1.0, "width multiplier of a MobileNet", "X")
    size_px: int = setting(112, "side of the photos the model sees", "PX", low=16, high=512)
    n_dims: int = setting(128, "width of the joint space", "N", low=2, high=4096)
    loss: str = setting(
        "contrastive", "contrastive, triplet, hinge or cosine", "NAME", among=LOSSES
    )
    margin: float = setting(
        0.4, "margin of the triplet or hinge loss, in distance between unit rows", "X"
    )
    temperature: float = setting(
        0.07,
        "where the contrastive loss starts; learned from there",
        "X",
        low=0,
        high=1,
        is_open="low",
    )
    epochs: int = setting(12, "passes over the photos", "N", low=1)
    minutes: float | None = setting(
        None, "stop after this long, however many epochs are left; the rate follows the epochs", "N"
    )
    batch_size: int = setting(
        256, "pairs per step, each a negative for all others", "N", low=2, high=8192
    )
    learning_rate: float = setting(
        1e-3,
        "peak of the learning rate, after a twentieth of the steps; then lowered along a cosine",
        "X",
        low=0,
        high=1,
        is_open="both",
    )
    weight_decay: float = setting(0.02, "decoupled decay of the weights", "X")
    attribute_rate: float = share(
        "share of captions replaced by attribute values, in random order", 0.2
    )
    attribute_weight: float = setting(
        0.0,
        "weight of telling attribute values apart; 0 leaves it out, 1 is that of captions",
        "X",
        low=0,
        high=10,
    )
    attributes: tuple[str, ...] = setting(
        (),
        "an attribute whose values may stand for a caption (default: all that repeat); "
        "may be repeated",
        "KEY",
    )
    word_dropout: float = share("share of a caption's words left out", 0.05)
    augment: float = setting(
        0.25,
        "how strongly photos are varied each time, 0 to 1; a short run wants little",
        "X",
        low=0,
        high=1,
    )
    erase: float = share("share of the photos of which a part is covered each time")
    recolour: float = share("share of the photos, of those named no colour, given another hue")
    validation_share: float = setting(
        0.1,
        "share of the photos that is held out to measure with; copies fall on one side",
        "X",
        low=0,
        high=0.5,
        is_open="low",
    )
    patience: int = setting(
        5, "stop after so many epochs without a better validation; 0 for never", "N"
    )
    max_words: int = setting(5000, "size of the vocabulary", "N")
    start: str | None = setting(
        None, "folder of a model to go on from, its words by their spelling", "MODEL"
    )
    start_share: float = share("how far the end is moved back towards that model, 0 to 1")
    mirrored: bool = setting(
        False, "the finished model looks at each photo and at its mirror image"
    )
    teachers: tuple[str, ...] = setting(
        (),
        "folder of a model whose view of the photos is learned as well, and of texts where it "
        "reads them; may be repeated",
        "MODEL",
    )
    teacher_weight: float = setting(4.0, "weight of that", "X", low=0, high=100)
    precision: str = setting(
        "auto",
        "dtype policy of Keras; auto is bfloat16 where the processor multiplies it",
        "POLICY",
    )
    seed: int = setting(0, "of everything random: weights, order, augmentation, split", "N")
    recipe: str = "contrastive"
    frozen: bool = setting(
        False, "leave the backbone as it is, and train on its features in seconds"
    )
    pooling: str = setting(
        "max", "how the backbone's last map is pooled: max or average", "KIND", among=POOLINGS
    )
    feature_layer: str = setting(
        "", "a dense layer of the backbone's top instead, such as fc1", "NAME"
    )
    widths: tuple[int, ...] = setting(
        (), "channels of the layers of the compact backbone or the autoencoder", "N,N"
    )
    strides: tuple[int, ...] = setting(
        (), "strides of the autoencoder's layers; 1,1,1 keeps full size", "N,N"
    )
    hidden: tuple[int, ...] = setting(
        (), "dense layers between the features and the joint space", "N,N"
    )
    projects: bool = True
    dropout: float = share("share of the features left out while training")
    text_kind: str = setting(
        "convolution",
        "how texts are read: convolution, gru, bigru or vectors",
        "KIND",
        among=TEXT_KINDS,
    )
    text_hidden: tuple[int, ...] = setting((), "dense layers after word vectors", "N,N")
    text_width: int = setting(96, "width of a word inside the text tower", "N")
    negatives: str = setting(
        "random",
        "a triplet's negatives: random, semi-hard or hardest",
        "KIND",
        among=NEGATIVES,
    )
    say: str = setting(
        "captions", "what is said of a photo: captions, label or tags", "WHAT", among=SPEECH
    )
    label: str = setting("", "attribute that is the label (default: found by its name)", "KEY")
    vectors: str | None = setting(
        None, "word vectors (default: those that come with Kindred)", "FILE"
    )

    @property
    def preprocessing(self) -> Preprocessing:
        """The square that training makes of a photo: all of it, with white margins."""
        return Preprocessing(self.size_px)

    @property
    def is_short(self) -> bool:
        """Whether a run is trained in one go, without checkpoints."""
        is_frozen = self.frozen or is_published(self.backbone)
        return is_frozen or self.loss in ("reconstruction", "none")

    def __post_init__(self) -> None:
        for name, known in SETTINGS.items():
            known.check(name, getattr(self, name))
        demand(
            not (self.mirrored and self.loss == "reconstruction"),
            "an autoencoder looks at one photo at a time",
            "mirrored",
            "Leave '--mirrored' out",
        )
        for name in ("hidden", "text_hidden"):
            widths = getattr(self, name)
            is_possible = len(widths) <= 32 and all(1 <= width <= 65_536 for width in widths)
            demand(is_possible, f"{name} out of range", widths, "Give each layer 1 to 65,536")

    def to_json(self) -> dict[str, Any]:
        """Return plain values for ``settings.json``."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> TrainingSettings:
        """Read what `to_json` wrote; a name that is no setting is an error.

        Examples
        --------
        >>> TrainingSettings.from_json({"epochs": 3}).epochs
        3

        Older runs had one teacher at most:

        >>> TrainingSettings.from_json({"teacher": "models/vgg"}).teachers
        ('models/vgg',)
        """
        content = dict(content)
        if "teacher" in content:
            only = content.pop("teacher")
            content["teachers"] = [only] if only else []
        unknown = set(content) - {f.name for f in fields(cls)}
        demand(not unknown, "no such setting", ", ".join(sorted(unknown)), "Leave it out")
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in content.items()
        }
        return cls(**plain)


SETTINGS: dict[str, Setting] = {
    each.name: each.metadata["setting"] for each in fields(TrainingSettings) if each.metadata
}
"""The settings that a person may choose."""

# What help() tells of the fields is what everybody else tells of them.
TrainingSettings.__doc__ = inspect.cleandoc(TrainingSettings.__doc__ or "") + "".join(
    [
        "\n\nParameters\n----------\n",
        *(f"{name}\n    {each.help}\n" for name, each in SETTINGS.items()),
    ]
)


def demand(condition: bool, what: str, value: object, remedy: str) -> None:
    """Refuse a setting, in words that say what to change, unless a condition holds."""
    if not condition:
        raise TrainingError(what, value=value, remedy=remedy)


def is_published(backbone: str) -> bool:
    """Tell whether a backbone is a published model of this machine; it stays frozen."""
    if backbone in (COMPACT, BUNDLED, AUTOENCODER) or backbone in BACKBONES:
        return False
    try:
        return read_manifest(model_at(backbone)).settings.backbone in PUBLISHED
    except ModelError:
        return False
