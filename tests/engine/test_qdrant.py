"""Collections in Qdrant: the same answers from a folder and from a server, and what goes wrong."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import pytest

from engine.collection_archive import export_collection, import_collection
from engine.config import MODELS
from engine.errors import CatalogueError, CollectionError
from engine.qdrant import Address, Layout, PointQuery, create_store, open_store
from engine.qdrant.condition import having_words, matching
from engine.qdrant.point import PHOTO, VALUES, WORDS, WordWeights, point_of, value_key, word_key
from engine.query import Term
from engine.rows import make_rows, publish_from_rows
from engine.search import SearchEngine, SearchRequest, prepare
from engine.shell import main
from engine.storage import (
    Collection,
    Manifest,
    build_collection,
    publish_collection,
    remove_collection,
    roll_back,
    tag_photos,
    update_collection,
    withdraw_collection,
)
from tests.engine.qdrant_server import Server, serving
from tests.engine.storage.colour import ColourEncoder, draw, draw_folder

pytest.importorskip("qdrant_client")
pytest.importorskip("qdrant_edge")
pytestmark = [
    pytest.mark.filterwarnings("ignore:Local mode performs exact:UserWarning"),
    pytest.mark.filterwarnings("ignore:Api key is used with an insecure:UserWarning"),
]


@dataclass
class Place:
    """Where points may lie: an address, and the server behind it if there is one."""

    address: str
    server: Server | None

    def names(self) -> list[str]:
        """Return the collections of points that are there."""
        if self.server is not None:
            return sorted(self.server.local.collections)
        folder = Path(Address.parse(self.address).place)
        return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


@pytest.fixture(params=["edge", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "edge":
        yield Place(f"edge:{tmp_path / 'points'}", None)
        return
    server = Server()
    with serving(server) as address:
        yield Place(f"{address}/photos", server)


@pytest.fixture
def served() -> Iterator[Place]:
    server = Server()
    with serving(server) as address:
        yield Place(f"{address}/photos", server)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A collection of ten photos."""
    photos = draw_folder(tmp_path / "photos", 10)
    build_collection(photos, model=ColourEncoder(), out=tmp_path / "shelf")
    return tmp_path / "shelf"


