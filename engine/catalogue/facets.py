"""Filters and facet counts, answered from the inverted index."""

from __future__ import annotations

import json
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

import numpy as np

from engine.catalogue.photo import TAG
from engine.catalogue.postings import Rows, fold, rows_of, terms_of
from engine.catalogue.rows import decode
from engine.catalogue.sqlite import sqlite3
from engine.errors import CatalogueError

# Fewer photos per value than this, and an attribute names photos instead of sorting them, ...
MIN_PHOTOS_PER_VALUE = 1.5
# ... unless it has so few values that they can all be shown, and one of them comes twice.
_FEW_VALUES = 12
# With more distinct numbers than this, an attribute measures (a price, a weight).
MAX_NUMBERS = 50
_NUMBER = re.compile(r"[^\w]*\d[\d.,\s]*\D{0,3}")
# Of an unknown value's neighbours so many are compared, and so many named at most.
_N_COMPARED = 1_000
_N_NAMED = 12
# Up to so many photos are counted one by one, sooner than the whole inverted index is read.
_FEW_ROWS = 300

Facets = dict[str, list[tuple[str, int]]]
# Counts by attribute, by folded value, by spelling.
Spellings = dict[str, dict[str, Counter[str]]]


def rows_where(
    connection: sqlite3.Connection, filters: Mapping[str, Sequence[str]], n_rows: int
) -> Rows | None:
    """Return which rows satisfy every filter; None when none has a value, and so asks nothing.

    Raises
    ------
    CatalogueError
        When a key or a value is unknown; it names those that exist.
    """
    found: Rows | None = None
    for key, values in filters.items():
        if isinstance(values, str):
            raise ValueError(f"the values of {key!r} must be a sequence of texts, not {values!r}")
        if values:
            having = rows_of(connection, _terms_matching(connection, key, values), n_rows)
            found = having if found is None else found & having
    return found


def rows_having(connection: sqlite3.Connection, name: str, value: str, n_rows: int) -> Rows:
    """Return the rows that have a value, in any spelling; none for an unknown one."""
    terms = connection.execute(
        "SELECT term.id FROM attribute JOIN term ON attribute_id = attribute.id"
        " WHERE attribute.folded = ? AND term.folded = ?",
        (fold(name), fold(value)),
    )
    return rows_of(connection, [term_id for (term_id,) in terms], n_rows)


def _terms_matching(connection: sqlite3.Connection, key: str, values: Sequence[str]) -> list[int]:
    attributes = _attributes_matching(connection, key)
    term_ids = []
    for value in values:
        found = connection.execute(
            "SELECT id FROM term WHERE attribute_id IN (SELECT value FROM json_each(?))"
            " AND folded = ? AND n_photos > 0",
            (json.dumps(attributes), fold(value)),
        ).fetchall()
        if not found:
            raise _unknown_value(connection, key, attributes, value)
        term_ids += [term_id for (term_id,) in found]
    return term_ids


def _attributes_matching(connection: sqlite3.Connection, key: str) -> list[int]:
    """Return the attributes of a name; several, when a table's names differ only in case."""
    found = connection.execute(
        "SELECT id FROM attribute WHERE folded = ? AND n_photos > 0", (fold(key),)
    ).fetchall()
    if found:
        return [attribute_id for (attribute_id,) in found]
    names = attribute_names(connection)
    raise CatalogueError(
        "the photos have no tags" if fold(key) == TAG else "no photo has such an attribute",
        value=key,
        remedy=f"Choose one of: {', '.join(names)}" if names else "These photos can't be filtered",
    )


def _unknown_value(
    connection: sqlite3.Connection, key: str, attributes: Sequence[int], value: str
) -> CatalogueError:
    counts = [
        count for attribute in attributes for count in _top(connection, attribute, _N_COMPARED)
    ]
    known = {fold(label): label for label, _ in counts}
    near = get_close_matches(fold(value), known, n=3)
    named = [known[folded] for folded in near] or list(known.values())[:_N_NAMED]
    hint = "Near it are" if near else "There are" if len(known) <= _N_NAMED else "The commonest are"
    return CatalogueError(
        f"no photo has this value of {key!r}", value=value, remedy=f"{hint}: {', '.join(named)}"
    )


def attribute_names(connection: sqlite3.Connection) -> list[str]:
    """Return the names that live photos can be filtered by, in the source's order, tags last."""
    return [
        name
        for (name,) in connection.execute(
            "SELECT name FROM attribute WHERE n_photos > 0 ORDER BY name = ?, id", (TAG,)
        )
    ]


def count_all(connection: sqlite3.Connection, n_photos: int, limit: int) -> Facets:
    """Return facet counts over every live photo: the counts kept with the terms."""
    names = _facet_names(connection, n_photos)
    return {name: _top(connection, attribute, limit) for attribute, name in names.items()}


def count_among(
    connection: sqlite3.Connection, rows: Rows, n_rows: int, n_photos: int, limit: int
) -> Facets:
    """Return facet counts over some of the rows of a catalogue."""
    names = _facet_names(connection, n_photos)
    if len(rows) <= _FEW_ROWS:
        spellings = _count_photos(connection, rows)
    else:
        spellings = _count_postings(connection, rows, n_rows, names)
    return {
        name: _commonest(spellings[name], limit) for name in names.values() if name in spellings
    }


