"""Kindred's engine: photos and texts in one space, an index over it, and answers from both.

The front door. Use it from a notebook or a script; nothing here knows of the app.

>>> from pathlib import Path
>>> from engine import SearchEngine, bundled_model, build_collection
>>> build_collection(Path("photos"), model=bundled_model(), out=Path("shoes"))  # doctest: +SKIP
>>> SearchEngine.open(Path("shoes")).search("red boots - leather")  # doctest: +SKIP

Names are imported when they are first asked for, so that a program pays only for what it uses.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from engine.config import keep_private
from engine.lazy import lazy_names

if TYPE_CHECKING:
    from engine.catalogue import Catalogue, Photo, read_source
    from engine.encoders import Encoder, bundled_model, load_encoder
    from engine.errors import KindredError
    from engine.evaluation import Comparison, compare, evaluate_collection
    from engine.index import PhotoIndex
    from engine.maps import MapSettings, make_map
    from engine.search import Match, SearchEngine, SearchRequest, SearchResult
    from engine.storage import Collection, build_collection, update_collection
    from engine.training import DataSource, TrainingSettings, resume, train
    from engine.words import WordVectors

keep_private()

# TensorFlow's convolutions by oneDNN, which it leaves off on some processors. There they train half
# as fast again (3.45 steps a second for 2.28, AMD EPYC); read when TensorFlow is imported.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

__getattr__, __all__ = lazy_names(__name__, __file__)


def __dir__() -> list[str]:
    return __all__
