"""The settings of a run as fields, each with its tooltip."""

from __future__ import annotations

from dataclasses import dataclass

from pages.run.inputs import Draw, backbone, choice, limit, number, px, share, weights


@dataclass(frozen=True, slots=True)
class Field:
    """One setting: what it is called, what it means, and how it is asked for."""

    label: str
    told: str
    draw: Draw


SECTIONS: dict[str, dict[str, Field]] = {
    "Model": {
        "backbone": Field(
            "Backbone",
            "The network that looks at photos: compact is made for two cores, bundled is that of "
            "Kindred's own model; those of Keras are far slower without a graphics card. A "
            "published model stays as it is: it looks at each photo once, and a head learns on "
            "what it saw.",
            backbone,
        ),
        "weights": Field(
            "First weights",
            "imagenet, or the path of a weights file; empty for random ones. ImageNet's are "
            "downloaded once by Keras.",
            weights,
        ),
        "size_px": Field(
            "Photo size",
            "Side of the square the model sees. Half of it trains four times as fast.",
            choice(32, 48, 64, 80, 96, 112, 128, 160, 192, 224, show=px),
        ),
        "n_dims": Field(
            "Embedding width",
            "Numbers per photo and text. More hold finer differences and make the index larger.",
            choice(32, 50, 64, 96, 128, 192, 256, 512),
        ),
    },
    "Objective": {
        "loss": Field(
            "Loss",
            "Contrastive and hinge hold a pair against all of its batch, triplet against one; "
            "cosine only pulls together.",
            choice("contrastive", "triplet", "hinge", "cosine"),
        ),
        "temperature": Field(
            "Temperature",
            "Of the contrastive loss: smaller looks harder at the nearest negatives. It is learned "
            "from here on.",
            number(0.01, 1.0, 0.01, "%.2f"),
        ),
        "margin": Field(
            "Margin",
            "Of the triplet loss: how much farther than its own text the other must lie.",
            number(0.01, 2.0, 0.05, "%.2f"),
        ),
        "negatives": Field(
            "Negatives",
            "Which text of the batch a triplet must keep away from.",
            choice("random", "semi-hard", "hardest"),
        ),
        "batch_size": Field(
            "Batch",
            "Pairs per step; all others of a batch are negatives, so a larger one is harder. "
            "Photos with the same caption are never negatives of each other.",
            choice(8, 16, 32, 64, 96, 128, 192, 256, 384, 512),
        ),
    },
    "Schedule": {
        "epochs": Field("Epochs", "Passes over the photos.", number(1, 1000, 1)),
        "minutes": Field(
            "At most, minutes", "The run ends after this long; 0 for no limit.", limit
        ),
        "learning_rate": Field(
            "Learning rate",
            "Its peak, reached after a twentieth of the steps and lowered along a cosine.",
            number(1e-6, 0.1, 1e-4, "%.5f"),
        ),
        "patience": Field(
            "Early stopping",
            "Patience: the run ends after so many epochs without progress; 0 for never.",
            number(0, 1000, 1),
        ),
        "augment": Field(
            "Augmentation",
            "How strongly photos are shifted, turned, scaled and lit anew each time. Validation "
            "photos never are.",
            share(0.0, 1.0, 0.05),
        ),
        "validation_share": Field(
            "Held out",
            "Share of the photos that is never trained on, to measure with.",
            share(0.02, 0.5, 0.01),
        ),
        "seed": Field(
            "Seed",
            "Of everything random. The same seed holds out the same photos, so runs can be "
            "compared.",
            number(0, 2**31 - 1, 1),
        ),
    },
}
