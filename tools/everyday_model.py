"""Make `kindred-everyday`: frozen features, sentence vectors, three members, one model folder.

Run by ``make everyday EVERYDAY="…"``. Every step is kept under ``build/everyday``, so that after an
interruption at most the epoch under way is done again. With ``--held-out 0.1`` a tenth of each
kind of photo is left out and measured with; the bundled model has learned from all of them.

    python -m tools.everyday_model --captioned FOLDER [FOLDER …] --tagged FOLDER --named FOLDER
        --texts FILE [--wordnet FOLDER] [--held-out SHARE]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from tools.everyday import count_words, put_together

from engine.config import MODELS
from engine.durable import write_json
from engine.encoders import EVERYDAY, Encoder, load_encoder
from engine.images import read_photos
from tools.everyday_features import VIEWS, Backbone, Sentences
from tools.everyday_material import Photos, WordNet, class_rows, phrases, split, tag_texts
from tools.everyday_training import (
    N_FEATURES,
    Captioned,
    Material,
    Pairs,
    Plan,
    Texts,
    train_member,
)

PLACE = Path(__file__).resolve().parent.parent / "build" / "everyday"
SEEDS = (1, 2, 3)
N_PIECES, N_TOKENS = 12_000, 40
N_PHRASES, N_TAG_TEXTS = 60_000, 6_000
N_COMMON, N_NAMED = 256, 96  # widths of both parts of an embedding
NAMED_SCALE = 0.4  # of the named part beside the learned one
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
        import timm  # only for the list of ImageNet's classes

        listed = Path(timm.__file__).parent / "data" / "_info" / "imagenet_synsets.txt"
        lines = options.texts.read_text(encoding="utf-8").splitlines()
        return cls(
            tuple(Photos.read(each, "captions.csv", "caption") for each in options.captioned),
            Photos.read(options.tagged, "tags.csv", "tags", "|"),
            Photos.read(options.named, "labels.csv", "label"),
            tuple(dict.fromkeys(" ".join(line.split()) for line in lines if line.strip())),
            WordNet.read(options.wordnet),
            tuple(line.strip()[1:] for line in listed.read_text().splitlines()),
        )


class Pieces:
    """Our own sub-words, learned from texts and names.

    Parameters
    ----------
    path
        Where they are kept.
    """

    def __init__(self, path: Path, texts: Sequence[str], names: Sequence[str]) -> None:
        if not path.exists():
            self._learn(texts, names).save(str(path))
        self.tokenizer = Tokenizer.from_file(str(path))

    @staticmethod
    def _learn(texts: Sequence[str], names: Sequence[str]) -> Tokenizer:
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(
            vocab_size=N_PIECES, special_tokens=["[PAD]", "[UNK]"], min_frequency=2
        )
        tokenizer.train_from_iterator([*texts, *list(names) * 20], trainer)
        return tokenizer

    def tokens(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """Return the pieces of each text, (n, 40), zeros after its end."""
        rows = np.zeros((len(texts), N_TOKENS), np.int32)
        for row, encoded in zip(rows, self.tokenizer.encode_batch(list(texts)), strict=True):
            ids = encoded.ids[:N_TOKENS]
            row[: len(ids)] = ids
        return rows


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Photos that no member learns from, and the texts that are true of them."""

    paths: tuple[Path, ...]
    texts: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, pairs: Sequence[tuple[Path, tuple[str, ...]]]) -> HeldOut:
        """Part the paths from the texts."""
        return cls(tuple(path for path, _ in pairs), tuple(texts for _, texts in pairs))

    def __len__(self) -> int:
        return len(self.paths)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model is measured with."""

    captioned: HeldOut
    tagged: HeldOut
    tags: tuple[str, ...]  # of all photos with tags, as often as they have them
    pieces: Pieces


def gather(sources: Sources, place: Path, held_out: float) -> tuple[Material, Measured]:
    """Return what the members learn from, and what they are measured with."""
    backbone, sentences = Backbone(place / "features"), Sentences(place / "sentences")
    names = [name for sense in sources.image_net for name in sources.wordnet.words[sense]]
    wider = [word for sense in sources.image_net for word in sources.wordnet.truths(sense)]
    labels = [texts[0] for texts in sources.named.texts]
    tags = sorted({tag for own in sources.tagged.texts for tag in own})
    known = list(dict.fromkeys([*names, *sorted(wider), *tags, *labels]))
    pieces = Pieces(place / "tokenizer.json", sources.texts, known)

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

    measured_captions = {caption for row in out for caption in captions[row]}
    alone = [text for text in sources.texts if text not in measured_captions]
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
        pieces,
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


def residual(arrays: dict[str, Any], name: str, x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Answer as `tools.everyday_training.Residual` does, in NumPy: unit rows."""
    from scipy.special import erf

    hidden = x @ arrays[f"{name}.hidden.kernel"] + arrays[f"{name}.hidden.bias"]
    hidden = hidden * (1 + erf(hidden / np.sqrt(2))) / 2
    rows = x @ arrays[f"{name}.direct.kernel"] + arrays[f"{name}.direct.bias"]
    rows += hidden @ arrays[f"{name}.out.kernel"]
    return unit(rows)


