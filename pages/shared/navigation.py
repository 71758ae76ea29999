"""Links between the app's own pages: the one way there is, because it keeps the address.

``st.page_link`` draws its page once and, where that is the page one is on, leaves the address as it
was: the next click anywhere falls back. These links move as the browser's Back button does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.access import Role, may
from pages.shared.elements import element
from pages.shared.links import href_of

Layout = Literal["row", "menu", "title"]
MENU = {
    "app.py": ("Home", ":material/home:"),
    "pages/text_search.py": ("Search by words", ":material/search:"),
    "pages/image_search.py": ("Search by photo", ":material/photo_library:"),
    "pages/explorer.py": ("Explorer", ":material/scatter_plot:"),
    "pages/training.py": ("Training", ":material/model_training:"),
    "pages/words.py": ("Similar words", ":material/format_quote:"),
    "pages/compare.py": ("Compare methods", ":material/balance:"),
    "pages/models.py": ("Models", ":material/neurology:"),
    "pages/collections.py": ("Collections", ":material/inventory_2:"),
}
LEAST = {"pages/training.py": Role.OWNER, "pages/models.py": Role.OWNER}

_navigation = element(
    "navigation", js="shared/navigation.js", css="shared/navigation.css", html="<nav></nav>"
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a page of the app.

    Parameters
    ----------
    label
        What a person reads; text, not Markdown.
    page
        The page's file.
    parameters
        What its address holds.
    icon
        As Streamlit writes it: ``":material/search:"``.
    told
        What the label leaves unsaid, for a tooltip.
    is_current
        Whether it is where one is.
    """

    label: str
    page: str
    parameters: Mapping[str, str | list[str]] = field(default_factory=dict)
    icon: str = ""
    told: str = ""
    is_current: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return what the element needs."""
        return {
            "label": self.label,
            "icon": self.icon.removeprefix(":material/").removesuffix(":"),
            "href": href_of(self.page, self.parameters),
            "told": self.told,
            "current": self.is_current,
        }


def draw_link(link: Link, *, key: str, layout: Layout = "row", stretches: bool = False) -> None:
    """Draw one link."""
    _draw([link], "", key, layout, stretches)


def draw_navigation(links: Sequence[Link], *, label: str, key: str, layout: Layout = "row") -> None:
    """Draw links that belong together, under a name that is read out."""
    _draw(links, label, key, layout, layout == "menu")


def _draw(links: Sequence[Link], label: str, key: str, layout: Layout, stretches: bool) -> None:
    data = {"links": [each.to_json() for each in links], "label": label, "layout": layout}
    _navigation(key=key, data=data, width="stretch" if stretches else "content")


def draw_menu(title: str, slug: str) -> None:
    """Draw the ways to all pages that this visitor may see."""
    links = [
        Link(label, path, {"collection": slug}, icon, is_current=label == title)
        for path, (label, icon) in MENU.items()
        if may(LEAST.get(path, Role.VISITOR))
    ]
    draw_navigation(links, label="Pages", key="menu", layout="menu")
