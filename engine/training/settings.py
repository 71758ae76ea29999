"""What a training run is told; a run folder keeps it as ``settings.json``."""

from __future__ import annotations

from collections.abc import Mapping
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
class TrainingSettings:
    """Everything that decides a run, besides its data.

    Parameters
    ----------
    name
        What people will call the model.
    backbone, weights, backbone_alpha, size_px, n_dims
        Shape of the photo tower; see `engine.encoders.ModelSettings`. `weights` is ``"imagenet"``,
        a local file, or None.
    loss
        ``"contrastive"`` or ``"triplet"``.
    margin
        Of the triplet loss, in Euclidean distance between unit rows.
    temperature
        Where the contrastive loss starts; it is learned from there.
    epochs
        Passes over the training photos.
    minutes
        Stop after this long, however many epochs are left; None for no limit. The learning rate
        still follows `epochs`.
    batch_size
        Pairs per step; all others of a batch are negatives.
    learning_rate, weight_decay
        Peak rate, reached after a twentieth of the steps and then lowered along a cosine; and the
        decoupled decay of the weight matrices.
    attribute_rate
        Share of captions replaced by some of the photo's attribute values in random order, so that
        plain words such as a colour and a kind are learned from labels.
    attribute_weight
        Weight of telling a photo's attribute values from the others of the same attribute, each
        value as a text; 0 leaves it out. 1 weighs as much as photos and captions together.
    attributes
        Which attributes may be used so; empty for all that repeat from photo to photo.
    word_dropout
        Share of a caption's words left out.
    augment
        How strongly photos are shifted, turned, scaled and lit anew each time, 0 to 1; above 0 they
        are flipped too. A short run wants little: 0.25 for ten epochs.
    erase
        Share of the photos of which a part is covered with grey each time.
    recolour
        Share of the photos that get another hue each time, of those whose text names no colour.
    validation_share
        Share of the photos held out, 0 to 0.5; byte-identical photos fall on the same side.
    patience
        Epochs without a better validation before the run ends; 0 for never.
    max_words
        Size of the vocabulary.
    start
        Folder of a model whose towers the run begins with, word by word; None begins at random.
    start_share
        How far the finished weights are moved back towards those of `start`, 0 to 1.
    mirrored
        Whether the finished model looks at each photo and at its mirror image; see
        `engine.encoders.ModelSettings`. Training itself sees one of them at a time.
    teachers
        Folders of models whose view of each photo, and of each text where they read, the towers
        learn to foretell beside everything else; possibly none. See `engine.training.teacher`.
    teacher_weight
        Weight of that; the cosine distance costs 1 when nothing is foretold.
    precision
        Keras dtype policy; ``"auto"`` takes bfloat16 where the processor multiplies it.
    seed
        Of everything random: weights, order, augmentation, split.
    recipe
        The preset that the settings come from; see `engine.training.recipes`.
    frozen
        Leave the backbone as it is and train what stands on its features, computed once.
    pooling, feature_layer, widths, strides, hidden, projects, dropout, text_kind, text_hidden,
    text_width
        More of the towers' shape; see `engine.encoders.ModelSettings`.
    negatives
        Which text of the batch a triplet's negative is: ``"random"``, ``"semi-hard"`` or
        ``"hardest"``.
    say
        What is said of a photo while training: its ``"captions"``, its ``"label"``, or one of its
        ``"tags"``.
    label
        Attribute whose value is the label; "" to find it.
    vectors
        Word vectors for ``text_kind="vectors"``: a file or folder, or None for the bundled ones.
    """

    name: str = "model"
    backbone: str = "compact"
    weights: str | None = None
    backbone_alpha: float = 1.0
    size_px: int = 112
    n_dims: int = 128
    loss: str = "contrastive"
    margin: float = 0.4
    temperature: float = 0.07
    epochs: int = 12
    minutes: float | None = None
    batch_size: int = 256
    learning_rate: float = 1e-3
    weight_decay: float = 0.02
    attribute_rate: float = 0.2
    attribute_weight: float = 0.0
    attributes: tuple[str, ...] = ()
    word_dropout: float = 0.05
    augment: float = 0.25
    erase: float = 0.0
    recolour: float = 0.0
    validation_share: float = 0.1
    patience: int = 5
    max_words: int = 5000
    start: str | None = None
    start_share: float = 0.0
    mirrored: bool = False
    teachers: tuple[str, ...] = ()
    teacher_weight: float = 4.0
    precision: str = "auto"
    seed: int = 0
    recipe: str = "contrastive"
    frozen: bool = False
    pooling: str = "max"
    feature_layer: str = ""
    widths: tuple[int, ...] = ()
    strides: tuple[int, ...] = ()
    hidden: tuple[int, ...] = ()
    projects: bool = True
    dropout: float = 0.0
    text_kind: str = "convolution"
    text_hidden: tuple[int, ...] = ()
    text_width: int = 96
    negatives: str = "random"
    say: str = "captions"
    label: str = ""
    vectors: str | None = None

    @property
    def preprocessing(self) -> Preprocessing:
        """The square that training makes of a photo: all of it, with white margins."""
        return Preprocessing(self.size_px)

    def __post_init__(self) -> None:
        _require(
            self.loss in LOSSES, "no such loss", self.loss, f"Choose one of {', '.join(LOSSES)}"
        )
        for name, known in (
            ("negatives", NEGATIVES),
            ("say", SPEECH),
            ("text_kind", TEXT_KINDS),
            ("pooling", POOLINGS),
        ):
            value = getattr(self, name)
            _require(value in known, f"no such {name}", value, f"Choose one of {', '.join(known)}")
        _require(self.epochs >= 1, "too few epochs", self.epochs, "Give 1 or more")
        _require(
            2 <= self.batch_size <= 8192,
            "batch size out of range",
            self.batch_size,
            "Give 2 to 8192",
        )
        _require(
            16 <= self.size_px <= 512, "photo size out of range", self.size_px, "Give 16 to 512 px"
        )
        _require(2 <= self.n_dims <= 4096, "width out of range", self.n_dims, "Give 2 to 4096")
        _require(
            0 < self.learning_rate < 1,
            "learning rate out of range",
            self.learning_rate,
            "Try 0.001",
        )
        _require(
            0 < self.temperature <= 1, "temperature out of range", self.temperature, "Try 0.07"
        )
        _require(0 <= self.augment <= 1, "augment out of range", self.augment, "Give 0 to 1")
        _require(
            0 <= self.attribute_weight <= 10,
            "attribute_weight out of range",
            self.attribute_weight,
            "Give 0 to 10",
        )
        _require(
            0 <= self.teacher_weight <= 100,
            "teacher_weight out of range",
            self.teacher_weight,
            "Give 0 to 100",
        )
        for name in (
            "attribute_rate",
            "word_dropout",
            "erase",
            "recolour",
            "start_share",
            "dropout",
        ):
            value = getattr(self, name)
            _require(
                0 <= value < 1, f"{name} out of range", value, "Give 0 or more, and less than 1"
            )
        _require(
            not (self.mirrored and self.loss == "reconstruction"),
            "an autoencoder looks at one photo at a time",
            "mirrored",
            "Leave '--mirrored' out",
        )
        for name in ("hidden", "text_hidden"):
            widths = getattr(self, name)
            is_possible = len(widths) <= 32 and all(1 <= width <= 65_536 for width in widths)
            _require(is_possible, f"{name} out of range", widths, "Give each layer 1 to 65,536")
        share = self.validation_share
        _require(
            0 < share <= 0.5,
            "validation share out of range",
            share,
            "Give more than 0, at most 0.5",
        )

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
        _require(not unknown, "no such setting", ", ".join(sorted(unknown)), "Leave it out")
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in content.items()
        }
        return cls(**plain)


def _require(condition: bool, what: str, value: object, remedy: str) -> None:
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
