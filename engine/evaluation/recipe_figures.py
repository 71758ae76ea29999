"""What was measured of one recipe."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

_SHOWN_LABELS = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One recipe's line of the table.

    Parameters
    ----------
    recipe
        Its name, or that of a model that comes with Kindred, untrained here.
    backbone
        Which backbone and weights it stood on.
    vectors
        Which word vectors, or "".
    text_to_image, image_to_text
        As `engine.evaluation.metrics.Retrieval.to_json` gives them; None without texts.
    precision_at_9
        By attribute: share of a photo's nine nearest others with its own value.
    training_seconds
        Spent training; features, computed once for all, are not counted.
    photos_per_second
        Embedded by the finished model from decoded pixels.
    megabytes
        Of what answers queries: the portable files and the vocabulary, in 10⁶ bytes.
    n_dims
        Width of an embedding.
    error
        Why there is no figure, or "".
    """

    recipe: str
    backbone: str = ""
    vectors: str = ""
    text_to_image: Mapping[str, float] | None = None
    image_to_text: Mapping[str, float] | None = None
    precision_at_9: Mapping[str, float] = field(default_factory=dict)
    training_seconds: float = 0.0
    photos_per_second: float = 0.0
    megabytes: float = 0.0
    n_dims: int = 0
    error: str = ""

    @property
    def has_text(self) -> bool:
        """Whether the recipe understands words."""
        return self.text_to_image is not None

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def wilson_interval(share: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share that was counted among `n`, by Wilson's score.

    Examples
    --------
    >>> low, high = wilson_interval(0.5, 100)  # 1.96² / 200 = 0.0192 narrows ± 0.098 to ± 0.0962
    >>> round(low, 4), round(high, 4)
    (0.4038, 0.5962)
    """
    z2 = 1.96**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * share * (1 - share) / n + (z2 / (2 * n)) ** 2) / (1 + z2 / n)
    return middle - half, middle + half


def telling_labels(labels: list[str]) -> list[str]:
    """Return the labels worth a column: kind and colour where there are any, else the first.

    Examples
    --------
    >>> telling_labels(["gender", "articleType", "baseColour", "season"])
    ['articleType', 'baseColour']
    """
    telling = ("type", "kind", "class", "category", "colour", "color", "folder")
    first = [name for name in labels if any(word in name.lower() for word in telling)]
    exact = [name for name in first if name.lower().endswith(("type", "colour", "color", "kind"))]
    return (exact + [n for n in first if n not in exact] + labels)[:_SHOWN_LABELS]
