"""The page of models: what is here, what can be had, and two models beside each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.hub import KNOWN, get_model
from pages.model import overview as model_list
from tests.pages.reading import errors, texts

TINY = Path(__file__).parent.parent / "engine" / "published"


@pytest.fixture
def started(monkeypatch):
    """Remember the jobs that were started, and start none."""
    jobs = []

    def start_job(kind, arguments, *, title, lane="short", on=None):
        assert (lane == "long") == (on is not None) == (arguments[0] == "use")
        jobs.append((kind, arguments, title))

    monkeypatch.setattr(model_list, "start_job", start_job)
    return jobs


def button(page, key):
    (found,) = [each for each in page.button if each.key == key]
    return found


def test_models_are_listed_got_and_licences_are_said(open_page, started):
    page = open_page("models")
    assert not errors(page)
    told = texts(page)
    assert "kindred-fashion" in told.replace("\\", "")
    assert "The licence forbids to earn money with it" in told
    for known in KNOWN:
        assert known.name in told.replace("\\", "")
    name = KNOWN[0].name
    button(page, f"Get {name}").click().run()
    assert started == [("models", ["get", name, "--json"], f"Get {name}")]


def test_a_model_that_was_half_fetched_goes_on(open_page, started, kindred_home: Path):
    name = KNOWN[0].name
    (kindred_home / "models" / f"{name}.partial").mkdir(parents=True)
    assert button(open_page("models"), f"Get {name}").label == "Go on"


def use_dialog():
    from pages.model.overview import ask_where_to_use
    from pages.shared.resources import models

    ask_where_to_use(next(each for each in models() if each.name == "clip"))


def removal_dialog():
    from pages.model.overview import ask_to_remove
    from pages.shared.resources import models

    if found := [each for each in models() if each.name == "clip"]:
        ask_to_remove(found[0])


def test_a_model_is_used_for_a_collection_and_removed(started, shelf: Path, kindred_home: Path):
    get_model(str(TINY / "clip"))
    dialog = AppTest.from_function(use_dialog, default_timeout=300).run()
    (use,) = [each for each in dialog.button if each.label == "Use it"]
    use.click().run()
    expected = ["use", "clip", f"--to={shelf}", "--json"]
    assert started == [("models", expected, "Move Coloured squares to clip")]
    dialog = AppTest.from_function(removal_dialog, default_timeout=300).run()
    (gone,) = [each for each in dialog.button if each.label == "Remove it"]
    gone.click().run()
    assert not errors(dialog)
    assert not (kindred_home / "models" / "clip").exists()


def test_two_models_answer_side_by_side_and_the_address_says_so(open_page, kindred_home):
    for name in ("clip", "siglip2"):
        get_model(str(TINY / name))
    page = open_page("models", first="clip", second="siglip2", ask="red")
    assert not errors(page)
    assert [box.value for box in page.selectbox if box.label == "Model"] == ["clip", "siglip2"]
    assert len(page.get("image")) == 2
    assert "Among 20 photos, evenly chosen." in texts(page)
    assert page.query_params["ask"] in ("red", ["red"])
