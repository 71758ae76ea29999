"""What a map shows, and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from engine.durable import from_record

Method = Literal["tsne", "pca"]
What = Literal["photos", "captions", "both"]
Metric = Literal["cosine", "euclidean"]

MIN_PERPLEXITY, MAX_PERPLEXITY = 2.0, 200.0
MIN_ITERATIONS, MAX_ITERATIONS = 50, 10_000


@dataclass(frozen=True, slots=True)
class MapSettings:
    """Everything a person may choose about a map.

    Parameters
    ----------
    method
        ``"tsne"`` keeps neighbourhoods; ``"pca"`` is quick and keeps the widest directions.
    what
        ``"photos"``, ``"captions"`` or ``"both"``.
    perplexity
        2 to 200: about how many neighbours a point holds on to (t-SNE alone).
    seed
        From 0; the same seed draws the same map.
    iterations
        50 to 10,000 steps (t-SNE alone).
    metric
        ``"cosine"`` or ``"euclidean"`` (t-SNE alone).
    centred
        Take each side's mean away first, so that photos and captions are not two islands.

    Raises
    ------
    ValueError
        A value is none of these.

    Examples
    --------
    >>> MapSettings(perplexity=50).told()
    't-SNE of photos, perplexity 50, cosine, 600 steps, seed 0'
    """

    method: Method = "tsne"
    what: What = "photos"
    perplexity: float = 30.0
    seed: int = 0
    iterations: int = 600
    metric: Metric = "cosine"
    centred: bool = False

    def __post_init__(self) -> None:
        for name, kind in (("method", Method), ("what", What), ("metric", Metric)):
            if getattr(self, name) not in get_args(kind):
                raise ValueError(f"{name} must be one of {get_args(kind)}")
        _check("perplexity", self.perplexity, MIN_PERPLEXITY, MAX_PERPLEXITY)
        _check("iterations", self.iterations, MIN_ITERATIONS, MAX_ITERATIONS)
        _check("seed", self.seed, 0, 2**31 - 1)

    @property
    def has_photos(self) -> bool:
        """Whether photos are points of the map."""
        return self.what != "captions"

    @property
    def has_captions(self) -> bool:
        """Whether captions are points of the map."""
        return self.what != "photos"

    def essence(self) -> dict[str, Any]:
        """Return what decides the map: of PCA, neither perplexity nor seed do."""
        told = {**asdict(self), "perplexity": float(self.perplexity)}  # 5 and 5.0 are one map
        if self.method == "pca":
            for name in ("perplexity", "seed", "iterations", "metric"):
                del told[name]
        return told

    def to_json(self) -> dict[str, Any]:
        """Return all settings as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> MapSettings:
        """Read what `to_json` wrote; what is unknown is passed over."""
        return from_record(cls, value)

    def told(self) -> str:
        """Return the settings in words."""
        points = {"both": "photos and captions"}.get(self.what, self.what)
        side = ", each side centred" if self.centred else ""
        if self.method == "pca":
            return f"PCA of {points}{side}"
        return (
            f"t-SNE of {points}{side}, perplexity {self.perplexity:g}, {self.metric}, "
            f"{self.iterations} steps, seed {self.seed}"
        )


def _check(name: str, value: float, lowest: float, highest: float) -> None:
    if not lowest <= value <= highest:
        raise ValueError(f"{name} must be {lowest:g} to {highest:g}, not {value:g}")
