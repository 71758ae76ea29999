"""A comparison that is kept: its table, and the same question asked of two recipes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from engine.evaluation import Comparison, Hit, Row, telling_labels, wilson_interval
from engine.training import RECIPES
from pages.comparison.caches import encoder_at, redrawn, thumbnail_of
from pages.shared.elements import PHOTO_GONE, data_url
from pages.shared.frame import ErrorBoundary
from pages.shared.phrases import attribute, count, duration, plain

N_SHOWN = 9
N_DRAWN = 6
PHOTO_PX = 120
NOTHING = "–"


def choose_comparison(kept: Sequence[Comparison]) -> Comparison:
    """Draw the choice among at least one; the link names the one shown."""
    by_name = {comparison.folder.name: comparison for comparison in kept}
    name = st.query_params.get("comparison", "")
    st.session_state["comparison"] = name if name in by_name else next(iter(by_name))
    if len(by_name) > 1:
        st.selectbox(
            "Comparison",
            list(by_name),
            key="comparison",
            format_func=lambda each: _title(by_name[each]),
            on_change=lambda: st.query_params.update(comparison=st.session_state["comparison"]),
        )
    return by_name[st.session_state["comparison"]]


def _title(comparison: Comparison) -> str:
    made = datetime.fromtimestamp(comparison.created).strftime("%d %B %Y, %H:%M")
    return f"{', '.join(comparison.sources)} · {count(comparison.pool, 'photo')} · {made}"


def draw_table(comparison: Comparison) -> None:
    """Draw a line for each recipe, and what the numbers mean."""
    labels = telling_labels([*dict.fromkeys(n for r in comparison.rows for n in r.precision_at_9)])
    best = max((_recall(row, 10) for row in comparison.rows), default=0.0)
    st.dataframe(
        [_line(row, labels, best, comparison.pool) for row in comparison.rows],
        hide_index=True,
        column_config={
            "Best": st.column_config.TextColumn(width=48, help="The highest R@10"),
            "What it is": st.column_config.TextColumn(width=520),
            "R@10": st.column_config.TextColumn(help="In brackets its 95 % interval (Wilson)"),
        },
    )
    note = f" {comparison.note[:1].upper()}{comparison.note[1:]}." if comparison.note else ""
    st.caption(
        f"R@k: share of captions whose photo is among the first k of "
        f"{count(comparison.pool, 'photo')}; trained on {comparison.n_trained:,} others. "
        f"{plain(_title(comparison))}. Alike by …: share of a photo's nine nearest others with "
        f"its own value.{note}"
    )
    for row in comparison.rows:
        if row.error:
            st.warning(f"**{plain(row.recipe)}** {plain(row.error)}", icon=":material/report:")


def _line(row: Row, labels: Sequence[str], best: float, pool: int) -> dict[str, Any]:
    alike, reached = row.precision_at_9, _recall(row, 10)
    line: dict[str, Any] = {"Best": "★" if reached == best > 0 else "", "Recipe": row.recipe}
    recipe = RECIPES.get(row.recipe)
    line |= {f"R@{k}": _digits(_recall(row, k)) if row.has_text else NOTHING for k in (10, 5, 1)}
    if row.has_text:
        line["R@10"] += " ({:.3f} – {:.3f})".format(*wilson_interval(reached, pool))
    line["What it is"] = recipe.summary if recipe else "our own model, as it comes with Kindred"
    line |= {f"Alike by {attribute(name).lower()}": _digits(alike.get(name)) for name in labels}
    return line | {
        "Training": duration(row.training_seconds) if row.training_seconds else NOTHING,
        "Photos a second": f"{row.photos_per_second:,.0f}" if row.photos_per_second else NOTHING,
        "MB": f"{row.megabytes:.1f}" if row.megabytes else NOTHING,
        "Backbone": row.backbone or NOTHING,
    }


def _recall(row: Row, k: int) -> float:
    return (row.text_to_image or {}).get(f"recall_at_{k}", 0.0)


def _digits(number: float | None) -> str:
    return NOTHING if number is None else f"{number:.3f}"


def draw_side_by_side(comparison: Comparison) -> None:
    """Ask two recipes the same, in words or with one of the measured photos."""
    names = [row.recipe for row in comparison.rows if not row.error]
    st.subheader("One question, two recipes", anchor=False)
    if len(names) < 2 or not comparison.paths:
        st.caption("The photos of this table are not part of Kindred: compare on your own first.")
        return
    st.caption(f"Both look at the {count(comparison.pool, 'measured photo')}, not a collection.")
    words, like = st.columns(2)
    query = words.text_input("Words", key="compared words", placeholder="red dress")
    place = like.selectbox(
        "Or a photo to find the like of",
        range(min(comparison.pool, 200)),
        index=None,
        format_func=lambda i: " ".join(comparison.captions[i][:1]) or comparison.paths[i].name,
        placeholder="Choose a photo",
        key="compared photo",
        disabled=bool(query.strip()),
    )
    for column, first in zip(st.columns(2, gap="large"), (0, len(names) - 1), strict=True):
        with column:
            recipe = st.selectbox("Recipe", names, index=first, key=f"recipe {first}")
            _draw_answer(comparison, recipe, query.strip(), place)


def _draw_answer(comparison: Comparison, recipe: str, query: str, place: int | None) -> None:
    with ErrorBoundary():
        if query:
            encoder = encoder_at(comparison.model(recipe))
            _draw_hits(comparison.search(recipe, encoder, query, N_SHOWN))
        elif place is not None:
            _draw_hits(comparison.similar(recipe, place, N_SHOWN))
        else:
            st.caption("Type some words or choose a photo: both recipes answer.")
    _draw_redrawn(comparison, recipe)


def _draw_hits(hits: Sequence[Hit]) -> None:
    st.image(
        [data_url(thumbnail_of(hit.path)) or PHOTO_GONE for hit in hits],
        caption=[f"{hit.similarity:.2f} {plain(hit.caption)[:60]}" for hit in hits],
        width=PHOTO_PX,
        alt=[hit.caption or hit.path.name for hit in hits],
    )


def _draw_redrawn(comparison: Comparison, recipe: str) -> None:
    """Show an autoencoder's photos as it draws them again, under the originals."""
    pairs = redrawn(comparison.model(recipe), tuple(comparison.paths[:N_DRAWN]))
    if pairs:
        st.markdown("Photos as they are, and drawn again from sixteen numbers")
        for pictures in zip(*pairs, strict=True):
            st.image(list(map(data_url, pictures)), width=PHOTO_PX, alt=[""] * len(pictures))
