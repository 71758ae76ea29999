"""Calibration: a collection's own words and values teach what its similarities mean.

Phrases it has photos for are asked with and without those photos, and words it never says beside
them; what came of each is known, so likelihoods can be fitted, and on other phrases tested.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from engine.relevance import Calibration, fit
from engine.search.calibrations import Calibrations
from engine.search.collection_values import folded
from engine.search.context import SearchContext
from engine.search.evidence import TextEvidence, match_evidence
from engine.search.known_words import read_words
from engine.search.shown_value import shown_value
from engine.selection import even_sample
from engine.text import Tokenizer, words
from engine.text.stopwords import is_telling

# Things of which most collections lack most: what an empty answer is learned from. Those whose
# words a collection says are not used for it.
EVERYDAY = (
    *("giraffe", "elephant", "penguin", "crocodile", "butterfly", "spider", "goldfish", "parrot"),
    *("steam locomotive", "fire engine", "sailing ship", "helicopter", "bicycle", "tractor"),
    *("wedding cake", "fried egg", "bowl of soup", "pineapple", "broccoli", "birthday candles"),
    *("snowy mountain", "waterfall", "lighthouse", "windmill", "suspension bridge", "castle"),
    *("grand piano", "violin", "trumpet", "drum kit", "chess board", "telescope", "microscope"),
    *("refrigerator", "washing machine", "bathtub", "bookshelf", "chandelier", "armchair"),
    *("newborn baby", "surgeon", "astronaut", "football match", "rock concert", "campfire"),
    *("volcano", "iceberg", "cactus", "sunflower field", "forest path", "thunderstorm"),
    *("traffic light", "petrol station", "power plant", "computer keyboard", "printed circuit"),
    *("galaxy", "full moon", "x-ray of a hand", "city map", "handwritten letter", "bank note"),
)

_MAX_ROWS = 20_000
_MAX_PHRASES = 80
_N_NEAREST = 9
_LEAST_PHOTOS = 5
_N_NEAR = 60
# Captions leave things out: of the phrases a collection has photos for, so many are asked as if
# no caption had them, so that what is seen keeps its say.
_HIDDEN_SHARE = 0.15
_OFTEN = 20
_LEAST_SPREAD = 1e-3
_LEAST_CAPTIONED = 0.3
_LEAST_SKILL = 0.1
# Where nothing can be fitted: what came out on collections with labels, roughly.
_UNFITTED = Calibration((14.0, 1.5, -3.0, -1.5, 2.0), -9.5)
_UNFITTED_MATCH = Calibration((8.0, 0.8), -5.5)
_UNFITTED_PHOTO, _UNFITTED_PHOTO_MATCH = Calibration((10.0,), -7.0), Calibration((8.0, 0.8), -7.0)
# Where photos say nothing, margins of the model's words tell; these weights came out on 27 folders
# of 64 to 1,200 labelled photos without their labels, from three sources. With more photos, more of
# them come near to what is not there.
_MARGIN, _OFFSET, _MORE_PHOTOS, _USUAL_SIZE = 2.4, -1.5, 0.7, 300
_MARGIN_MATCH = Calibration((2.0,), 1.3)


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """A phrase whose truth in a collection is known.

    Parameters
    ----------
    text
        The words.
    has
        (n_rows,) bool over the sample: the photos it is true of.
    is_present
        Whether those photos take part.
    kind
        ``"value"``, ``"pair"``, ``"left out"``, ``"apart"``, ``"adorned"``, ``"misplaced"``,
        ``"unsaid"`` or ``"everyday"``.
    said
        For each of its words, whether any photo names it.
    named
        For each, whether the photo does that names most of them.
    """

    text: str
    has: NDArray[np.bool_]
    is_present: bool
    kind: str
    said: tuple[bool, ...]
    named: tuple[bool, ...]


class CalibrationFit:
    """Fits likelihoods to one collection.

    Parameters
    ----------
    context
        Over the collection.
    part
        0 or 1: which half of the phrases to fit to, so that the other can test it.
    """

    def __init__(self, context: SearchContext, part: int = 0) -> None:
        self._context = context
        self.part = part
        self._embedded: dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}

    @cached_property
    def calibrations(self) -> Calibrations:
        """What came out."""
        phrases = self.phrases(self.part) if self._says_what_is_seen else []
        truth = [phrase.is_present for phrase in phrases]
        is_fitted, vocabulary = len(set(truth)) == 2, self._context.vocabulary
        best_words = None
        if is_fitted:
            of_texts = self._fitted_texts(phrases, truth)
        elif vocabulary.can_contrast:
            of_texts = self._contrasted_texts()
            best_words = vocabulary.best_words(self._context.collection.embeddings)
        else:
            of_texts = _UNFITTED, _UNFITTED_MATCH
        return Calibrations(
            *of_texts, *self._fitted_photos(), is_fitted, best_words, shown_value(self._context)
        )

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """The live rows that are looked at, evenly chosen where there are very many."""
        return even_sample(self._context.collection.catalogue.live_rows(), _MAX_ROWS)

    @cached_property
    def sample(self) -> NDArray[np.float32]:
        """Their embeddings."""
        return np.asarray(self._context.collection.embeddings[self.rows], np.float32)

    def phrases(self, part: int) -> list[Phrase]:
        """Return phrases of one half, present and absent ones."""
        found = [*self._values, *self._pairs(), *self._mixed(), *self._unsaid()]
        mine = [phrase for phrase in found if _half(phrase.text) == part]
        self._embed([phrase.text for phrase in mine])
        return mine

    def _embed(self, texts: Sequence[str]) -> None:
        """Compare new texts with the sample, all at once: one product instead of hundreds."""
        encoder = self._context.encoder
        new = [text for text in dict.fromkeys(texts) if text not in self._embedded]
        if new:
            as_read = [read_words(self._tokenizer, text)[0] for text in new]
            rows = encoder.embed_texts(as_read)
            found = zip(rows, rows @ self.sample.T, strict=True)
            self._embedded.update(zip(new, found, strict=True))

    def evidence(self, phrase: Phrase, *, hidden: bool = False) -> TextEvidence:
        """Return the evidence that a phrase has an answer, as `judge` gathers it."""
        said = np.array(phrase.said) & (not hidden)
        named = np.array(phrase.named) & said
        known = list(map(self._context.vocabulary.knows, words(phrase.text)))
        return TextEvidence(
            nearness=_top(self._similarities(phrase)),
            names_thing=float(named[-1]),
            missed=float((said & ~named).mean()),
            unsaid=float((~said).mean()),
            known=float(np.mean(known)),
        )

    @property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = self._context.encoder.tokenizer
        assert tokenizer is not None  # nothing is asked in words of a model without them
        return tokenizer

    def _similarities(self, phrase: Phrase) -> NDArray[np.float32]:
        """Return the similarities of the photos that take part, (n,)."""
        self._embed([phrase.text])
        similarities = self._embedded[phrase.text][1]
        return similarities if phrase.is_present else similarities[~phrase.has]

    def _fitted_texts(
        self, phrases: Sequence[Phrase], truth: Sequence[bool]
    ) -> tuple[Calibration, Calibration]:
        draw = np.random.default_rng(0)
        answers = [
            self.evidence(p, hidden=p.is_present and draw.random() < _HIDDEN_SHARE).figures()
            for p in phrases
        ]
        matches = [self._matches(phrase) for phrase in phrases if phrase.has.any()]
        target = np.concatenate([np.empty(0), *(true for _, true in matches)])
        if not 0 < target.sum() < len(target):
            return fit(answers, truth), _UNFITTED_MATCH
        evidence = np.concatenate([given for given, _ in matches])
        return fit(answers, truth), fit(evidence, target)

    @property
    def _says_what_is_seen(self) -> bool:
        """Whether captions or values say what is on the photos: folders and cameras do not."""
        if self._context.encoder.tokenizer is None:
            return False
        said = sum(
            bool(p.captions) for p in self._context.collection.catalogue.photos(self.rows[:200])
        )
        return said >= _LEAST_CAPTIONED * len(self.rows[:200]) or bool(
            self._context.attribute_similarity.attributes
        )

    def _contrasted_texts(self) -> tuple[Calibration, Calibration]:
        """Where no text's truth is known, weigh texts by their margins above the model's words."""
        _, *named, unsaid, known = _UNFITTED.weights
        crowd = _MORE_PHOTOS * np.log(len(self.rows) / _USUAL_SIZE)
        answer = Calibration(
            (_MARGIN, *named, unsaid, known), float(_OFFSET - crowd) - unsaid - known
        )
        return answer, _MARGIN_MATCH

    def _matches(self, phrase: Phrase) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the evidence of a phrase's nearest photos, and whether it is true of each."""
        row, similarities = self._embedded[phrase.text]
        return self._nearest(row, similarities, phrase.has, with_own=phrase.is_present)

    def _nearest(
        self,
        row: NDArray[np.float32],
        similarities: NDArray[np.float32],
        has: NDArray[np.bool_],
        *,
        with_own: bool,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        places = np.arange(len(has)) if with_own else np.flatnonzero(~has)
        near = places[np.argsort(-similarities[places])[:_N_NEAR]]
        evidence = match_evidence(self._context.background, row, similarities[near])
        return evidence, has[near].astype(np.float64) * with_own

    def _fitted_photos(self) -> tuple[Calibration, Calibration]:
        """Fit what photos near to a photo mean: those that share its best-sorting value."""
        labels = self._labels()
        if labels is None:
            return self._measured_photos(), _UNFITTED_PHOTO_MATCH
        draw = np.random.default_rng(self.part)
        chosen = draw.permutation(np.flatnonzero(labels >= 0))[:_MAX_PHRASES]
        answers: list[list[float]] = []
        truth: list[bool] = []
        matches: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
        every = self.sample[chosen] @ self.sample.T
        for place, similarities in zip(chosen.tolist(), every, strict=True):
            same = labels == labels[place]
            row = self.sample[place]
            similarities[place] = -1
            for with_own, others in ((True, np.ones_like(same)), (False, ~same)):
                answers.append([float(similarities[others].max(initial=-1))])
                truth.append(with_own)
            same[place] = False
            matches.append(self._nearest(row, similarities, same, with_own=True))
        target = np.concatenate([true for _, true in matches])
        if not 0 < target.sum() < len(target):
            return _UNFITTED_PHOTO, _UNFITTED_PHOTO_MATCH
        return fit(answers, truth), fit(np.concatenate([given for given, _ in matches]), target)

    def _measured_photos(self) -> Calibration:
        """Where no values tell, deny a photo that lies farther off than most here from another."""
        if len(self.rows) < _LEAST_PHOTOS:
            return _UNFITTED_PHOTO
        chosen = np.random.default_rng(0).permutation(len(self.rows))[: 4 * _MAX_PHRASES]
        similarities = self.sample[chosen] @ self.sample.T
        similarities[np.arange(len(chosen)), chosen] = -1
        return _lenient(similarities.max(axis=1))

    def _labels(self) -> NDArray[np.int64] | None:
        """Return the value of the attribute that sorts the sample best, -1 where it has none."""
        collection_values = self._context.collection_values
        best: NDArray[np.int64] | None = None
        worth = 0.0
        for attribute in dict.fromkeys(each.attribute for each in collection_values.values):
            values = [each for each in collection_values.values if each.attribute == attribute]
            if not 2 <= len(values) <= 200:
                continue
            labels = np.full(len(self.rows), -1)
            for number, value in enumerate(values):
                labels[self._has(value.attribute, value.value)] = number
            covered = (labels >= 0).mean()
            shares = np.bincount(labels[labels >= 0], minlength=1) / max((labels >= 0).sum(), 1)
            chance = float((shares**2).sum())
            precision = self._precision(labels)
            gain = covered * precision * (1 - chance)
            if gain > worth and precision > chance + _LEAST_SKILL:
                best, worth = labels, gain
        return best

    def _precision(self, labels: NDArray[np.int64]) -> float:
        """Return how often a photo's nearest other shares its label, over a few photos."""
        places = np.flatnonzero(labels >= 0)[:: max(len(labels) // 100, 1)]
        similarities = self.sample[places] @ self.sample.T
        similarities[np.arange(len(places)), places] = -1
        return float((labels[similarities.argmax(axis=1)] == labels[places]).mean())

    def _has(self, attribute: str, value: str) -> NDArray[np.bool_]:
        rows = self._context.collection.catalogue.rows_where({attribute: [value]})
        return np.isin(self.rows, rows, assume_unique=True)

    def _true_of(self, text: str) -> NDArray[np.bool_]:
        """Return the photos whose captions or values name all of a text."""
        rows = self._context.collection.catalogue.rows_saying(text)
        has = np.isin(self.rows, rows, assume_unique=True)
        for mention in self._context.collection_values.whole(text):
            has |= self._has(mention.attribute, mention.value)
        return has

    @cached_property
    def _values(self) -> list[Phrase]:
        """What photos have, with those photos and without them."""
        found: list[Phrase] = []
        most = len(self.rows) // 2
        texts = dict.fromkeys(
            each.value.lower()
            for each in self._context.collection_values.values
            if _LEAST_PHOTOS <= each.n_photos <= most and not self._tokenizer.unknown(each.value)
        )
        for text in [t for t in texts if folded(t) and not t.isdigit()][:_MAX_PHRASES]:
            has = self._true_of(text)
            if has.sum() >= min(_LEAST_PHOTOS, 3):
                yes, no = (tuple([is_so] * len(words(text))) for is_so in (True, False))
                found.append(Phrase(text, has, True, "value", yes, yes))
                found.append(Phrase(text, has, False, "left out", no, no))
        return found

    def _pairs(self) -> Iterator[Phrase]:
        """Yield two values that some photos have together, and two that none has."""
        draw = np.random.default_rng(1)
        values = [each for each in self._values if each.is_present]
        n_apart = 0
        for _ in range(_MAX_PHRASES * 4 if len(values) > 1 else 0):
            one, two = (values[place] for place in draw.choice(len(values), 2, replace=False))
            both, text, said = one.has & two.has, f"{one.text} {two.text}", one.said + two.said
            if both.sum() >= _LEAST_PHOTOS:
                yield Phrase(text, both, True, "pair", said, said)
            elif not both.any() and n_apart < _MAX_PHRASES // 2:
                n_apart += 1
                only_two = (False,) * len(one.said) + two.said
                yield Phrase(text, both, False, "apart", said, only_two)

    def _mixed(self) -> Iterator[Phrase]:
        """Yield values beside a word that nobody says: as an ornament, and as the thing itself."""
        draw = np.random.default_rng(2)
        values = [each for each in self._values if each.is_present]
        none = np.zeros(len(self.rows), bool)
        for word in self._unsaid_words[::2] if values else ():
            value = values[int(draw.integers(len(values)))]
            said = (False, *value.said)
            yield Phrase(f"{word} {value.text}", value.has, True, "adorned", said, said)
            said = (*value.said, False)
            yield Phrase(f"{value.text} {word}", none, False, "misplaced", said, said)

    def _unsaid(self) -> Iterator[Phrase]:
        """Yield what no photo of the collection says: words, and everyday things."""
        none = np.zeros(len(self.rows), bool)
        collection_values = self._context.collection_values
        if not collection_values.says_anything:
            return
        everyday = [t for t in EVERYDAY if not any(map(collection_values.is_said, folded(t)))]
        for kind, texts in (("unsaid", self._unsaid_words), ("everyday", everyday)):
            for text in texts:
                unsaid = (False,) * len(words(text))
                yield Phrase(text, none, False, kind, unsaid, unsaid)

    @cached_property
    def _unsaid_words(self) -> list[str]:
        """Words that the model knows well and no photo says."""
        tokenizer, collection_values = self._tokenizer, self._context.collection_values
        often = [w for w in tokenizer.frequent(4_000) if tokenizer.count(w) >= _OFTEN]
        unsaid = (
            word for word in often if is_telling(word) and not collection_values.is_said(word)
        )
        return list(islice(unsaid, _MAX_PHRASES))


def _top(similarities: NDArray[np.float32], n: int = _N_NEAREST) -> float:
    n = min(n, len(similarities))
    return float(np.partition(similarities, -n)[-n:].mean()) if n else -1.0


def _lenient(usual: NDArray[np.float32]) -> Calibration:
    """Return even odds at the least quarter of usual similarities; one spread is one log odd."""
    slope = 1 / max(float(np.std(usual)), _LEAST_SPREAD)
    return Calibration((slope,), -slope * float(np.quantile(usual, 0.25)))


def _half(text: str) -> int:
    """Put a phrase into one of two halves, the same on every machine."""
    return sum(text.encode()) % 2


def calibrations_of(context: SearchContext) -> Calibrations:
    """Return the calibrations kept with a collection's build; without, learn and keep them."""
    kept = Calibrations.kept(context.collection)
    if kept is not None:
        return kept
    fitted = CalibrationFit(context).calibrations
    fitted.keep(context.collection)
    return fitted
