"""The recipes side by side: the same photos, the same split, one table.

    sample.py   which photos are trained on and which measured, the same for all
    trained_recipe.py  one recipe trained briefly on them
    row.py      what was measured of it
    kept.py     a comparison on disk: found again, and asked

Not inside: the recipes (`engine.training.recipes`) and the figures (`engine.evaluation`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.comparison.kept import Comparison, list_comparisons
    from engine.comparison.row import Row
    from engine.comparison.trained_recipe import compare

_ROOM_OF = {
    "Comparison": "kept",
    "list_comparisons": "kept",
    "Row": "row",
    "compare": "trained_recipe",
}

__all__ = ["Comparison", "Row", "compare", "list_comparisons"]


def __getattr__(name: str) -> Any:
    """Import a public name from its file: who only reads results never waits for Keras."""
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'engine.comparison' has no attribute {name!r}")
    return getattr(import_module(f"engine.comparison.{_ROOM_OF[name]}"), name)
