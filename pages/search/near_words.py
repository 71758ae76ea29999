"""Near words as bars that lead on, and the photos of the words they belong to."""

from __future__ import annotations

import streamlit as st

from engine.errors import QueryError
from engine.search import SearchEngine
from engine.words import WordSum, WordVectors
from pages.search.answer import draw_answer
from pages.search.facets import draw_facets
from pages.search.query_terms import terms_of
from pages.shared.elements import draw_examples, element
from pages.shared.frame import tell
from pages.shared.links import TEXT_SEARCH, WORDS, link_to
from pages.shared.navigation import Link, draw_link
from pages.shared.phrases import plain
from pages.shared.view import View

N_WORDS = 12
EXAMPLES = ("shirt", "red", "running", "dog + beach", "boots - leather", "2*jeans + skirt")
HINT = (
    "{n_words:,} words, learned from what captions say: near are those among the same words, "
    "so a word's opposite too. Of the five nearest to 50 words, a person judged 84 % plausible. "
    "Words add up: "
    "`dog + beach` · "
    "take one away: `boots - leather` · lean on one: `2*jeans + skirt`"
)

_near_words = element(
    "near_words",
    js="search/near_words.js",
    css="search/near_words.css",
    html='<ol aria-label="Nearest words"></ol>',
)


def draw_near_words(vectors: WordVectors, here: View, slug: str) -> WordSum | None:
    """Draw the words nearest to the view's words; return what was understood, None if nothing."""
    try:
        understood = vectors.understand(here.query)
    except QueryError as error:
        tell(error)
        draw_examples(_ways_on(vectors, here.query), slug, WORDS)
        return None
    if understood.unknown:
        words = ", ".join(f"**{plain(word)}**" for word in understood.unknown)
        st.warning(f"Not among the words known: {words}. Left out.", icon=":material/help:")
    neighbours = vectors.nearest(here.query, N_WORDS)
    rows = [
        {
            "word": near.word,
            "similarity": round(near.similarity, 2),
            "href": link_to(here.changed(query=near.word), slug, WORDS),
            "more": link_to(here.changed(query=f"{here.query} + {near.word}"), slug, WORDS),
        }
        for near in neighbours
    ]
    labels = {"similarity": "similarity", "add": "Add to the sum:"}
    _near_words(key="near_words", data={"rows": rows, "labels": labels})
    st.caption(
        f"{len(neighbours)} of {len(vectors):,} words, nearest first. "
        "Similarity is the cosine between two words, 1 for the same."
    )
    return understood


def draw_photos_of(engine: SearchEngine, here: View, slug: str) -> None:
    """Draw the photos of the chosen collection that these words find."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader(f"Photos of “{plain(here.query)}”", anchor=False, width="stretch")
        found = {"collection": slug, "q": here.query}
        draw_link(Link("All results", TEXT_SEARCH, found, ":material/search:"), key="all results")
    try:
        answer = engine.search(here.request(terms_of(engine, here)))
    except QueryError as error:
        tell(error)
    else:
        draw_answer(engine, answer, here, slug)
        draw_facets(engine, answer, here, slug)


def _ways_on(vectors: WordVectors, query: str) -> list[str]:
    """Return words spelt like the unknown ones, or else examples."""
    alike = [near for word in query.split()[:3] for near in vectors.suggest(word)]
    return list(dict.fromkeys(alike)) or list(EXAMPLES)
