"""The nearest rows: the same as plain NumPy finds, or nearly all of them and honest about it."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest

from engine.errors import CollectionError
from engine.index import Nearest, PhotoIndex, index_files, photo_index, read_loss


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def random_rows(n_rows: int, n_dims: int = 8, seed: int = 0) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(n_rows, n_dims)))


def clustered_rows(n_rows: int, n_dims: int = 128, seed: int = 0) -> np.ndarray:
    """Draw rows as a shop's photos lie: few large kinds and many small, styles within, twins.

    114 kinds whose sizes fall as 1/rank, 20 styles in each, most spread in the first
    directions, and 4 % exact duplicates.
    """
    chance = np.random.default_rng(seed)
    spread = 1 / np.sqrt(1 + np.arange(n_dims) / 8)
    kinds = chance.normal(size=(114, 1, n_dims)) * spread
    styles = kinds + 0.6 * chance.normal(size=(114, 20, n_dims)) * spread
    share = 1 / (1 + np.arange(114))
    kind = chance.choice(114, n_rows, p=share / share.sum())
    centre = styles[kind, chance.integers(0, 20, n_rows)]
    rows = centre + 0.45 * chance.normal(size=(n_rows, n_dims)) * spread
    twins = chance.choice(n_rows, n_rows // 25, replace=False)
    rows[twins] = rows[chance.choice(n_rows, len(twins))]
    return unit(rows)


def plain_nearest(
    embeddings: np.ndarray, query: np.ndarray, k: int, candidates: np.ndarray
) -> tuple[list[int], np.ndarray]:
    """Sort everything, in float64, equal similarities by row: what the index must agree with."""
    similarities = embeddings[candidates].astype(np.float64) @ query.astype(np.float64)
    first = sorted(range(len(candidates)), key=lambda i: (-similarities[i], candidates[i]))[:k]
    return [int(candidates[i]) for i in first], similarities[first]


def with_graph(embeddings: np.ndarray, **settings: object) -> PhotoIndex:
    return PhotoIndex.build(embeddings, exact_below=1, n_threads=1, **settings)  # type: ignore[arg-type]


def index_recall(index: PhotoIndex, queries: np.ndarray, k: int = 9) -> float:
    """Return the share of the exact k nearest (or their equals) that the graph found."""
    found = 0
    for query in queries:
        exact = index.nearest(query, k, exact=True)
        approximate = index.nearest(query, k, exact=False)
        assert not approximate.is_exact
        found += int((approximate.similarities >= exact.similarities[-1] - 1e-6).sum())
    return found / (k * len(queries))


# Worked out by hand

CORNERS = np.array([[1, 0], [0, 1], [-1, 0], [0.6, 0.8]], dtype=np.float32)
EAST = np.array([1, 0], dtype=np.float32)


def test_rows_come_by_falling_cosine() -> None:
    """Against (1, 0): row 0 has 1, row 3 has 0.6, row 1 has 0, row 2 has −1."""
    answer = PhotoIndex.build(CORNERS).nearest(EAST, 4)
    assert answer.rows.tolist() == [0, 3, 1, 2]
    assert answer.similarities.tolist() == pytest.approx([1, 0.6, 0, -1], abs=1e-6)
    assert (answer.rows.dtype, answer.similarities.dtype) == (np.int64, np.float32)
    assert answer.is_exact


def test_the_graph_gives_the_same_answer_and_says_that_it_is_the_graph() -> None:
    index = with_graph(CORNERS)
    answer = index.nearest(EAST, 4, exact=False)
    assert answer.rows.tolist() == [0, 3, 1, 2]
    assert answer.similarities.tolist() == pytest.approx([1, 0.6, 0, -1], abs=1e-6)
    assert (answer.is_exact, index.is_exact) == (False, False)
    assert index.nearest(EAST, 4, exact=True).is_exact


def test_no_more_rows_come_back_than_there_are() -> None:
    for index in (PhotoIndex.build(CORNERS), with_graph(CORNERS)):
        assert len(index.nearest(EAST, 60).rows) == 4
        assert len(index.nearest(EAST, 60, exact=False).rows) == 4
        assert index.nearest(EAST, 60, allowed=[2, 1]).rows.tolist() == [1, 2]
        assert index.nearest(EAST, 60, allowed=[]).rows.tolist() == []


@pytest.mark.parametrize("n_dims", [64, 128])
def test_equal_rows_are_equally_similar_and_come_in_the_order_of_their_numbers(
    n_dims: int,
) -> None:
    """40 twins among 5,003 rows, the last three included, where BLAS sums in another order.

    The graph fetches 320 rows, so that it sees all 40 before it keeps nine.
    """
    rows = random_rows(5_003, n_dims)
    twins = np.append(np.arange(3, 4_628, 125), [5_000, 5_001, 5_002])
    rows[twins] = rows[3]
    query = unit(3 * rows[3] + rows[4])  # all sums round, as they would not against the twin
    index = with_graph(rows, ef_construction=20)
    for exact in (True, False):
        assert index.nearest(query, 9, exact=exact).rows.tolist() == twins[:9].tolist()
        answer = index.nearest(query, 40, exact=exact)
        assert answer.rows.tolist() == twins.tolist()
        assert len(set(answer.similarities.tolist())) == 1


# Against plain NumPy


@pytest.mark.parametrize("seed", range(40))
def test_any_sequence_of_changes_answers_as_plain_numpy_would(seed: int, tmp_path: Path) -> None:
    """Random sizes, changes, filters and k; the graph's share is checked for membership."""
    chance = np.random.default_rng(seed)
    n_dims = int(chance.integers(2, 20))
    mirror = random_rows(int(chance.integers(1, 120)), n_dims, seed)
    live = set(range(len(mirror)))
    exact_below = int(chance.choice([1, 40, 10_000]))
    index = PhotoIndex.build(mirror.copy(), exact_below=exact_below, n_threads=1)
    for step in range(12):
        kind = chance.choice(["add", "update", "remove", "reload"])
        fresh = random_rows(int(chance.integers(1, 30)), n_dims, seed * 100 + step)
        some = chance.permutation(sorted(live))[: len(fresh)].astype(np.int64)
        if kind == "add":
            rows = np.arange(len(mirror), len(mirror) + len(fresh))
            mirror = np.concatenate([mirror, fresh])
            index.add(rows, fresh)
            live |= set(rows.tolist())
        elif kind == "update":
            mirror[some] = fresh[: len(some)]
            index.update(some, fresh[: len(some)])
        elif kind == "remove":
            index.remove(some)
            live -= set(some.tolist())
        else:
            index.save(tmp_path / str(step))
            index = PhotoIndex.load(tmp_path / str(step), mirror.copy())
        compare_with_numpy(index, mirror, np.array(sorted(live), dtype=np.int64), chance)


