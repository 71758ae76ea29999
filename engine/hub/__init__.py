"""Published models: which there are, how one is had, and what is here already.

    known.py     the published models that are offered by name
    fetch.py     a repository's files, over the network, resumed and checked
    shelf.py     models on this machine: get, list, measure, remove
    side_by_side.py  two models asked the same of the same photos

Nothing here contacts anybody unless a model is asked for. Whatever is had is opened and tried
before it gets its name; nothing in it is executed.

Not inside: how such a model answers (`engine.encoders.open_clip`).
"""

from engine.hub.known import KNOWN, KnownModel, find_known
from engine.hub.shelf import ModelOnShelf, get_model, half_fetched, models_here, remove_model
from engine.hub.side_by_side import SideBySide

__all__ = [
    "KNOWN",
    "KnownModel",
    "ModelOnShelf",
    "SideBySide",
    "find_known",
    "get_model",
    "half_fetched",
    "models_here",
    "remove_model",
]
