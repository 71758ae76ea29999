"""Who may do what: every door of the engine that writes or looks at the server, as every role."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.access import WITHIN, Role, leads_out, require_folder, set_visit, shown
from engine.catalogue import find_files, list_folder
from engine.collection_archive import import_collection
from engine.errors import AccessError, KindredError
from engine.evaluation.judgements import Judgement, keep_judgement
from engine.hub import get_model, remove_model
from engine.jobs import confirm_job, find_job, forget_job, start_job, stop_job
from engine.jobs.job_folder import create_job
from engine.jobs.permission import least_role
from engine.maps import MapSettings, make_map
from engine.maps.views import SavedView, remove_view, save_view
from engine.runs import (
    TrainingSettings,
    create_run,
    drawn_source,
    export_run,
    fork_run,
    import_run,
    kill_run,
    preview_batch,
    remove_run,
    start_run,
    stop_run,
)
from engine.storage import (
    Collection,
    adopt_uploads,
    build_collection,
    discard_uploads,
    new_folder,
    receive_uploads,
    remove_collection,
    rename_collection,
    roll_back,
    tag_photos,
    take_inventory,
    write_excerpt,
)
from engine.training.record import Plan
from tests.engine.storage.colour import ColourEncoder, draw_folder

ROOT = Path(__file__).resolve().parents[2]
ECHO = ["/bin/echo"]
# What pages import from the engine that only looks: at collections, runs, jobs and models that are
# here, or at what it is given. A new name belongs here only if it writes nothing and reads no
# place that a person can name; else it begins with `require`.
READERS = {
    *("bundled_comparison", "bundled_model", "bundled_models", "by_attribute", "by_cluster"),
    *("by_likeness", "by_recipe", "by_side", "by_trust", "check_disk", "check_home", "check_plan"),
    *("cluster_names", "resident_bytes", "told_by", "prepare"),
    *("collections_folder", "compare_runs", "contact_sheet", "encode_jpeg", "encode_png"),
    *("estimate", "estimate_seconds", "even_sample", "explain_places", "find_by_id", "find_job"),
    *("find_known", "find_older", "folders", "folders_of", "format_body", "format_query"),
    *("half_fetched", "home", "in_common", "is_drawn", "jobs", "judge", "keep_files_private"),
    *("line_for", "list_collections", "list_comparisons", "list_maps", "list_runs", "list_views"),
    *("load_encoder", "load_reconstruction", "map_folder", "map_key", "may", "measure_pace"),
    *("measure_recall", "models_here", "most_typical", "open_upright", "parts_of"),
    *("previous_version", "read_link", "read_manifest", "read_photo", "read_photos"),
    *("read_preview", "read_run", "receipt_of", "record_of", "require", "require_folder"),
    *("set_visit", "settings_that_differ", "shown", "singular", "source_of_collection"),
    *("suggestions", "telling_labels", "usual_folders", "values_of", "wilson_interval", "words"),
    *("words_in_common", "words_of_the_model"),
}


def asks(function: ast.FunctionDef) -> bool:
    """Tell whether a function begins by asking who comes."""
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    names = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
    return bool(names & {"require", "require_folder", "require_job"})


def doors() -> Iterator[str]:
    """Yield every public function of the engine that asks."""
    for path in sorted((ROOT / "engine").rglob("*.py")):
        if path.name not in ("access.py", "permission.py"):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef) and asks(node):
                    yield node.name


def imported_by_pages() -> dict[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {}
    for path in [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("engine"):
                module = importlib.import_module(str(node.module))
                for each in node.names:
                    if inspect.isfunction(value := getattr(module, each.name)):
                        found[each.name] = value
    return found


def test_no_function_that_pages_call_is_forgotten():
    """It asks who comes, or is named among those that only look; and no name is there for both."""
    known, asked = imported_by_pages(), set(doors())
    assert set(known) - asked - READERS == set()
    assert asked & READERS == set()


@pytest.fixture
def place(tmp_path: Path, kindred_home: Path) -> Path:
    """A home with a collection, a run and a job, and a folder of the server."""
    draw_folder(tmp_path / "photos", 9)
    folder = kindred_home / "collections" / "shop"
    build_collection(tmp_path / "photos", model=ColourEncoder(), out=folder)
    create_run([], TrainingSettings(name="Run"), home=kindred_home)
    create_job("train", "Train", [sys.executable, "-m", "engine", "train"], home=kindred_home)
    return kindred_home


def deeds(home: Path, elsewhere: Path) -> dict[str, tuple[Role, Callable[[], object]]]:
    """Return each door with the role that it asks for and one way through it."""
    shop, run = home / "collections" / "shop", next((home / "runs").iterdir())
    job, owner, editor = next((home / "jobs").iterdir()).name, Role.OWNER, Role.EDITOR
    collection, out = Collection.open(shop), home / "collections" / "new"
    new = TrainingSettings(name="Another")
    photo = next(iter(collection.catalogue.ids_of([0]).values()))
    brought = home / "incoming" / "brought"
    return {
        "adopt_uploads": (editor, lambda: adopt_uploads(brought, out)),
        "confirm_job": (owner, lambda: confirm_job(job)),
        "create_run": (owner, lambda: create_run([], new)),
        "discard_uploads": (editor, lambda: discard_uploads(brought)),
        "drawn_source": (owner, lambda: drawn_source(200)),
        "export_run": (owner, lambda: export_run(run, elsewhere / "run.zip")),
        "forget_job": (owner, lambda: forget_job(job)),
        "fork_run": (owner, lambda: fork_run(run, new)),
        "get_model": (owner, lambda: get_model("no-such-model")),
        "import_collection": (editor, lambda: import_collection(elsewhere / "shop.zip")),
        "import_run": (owner, lambda: import_run(elsewhere / "run.zip")),
        "keep_judgement": (editor, lambda: keep_judgement(shop, Judgement("q", photo, 1, "m"))),
        "kill_run": (owner, lambda: kill_run(run)),
        "list_folder": (owner, lambda: list_folder(elsewhere)),
        "make_map": (editor, lambda: make_map(collection, None, MapSettings())),
        "new_folder": (editor, lambda: new_folder("Shop")),
        "preview_batch": (owner, lambda: preview_batch(Plan(new, []))),
        "receive_uploads": (editor, lambda: receive_uploads([("a.jpg", b"photo")], home)),
        "remove_collection": (owner, lambda: remove_collection(shop)),
        "remove_model": (owner, lambda: remove_model("no-such-model")),
        "remove_run": (owner, lambda: remove_run(run)),
        "remove_view": (editor, lambda: remove_view(collection, "mine")),
        "rename_collection": (editor, lambda: rename_collection(shop, "Other")),
        "roll_back": (owner, lambda: roll_back(shop)),
        "save_view": (editor, lambda: save_view(collection, SavedView("mine", {}, [photo]))),
        "start_job": (owner, lambda: start_job("train", ["--json"], program=ECHO)),
        "start_run": (owner, lambda: start_run(run / "none")),
        "stop_job": (owner, lambda: stop_job(job)),
        "stop_run": (owner, lambda: stop_run(run)),
        "tag_photos": (editor, lambda: tag_photos(shop, [photo], "red")),
        "take_inventory": (owner, lambda: take_inventory(elsewhere)),
        "write_excerpt": (editor, lambda: write_excerpt(collection, [0], out / "photos")),
    }


def state_of(home: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_every_door_is_tried(place: Path, tmp_path: Path):
    assert deeds(place, tmp_path / "photos").keys() == set(doors())


@pytest.mark.parametrize("role", [Role.VISITOR, Role.EDITOR])
def test_a_door_that_is_not_for_a_role_changes_nothing(role: Role, place: Path, tmp_path: Path):
    """Each refuses whoever has less than it asks for, and the home is byte for byte as it was."""
    tried = deeds(place, tmp_path / "photos")
    set_visit(lambda: role)
    before = state_of(place)
    for least, deed in tried.values():
        if least > role:
            with pytest.raises(AccessError):
                deed()
    assert state_of(place) == before


@pytest.mark.parametrize("role", [Role.EDITOR, Role.OWNER])
def test_a_door_that_is_for_a_role_lets_it_pass(role: Role, place: Path, tmp_path: Path):
    """What is done there may fail for other reasons, but not for who asks."""
    tried = deeds(place, tmp_path / "photos")
    set_visit(lambda: role, lambda: [tmp_path])
    order = sorted(tried, key=lambda name: (name.startswith("remove"), name))
    for name in order:
        least, deed = tried[name]
        if least <= role:
            try:
                deed()
            except AccessError as error:
                raise AssertionError(f"{name} refuses {role!r}") from error
            except (KindredError, OSError):
                pass


def test_in_a_shell_and_a_notebook_one_is_the_owner(place: Path, tmp_path: Path):
    assert take_inventory(tmp_path / "photos").n_bytes > 0
    remove_collection(place / "collections" / "shop")


@pytest.mark.parametrize(
    ("kind", "arguments", "least"),
    [
        ("update", ["{shop}", "--json"], Role.EDITOR),
        ("update", ["{shop}", "--json", "--yes"], Role.EDITOR),
        ("update", ["{shop}", "--model=kindred-everyday"], Role.OWNER),
        ("update", ["/srv/shop", "--json"], Role.OWNER),
        ("check", ["{shop}", "--repair", "--json"], Role.EDITOR),
        ("check", ["{shop}", "--repair", "--model=/srv/model"], Role.OWNER),
        ("map", ["{shop}", "--method=tsne", "--perplexity=50.0", "--json"], Role.EDITOR),
        ("index", ["{shop}/photos", "--out={shop}", "--name=/etc", "--json"], Role.EDITOR),
        ("index", ["{shop}/photos", "--out={shop}", "--captions={shop}/a.csv"], Role.EDITOR),
        ("index", ["{shop}/photos", "--out={shop}", "--captions=/etc/passwd"], Role.OWNER),
        ("index", ["{shop}/photos", "--out={shop}", "--captions={shop}/../../../x"], Role.OWNER),
        ("index", ["{shop}/photos", "--out={shop}", "--model=kindred-fashion"], Role.EDITOR),
        ("index", ["{shop}/photos", "--out={shop}", "--model=/srv/model"], Role.OWNER),
        ("index", ["{shop}/photos", "--out=/srv/shop"], Role.OWNER),
        ("index", ["/srv/photos", "--out={shop}"], Role.OWNER),
        ("index", ["photos", "--out={shop}"], Role.OWNER),
        ("index", ["{shop}/photos", "--cap=/etc/passwd", "--out={shop}"], Role.OWNER),
        ("index", ["{shop}/photos", "--captions", "/etc/passwd", "--out={shop}"], Role.OWNER),
        ("index", ["{shop}/photos", "--out={shop}", "--out=/srv/shop"], Role.OWNER),
        ("compare", ["{shop}/photos"], Role.OWNER),
        ("train", ["--resume", "{shop}"], Role.OWNER),
        ("models", ["get", "kindred-everyday"], Role.OWNER),
        ("runs", ["promote", "{shop}"], Role.OWNER),
        ("import", ["{shop}"], Role.OWNER),
        ("watch", ["{shop}", "--json"], Role.EDITOR),
        ("watch", ["/srv/photos", "{shop}"], Role.OWNER),
        ("watch", ["/srv/photos"], Role.OWNER),
    ],
)
def test_a_job_asks_for_the_role_of_what_it_does(
    kind: str, arguments: list[str], least: Role, kindred_home: Path
):
    shop = str(kindred_home / "collections" / "shop")
    told = [each.replace("{shop}", shop) for each in arguments]
    assert least_role(kind, told) == least
    set_visit(lambda: Role(max(least - 1, 0)))
    with pytest.raises(AccessError):
        start_job(kind, told)


def test_a_link_in_a_collection_of_ones_own_leads_no_editor_out(kindred_home: Path, tmp_path: Path):
    shop = kindred_home / "collections" / "shop"
    shop.mkdir(parents=True)
    (shop / "photos").symlink_to(tmp_path)
    assert least_role("index", [f"{shop}/photos", f"--out={shop}"]) == Role.OWNER


def test_folders_lie_below_those_that_were_named(tmp_path: Path):
    """With /srv/photos named: it and what is below, not its neighbours, nor where its links go."""
    photos, other = tmp_path / "photos", tmp_path / "photos-of-others"
    for folder in (photos / "summer", other):
        folder.mkdir(parents=True)
    (photos / "out").symlink_to(other)
    (photos / "round").symlink_to(photos / "summer")
    (other / "captions.csv").write_text("photo,caption\na.jpg,red\n")
    set_visit(lambda: Role.OWNER, lambda: [photos])
    for within in (photos, photos / "summer", photos / "round", photos / "not there"):
        require_folder(within)
    outside = (other, photos / "out", photos / ".." / "photos-of-others", tmp_path, "/", "a\0b")
    for path in (*outside, other / "captions.csv", "photos"):
        with pytest.raises(AccessError, match="KINDRED_PHOTOS"):
            require_folder(path)
    with pytest.raises(AccessError):
        list_folder(photos / "out")
    with pytest.raises(AccessError):
        take_inventory(photos, other / "captions.csv")


def test_links_that_lead_out_of_a_folder_are_left_out_and_named(tmp_path: Path):
    photos, other = tmp_path / "photos", tmp_path / "other"
    draw_folder(photos / "own", 2)
    draw_folder(other, 2)
    (photos / "out").symlink_to(other)
    (photos / "single.jpg").symlink_to(other / "000.jpg")
    (photos / "again").symlink_to(photos / "own")
    assert len(find_files(photos).photos) == 5  # a shell follows every link
    set_visit(lambda: Role.OWNER, lambda: [photos])
    found = find_files(photos)
    assert found.photos == ["own/000.jpg", "own/001.jpg"]
    assert [each.path for each in found.skipped] == ["out", "single.jpg"]
    assert not leads_out(photos / "again")


def test_a_job_stays_within_what_whoever_started_it_may_read(tmp_path: Path, kindred_home: Path):
    set_visit(lambda: Role.OWNER, lambda: [tmp_path / "a", tmp_path / "b"])
    program = [sys.executable, "-c", f"import os; print(os.environ[{WITHIN!r}])"]
    job = start_job("index", [], program=program)
    set_visit(None)
    shell = start_job("index", [], program=program)
    for each, expected in ((job, f"{tmp_path}/a{os.pathsep}{tmp_path}/b\n"), (shell, "\n")):
        while not find_job(each.job_id).is_over:
            time.sleep(0.05)
        assert (each.folder / "output.txt").read_text() == expected


def test_an_editor_leaves_the_disk_some_room(kindred_home: Path, monkeypatch):
    """2 GiB are kept back: four bytes more are free, so five are refused; of the owner none are."""
    usage = SimpleNamespace(free=2 * 2**30 + 4)
    monkeypatch.setattr("shutil.disk_usage", lambda place: usage)
    set_visit(lambda: Role.EDITOR)
    receive_uploads([("a.jpg", b"1234")], kindred_home)
    with pytest.raises(KindredError, match="nearly full"):
        receive_uploads([("a.jpg", b"12345")], kindred_home)
    set_visit(lambda: Role.OWNER)
    receive_uploads([("a.jpg", b"12345")], kindred_home)


def test_paths_are_told_to_the_owner_alone(kindred_home: Path):
    """To others a path is what lies below the home, or its last name; a folder may have a space."""
    told = f"damaged: {kindred_home}/collections/shop/manifest.json. See /srv/my photos/a.jpg."
    assert shown(told) == told
    set_visit(lambda: Role.EDITOR)
    assert shown(told) == "damaged: collections/shop/manifest.json. See my photos/a.jpg."
    assert shown(Path("/srv/photos/a.jpg")) == "a.jpg"
    assert shown(r"C:\Users\ada\a.jpg and \\nas\x\b.jpg") == "a.jpg and b.jpg"
    for harmless in ("https://example.org/a/b", "and/or", "images/red.jpg", "1/2 / 3"):
        assert shown(harmless) == harmless
