"""Search: a question in words, photos or both becomes an answer that can say how it came about.

    engine.py      SearchEngine: the one object pages talk to
    result.py      SearchResult, Match, QueryPart
    request.py     SearchRequest: everything that makes an answer again
    parameter.py   what a field of it may be, and how it is written as text
    attaching.py   terms of a query become chips that point somewhere
    composing.py   chips become the query's one row, linear so that parts are exact
    ranking.py     what meaning, captions and tags tell of a photo, and the order that follows
    weighing.py    how much the model's nearness tells, beside what words tell
    finding.py     which rows may be matches, in which order
    arranging.py   near-identical photos fold, answers can vary
    reading.py     what the model makes of each word
    subject.py     what a query is about: its thing, without filler and what it is for
    stopwords.py   function words, filler and praise
    foreign.py     words of other languages
    evidence.py    what speaks for an answer: nearness, and what photos name of the subject
    lexicon.py     the values a collection's photos share
    verdict.py     is there an answer, how strong is each match, where do answers end
    calibrating.py what that is fitted to: phrases whose truth in the collection is known
    suggesting.py  phrases to complete what is being typed
    dial.py        what the index finds, and how fast, by how far it looks
    everyday.py    things that most collections lack

A query is a sum of parts in the joint space: ``q = Σ cᵢ eᵢ`` of length one, so a photo's
similarity is ``Σ cᵢ (eᵢ · x)``, a share for each of them.
"""

from __future__ import annotations

from engine.query import Term
from engine.search.engine import Facets, Filters, SearchEngine
from engine.search.reading import WordReading, read_words
from engine.search.request import (
    DIVERSITY,
    MODE,
    MODES,
    PARAMETERS,
    Mode,
    SearchRequest,
    read_link,
    read_settings,
)
from engine.search.result import Match, QueryPart, SearchResult
from engine.search.verdict import Verdict

__all__ = [
    "DIVERSITY",
    "MODE",
    "MODES",
    "PARAMETERS",
    "Facets",
    "Filters",
    "Match",
    "Mode",
    "QueryPart",
    "SearchEngine",
    "SearchRequest",
    "SearchResult",
    "Term",
    "Verdict",
    "WordReading",
    "read_link",
    "read_settings",
    "read_words",
]
