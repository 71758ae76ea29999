"""Strangers at a running public app: they say what a browser never would, and get nowhere."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from engine.config import PROJECT
from engine.jobs.job_folder import create_job
from engine.runs import TrainingSettings, create_run
from engine.runs.estimate import note_speed
from engine.storage import Collection, build_collection
from tests.browser.conftest import free_port, serving
from tests.pages.socket_client import pressed, visiting
from tests.pages.squares import draw_squares

PAGES = [
    ("", "collection=squares"),
    ("text_search", "collection=squares&q=red+square"),
    ("text_search", "collection=squares&q=red+square&photo={photo}"),
    ("text_search", "collection=no-such-collection&q=red"),
    ("image_search", "collection=squares&like={photo}"),
    ("explorer", "collection=squares"),
    ("explorer", "collection=squares&method=tsne&perplexity=20"),
    ("words", "collection=squares&q=shoe"),
    ("compare", "collection=squares"),
    ("collections", "collection=squares"),
    ("models", "collection=squares"),
    ("training", "collection=squares"),
    ("training", "collection=squares&view=new"),
    ("training", "collection=squares&view=compare"),
    ("training", "collection=squares&run={run}"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, colour_model: Path) -> Path:
    """A home in which an owner has everything to do: collections, one of them damaged; a run."""
    home = tmp_path_factory.mktemp("strangers") / "home"
    photos = draw_squares(tmp_path_factory.mktemp("of-the-server") / "squares")
    for name in ("squares", "damaged"):
        folder = home / "collections" / name
        build_collection(photos, model=colour_model, out=folder, name=f"{name} of coloured squares")
    next((home / "collections" / "damaged").glob("build-*/catalogue.sqlite")).write_bytes(b"?")
    create_run([], TrainingSettings(name="Run"), home=home)
    note_speed(TrainingSettings(), {"photos_per_second": 300.0}, home)  # else a page measures it
    job = create_job("update", "Update", ["python", "-m", "engine", "update", "x"], home=home)
    job.end("failed", error=f"It cannot be read: {photos}/red.jpg. Look into {home}.")
    return home


@pytest.fixture(scope="module")
def pages(home: Path) -> list[tuple[str, str]]:
    with Collection.open(home / "collections" / "squares") as collection:
        photo = next(iter(collection.catalogue.ids_of([0]).values()))
    run = next((home / "runs").iterdir()).name
    return [(page, query.format(photo=photo, run=run)) for page, query in PAGES]


@pytest.fixture(scope="module")
def of_an_owner(home: Path, pages: list[tuple[str, str]]) -> dict[str, str]:
    """Every element that an owner can press or fill in on these pages."""
    with serving(home, free_port()) as (address, _), visiting(address) as owner:
        for page, query in pages:
            owner.open(page, query)
    assert {"button", "text_input", "file_uploader"} <= set(owner.widgets.values())
    assert any("Remove damaged" in name for name in owner.widgets)
    return owner.widgets


@pytest.fixture(scope="module")
def public(home: Path, of_an_owner: dict[str, str]) -> Iterator[str]:
    with serving(home, free_port(), {"KINDRED_ACCESS": "public"}) as (address, _):
        yield address


def state_of(home: Path) -> dict[str, str]:
    """Return what people made: caches of what anybody may see are no deed."""
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file() and not {"server.log", "maps", "keras", "logs"} & set(path.parts)
    }


def test_a_stranger_who_presses_all_that_an_owner_can_press_does_nothing(
    public: str, home: Path, pages: list[tuple[str, str]], of_an_owner: dict[str, str]
):
    """Buttons that were not drawn for them, filled-in fields, the elements' own messages."""
    before = state_of(home)
    for words in (str(home), "kindred-everyday"):
        with visiting(public) as stranger:
            for page, query in pages:
                assert stranger.open(page, query)
                assert stranger.open(page, query, pressed(of_an_owner, words))
        assert not {name for name in stranger.widgets if "Remove" in name}
    assert state_of(home) == before


