"""The context of a search: a collection, its model, and what is found out about both, once."""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.attribute_similarity import AttributeSimilarity
from engine.encoders import Encoder
from engine.errors import ModelError
from engine.relevance import Background
from engine.search.caption_words import CaptionWords
from engine.search.collection_values import CollectionValues
from engine.search.point_retriever import PointRetriever
from engine.search.query_expansion import PhraseValues
from engine.search.retriever import LocalRetriever, Retriever
from engine.search.vocabulary import ModelVocabulary
from engine.storage import Collection, ModelCard

_MAX_REMEMBERED = 1_000


class SearchContext:
    """What the steps of a search share.

    Parameters
    ----------
    collection
        Photos, embeddings and index.
    encoder
        The model that embedded the collection.

    Raises
    ------
    ModelError
        The encoder is another model than the collection's.
    """

    def __init__(self, collection: Collection, encoder: Encoder) -> None:
        if encoder.fingerprint != collection.manifest.model.fingerprint:
            raise ModelError(
                "the collection was made with another model",
                value=f"{_named(collection.manifest.model)}, not {_named(encoder)}",
                remedy="Index the photos again, or open the collection with its own model",
            )
        self.collection = collection
        self.encoder = encoder
        self.embedded = lru_cache(_MAX_REMEMBERED)(self._embedded)

    @cached_property
    def background(self) -> Background:
        """How similar this collection's photos are to a row, on the whole."""
        collection = self.collection
        return Background(collection.embeddings, collection.catalogue.live_rows())

    @cached_property
    def collection_values(self) -> CollectionValues:
        """The values that this collection's photos share."""
        phrases = PhraseValues.kept(self.collection)
        return CollectionValues(self.collection.catalogue, self.encoder, phrases)

    @cached_property
    def retriever(self) -> Retriever:
        """Where candidates come from."""
        if self.collection.store is not None:
            return PointRetriever(self.collection, self.collection_values)
        return LocalRetriever(self.collection, self.collection_values)

    @cached_property
    def vocabulary(self) -> ModelVocabulary:
        """The model's own words: which it knows, and how far a text fits a photo above them."""
        return ModelVocabulary(self.encoder)

    @cached_property
    def caption_words(self) -> CaptionWords:
        """Whether photos show what their captions say."""
        return CaptionWords(self.collection, self.encoder, self.background, self.vocabulary)

    @cached_property
    def attribute_similarity(self) -> AttributeSimilarity:
        """What photos are taken for, in the collection's own values."""
        return AttributeSimilarity(self.collection, self.encoder)

    def _embedded(self, text: str) -> NDArray[np.float32]:
        """Return the unit row of a text; remembered, because pages ask again at every click."""
        return self.encoder.embed_texts([text])[0]


def _named(model: ModelCard | Encoder) -> str:
    """Name a model so that another training of the same name is told from it."""
    return f"{model.name} ({model.fingerprint[:8]})"