@pytest.fixture(scope="module")
def shop(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """480 drawn products, in a model that reads words."""
    folder = tmp_path_factory.mktemp("shop") / "shop"
    build_collection(drawn, model=MODELS / "kindred-fashion", out=folder)
    prepare(folder)
    return folder


def copy_of(shop: Path, tmp_path: Path) -> Path:
    shutil.copytree(shop, tmp_path / "moved")
    return tmp_path / "moved"


def kinds_of_queries(engine: SearchEngine) -> dict[str, list[dict[str, Any]]]:
    """Return requests of every kind, made of what the photos say."""
    photos = list(engine.collection.catalogue.all_photos())[::40]
    words = [" ".join(photo.captions[0].split()[:3]).replace("-", " ") for photo in photos]
    colours = [photo.attributes["colour"] for photo in photos]
    some = list(zip(photos, words, colours, strict=True))
    return {
        "dense": [{"query": text, "mode": "dense"} for _, text, _ in some],
        "lexical": [{"query": text, "mode": "lexical"} for _, text, _ in some],
        "hybrid": [{"query": text} for _, text, _ in some],
        "title": [{"query": photo.captions[0]} for photo, _, _ in some],
        "minus": [{"query": f"{photo.attributes['kind']} -{c}"} for photo, _, c in some],
        "filter": [{"query": text, "filters": {"colour": [c]}} for _, text, c in some],
        "must carry": [{"query": c, "only_matching": True} for _, _, c in some],
        "photo": [{"query": (Term(1.0, ids=(photo.photo_id,)),)} for photo, _, _ in some],
        "photo and word": [
            {"query": (Term(1.0, ids=(photo.photo_id,)), Term(1.0, text=c))} for photo, _, c in some
        ],
        "feedback": [{"query": text, "liked": (photos[0].photo_id,)} for _, text, _ in some],
        "page two": [{"query": text, "offset": 9} for _, text, _ in some],
    }


def test_the_same_queries_have_the_same_answers_verdicts_and_explanations(shop, place, tmp_path):
    """All photos lie in the sample, so that nothing is estimated; ties stand by number."""
    moved = copy_of(shop, tmp_path)
    publish_collection(moved, place.address)
    here, there = SearchEngine.open(shop), SearchEngine.open(moved)
    for kind, requests in kinds_of_queries(here).items():
        for fields in requests[: 1 if place.server else None]:
            expected, found = (engine.search(SearchRequest(**fields)) for engine in (here, there))
            ids = [match.photo.photo_id for match in expected.matches]
            assert [match.photo.photo_id for match in found.matches] == ids, (kind, fields)
            assert found.n_searched == expected.n_searched, (kind, fields)
            assert found.n_excluded == expected.n_excluded, (kind, fields)
            filters = fields.get("filters")
            told, said = here.judge(expected, filters), there.judge(found, filters)
            assert told.has_answer == said.has_answer, (kind, fields)
            for match in found.matches:
                assert sum(match.parts) == pytest.approx(match.similarity, abs=1e-4)
    near = here.search("red shoes").query_embedding
    assert there.facets() == here.facets()
    assert there.facets({"colour": ["red"]}) == here.facets({"colour": ["red"]})
    assert there.facets(near=near, n=50) == here.facets(near=near, n=50)


def test_with_a_sample_of_the_photos_here_answers_are_mostly_the_same(shop, place, tmp_path):
    """96 of 480 photos lie here: what words stand for and what similarities mean is estimated."""
    moved = copy_of(shop, tmp_path)
    manifest = publish_collection(moved, place.address, n_sampled=96)
    assert (manifest.n_photos, manifest.n_rows) == (480, 96)
    here, there = SearchEngine.open(shop), SearchEngine.open(moved)
    overlaps = []
    for fields in [one for some in kinds_of_queries(here).values() for one in some[:3]]:
        expected, found = (
            {match.photo.photo_id for match in engine.search(SearchRequest(**fields)).matches}
            for engine in (here, there)
        )
        overlaps.append(len(expected & found) / max(len(expected), 1))
    assert mean(overlaps) > 0.9
    assert there.facets({"colour": ["red"]})["kind"] == here.facets({"colour": ["red"]})["kind"]


def test_photos_outside_the_sample_are_read_from_there(shop, place, tmp_path):
    """Of 480 photos ten lie here; numbers go on behind them, whatever the path."""
    moved = copy_of(shop, tmp_path)
    publish_collection(moved, place.address, n_sampled=10)
    with Collection.open(shop) as here, Collection.open(moved) as there:
        assert len(there.catalogue.live_rows()) == 10
        assert there.n_photos == there.catalogue.n_photos == len(there.embeddings) == 480
        for photo in list(here.catalogue.all_photos())[::60]:
            same = there.catalogue.photo(photo.photo_id)
            assert (same.path, same.captions, same.attributes, same.tags) == (
                photo.path,
                photo.captions,
                photo.attributes,
                photo.tags,
            )
            assert there.catalogue.ids_of([same.row]) == {same.row: photo.photo_id}
            row = there.embeddings[same.row]
            assert row == pytest.approx(here.embeddings[photo.row], abs=1e-6)
            if place.server is not None:  # who asks from elsewhere has no file
                assert there.thumbnail(same.row) == here.thumbnail(photo.row)
        with pytest.raises(CatalogueError, match="no photo with this id"):
            there.catalogue.photo("nobody")
        with pytest.raises(CatalogueError, match="gone"):
            there.catalogue.photos([480])
        there.check()
    with pytest.raises(CatalogueError, match="no photo has this value of 'colour'"):
        SearchEngine.open(moved).search("shoes", filters={"colour": ["reddish"]})


def test_an_update_makes_other_points_and_moves_the_alias_last(shelf, place, tmp_path):
    photos = tmp_path / "photos"
    first = publish_collection(shelf, place.address)
    assert place.names() == [first.remote.points]
    draw(photos / "010.jpg", 10)
    (photos / "000.jpg").unlink()
    report = update_collection(shelf, model=ColourEncoder())
    assert (report.added, report.removed, report.embedded) == (1, 1, 1)
    second = Manifest.load(shelf)
    assert place.names() == [second.remote.points] != [first.remote.points]
    if place.server is not None:
        assert place.server.aliased() == {"photos": second.remote.points}
    with Collection.open(shelf) as collection:
        paths = {photo.path for photo in collection.catalogue.all_photos()}
        assert paths == {f"{n:03d}.jpg" for n in range(1, 11)}
        assert collection.store.count(None) == 10
    again = update_collection(shelf, model=ColourEncoder())
    assert (again.embedded, again.added) == (0, 0)
    assert place.names() == [second.remote.points]


def test_what_was_asked_for_once_holds_for_every_update_though_one_failed(shelf, served, tmp_path):
    """Two shards and a sample of three: after an update that found no server, and the next."""
    publish_collection(shelf, served.address, n_shards=2, n_sampled=3)
    draw(tmp_path / "photos" / "010.jpg", 10)
    served.server.fails_at = "/points"
    with pytest.raises(CollectionError, match="does not answer"):
        update_collection(shelf, model=ColourEncoder())
    served.server.fails_at = ""
    with Collection.open(shelf) as collection:  # it answers from its own folder meanwhile
        assert (collection.store, collection.n_photos) == (None, 11)
    (tmp_path / "photos" / "000.jpg").unlink()
    update_collection(shelf, model=ColourEncoder())
    with Collection.open(shelf) as collection:
        assert (collection.store.state().n_shards, collection.manifest.n_rows) == (2, 3)
        assert collection.n_photos == 10
    assert len(served.names()) == 1


def test_an_archive_holds_all_photos_and_answers_from_its_own_folder(shop, tmp_path):
    moved = copy_of(shop, tmp_path)
    publish_collection(moved, f"edge:{tmp_path / 'points'}", n_sampled=9)
    export_collection(moved, tmp_path / "shop.zip")
    other = import_collection(tmp_path / "shop.zip", home=tmp_path / "elsewhere")
    manifest = Manifest.load(other)
    assert (manifest.n_photos, manifest.remote, manifest.published_to) == (480, None, None)


def test_tags_given_to_photos_outside_the_sample_come_with_the_next_update(shelf, place):
    publish_collection(shelf, place.address, n_sampled=2)
    with Collection.open(shelf) as collection:
        photo = collection.catalogue.photos([7])[0]
    assert tag_photos(shelf, [photo.photo_id], "liked") == 1
    update_collection(shelf, model=ColourEncoder())
    with Collection.open(shelf) as collection:
        assert collection.catalogue.photo(photo.photo_id).tags == ("liked",)


def test_a_closed_collection_says_so_and_closing_twice_is_no_harm(shelf, tmp_path):
    publish_collection(shelf, f"edge:{tmp_path / 'points'}")
    with Collection.open(shelf) as collection:
        collection.close()
        with pytest.raises(CollectionError, match="cannot read"):
            collection.store.count(None)


def test_one_step_back_answers_from_the_points_of_before(shelf, place, tmp_path):
    first = publish_collection(shelf, place.address)
    other = ColourEncoder(n_dims=6)
    build_collection(tmp_path / "photos", model=other, out=shelf, keeps_previous=True)
    second = Manifest.load(shelf)
    assert second.remote.points != first.remote.points
    assert set(place.names()) == {first.remote.points, second.remote.points}
    roll_back(shelf)
    with Collection.open(shelf) as collection:
        assert collection.manifest.remote.points == first.remote.points
        assert collection.embeddings.shape == (10, 8)
    if place.server is not None:
        assert place.server.aliased() == {"photos": first.remote.points}


def test_a_collection_comes_back_at_once_and_leaves_nothing_behind(shelf, place):
    before = Manifest.load(shelf)
    publish_collection(shelf, place.address)
    assert withdraw_collection(shelf).build == before.build
    with Collection.open(shelf) as collection:
        assert collection.store is None
        assert collection.n_photos == 10
        collection.check()
    assert place.names() == []
    publish_collection(shelf, place.address)
    remove_collection(shelf)
    assert place.names() == []
    assert not shelf.exists()


def test_rows_go_there_without_a_build_on_this_machine(place, tmp_path):
    photos = draw_folder(tmp_path / "photos", 10)
    make_rows(photos, model=ColourEncoder(), out=tmp_path / "rows")
    shutil.rmtree(photos)
    manifest = publish_from_rows(
        tmp_path / "rows", out=tmp_path / "shelf", to=place.address, model=ColourEncoder()
    )
    assert (manifest.n_photos, manifest.whole) == (10, None)
    with Collection.open(tmp_path / "shelf") as collection:
        assert collection.store.count(None) == 10
        collection.check()
    with pytest.raises(CollectionError, match="no build on this machine holds"):
        withdraw_collection(tmp_path / "shelf")
    with pytest.raises(CollectionError, match="no build on this machine holds"):
        update_collection(tmp_path / "shelf", model=ColourEncoder())


def test_half_a_publication_changes_nothing_and_leaves_nothing(shelf, served):
    publish_collection(shelf, served.address)
    standing, alias = Manifest.load(shelf), served.server.aliased()
    for step in ("/index", "/points", "/aliases"):
        served.server.fails_at = step
        with pytest.raises(CollectionError, match="does not answer"):
            publish_collection(shelf, served.address)
        served.server.fails_at = ""
        assert Manifest.load(shelf) == standing
        assert served.server.aliased() == alias
        with Collection.open(shelf) as collection:
            assert collection.store.count(None) == 10
    assert len(served.names()) == 1
    publish_collection(shelf, served.address)
    assert served.names() == [Manifest.load(shelf).remote.points]


def test_what_a_killed_publication_left_is_dropped_by_the_next(shelf, place, monkeypatch):
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(open_or_create(place)), "finish", killed)
        patch.setattr(type(open_or_create(place)), "drop", killed)  # nothing runs in a dead program
        with pytest.raises(KeyboardInterrupt):
            publish_collection(shelf, place.address)
    (left,) = [name for name in place.names() if name != "probe"]
    manifest = publish_collection(shelf, place.address)
    assert manifest.remote.points != left
    assert left not in place.names()