def compare_with_numpy(
    index: PhotoIndex, mirror: np.ndarray, live: np.ndarray, chance: np.random.Generator
) -> None:
    assert index.n_live == len(live)
    query = unit(chance.normal(size=mirror.shape[1]))
    allowed = np.flatnonzero(chance.random(len(mirror)) < chance.random())
    k = int(chance.integers(1, 20))
    for choice, candidates in ((None, live), (allowed, np.intersect1d(allowed, live))):
        rows, similarities = plain_nearest(mirror, query, k, candidates)
        answer = index.nearest(query, k, allowed=choice)
        assert answer.is_exact  # so few rows are always cheaper to search exactly
        assert answer.rows.tolist() == rows
        assert answer.similarities == pytest.approx(similarities, abs=1e-6)
        approximate = index.nearest(query, k, allowed=choice, exact=False)
        assert len(approximate.rows) == len(rows)
        assert set(approximate.rows.tolist()) <= set(candidates.tolist())
        truth = mirror[approximate.rows].astype(np.float64) @ query
        assert approximate.similarities == pytest.approx(truth, abs=1e-6)
        assert (np.diff(approximate.similarities) <= 0).all()


# How good, and which way


@pytest.fixture(scope="module")
def clustered() -> tuple[PhotoIndex, np.ndarray]:
    rows = clustered_rows(12_100)
    return PhotoIndex.build(rows[:12_000], exact_below=1), rows[12_000:]


def test_the_graph_finds_99_of_100_in_clustered_rows(
    clustered: tuple[PhotoIndex, np.ndarray],
) -> None:
    index, queries = clustered
    assert index_recall(index, queries) >= 0.99


