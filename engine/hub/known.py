"""Published models that are offered by name.

All are exported for ONNX Runtime by the people of immich, whose names for them are kept. Recall is
theirs too: text to photo on Crossmodal-3600 (Thapliyal et al. 2022) in English, the mean of R@1,
R@5 and R@10 over its 3,600 photos.
"""

from __future__ import annotations

from dataclasses import dataclass

OWNER = "immich-app"
_ENGLISH = "English"
_MANY = "over 100"
_APACHE, _MIT, _NC = "Apache-2.0", "MIT", "CC-BY-NC-4.0"


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A published model.

    Parameters
    ----------
    name
        What people type.
    good_at
        Why one would choose it.
    languages
        Which it understands.
    n_bytes
        To download, about.
    licence
        By its short name.
    recall
        Of its makers' figures, in shares; see this module.
    forbids_commerce
        Whether the licence lets nobody earn money with it.
    """

    name: str
    good_at: str
    languages: str
    n_bytes: int
    licence: str
    recall: float
    forbids_commerce: bool = False

    @property
    def repository(self) -> str:
        """Where it is published."""
        return f"{OWNER}/{self.name}"


def _known(
    name: str, good_at: str, languages: str, megabytes: int, licence: str, percent: float
) -> KnownModel:
    forbids = "-NC" in licence
    return KnownModel(name, good_at, languages, megabytes * 10**6, licence, percent / 100, forbids)


KNOWN = tuple(_known(*row) for row in (
    ("ViT-B-16-SigLIP2__webli", "the best for its speed", _MANY, 1500, _APACHE, 75.19),
    ("ViT-B-32-SigLIP2-256__webli", "many photos, any language", _MANY, 1510, _APACHE, 73.15),
    ("ViT-L-16-SigLIP2-256__webli", "fine detail", _MANY, 3530, _APACHE, 74.26),
    ("ViT-SO400M-16-SigLIP2-384__webli", "small things", _MANY, 4550, _APACHE, 75.09),
    ("ViT-B-16-SigLIP__webli", "good and not large", _ENGLISH, 813, _APACHE, 71.64),
    ("ViT-B-16-SigLIP-384__webli", "small things", _ENGLISH, 815, _APACHE, 72.45),
    ("ViT-B-32__laion2b-s34b-b79k", "the fastest that is good", _ENGLISH, 605, _MIT, 68.78),
    ("ViT-L-14__laion2b-s32b-b82k", "fine detail", _ENGLISH, 1710, _MIT, 69.86),
    ("ViT-H-14__laion2b-s32b-b79k", "the largest of its kind", _ENGLISH, 3940, _MIT, 71.33),
    ("ViT-B-32__openai", "the one all are compared with", _ENGLISH, 605, _MIT, 59.37),
    ("ViT-B-16__openai", "as that one, finer", _ENGLISH, 599, _MIT, 58.27),
    ("ViT-L-14__openai", "the large one of its makers", _ENGLISH, 1710, _MIT, 60.12),
    ("XLM-Roberta-Base-ViT-B-32__laion5b_s13b_b90k", "fast", _MANY, 1470, _MIT, 68.33),
    ("XLM-Roberta-Large-ViT-H-14__frozen_laion5b_s13b_b90k", "Chinese", _MANY, 4780, _MIT, 71.45),
    ("nllb-clip-base-siglip__v1", "rare languages", _MANY, 2030, _NC, 68.41),
))  # fmt: skip


def find_known(name: str) -> KnownModel | None:
    """Return the published model of a name, however its letters are written, or None.

    Examples
    --------
    >>> find_known("vit-b-32__OPENAI").repository
    'immich-app/ViT-B-32__openai'
    """
    return next((each for each in KNOWN if each.name.lower() == name.lower()), None)