def open_or_create(place: Place):
    return create_store(Address.parse(place.address), "probe", Layout(2))


def test_a_server_that_is_busy_is_asked_again_and_one_that_is_away_is_told(shelf, served):
    publish_collection(shelf, served.address)
    with Collection.open(shelf) as collection:
        served.server.fails = 2
        assert collection.store.count(None) == 10
        served.server.fails = 3
        with pytest.raises(CollectionError, match="does not answer"):
            collection.store.count(None)
        (name,) = served.names()
        served.server.local.delete_collection(name)
        with pytest.raises(CollectionError, match="gone from the server"):
            collection.store.count(None)
    with pytest.raises(CollectionError, match="gone from the server"):
        Collection.open(shelf)


def test_a_server_that_nobody_runs_is_told_before_any_work(shelf):
    with pytest.raises(CollectionError, match=r"does not answer: http://127\.0\.0\.1:9"):
        publish_collection(shelf, "qdrant://127.0.0.1:9/photos")
    assert Manifest.load(shelf).remote is None


def test_the_key_comes_from_the_environment_and_a_wrong_one_is_told(shelf, served, monkeypatch):
    served.server.key = "open sesame"
    with pytest.raises(CollectionError, match="does not know this key") as caught:
        publish_collection(shelf, served.address)
    assert "QDRANT_API_KEY" in caught.value.remedy
    monkeypatch.setenv("QDRANT_API_KEY", "open sesame")
    publish_collection(shelf, served.address)
    assert "open sesame" not in (shelf / "manifest.json").read_text()


