"""What `kindred-everyday` is made from, read from folders and made into photos and true texts."""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.everyday_features import VIEWS, Backbone, Sentences
from tools.everyday_heads import N_FEATURES
from tools.everyday_material import (
    Captioned,
    Material,
    Pairs,
    Photos,
    Texts,
    class_rows,
    phrases,
    split,
    tag_texts,
)
from tools.everyday_measure import HeldOut, Measured
from tools.everyday_pieces import Pieces
from tools.everyday_wordnet import WordNet

N_ALONE, N_PHRASES, N_TAG_TEXTS = 40_000, 30_000, 6_000
RARE = 0.004  # how much oftener a rare name is drawn than a common one ends here


@dataclass(frozen=True, slots=True)
class Sources:
    """The folders and texts that the model is made from."""

    captioned: tuple[Photos, ...]
    tagged: Photos
    named: Photos
    texts: tuple[str, ...]
    wordnet: WordNet
    image_net: tuple[str, ...]  # WordNet's senses of ImageNet's classes, in their order

    @classmethod
    def read(cls, options: argparse.Namespace) -> Sources:
        """Read what the command line names."""
        listed = _folder_of("timm") / "data" / "_info" / "imagenet_synsets.txt"
        lines = options.texts.read_text(encoding="utf-8").splitlines()
        return cls(
            tuple(Photos.read(each, "captions.csv", "caption") for each in options.captioned),
            Photos.read(options.tagged, "tags.csv", "tags", "|"),
            Photos.read(options.named, "labels.csv", "label"),
            tuple(dict.fromkeys(" ".join(line.split()) for line in lines if line.strip())),
            WordNet.read(options.wordnet),
            tuple(line.strip()[1:] for line in listed.read_text().splitlines()),
        )

    def words(self) -> list[str]:
        """Return all names, what they are kinds of, and all tags."""
        names = [name for sense in self.image_net for name in self.wordnet.words[sense]]
        wider = sorted({word for sense in self.image_net for word in self.wordnet.truths(sense)})
        tags = sorted({tag for own in self.tagged.texts for tag in own})
        labels = [texts[0] for texts in self.named.texts]
        return list(dict.fromkeys([*names, *wider, *tags, *labels]))


