"""Several programs over one home: what one changes the others see, and a browser stays with one."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.jobs import find_job, start_job
from engine.storage import build_collection, rename_collection
from tests.benchmarks.crowd import nginx, proxied
from tests.browser.conftest import free_port, serving
from tests.pages.socket_client import visiting
from tests.pages.squares import draw_squares, square


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_squares(tmp_path_factory.mktemp("photos") / "squares")


@pytest.fixture(scope="module")
def home(photos: Path, tmp_path_factory: pytest.TempPathFactory, colour_model: Path) -> Path:
    home = tmp_path_factory.mktemp("shared") / "home"
    folder = home / "collections" / "squares"
    build_collection(photos, model=colour_model, out=folder, name="Squares")
    return home


def heard(address: str, page: str, query: str = "") -> bytes:
    with visiting(address) as visitor:
        assert visitor.open(page, query)
    return b"".join(visitor.heard)


def test_what_changes_by_way_of_one_program_is_seen_by_way_of_the_other(home: Path, photos: Path):
    """A name, a job, and the photos that it takes in: both have the collection open before."""
    shelf = home / "collections" / "squares"
    with serving(home, free_port()) as (one, _), serving(home, free_port()) as (two, _):
        for address in (one, two):
            assert b"20 photos" in heard(address, "collections")
        rename_collection(shelf, "Quadrangles")
        (photos / "new.png").write_bytes(square("red", 3))
        job = start_job("update", [str(shelf), "--json"], home=home, title="Take in one", on=shelf)
        for address in (one, two):
            assert b"Take in one" in heard(address, "collections")
        while not find_job(job.job_id, home=home).is_over:
            time.sleep(0.1)
        for address in (one, two):
            told = heard(address, "collections")
            assert b"Quadrangles" in told and b"21 photos" in told
            assert b"red" in heard(address, "text_search", "collection=squares&q=red+square")


@pytest.fixture(scope="module")
def behind_nginx(home: Path) -> Iterator[tuple[str, list]]:
    if nginx() is None:
        pytest.skip("nginx is not installed")
    with proxied(home, 2, {"KINDRED_ACCESS": "public"}) as served:
        yield served


def routed(address: str, cookie: str = "") -> str:
    """Ask for the home page; return which program the answer's cookie names."""
    headers = {"Cookie": f"kindred_process={cookie}"} if cookie else {}
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
        found = re.match(r"kindred_process=(\w+); .*HttpOnly", answer.headers["Set-Cookie"])
    assert found
    return found[1]


def test_newcomers_are_spread_and_a_browser_stays_where_it_came_to(behind_nginx):
    address, _ = behind_nginx
    assert {routed(address) for _ in range(4)} == {"one", "two"}
    for name in ("one", "two"):
        assert {routed(address, name) for _ in range(4)} == {name}


def test_pages_are_drawn_through_the_proxy_and_figures_are_not_given(behind_nginx):
    address, _ = behind_nginx
    for _ in range(2):
        assert b"red" in heard(address, "text_search", "collection=squares&q=red+square")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{address}/metrics")
    with urllib.request.urlopen(f"{address}/healthz") as told:
        assert told.read() == b'{"status": "ok"}\n'


def test_where_a_program_has_gone_the_other_takes_over(behind_nginx):
    """Last of these: the second program ends."""
    address, running = behind_nginx
    running[1].terminate()
    running[1].wait(60)
    assert routed(address, "two") == "one"
    assert b"red" in heard(address, "text_search", "collection=squares&q=red+square")