def _count_photos(connection: sqlite3.Connection, rows: Rows) -> Spellings:
    """Count from what each photo says of itself."""
    spellings: Spellings = defaultdict(lambda: defaultdict(Counter))
    found = connection.execute(
        "SELECT attributes, tags FROM photo"
        " WHERE row IN (SELECT value FROM json_each(?)) AND retired = 0",
        (json.dumps(list(rows)),),
    )
    for attributes, tags in found:
        for name, value in terms_of(decode(attributes, dict), decode(tags, list)):
            spellings[name][fold(value)][value] += 1
    return spellings


def _count_postings(
    connection: sqlite3.Connection, rows: Rows, n_rows: int, names: Mapping[int, str]
) -> Spellings:
    """Count from the inverted index."""
    spellings: Spellings = defaultdict(lambda: defaultdict(Counter))
    found = connection.execute(
        "SELECT attribute_id, folded, value, rows FROM term JOIN posting ON term_id = term.id"
        " WHERE attribute_id IN (SELECT value FROM json_each(?)) AND n_photos > 0",
        (json.dumps(list(names)),),
    )
    for attribute, folded, value, stored in found:
        n = rows.intersection_cardinality(Rows.unpacked(stored, n_rows))
        if n:
            spellings[names[attribute]][folded][value] = n
    return spellings


def column_of(
    connection: sqlite3.Connection, name: str, n_rows: int
) -> tuple[list[str], np.ndarray]:
    """Return an attribute's values by falling count, and which of them each row has.

    Returns
    -------
    values
        Each in its commonest spelling.
    codes
        int32 (n_rows,): position among the values; −1 for none. Of several tags, the rarest.
    """
    found = connection.execute(
        "SELECT folded, value, rows FROM term JOIN posting ON term_id = term.id"
        " WHERE attribute_id = (SELECT id FROM attribute WHERE name = ?) AND n_photos > 0",
        (name,),
    )
    rows, lengths, names = array("I"), array("I"), []
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for folded, value, stored in found:
        having = Rows.unpacked(stored, n_rows).to_array()
        rows += having
        lengths.append(len(having))
        names.append(folded)
        spellings[folded][value] = len(having)
    order = sorted(spellings, key=lambda folded: (-spellings[folded].total(), folded))
    place = {folded: position for position, folded in enumerate(order)}
    places = np.array([place[folded] for folded in names], np.int32)
    codes = np.full(n_rows, -1, np.int32)
    np.maximum.at(codes, np.asarray(rows, np.intp), np.repeat(places, lengths))
    return [spellings[folded].most_common(1)[0][0] for folded in order], codes


def measure_names(connection: sqlite3.Connection) -> list[str]:
    """Return the attributes that measure: many numbers, each of few photos."""
    found = connection.execute(
        "SELECT id, name FROM attribute WHERE n_values > ? AND n_photos > 0 ORDER BY id",
        (MAX_NUMBERS,),
    ).fetchall()
    return [name for attribute, name in found if _measures(connection, attribute)]


def _commonest(spellings: Mapping[str, Counter[str]], limit: int) -> list[tuple[str, int]]:
    """Return values by falling count, each in its commonest spelling."""
    totals = {folded: counts.total() for folded, counts in spellings.items()}
    order = sorted(totals, key=lambda folded: (-totals[folded], folded))[:limit]
    return [(spellings[folded].most_common(1)[0][0], totals[folded]) for folded in order]


def _top(connection: sqlite3.Connection, attribute: int, limit: int) -> list[tuple[str, int]]:
    """Return an attribute's values by falling count, each in its commonest spelling."""
    # SQLite promises that `value` comes from the row that has the maximum.
    found = connection.execute(
        "SELECT value, max(n_photos), sum(n_photos) AS n FROM term"
        " WHERE attribute_id = ? AND n_photos > 0 GROUP BY folded ORDER BY n DESC, folded LIMIT ?",
        (attribute, limit),
    )
    return [(value, n) for value, _, n in found]


def _facet_names(connection: sqlite3.Connection, n_photos: int) -> dict[int, str]:
    """Return the attributes that sort photos into groups, by id, in the source's order."""
    found = connection.execute(
        "SELECT id, name, n_values, n_photos FROM attribute WHERE n_photos > 0"
        " ORDER BY name = ?, id",
        (TAG,),
    ).fetchall()
    return {
        attribute: name
        for attribute, name, n_values, n_having in found
        if name == TAG  # a person gave it to find its photos again, be they few or all
        or (
            _sorts(n_values, n_having, n_photos)
            and not (n_values > MAX_NUMBERS and _measures(connection, attribute))
        )
    }


def _sorts(n_values: int, n_having: int, n_photos: int) -> bool:
    """Return whether values are shared by photos, and not one value by all of them."""
    if n_values == 1:
        return 1 < n_having < n_photos
    return n_having >= MIN_PHOTOS_PER_VALUE * n_values or n_values < min(n_having, _FEW_VALUES + 1)


def _measures(connection: sqlite3.Connection, attribute: int) -> bool:
    values = connection.execute(
        "SELECT value FROM term WHERE attribute_id = ? AND n_photos > 0 LIMIT 100", (attribute,)
    ).fetchall()
    return sum(bool(_NUMBER.fullmatch(value)) for (value,) in values) > 0.9 * len(values)
