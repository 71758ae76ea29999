"""A photo of the collection, but in another colour: photo and word, added before one's eyes."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from engine.query import Term
from engine.search import SearchEngine, SearchRequest
from pages.shared.elements import draw_links
from pages.shared.figures import answer_of
from pages.shared.gallery import draw_photos
from pages.shared.links import IMAGE_SEARCH, link_to
from pages.shared.resources import spread
from pages.shared.view import View

COLOURS = ("red", "blue", "black", "green", "yellow", "white")
N_TRIED, N_SHOWN = 24, 5


@dataclass(frozen=True, slots=True)
class Variation:
    """A photo that looks well in other colours, and the colours that its model knows."""

    photo_id: str
    words: tuple[str, ...]


def draw_variation(engine: SearchEngine, slug: str) -> None:
    """Draw a photo beside its like in a colour that can be changed; nothing without words."""
    found = _variation(engine.collection.fingerprint, engine)
    if found is None:
        return
    collection = engine.collection
    st.subheader("This photo, but …", anchor=False)
    left, right = st.columns([1, 4], gap="medium")
    with left:
        photo = collection.catalogue.photo(found.photo_id)
        draw_photos(collection, [photo], slug=slug, layout="portrait", label="This photo")
    with right:
        word = st.pills(
            "But in another colour",
            found.words,
            default=found.words[0],
            required=True,
            format_func=lambda word: f"… {word}",
            key="but",
            label_visibility="collapsed",
        )
        answer = answer_of(engine, SearchRequest(_terms(found.photo_id, word), k=N_SHOWN))
        photos = [match.photo for match in answer.matches]
        draw_photos(collection, photos, slug=slug, layout="likes", label=f"This photo, but {word}")
        view = View(query=f"photo + {word}", like={found.photo_id: 1.0})
        way = {
            "words": f"All photos like this one, but {word}",
            "href": link_to(view, slug, IMAGE_SEARCH),
        }
        draw_links([way], key="all variations")


def _terms(photo_id: str, word: str) -> tuple[Term, ...]:
    return Term(1.0, ids=(photo_id,)), Term(1.0, text=word)


@st.cache_data(show_spinner=False, max_entries=16)
def _variation(fingerprint: str, _engine: SearchEngine) -> Variation | None:
    """Choose, of photos from all over the collection, the one whose red like is nearest."""
    tokenizer = _engine.encoder.tokenizer
    words = [word for word in COLOURS if tokenizer and not tokenizer.unknown(word)]
    photos = spread(_engine.collection, N_TRIED)
    if not words or not photos:
        return None

    def nearness(photo_id: str) -> float:
        answer = _engine.search(_terms(photo_id, words[0]), k=1, mode="dense")
        return min(answer.matches[0].parts) if answer.matches else -1.0

    best = max(photos, key=lambda photo: nearness(photo.photo_id))
    return Variation(best.photo_id, tuple(words))
