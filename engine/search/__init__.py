"""Search: a question in words, photos or both becomes an answer that can say how it came about.

    engine.py             SearchEngine: the one object pages talk to
    context.py            a collection, its model, and what is found out about both, once
    request.py            SearchRequest: everything that makes an answer again
    parameter.py          what kinds of fields a request has, how each is checked and written
    result.py             SearchResult, Match, QueryPart
    query_parts.py        terms of a query become parts that point somewhere
    query_vector.py       parts become the query's one row, linear so that contributions are exact
    query_expansion.py    what words stand for in a collection, read off its own captions
    collection_values.py  the values that a collection's photos share, found again in a query
    retriever.py          where candidates come from, and all that ranking asks about them
    ranker.py             candidates, by embedding and by words, scored and arranged
    lexical.py            candidates and log odds by words: BM25 and values
    fusion.py             log odds of all kinds add up to one order
    dense_weight.py       how much the model's nearness tells, beside what words tell
    diversity.py          near-duplicates, and maximal marginal relevance
    known_words.py        what the model makes of each word
    vocabulary.py         the model's words: which it knows, and how far above them a text fits
    subject.py            what a query is about: its thing, without filler and what it is for
    language.py           words of other languages
    caption_words.py      whether photos show what their captions say
    evidence.py           what speaks for an answer: nearness, and what photos name of the subject
    shown_value.py        whether a photo from outside shows a kind of thing that is there
    build_arrays.py       what was learned of a build, kept in its folder
    calibrations.py       what similarities mean in a collection, kept with its build
    verdict_calibration.py what that is fitted to: phrases whose truth in the collection is known
    verdict.py            is there an answer, how strong is each match, where do answers end
    suggestions.py        phrases to complete what is being typed
    recall_curve.py       what the index finds, and how fast, by how far it looks
    upload.py             photos from outside, decoded and embedded once

A query is a sum of parts in the joint space: ``q = Σ cᵢ eᵢ`` of length one, so a photo's
similarity is ``Σ cᵢ (eᵢ · x)``, a share for each of them.
"""

from __future__ import annotations

from engine.query import Term
from engine.search.calibrations import Calibrations
from engine.search.engine import SearchEngine, prepare
from engine.search.known_words import WordReading, read_words
from engine.search.query_vector import parts_of
from engine.search.recall_curve import RecallPoint, measure_recall
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
from engine.search.retriever import Facets, Filters
from engine.search.suggestions import suggestions
from engine.search.verdict import Verdict, judge

__all__ = [
    "DIVERSITY",
    "MODE",
    "MODES",
    "PARAMETERS",
    "Calibrations",
    "Facets",
    "Filters",
    "Match",
    "Mode",
    "QueryPart",
    "RecallPoint",
    "SearchEngine",
    "SearchRequest",
    "SearchResult",
    "Term",
    "Verdict",
    "WordReading",
    "judge",
    "measure_recall",
    "parts_of",
    "prepare",
    "read_link",
    "read_settings",
    "read_words",
    "suggestions",
]