def test_what_a_cluster_is_asked_for_is_what_its_published_api_says(shelf, served):
    """`PUT /collections/{name}` and `POST /collections/aliases`, as written in Qdrant's OpenAPI."""
    manifest = publish_collection(shelf, served.address, n_shards=3, n_replicas=2)
    name = manifest.remote.points
    (made,) = [
        body
        for method, path, body in served.server.asked
        if method == "PUT" and path == f"/collections/{name}"
    ]
    assert (made["shard_number"], made["replication_factor"]) == (3, 2)
    assert made["vectors"][PHOTO] == {
        "size": 8,
        "distance": "Dot",
        "on_disk": True,
        "quantization_config": {"scalar": {"type": "int8", "quantile": 0.99, "always_ram": True}},
    }
    assert set(made["sparse_vectors"]) == {WORDS, VALUES}
    indexed = [body for _, path, body in served.server.asked if path.endswith("/index")]
    assert {body["field_name"] for body in indexed} == {"values", "facets", "words", "names"}
    (moved,) = [body for _, path, body in served.server.asked if path == "/collections/aliases"]
    assert moved == {
        "actions": [{"create_alias": {"collection_name": name, "alias_name": "photos"}}]
    }
    publish_collection(shelf, served.address)
    moved = [body for _, path, body in served.server.asked if path == "/collections/aliases"][-1]
    assert [next(iter(action)) for action in moved["actions"]] == ["delete_alias", "create_alias"]
    with Collection.open(shelf) as collection:
        state = collection.store.state()
    assert (state.status, state.n_points, state.n_nodes) == ("green", 10, 1)
    publish_collection(shelf, served.address, n_shards=3)
    with Collection.open(shelf) as collection:
        state = collection.store.state()
    assert (state.n_shards, state.n_nodes) == (3, 2)


@pytest.mark.parametrize(
    "wrong",
    [
        "qdrant://",
        "qdrant://host/",
        "http://host/name",
        "edge:",
        "x",
        "qdrant://host:port/name",
        "qdrant://host/a/b",
        "",
    ],
)
def test_what_is_no_place_is_told_with_what_to_write(wrong):
    with pytest.raises(CollectionError, match="no place for a collection") as caught:
        Address.parse(wrong)
    assert "qdrant://HOST:6333/NAME" in caught.value.remedy


