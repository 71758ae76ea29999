"""What the benchmarks are made of, apart from the clock."""

from __future__ import annotations

import numpy as np
import pytest

from engine.config import DEMO_COLLECTION
from engine.search import SearchEngine
from engine.storage import Collection
from tests.benchmarks import peers, report
from tests.benchmarks.material import repeated_demo
from tests.benchmarks.scale import PAIRS, Spent, cold_and_warm, in_turns, query_rows, recall


def test_a_repeated_demo_is_a_whole_collection_with_the_demos_texts_in_turn(tmp_path):
    folder = repeated_demo(3_002, tmp_path / "many")
    with Collection.open(DEMO_COLLECTION) as demo, Collection.open(folder) as many:
        many.check()
        told = demo.catalogue.photos([0, 1])
        repeated = many.catalogue.photos([3_000, 3_001])
        assert [photo.captions for photo in repeated] == [photo.captions for photo in told]
        assert [photo.attributes for photo in repeated] == [photo.attributes for photo in told]
        likeness = many.embeddings[3_000] @ demo.embeddings[0]
        assert 0.9 < likeness < 0.999  # like it, and not the same
    found = SearchEngine.open(folder).search("yellow umbrella", k=1).matches[0].photo
    assert found.attributes["kind"] == "umbrella"


def test_works_are_each_asked_all_of_their_own_texts_once():
    heard: dict[str, list[str]] = {"one": [], "other": []}
    spent = in_turns({"one": (heard["one"].append, "abc"), "other": (heard["other"].append, "def")})
    assert heard == {"one": ["a", "b", "c"], "other": ["d", "e", "f"]}
    assert list(spent) == ["one", "other"]


def test_a_bound_is_held_to_processor_time_and_only_where_it_is_asked_for():
    warm = {
        "dense": Spent(wall=9, cpu=4),
        "hybrid": Spent(wall=9, cpu=8),
        "bare": Spent(wall=9, cpu=2),
    }
    rows = {row.what: row for row in query_rows("few", {}, warm, PAIRS, is_bound=True)}
    assert list(rows) == [  # no row of a way that was not asked
        "few, warm: dense / text tower + bare hnswlib",
        "few, warm: hybrid / dense",
    ]
    bare, dense = rows.values()
    assert (bare.ratio, bare.is_kept) == (2, False)  # 4 / 2, 1.8 at most
    assert (dense.ratio, dense.is_kept) == (2, True)  # 8 / 4, 3 at most
    unbound = query_rows("few", {}, warm, PAIRS, is_bound=False)
    assert [row.is_kept for row in unbound] == [None, None]


def test_what_is_cold_was_never_asked_before_and_all_are_asked_the_same():
    heard: dict[str, list[str]] = {"dense": [], "hybrid": [], "its dense": [], "minus": []}
    ways = {name: texts.append for name, texts in heard.items()}
    cold, warm = cold_and_warm(ways, map(str, range(1_000)))
    assert list(cold) == ["dense", "hybrid", "its dense"]
    assert list(warm) == list(ways)
    assert heard["dense"] == heard["its dense"]
    assert heard["dense"][:100] == [str(n) for n in range(100)]
    assert heard["hybrid"][:100] == [str(n) for n in range(100, 200)]
    assert heard["minus"] == 2 * heard["dense"][:100]


def test_recall_is_the_share_of_the_exact_rows():
    exact = [np.array([1, 2, 3]), np.array([4, 5, 6])]
    assert recall(exact, [np.array([3, 2, 9]), np.array([6, 5, 4])]) == pytest.approx(5 / 6)


def test_engines_that_are_not_installed_are_named_with_how_to_get_them(monkeypatch):
    monkeypatch.setattr(peers, "MODULES", {"json": "json", "no_such_engine": "no-such-engine"})
    assert "not installed: no-such-engine. Install" in peers.missing()
    assert peers.REQUIREMENTS in peers.missing()


def test_the_machine_is_told_with_the_versions_of_its_libraries(capsys):
    report.print_machine()
    assert f"numpy {np.__version__}" in capsys.readouterr().out
