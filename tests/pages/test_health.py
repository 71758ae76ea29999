"""What monitors are told: whether the server is well, and figures for those they are for."""

from __future__ import annotations

import json
import logging
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from engine.storage import build_collection
from pages.shared.cache import counted
from pages.shared.health import may_read_figures
from pages.shared.log import JsonLine
from tests.browser.conftest import free_port, serving
from tests.pages.socket_client import visiting
from tests.pages.squares import draw_squares

HERE = [("Host", "localhost:8501")]
SECRET = "crimson zeppelin"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, colour_model: Path) -> Path:
    home = tmp_path_factory.mktemp("watched") / "home"
    photos = draw_squares(tmp_path_factory.mktemp("photos") / "squares")
    build_collection(photos, model=colour_model, out=home / "collections" / "squares", name="S")
    return home


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[str]:
    """A public server, on which somebody has searched twice, once with a word nobody knows."""
    with serving(home, free_port(), {"KINDRED_ACCESS": "public"}) as (address, _):
        with visiting(address) as visitor:
            for query in ("red+square", f"red+{SECRET.replace(' ', '+')}"):
                assert visitor.open("text_search", f"collection=squares&q={query}")
        yield address


def asked(address: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers or {})) as told:
            return told.status, told.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def figures(address: str) -> dict[tuple[str, ...], float]:
    """Return the value of each sample by its name and the values of its labels, in their order."""
    status, text = asked(f"{address}/metrics")
    assert status == 200
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_monitor_reads_that_the_server_is_well_and_nothing_else(server: str, home: Path):
    status, told = asked(f"{server}/healthz", {"X-Forwarded-For": "203.0.113.9"})
    assert (status, json.loads(told)) == (200, {"status": "ok"})


def test_at_the_computer_itself_one_reads_more(server: str, home: Path):
    told = json.loads(asked(f"{server}/healthz")[1])
    assert (told["server"], told["home"]) == ("ok", "ok")
    assert told["free_bytes"] > 0 and told["resident_bytes"] > 0
    assert str(home) not in str(told)


def test_a_home_that_is_gone_is_told_to_the_monitor(home: Path):
    with serving(home, free_port()) as (address, _):
        moved = home.rename(home.with_name("elsewhere"))
        home.write_text("no folder")
        try:
            status, told = asked(f"{address}/healthz")
        finally:
            home.unlink()
            moved.rename(home)
    assert status == 503
    assert json.loads(told)["status"] == "ill"
    assert "cannot be written" in json.loads(told)["home"]


def test_figures_count_what_was_asked_and_how_long_each_step_took(server: str):
    """Two searches, so each step was measured twice; the model was waked once."""
    found = figures(server)
    assert found["kindred_searches_total", "words", "hybrid"] == 2
    for step in ("parse", "encode", "filter", "index", "catalogue", "total"):
        assert found["kindred_search_seconds_count", step] == 2
        assert found["kindred_search_seconds_bucket", "+Inf", step] == 2
    assert found["kindred_cache_requests_total", "engine"] >= 2
    assert found["kindred_cache_misses_total", "model"] == 1
    assert found["kindred_collections", "ready"] == 2
    assert found[("kindred_resident_memory_bytes",)] > 10e6
    assert found[("kindred_page_seconds_count",)] >= 2
    assert found[("kindred_page_failures_total",)] == 0


def test_figures_are_for_nobody_who_comes_by_way_of_a_proxy(server: str):
    for path in ("/metrics", "/_stcore/metrics"):
        status, told = asked(f"{server}{path}", {"X-Forwarded-For": "203.0.113.9"})
        assert status == 403
        assert "Figures are for" in told
        assert asked(f"{server}{path}")[0] == 200


def test_figures_are_for_those_who_are_named(monkeypatch: pytest.MonkeyPatch):
    there = [("Host", "10.0.0.2:8501")]
    assert may_read_figures(HERE, ("127.0.0.1", 5000))
    assert not may_read_figures(there, ("127.0.0.1", 5000)), (
        "a page whose name was made to lead here"
    )
    assert not may_read_figures(there, ("10.0.0.5", 5000))
    assert not may_read_figures(HERE, None)
    monkeypatch.setenv("KINDRED_METRICS_PEERS", "10.0.0.5, 192.168.7.0/24")
    assert may_read_figures(there, ("10.0.0.5", 5000))
    assert not may_read_figures(there, ("10.0.0.6", 5000))
    assert not may_read_figures([*there, ("X-Forwarded-For", "x")], ("10.0.0.5", 5000))
    monkeypatch.setenv("KINDRED_METRICS_PEERS", "the watcher")
    assert not may_read_figures(there, ("10.0.0.5", 5000))
    assert may_read_figures(HERE, ("127.0.0.1", 5000))


def test_a_host_that_knows_secrets_alone_opens_to_everybody_by_one(home: Path, tmp_path: Path):
    """Streamlit's own cloud has no environment to set; there a secret of no section is one."""
    (tmp_path / "secrets.toml").write_text('KINDRED_ACCESS = "public"\n')
    told = {"STREAMLIT_SECRETS_FILES": str(tmp_path / "secrets.toml")}
    with serving(home, free_port(), told) as (address, _):
        assert asked(address, {"X-Forwarded-For": "203.0.113.9"})[0] == 200


def test_the_log_tells_of_searches_and_never_what_was_asked(server: str, home: Path):
    port = server.rpartition(":")[2]
    (file,) = (home / "logs").glob(f"app-*-{port}.jsonl")
    text = file.read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    searches = [line for line in lines if line["event"] == "search"]
    assert [(each["collection"], each["mode"]) for each in searches] == [("squares", "hybrid")] * 2
    assert searches[0]["seconds"]["total"] > 0 and searches[0]["matches"] > 0
    assert not any(word in text for word in SECRET.split())


def test_who_asks_for_it_reads_what_was_asked(home: Path):
    port = free_port()
    variables = {"KINDRED_ACCESS": "public", "KINDRED_LOG_QUERIES": "1"}
    with serving(home, port, variables) as (address, _), visiting(address) as visitor:
        visitor.open("text_search", "collection=squares&q=red+square")
    (file,) = (home / "logs").glob(f"app-*-{port}.jsonl")
    assert '"query": "red square"' in file.read_text("utf-8")


def test_an_error_in_the_log_has_its_place_and_not_its_words():
    try:
        raise ValueError(f"no such thing: {SECRET}")
    except ValueError as error:
        record = logging.LogRecord("pages", logging.ERROR, "", 1, "a page failed", (), None)
        record.exc_info = (type(error), error, error.__traceback__)
    told = JsonLine().format(record)
    line = json.loads(told)
    assert (line["event"], line["error"]) == ("a page failed", "ValueError")
    assert re.fullmatch(r"test_health\.py:\d+ test_an_error.*", line["where"][0])
    assert SECRET not in told


def test_a_cache_that_is_asked_thrice_misses_once():
    from pages.shared.figures import FIGURES

    @counted("of a test", show_spinner=False)
    def doubled(number: int) -> int:
        return number * 2

    assert [doubled(2), doubled(2), doubled(2)] == [4, 4, 4]
    labels = {"cache": "of a test"}
    assert FIGURES.get_sample_value("kindred_cache_requests_total", labels) == 3
    assert FIGURES.get_sample_value("kindred_cache_misses_total", labels) == 1