def unit(rows: NDArray[Any]) -> NDArray[np.float32]:
    """Return rows of length one."""
    return (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def pooled(arrays: dict[str, Any], tokens: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return the weighted mean of each text's pieces."""
    loud = np.exp(arrays["text.weight"].astype(np.float64))[tokens] * (tokens > 0)
    share = (loud / np.maximum(loud.sum(axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return np.einsum("nt,ntw->nw", share, arrays["text.table"][tokens])


def photo_rows(arrays: dict[str, Any], features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return one member's rows of photos."""
    x = (features - arrays["photo.mean"]) / arrays["photo.deviation"]
    brief = x[:, N_FEATURES:] @ arrays["stages.kernel"] + arrays["stages.bias"]
    return residual(arrays, "photo", np.concatenate([x[:, :N_FEATURES], brief], axis=1))


def shared_arrays(
    members: Sequence[dict[str, Any]],
    pieces: Pieces,
    features: NDArray[np.float32],
    texts: Sequence[str],
    classes: Sequence[tuple[list[str], list[str]]],
) -> dict[str, NDArray[Any]]:
    """Return what the members have in common: one space for all, and ImageNet's names in it.

    Parameters
    ----------
    members
        What each learned.
    pieces
        The sub-words.
    features, texts
        Of photos and captions, from which the common space is found (principal components of
        the members' rows side by side, not centred, so that cosines stay).
    classes
        Names and wider terms of each of ImageNet's classes.
    """
    photos = np.concatenate([photo_rows(each, features) for each in members], axis=1)
    tokens = pieces.tokens(texts)
    said = np.concatenate(
        [residual(each, "text", pooled(each, tokens)) for each in members], axis=1
    )
    projection = components(np.concatenate([photos, said]), N_COMMON)

    def sentences(told: Sequence[str]) -> NDArray[np.float32]:
        own = pieces.tokens(told)
        return sum(residual(each, "sentence", pooled(each, own)) for each in members)  # type: ignore[return-value]

    named = np.stack(
        [
            sentences(names).mean(axis=0) + (sentences(wider).mean(axis=0) / 2 if wider else 0)
            for names, wider in classes
        ]
    )
    table = unit(named - named.mean(axis=0) / 2)
    narrow = components(np.concatenate([table, unit(sentences(texts))]), N_NAMED)
    return {
        "projection": projection,
        "names": (table @ narrow).astype(np.float32),
        "sentence.projection": narrow,
        "scales": np.array([1, NAMED_SCALE], np.float32),
        "n_tokens": np.array(N_TOKENS),
    }


def components(rows: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    """Return the directions in which rows are largest, (width, n)."""
    _, directions = np.linalg.eigh(rows.T @ rows)
    return np.ascontiguousarray(directions[:, ::-1][:, :n]).astype(np.float32)


def main(arguments: list[str]) -> None:
    """Make the model, or measure one that has learned from fewer photos."""
    parser = argparse.ArgumentParser(prog="python -m tools.everyday_model", description=__doc__)
    parser.add_argument("--captioned", nargs="+", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--tagged", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--named", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--texts", type=Path, required=True, metavar="FILE")
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument("--held-out", type=float, default=0.0, metavar="SHARE")
    options = parser.parse_args(arguments)
    sources = Sources.read(options)
    place = PLACE / (f"held-out-{options.held_out:g}" if options.held_out else "whole")
    material, measured = gather(sources, PLACE, options.held_out)
    members = [train_member(material, Plan(), seed, place / f"member-{seed}") for seed in SEEDS]
    texts = [own[0] for photos in sources.captioned for own in photos.texts]
    shared = shared_arrays(
        members,
        measured.pieces,
        material.captioned.views[0],
        texts[: len(material.captioned.tokens)],
        names_of(sources),
    )
    model = place / "model"
    shutil.rmtree(model, ignore_errors=True)
    counts = count_words([options.texts])
    put_together(members, shared, PLACE / "tokenizer.json", counts, model)
    if options.held_out:
        figures = measure(load_encoder(model), measured)
        print(json.dumps(figures, indent=1))
        write_json(place / "figures.json", figures)
        return
    shutil.rmtree(MODELS / EVERYDAY, ignore_errors=True)
    shutil.copytree(model, MODELS / EVERYDAY)
    print(f"The model: {MODELS / EVERYDAY}. Run tools.suitability next.")


def measure(encoder: Encoder, measured: Measured) -> dict[str, Any]:
    """Return how well photos that the model never learned from are found, by their files.

    Captions ask one by one, and every held-out photo is a candidate; a photo's own nearest captions
    count when one of its five is among the first k of all. Each of the hundred commonest tags asks
    among the held-out photos with tags (mean average precision).
    """
    captioned, tagged = measured.captioned, measured.tagged
    photos = embed_files(encoder, captioned.paths)
    texts = encoder.embed_texts([text for own in captioned.texts for text in own])
    owner = np.repeat(np.arange(len(captioned)), [len(own) for own in captioned.texts])
    scores = texts @ photos.T
    ranks = (scores > scores[np.arange(len(owner)), owner][:, None]).sum(axis=1)
    first = owner[np.argsort(-scores.T, axis=1)[:, :10]] == np.arange(len(captioned))[:, None]
    found: dict[str, Any] = {"photos": len(captioned), "captions": len(owner)}
    for k in (1, 5, 10):
        found[f"text to photo R@{k}"] = round(float((ranks < k).mean()), 4)
        found[f"photo to text R@{k}"] = round(float(first[:, :k].any(axis=1).mean()), 4)
    found["median rank"] = float(np.median(ranks)) + 1
    common = [tag for tag, _ in Counter(measured.tags).most_common(100)]
    scores = encoder.embed_texts(common) @ embed_files(encoder, tagged.paths).T
    has = np.array([[tag in own for own in tagged.texts] for tag in common])
    precisions = [
        average_precision(*pair) for pair in zip(scores, has, strict=True) if pair[1].any()
    ]
    found["tagged photos"] = len(tagged)
    found["mean average precision of the commonest tags"] = round(float(np.mean(precisions)), 4)
    return found


def average_precision(scores: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """Return the mean, over the right ones, of the share of right ones down to each.

    Examples
    --------
    >>> average_precision(np.array([0.9, 0.8, 0.7]), np.array([True, False, True]))
    0.8333333333333333
    """
    ordered = right[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(ordered) / np.arange(1, len(ordered) + 1))[ordered].mean())


def embed_files(encoder: Encoder, paths: Sequence[Path]) -> NDArray[np.float32]:
    """Return the embeddings of photos, read as a collection's are."""
    rows = []
    photos = read_photos(paths, encoder.preprocessing, n_threads=os.cpu_count() or 1)
    for bunch in iter(lambda: list(islice(photos, 64)), []):
        rows.append(encoder.embed_photos(np.stack([photo.pixels for photo in bunch])))
    return np.concatenate(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