def test_a_folder_holds_one_shard_and_says_so(shelf, tmp_path):
    with pytest.raises(CollectionError, match="one shard"):
        publish_collection(shelf, f"edge:{tmp_path / 'points'}", n_shards=2)
    (tmp_path / "file").touch()
    with pytest.raises(CollectionError, match="this is a file"):
        publish_collection(shelf, f"edge:{tmp_path / 'file'}")


def test_points_that_went_or_were_damaged_are_told(shelf, tmp_path):
    manifest = publish_collection(shelf, f"edge:{tmp_path / 'points'}")
    folder = tmp_path / "points" / manifest.remote.points
    config = folder / "edge_config.json"
    whole = config.read_bytes()
    config.write_text("{")
    with pytest.raises(CollectionError, match="cannot read or write its points"):
        Collection.open(shelf)
    config.write_bytes(whole)
    with Collection.open(shelf) as collection, pytest.raises(CollectionError):
        collection.store.search([PointQuery(np.ones(3, np.float32), 1, PHOTO)])
    shutil.rmtree(folder)
    with pytest.raises(CollectionError, match="points are missing"):
        Collection.open(shelf)
    assert withdraw_collection(shelf).n_photos == 10


@pytest.mark.parametrize("library", ["qdrant_client", "qdrant_edge"])
def test_a_missing_library_is_told_with_the_file_that_pins_it(
    shelf, tmp_path, monkeypatch, library
):
    monkeypatch.setitem(__import__("sys").modules, library, None)
    to = f"edge:{tmp_path / 'points'}" if library == "qdrant_edge" else "qdrant://localhost/photos"
    with pytest.raises(Exception, match=r"pip install -r requirements-scale\.txt"):
        publish_collection(shelf, to)


def test_points_are_found_by_words_and_values_as_by_hand(place, tmp_path):
    """Three photos of two words each, so a word once weighs 1 / (1 + 1.2) = 1 / 2.2.

    "red" is asked with a weight of 2 and "boot" with 3: both are worth 5 / 2.2, one of them 2 or
    3 / 2.2.
    """
    address = Address.parse(place.address)
    store = create_store(address, "by-hand", Layout(2))
    said = ("red boot", "red hat", "old boot")
    photos = [new_photo(str(n), caption) for n, caption in enumerate(said)]
    rows = np.eye(2, dtype=np.float32)[[0, 1, 1]]
    store.upsert(
        point_of(n, photo, rows[n], WordWeights(2.0), shown={}, common=frozenset())
        for n, photo in enumerate(photos)
    )
    store.finish()
    weights = {word_key("red"): 2.0, word_key("boot"): 3.0}
    (hits,) = store.search([PointQuery(weights, 9, WORDS)])
    assert [row for row, _ in hits] == [0, 2, 1]
    assert [score for _, score in hits] == pytest.approx([5 / 2.2, 3 / 2.2, 2 / 2.2])
    (every,) = store.search([PointQuery(weights, 9, WORDS, having_words(["red", "boot"]))])
    assert [row for row, _ in every] == [0]
    (near,) = store.search([PointQuery(rows[1], 9, PHOTO, matching("values", value_key("n", "1")))])
    assert near == [(1, pytest.approx(1.0))]
    store.delete([0])
    store.set_payload(1, {"values": ["changed"]})
    assert store.count(None) == 2
    assert store.count(matching("values", "changed")) == 1
    assert store.facet("words", None, 9)[:1] != []
    store.close()
    open_store(address, "by-hand").drop()
    assert place.names() == []


def new_photo(name: str, caption: str):
    from engine.catalogue import NewPhoto

    return NewPhoto(name, f"{name}.jpg", (caption,), {"n": name}, (), 1, 1, 1, 1, "00")


def test_move_is_a_command_and_its_way_back_too(shop, tmp_path, capsys):
    moved = copy_of(shop, tmp_path)
    assert main(["move", str(moved), "--to", f"edge:{tmp_path / 'points'}"]) == 0
    told = capsys.readouterr().out
    assert "480 photos" in told
    assert "edge:" in told
    assert main(["search", str(moved), "red shoes", "-k", "2"]) == 0
    assert "2 of 480 photos" in capsys.readouterr().out
    assert main(["move", str(moved), "--to", "here"]) == 0
    assert "480 photos" in capsys.readouterr().out
    assert Manifest.load(moved).remote is None
    assert main(["move", str(moved), "--to", "nowhere"]) == 1
    assert "no place for a collection" in capsys.readouterr().err