def test_a_larger_ef_finds_more(clustered: tuple[PhotoIndex, np.ndarray]) -> None:
    index, queries = clustered

    def total(ef: int) -> float:
        answers = (index.nearest(query, 9, ef=ef, exact=False) for query in queries)
        return float(sum(answer.similarities.sum() for answer in answers))

    assert total(9) < total(300)


def test_changed_rows_are_found_where_they_are_now(tmp_path: Path) -> None:
    """2,000 of 4,000 rows move, 500 go and 1,000 come; the graph keeps its recall."""
    rows, others = clustered_rows(4_000, 32), clustered_rows(3_100, 32, seed=1)
    index = PhotoIndex.build(rows.copy(), exact_below=1)
    index.update(np.arange(2_000), others[:2_000])
    index.remove(np.arange(3_500, 4_000))
    index.add(np.arange(4_000, 5_000), others[2_000:3_000])
    assert index_recall(index, others[3_000:]) >= 0.99
    assert index.nearest(others[7], 1, exact=False).rows[0] == 7
    assert index.nearest(others[2_050], 1, exact=False).rows[0] == 4_050
    gone = index.nearest(rows[3_700], 200, exact=False).rows
    assert not set(gone.tolist()) & set(range(3_500, 4_000))


def test_few_rows_need_no_graph_and_growth_brings_one() -> None:
    rows = random_rows(60)
    index = PhotoIndex.build(rows[:49], exact_below=50)
    assert index.is_exact
    assert index.nearest(rows[0], 3, exact=False).is_exact
    index.add([49], rows[49:50])
    assert not index.is_exact
    index.add(np.arange(50, 60), rows[50:])
    assert index.nearest(rows[55], 1, exact=False).rows.tolist() == [55]


def test_the_cheaper_way_is_taken() -> None:
    """At 60,000 × 64: all rows take 0.54 ms, past the 0.35 ms that go unnoticed; 600 do not.

    60,000 × 64 × 0.14 ns = 0.54 ms against 20 µs + 320 × 0.45 µs = 0.16 ms for the graph.
    For 600 allowed rows 600 × 64 × 0.5 ns = 0.02 ms; for 30,000 again 0.54 ms.
    """
    rows = np.pad(random_rows(60_000, 4), ((0, 0), (0, 60)))
    index = PhotoIndex.build(rows, m=4, ef_construction=8)
    assert not index.nearest(rows[0], 9).is_exact
    assert index.nearest(rows[0], 9, allowed=np.arange(600)).is_exact
    half = index.nearest(rows[0], 9, allowed=np.arange(0, 60_000, 2))
    assert not half.is_exact
    assert not (half.rows % 2).any()


def test_a_filter_that_the_graph_cannot_satisfy_is_answered_exactly() -> None:
    """The 500 allowed rows all lie opposite the query, behind 500 others that are fetched first."""
    side = clustered_rows(500, 16)
    side[:, 0] = 5
    rows = unit(np.concatenate([side, -side]))
    index = with_graph(rows, ef=10)
    answer = index.nearest(rows[0], 9, allowed=np.arange(500, 1000), exact=False)
    assert answer.is_exact
    expected, _ = plain_nearest(rows, rows[0], 9, np.arange(500, 1000))
    assert answer.rows.tolist() == expected


def test_rows_without_a_path_between_them_are_found_exactly() -> None:
    """With two neighbours each, 300 twins point at one another and leave the rest out of reach."""
    rows = random_rows(400, 4)
    rows[:300] = rows[0]
    answer = with_graph(rows, m=2, ef_construction=1).nearest(rows[0], 400, exact=False)
    assert sorted(answer.rows.tolist()) == list(range(400))


