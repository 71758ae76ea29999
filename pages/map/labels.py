"""What is written on the map's own buttons, and what is read out to those who do not see it."""

from __future__ import annotations

WORDS: dict[str, str | list[str]] = {
    "move": "Move",
    "lasso": "Lasso",
    "box": "Box",
    "fit": "Fit",
    "view": "Choose in view",
    "zoomIn": "Zoom in",
    "zoomOut": "Zoom out",
    "pictures": "Pictures",
    "names": "Names",
    "density": "Density",
    "lines": "Lines from captions to photos",
    "none": "No lines",
    "all": "All pairs",
    "worst10": "Worst 10 % of pairs",
    "worst1": "Worst 1 % of pairs",
    "best10": "Best 10 % of pairs",
    "ranks": ["line: finds its photo first", "finds it last"],
    "hide": "Hide or show; with Shift, show alone",
    "chosen": "points chosen",
    "more": "more",
    "fewer": "Show fewer",
    "lost": "Nothing here: show the whole map",
    "nothingLeft": "Nothing is left: clear the filters",
    "twoFingers": "Two fingers move the map",
    "label": "Map. Arrow keys move, plus and minus zoom, Enter chooses the point in the middle, "
    "V chooses all in view, L lasso, B box, M move, Escape chooses none.",
}