def _folder_of(package: str) -> Path:
    """Return where a package lies, unimported: timm would bring torchvision along."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(
            f"{package} is not installed. Run: pip install -r tools/requirements-model.txt"
        )
    return Path(found.origin).parent


def gather(
    sources: Sources, pieces: Pieces, place: Path, held_out: float
) -> tuple[Material, Measured]:
    """Return what the members learn from, and what they are measured with."""
    backbone, sentences = Backbone(place / "features"), Sentences(place / "sentences")
    labels, known = [texts[0] for texts in sources.named.texts], sources.words()

    def views(photos: Sequence[Photos], rows: NDArray[np.intp]) -> tuple[NDArray[Any], ...]:
        seen = [[backbone.features(each.paths, view) for each in photos] for view in VIEWS]
        return tuple(np.concatenate(own)[rows] for own in seen)

    captions = [own for photos in sources.captioned for own in photos.texts]
    kept, out = split(len(captions), held_out, seed=0)
    n_each = min(map(len, captions))
    flat = [caption for own in captions for caption in own[:n_each]]
    vectors = sentences.vectors(flat).reshape(len(captions), n_each, -1)
    tokens = pieces.tokens(flat).reshape(len(captions), n_each, -1)
    captioned = Captioned(views(sources.captioned, kept), tokens[kept], vectors[kept])

    elsewhere = {
        caption for own in captions for caption in own
    }  # to learn from, or to measure with
    others = [text for text in sources.texts if text not in elsewhere]
    alone = random.Random(0).sample(others, min(N_ALONE, len(others)))
    spoken = [form for word in known for form in (word, f"a {word}", f"a photo of a {word}")]
    taught = [*alone, *phrases(alone, N_PHRASES, seed=1), *spoken]
    texts = Texts(pieces.tokens(taught), sentences.vectors(taught))

    classes = [sources.wordnet.truths(sense) for sense in sources.image_net]
    by_name = {
        name: truths
        for sense, truths in zip(sources.image_net, classes, strict=True)
        for name in sources.wordnet.words[sense]
    }
    true_of = [
        by_name.get(label.lower(), sources.wordnet.truths_of(label)) | {label.lower()}
        for label in labels
    ]
    words = sorted(set().union(*true_of, *classes))
    asked = pieces.tokens(
        [word if i % 3 else f"a photo of a {word}" for i, word in enumerate(words)]
    )
    truth, class_truth = truths(true_of, words), truths(classes, words)
    rarity = 1 / (np.concatenate([truth, class_truth]).mean(axis=0) + RARE)
    named_kept, _ = split(len(labels), held_out, seed=1)
    named_views = views([sources.named], named_kept)
    named = Pairs(named_views, asked, truth[named_kept], shares(truth[named_kept] * rarity))

    seen = np.concatenate([captioned.views[0], named_views[0]])
    drawn = np.sqrt(
        class_rows(
            backbone.weights["classifier.kernel"],
            backbone.weights["classifier.bias"],
            np.square(seen[:, :N_FEATURES]),
        )
    )
    earlier = np.tile(seen[:, N_FEATURES:].mean(axis=0), (len(drawn), 1))
    rows = Pairs(
        (np.concatenate([drawn, earlier], axis=1),),
        asked,
        class_truth,
        shares(class_truth * rarity),
    )

    tagged_kept, tagged_out = split(len(sources.tagged), held_out, seed=2)
    tagged = tag_pairs(sources.tagged, views([sources.tagged], tagged_kept), tagged_kept, pieces)
    material = Material(captioned, named, rows, tagged, texts, pieces.tokenizer.get_vocab_size())
    all_captioned = [
        (path, texts)
        for photos in sources.captioned
        for path, texts in zip(photos.paths, photos.texts, strict=True)
    ]
    return material, Measured(
        HeldOut.of([all_captioned[row] for row in out]),
        HeldOut.of([(sources.tagged.paths[row], sources.tagged.texts[row]) for row in tagged_out]),
        tuple(tag for own in sources.tagged.texts for tag in own),
    )


def names_of(sources: Sources) -> list[tuple[list[str], list[str]]]:
    """Return the names of each of ImageNet's classes, and a few of what it is a kind of."""
    return [
        (list(sources.wordnet.words[sense]), sorted(sources.wordnet.truths(sense)))
        for sense in sources.image_net
    ]


def truths(true_of: Sequence[frozenset[str]], words: Sequence[str]) -> NDArray[np.bool_]:
    """Return which of some words are true of each photo, (n_photos, n_words)."""
    at = {word: column for column, word in enumerate(words)}
    table = np.zeros((len(true_of), len(words)), bool)
    for row, own in zip(table, true_of, strict=True):
        row[[at[word] for word in own]] = True
    return table


def shares(weights: NDArray[Any]) -> NDArray[np.float32]:
    """Return rows that sum to 1."""
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def tag_pairs(
    photos: Photos, views: tuple[NDArray[np.float32], ...], kept: NDArray[np.intp], pieces: Pieces
) -> Pairs:
    """Return photos with their tags, one alone as often as a few together."""
    own = [photos.texts[row] for row in kept]
    combined = tag_texts(own, N_TAG_TEXTS, seed=1)
    sets = [set(tags) for tags in own]
    truth = np.array([[tags.issuperset(text) for text in combined] for tags in sets])
    alone = np.array([len(text) == 1 for text in combined])
    weights = truth.astype(np.float64)
    for columns in (alone, ~alone):
        weights[:, columns] /= np.maximum(weights[:, columns].sum(axis=1, keepdims=True), 1)
    written = [(", " if i % 2 else " ").join(text) for i, text in enumerate(combined)]
    return Pairs(views, pieces.tokens(written), truth, shares(weights))