@pytest.mark.parametrize(("n_others", "n_copies"), [(40, 20_500), (3_000, 20_000)])
def test_thousands_of_copies_of_one_photo_hide_no_other(n_others, n_copies, tmp_path) -> None:
    """hnswlib alone finds 0 of the 40, since every copy has only copies for neighbours."""
    rows = np.concatenate([clustered_rows(n_others), np.ones((n_copies, 128), np.float32)])
    rows = unit(np.random.default_rng(1).permutation(rows))
    index = PhotoIndex.build(rows)
    assert not index.is_exact
    is_copy = (rows == unit(np.ones(128))).all(axis=1)
    others = np.flatnonzero(~is_copy)[:300]
    index.save(tmp_path / "index")
    for each in (index, PhotoIndex.load(tmp_path / "index", rows)):
        own = [each.nearest(rows[row], 1, exact=False).similarities[0] for row in others]
        assert min(own) > 1 - 1e-5
        assert index_recall(each, rows[others]) >= 0.99
        assert index_recall(each, unit(np.ones((1, 128))), k=60) == 1
    copies = np.flatnonzero(is_copy)
    few = index.nearest(unit(np.ones(128)), 9, allowed=copies[-20:], exact=False)
    assert few.rows.tolist() == copies[-20:][:9].tolist()


def test_a_graph_in_which_photos_do_not_find_themselves_is_given_up(caplog, tmp_path) -> None:
    """hnswlib on 8,000 rows that differ by less than a rounding: the 40 others are out of reach."""
    chance = np.random.default_rng(0)
    near = np.ones((8000, 128)) + 1e-6 * chance.normal(size=(8000, 128))
    rows = unit(np.concatenate([near, clustered_rows(40)]))
    index = PhotoIndex.build(rows, exact_below=1000, n_threads=1)
    assert index.is_exact and "did not find themselves" in caplog.text
    own = [index.nearest(rows[row], 1).similarities[0] for row in range(8000, 8040)]
    assert min(own) > 1 - 1e-5
    index.save(tmp_path)
    again = PhotoIndex.load(tmp_path, rows)
    assert again.loss == index.loss == read_loss(tmp_path)
    assert index.loss is not None and 0 < index.loss.n_lost <= index.loss.n_sampled <= 400
    again.update(np.arange(7990), clustered_rows(7990))
    assert again.loss is None and not again.is_exact


def test_many_threads_may_ask_at_once(clustered: tuple[PhotoIndex, np.ndarray]) -> None:
    """Different k and ef side by side: a shared setting inside hnswlib would mix them up."""
    index, queries = clustered
    alone = [index.nearest(query, 9 + i % 30, exact=False) for i, query in enumerate(queries)]
    together: dict[int, Nearest] = {}

    def ask(start: int) -> None:
        for i in range(start, len(queries), 4):
            together[i] = index.nearest(queries[i], 9 + i % 30, exact=False)

    threads = [threading.Thread(target=ask, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i, answer in enumerate(alone):
        assert together[i].rows.tolist() == answer.rows.tolist()


# Rows that are not all live


def test_only_the_named_rows_are_live() -> None:
    """Row 0 is retired and may even be zeros: nothing checks or finds it."""
    rows = CORNERS.copy()
    rows[0] = 0
    for exact_below in (1, 100):
        index = PhotoIndex.build(rows, rows=[3, 1, 2], exact_below=exact_below)
        assert index.n_live == 3
        assert index.nearest(EAST, 9).rows.tolist() == [3, 1, 2]
        assert index.nearest(EAST, 9, exact=False).rows.tolist() == [3, 1, 2]
        assert index.nearest(EAST, 9, allowed=[0, 1]).rows.tolist() == [1]


def test_a_removed_row_can_come_back_elsewhere() -> None:
    for index in (PhotoIndex.build(CORNERS), with_graph(CORNERS)):
        index.remove([0])
        assert index.nearest(EAST, 1, exact=False).rows.tolist() == [3]
        index.add([0], CORNERS[1:2])
        assert index.nearest(EAST, 4, exact=False).rows.tolist() == [3, 0, 1, 2]
        index.remove([0, 1, 2, 3])
        assert index.nearest(EAST, 4).rows.tolist() == []


def test_changes_leave_the_callers_matrix_alone(tmp_path: Path) -> None:
    np.save(tmp_path / "embeddings.npy", CORNERS)
    mapped = np.load(tmp_path / "embeddings.npy", mmap_mode="r")
    index = PhotoIndex.build(mapped)
    index.update([0], CORNERS[1:2])
    index.add([6], CORNERS[:1])
    assert (mapped == CORNERS).all()
    assert index.nearest(EAST, 9).rows.tolist() == [6, 3, 0, 1, 2]
    assert index.n_live == 5


# Mistakes


def test_a_row_that_is_no_direction_is_refused_by_its_number() -> None:
    rows = random_rows(40_000, 4)
    for wrong in (np.nan, np.inf, 0.0, 2.0):
        broken = rows.copy()
        broken[37_123] = wrong
        with pytest.raises(ValueError, match="row 37123 must have length 1"):
            PhotoIndex.build(broken)
        with pytest.raises(ValueError, match="row 7 must have length 1"):
            PhotoIndex.build(CORNERS).add([5, 7], np.array([[0, 1], [wrong, wrong]], np.float32))


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        (np.ones(3), r"shape \(2,\), not \(3,\)"),
        (np.ones((1, 2)), r"not \(1, 2\)"),
        (np.array([np.nan, 0]), "length 1, not nan"),
        (np.array([np.inf, 0]), "length 1, not inf"),
        (np.zeros(2), "length 1, not 0"),
        (np.ones(2), "length 1, not 1.4"),
    ],
)
def test_a_query_that_would_crash_hnswlib_never_reaches_it(
    query: np.ndarray, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        with_graph(CORNERS).nearest(query, 2)


def test_wrong_arguments_are_named() -> None:
    index = PhotoIndex.build(CORNERS)
    with pytest.raises(ValueError, match="k=0"):
        index.nearest(EAST, 0)
    with pytest.raises(ValueError, match=r"0 … 3"):
        index.nearest(EAST, 1, allowed=[4])
    with pytest.raises(ValueError, match="float32 with two axes, not float64"):
        PhotoIndex.build(CORNERS.astype(np.float64))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="row 4 is not among 4"):
        PhotoIndex.build(CORNERS, rows=[0, 4])
    with pytest.raises(ValueError, match="named twice"):
        PhotoIndex.build(CORNERS, rows=[1, 1])
    with pytest.raises(ValueError, match="m must be at least 2"):
        PhotoIndex.build(CORNERS, m=1)
    with pytest.raises(ValueError, match="row 2 is in the index already"):
        index.add([9, 2], CORNERS[:2])
    with pytest.raises(ValueError, match="row 9 is not in the index"):
        index.update([1, 9], CORNERS[:2])
    with pytest.raises(ValueError, match="row 9 is not in the index"):
        index.remove([9])
    with pytest.raises(ValueError, match=r"shape \(2, 2\), not float32 of shape \(1, 2\)"):
        index.add([4, 5], CORNERS[:1])


