"""A request is one value: a link, a shell line, a receipt and Python say it alike."""

from __future__ import annotations

import argparse

import pytest

from engine.search import Request
from engine.shell import searching
from pages.parts.view import View


def options_of(*arguments: str) -> argparse.Namespace:
    """Read arguments as `search` reads them."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    searching.add_arguments(parser)
    return parser.parse_args(["demo", *arguments])


@pytest.mark.parametrize(
    ("name", "mode"), [("meaning", "dense"), ("text", "lexical"), ("all", "hybrid")]
)
def test_lines_of_earlier_versions_ask_in_the_same_mode(name: str, mode: str):
    assert options_of("red", "--by", name).mode == mode
    assert options_of("red", "--mode", mode).mode == mode


def test_hybrid_is_the_default_of_python_links_and_the_shell():
    assert Request("red").mode == View().mode == options_of("red").mode == "hybrid"


def test_a_mode_that_is_none_is_refused_with_those_there_are():
    with pytest.raises(argparse.ArgumentError, match="dense, lexical, hybrid, not 'magic'"):
        options_of("red", "--mode", "magic")