def test_no_message_to_a_stranger_holds_a_path_of_the_server(
    public: str, home: Path, pages: list[tuple[str, str]]
):
    photos = Collection.open(home / "collections" / "squares").root
    with visiting(public) as stranger:
        for page, query in pages:
            stranger.open(page, query)
    told = b"".join(stranger.heard)
    assert b"coloured squares" in told
    for path in (home, photos, PROJECT, Path.home(), Path(sys.prefix)):
        assert str(path).encode() not in told
        assert str(path).replace("/", "\\/").encode() not in told


def test_a_stranger_reads_one_sentence_where_a_link_leads_to_the_owners_pages(public: str):
    for page in ("training", "models"):
        with visiting(public) as stranger:
            stranger.open(page)
        told = b"".join(stranger.heard)
        assert b"This page is for the owner of this Kindred." in told
        assert b"file_uploader" not in told


@pytest.fixture(scope="module")
def of_editors(
    home: Path, of_an_owner: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address where a proxy names people, one of them an editor."""
    secrets = tmp_path_factory.mktemp("secrets") / "secrets.toml"
    secrets.write_text('[access]\nowners = ["ada"]\neditors = ["bo"]\n')
    named = {"KINDRED_PROXY_HEADER": "X-Remote-User", "STREAMLIT_SECRETS_FILES": str(secrets)}
    with serving(home, free_port(), named) as (address, _):
        yield address


def test_an_editor_who_presses_all_that_is_the_owners_does_nothing(
    of_editors: str, home: Path, pages: list[tuple[str, str]], of_an_owner: dict[str, str]
):
    """What an editor has of its own is left alone; the owner's buttons, fields and messages are
    pressed, filled in and said on every page, with paths of the server and names of models."""
    with visiting(of_editors, {"X-Remote-User": "bo"}) as editor:
        for page, query in pages:
            assert editor.open(page, query)
    mine = editor.widgets
    owners = {name: kind for name, kind in of_an_owner.items() if name not in mine}
    assert any("Update" in name for name in mine), "an editor has deeds of its own"
    assert any("Remove" in name for name in owners) and not any("Remove" in name for name in mine)
    before = state_of(home)
    for words in (str(home), "kindred-everyday"):
        with visiting(of_editors, {"X-Remote-User": "bo"}) as editor:
            for page, query in pages:
                assert editor.open(page, query)
                assert editor.open(page, query, pressed(owners, words))
    assert state_of(home) == before


def test_no_message_to_an_editor_holds_a_path_of_the_server(
    of_editors: str, home: Path, pages: list[tuple[str, str]]
):
    with visiting(of_editors, {"X-Remote-User": "bo"}) as editor:
        for page, query in pages:
            editor.open(page, query)
    told = b"".join(editor.heard)
    assert b"coloured squares" in told
    for path in (home, PROJECT, Path.home(), Path(sys.prefix)):
        assert str(path).encode() not in told


def test_a_stranger_may_say_nothing_that_is_for_developers(public: str, home: Path):
    """No cache is emptied, no repository told of, no file written beside the app."""
    before = {path: path.stat().st_mtime_ns for path in PROJECT.iterdir()}
    with visiting(public) as stranger:
        stranger.open("")
        n_heard = len(stranger.heard)
        session = next(
            m for m in map(ForwardMsg.FromString, stranger.heard) if m.HasField("new_session")
        )
        for name in ("clear_cache", "load_git_info", "set_run_on_save", "debug_shutdown_runtime"):
            stranger.say(BackMsg(**{name: True}))
        asked = BackMsg()
        asked.backend_operation_request.request_id = "1"
        asked.backend_operation_request.session_id = session.new_session.initialize.session_id
        asked.backend_operation_request.install_skills.SetInParent()
        stranger.say(asked)
        stranger.socket.send(b"\xff\xff no message at all")
        assert stranger.open("")
    kinds = {ForwardMsg.FromString(data).WhichOneof("type") for data in stranger.heard[n_heard:]}
    assert not kinds & {"git_info_changed", "backend_operation_response", "session_event"}
    assert {path: path.stat().st_mtime_ns for path in PROJECT.iterdir()} == before