def test_nothing_to_change_changes_nothing() -> None:
    for index in (PhotoIndex.build(CORNERS), with_graph(CORNERS)):
        empty = np.empty((0, 2), dtype=np.float32)
        index.add([], empty)
        index.update([], empty)
        index.remove([])
        assert index.n_live == 4
    assert PhotoIndex.build(np.empty((0, 2), np.float32)).nearest(EAST, 3).rows.tolist() == []


# On disk


def saved_with_graph(folder: Path) -> np.ndarray:
    rows = random_rows(300, 8)
    index = with_graph(rows)
    index.remove([5])
    index.save(folder)
    return rows


def test_a_loaded_index_answers_as_the_saved_one(tmp_path: Path) -> None:
    rows = saved_with_graph(tmp_path)
    index = PhotoIndex.load(tmp_path, rows)
    assert (index.n_live, index.n_dims, index.is_exact) == (299, 8, False)
    answer = index.nearest(rows[5], 9, exact=False)
    assert answer.rows.tolist() == plain_nearest(rows, rows[5], 9, np.delete(np.arange(300), 5))[0]
    index.add([300, 5], rows[:2])
    assert index.nearest(rows[0], 2, exact=False).rows.tolist() == [0, 300]


def test_an_index_loads_beside_a_matrix_that_has_grown(tmp_path: Path) -> None:
    """The new rows wait until they are added."""
    rows = saved_with_graph(tmp_path)
    longer = np.concatenate([rows, rows[:1]])
    index = PhotoIndex.load(tmp_path, longer)
    assert index.nearest(rows[0], 2, exact=False).rows[0] == 0
    assert 300 not in index.nearest(rows[0], 300).rows
    index.add([300], longer[300:])
    assert index.nearest(rows[0], 2, exact=False).rows.tolist() == [0, 300]


