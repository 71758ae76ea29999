"""Photos from URLs: polite to servers, and no way into a private network."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from engine.datasets import Fetching
from engine.datasets.address import RefusedError
from engine.datasets.download import Downloader
from tests.engine.datasets.shop import PICTURE, Shop


def test_a_picture_comes_as_it_is(shop: Shop, here: Fetching):
    assert Downloader(here).fetch(shop.url("picture")) == PICTURE


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("gone", "answered 404"),
        ("page", "sent text/html, not a picture"),
        ("huge", "over the limit of 4,000 bytes"),
        ("endless", "over the limit of 4,000 bytes"),
    ],
)
def test_what_will_never_do_is_asked_for_once(shop: Shop, here: Fetching, path: str, reason: str):
    with pytest.raises(RefusedError, match=reason):
        Downloader(here).fetch(shop.url(path))
    assert sum(shop.asked.values()) == 1


def test_a_busy_server_is_asked_again_after_the_pause_it_wished(
    shop: Shop, here: Fetching, pauses: list[float]
):
    assert Downloader(here).fetch(shop.url("busy")) == PICTURE
    assert pauses == [7, 7]


def test_an_answer_that_breaks_off_is_asked_for_again_and_given_up_in_the_end(
    shop: Shop, here: Fetching, pauses: list[float]
):
    with pytest.raises(RefusedError, match=r"broke off .*, asked 4 times"):
        Downloader(here).fetch(shop.url("short"))
    assert len(pauses) == 3
    assert all(0.5 * 2**n <= pause <= 1.5 * 2**n for n, pause in enumerate(pauses))


def test_a_server_that_trickles_its_headers_is_left(shop: Shop, here: Fetching):
    hasty = replace(here, seconds=0.05, n_tries=1)
    with pytest.raises(RefusedError, match=r"the server|the answer"):
        Downloader(hasty).fetch(shop.url("trickle"))


def test_redirects_are_followed_but_not_for_ever(shop: Shop, here: Fetching):
    assert Downloader(here).fetch(shop.url("to/to/picture")) == PICTURE
    with pytest.raises(RefusedError, match="more than 5 redirects"):
        Downloader(here).fetch(shop.url("to/" * 6 + "picture"))


def test_one_host_is_asked_for_few_at_once(shop: Shop, here: Fetching):
    downloader = Downloader(replace(here, n_per_host=2))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(downloader.fetch, [shop.url(f"slow/{n}") for n in range(12)]))
    assert shop.most == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x",
        "http://localhost:1/x",
        "http://10.1.2.3/x",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/x",
        "http://[::ffff:10.0.0.1]/x",
        "http://[64:ff9b::a00:1]/x",
        "http://0.0.0.0/x",
        "http://192.168.0.1:8080/x",
        "http://192.0.0.8/x",
        "http://192.0.0.170/x",
        "http://198.18.0.1/x",
        "http://198.19.255.255/x",
        "http://192.88.99.1/x",
        "http://[2001:2::1]/x",
        "http://[3fff::1]/x",
        "http://[5f00::1]/x",
        "http://[fe80::1]/x",
        "http://[64:ff9b:1::1]/x",
        "http://[2002:0a00:0001::1]/x",
    ],
)
def test_private_addresses_are_refused_however_they_are_written(url: str):
    with pytest.raises(RefusedError, match="inside a private network"):
        Downloader(Fetching()).fetch(url)


def test_a_redirect_into_a_private_network_is_refused_too(shop: Shop, here: Fetching):
    with pytest.raises(RefusedError, match=r"inside a private network \(127\.0\.0\.2\)"):
        Downloader(here).fetch(shop.url(f"to/http://127.0.0.2:{shop.server_port}/picture"))


def test_a_name_with_one_private_address_among_public_ones_is_refused():
    mixed = Fetching(look_up=lambda host, port: ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(RefusedError, match="private network"):
        Downloader(mixed).fetch("http://shop.example/x")


def test_the_connection_goes_to_the_address_that_was_checked(shop: Shop, here: Fetching):
    """The name exists nowhere, so only a pinned connection can arrive; the host keeps its name."""
    pinned = replace(here, look_up=lambda host, port: ["127.0.0.1"])
    url = f"http://shop.example:{shop.server_port}/picture"
    assert Downloader(pinned).fetch(url) == PICTURE
    assert shop.hosts == [f"shop.example:{shop.server_port}"]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "only http and https"),
        ("ftp://shop.example/x", "only http and https"),
        ("http:///x", "only http and https"),
        ("http://user:word@shop.example/x", "holds a password"),
        ("http://[::1/x", "is no URL"),
        ("http://shop.example:99999/x", "is no URL"),
    ],
)
def test_what_is_no_web_address_is_not_asked_for(url: str, reason: str):
    with pytest.raises(RefusedError, match=reason):
        Downloader(Fetching(look_up=lambda host, port: ["93.184.216.34"])).fetch(url)


def test_blanks_and_accents_in_a_url_are_encoded(shop: Shop, here: Fetching):
    assert Downloader(here).fetch(shop.url("été rouge%20.jpg?size=a b")) == PICTURE
    assert list(shop.asked) == ["/%C3%A9t%C3%A9%20rouge%20.jpg?size=a%20b"]


def test_a_server_that_is_not_there_is_told(here: Fetching):
    with pytest.raises(RefusedError, match=r"\(connection refused\), asked 4 times"):
        Downloader(here).fetch("http://127.0.0.1:9/x")
