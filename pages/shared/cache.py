"""Streamlit's caches, which do not say how often they had what was wanted: counted."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import streamlit as st

from pages.shared.figures import CACHE_MISSES, CACHE_REQUESTS

_P = ParamSpec("_P")
_T = TypeVar("_T")


def counted(cache: str, **settings: Any) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """Keep what a function returns, as `st.cache_resource` does, and count how often."""

    def decorate(function: Callable[_P, _T]) -> Callable[_P, _T]:
        @wraps(function)
        def missed(*args: _P.args, **named: _P.kwargs) -> _T:
            CACHE_MISSES.labels(cache).inc()
            return function(*args, **named)

        kept = st.cache_resource(**settings)(missed)

        @wraps(function)
        def asked(*args: _P.args, **named: _P.kwargs) -> _T:
            CACHE_REQUESTS.labels(cache).inc()
            return kept(*args, **named)

        return asked

    return decorate