def test_an_exact_index_saves_no_graph(tmp_path: Path) -> None:
    PhotoIndex.build(CORNERS).save(tmp_path)
    assert PhotoIndex.load(tmp_path, CORNERS).nearest(EAST, 1).rows.tolist() == [0]
    assert not (tmp_path / "graph.hnsw").exists()


def test_files_of_another_collection_are_refused(tmp_path: Path) -> None:
    rows = saved_with_graph(tmp_path)
    for others, complaint in (
        (random_rows(300, 9), "rows have 8 numbers, the embeddings 9"),
        (rows[:200], "do not fit 200 embeddings"),
        (random_rows(300, 8, seed=9), "of other embeddings"),
    ):
        with pytest.raises(CollectionError, match=complaint):
            PhotoIndex.load(tmp_path, others)


def test_a_graph_of_another_width_never_reaches_hnswlib(tmp_path: Path) -> None:
    rows = saved_with_graph(tmp_path)
    facts = json.loads((tmp_path / "index.json").read_text())
    facts["n_dims"] = 7
    (tmp_path / "index.json").write_text(json.dumps(facts))
    with pytest.raises(CollectionError, match="vectors of 7 numbers"):
        PhotoIndex.load(tmp_path, np.ascontiguousarray(rows[:, :7]))


@pytest.mark.parametrize("name", ["index.json", "live.npy", "graph.hnsw"])
@pytest.mark.parametrize("kept", [None, 0, 30, 0.5])
def test_a_missing_or_shortened_file_is_named_as_damage(
    tmp_path: Path, name: str, kept: float | None
) -> None:
    rows = saved_with_graph(tmp_path)
    path = tmp_path / name
    data = path.read_bytes()
    path.unlink()
    if kept is not None:
        path.write_bytes(data[: int(kept * len(data)) if kept < 1 else int(kept)])
    with pytest.raises(CollectionError, match="Build the collection again"):
        PhotoIndex.load(tmp_path, rows)


# How far a search looks


def test_tuning_takes_the_fewest_candidates_that_serve_every_kind_of_query(
    tmp_path, monkeypatch
) -> None:
    """Queries that lie apart from the rows, as texts do, need more candidates than rows do."""
    monkeypatch.setattr(photo_index, "_EFS", steps := tuple(9 * 2**n for n in range(9)))
    rows = clustered_rows(4_000, seed=3)
    index = with_graph(rows, m=6, ef_construction=40)
    chance = np.random.default_rng(5)
    own, apart = rows[::80], unit(rows[::40] + 0.2 * chance.normal(size=(100, 128)))
    chosen = []
    for kinds in ((own,), (apart,), (own, apart)):
        index.tune(*kinds)
        chosen.append(index.ef)
        assert min(recall_with(index, kind, index.ef) for kind in kinds) >= 0.995
        before = steps[steps.index(index.ef) - 1] if index.ef > steps[0] else None
        if before is not None:
            assert min(recall_with(index, kind, before) for kind in kinds) < 0.995
    assert chosen[0] < chosen[1] == chosen[2]
    index.save(tmp_path / "index")
    assert PhotoIndex.load(tmp_path / "index", rows).ef == chosen[2]


def recall_with(index: PhotoIndex, queries: np.ndarray, ef: int) -> float:
    exact = [index.nearest(query, 9, exact=True).similarities[-1] for query in queries]
    found = [index.nearest(query, 9, exact=False, ef=ef).similarities for query in queries]
    return float(np.mean([each >= least - 1e-5 for each, least in zip(found, exact, strict=True)]))


def test_an_index_of_before_it_was_tuned_looks_farther_among_more_rows(tmp_path) -> None:
    rows = clustered_rows(400)
    with_graph(rows, ef=50).save(tmp_path)
    facts = json.loads((tmp_path / "index.json").read_text())
    del facts["ef_rows"]
    (tmp_path / "index.json").write_text(json.dumps(facts))
    assert PhotoIndex.load(tmp_path, rows).ef == 50
    settings = index_files.Settings(20_000, 16, 200, ef=320)
    assert [settings.ef_of(n) for n in (1_000, 100_000, 400_000, 1_000_000)] == [
        320,
        320,
        640,
        1012,
    ]


def test_without_a_graph_there_is_nothing_to_tune() -> None:
    index = PhotoIndex.build(CORNERS)
    index.tune(CORNERS)
    assert index.is_exact and index.ef == 320
