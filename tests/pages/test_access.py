"""Who comes in, by how the server was started, where it listens and what a request says."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from engine.access import Role, folders, require_folder, set_visit
from engine.errors import AccessError
from pages.shared import access
from pages.shared.access import Access
from pages.shared.guard import Guard
from pages.shared.headers import headers_for
from pages.shared.limits import LIMITS, Limit, Meter
from pages.shared.origin import is_direct, is_peer
from pages.shared.roles import role_named
from tests.pages.reading import errors, links

AT_HOME = [("Host", "localhost:8501"), ("Origin", "http://localhost:8501")]
NEIGHBOUR, STRANGER = ("127.0.0.1", 50000), ("203.0.113.9", 50000)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch):
    """Start Kindred on an address, with variables of the environment, arguments and secrets."""

    def start(address: str, *words: str, secrets: dict[str, Any] | None = None, **variables: str):
        settings = {"server.address": address, "secrets.files": []}
        monkeypatch.setattr(st, "get_option", settings.__getitem__)
        monkeypatch.setattr("sys.argv", ["app.py", *words])
        monkeypatch.setattr(access, "_secrets", lambda: secrets or {})
        monkeypatch.setattr(access, "find_spec", lambda name: name)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return Access.read()

    return start


@pytest.mark.parametrize("address", ["", "0.0.0.0", "::", "192.168.1.5", "shop.example"])
def test_nobody_comes_in_where_nobody_is_known(started, address: str):
    known = started(address)
    for headers in (AT_HOME, [("Host", "192.168.1.5:8501")]):
        assert "lets nobody in" in known.refusal(headers, NEIGHBOUR)
        assert known.role(headers, {}) is None


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "::1"])
def test_at_ones_own_computer_one_is_the_owner(started, address: str):
    known = started(address)
    assert known.refusal(AT_HOME, NEIGHBOUR) == ""
    assert known.role(AT_HOME, {}) == Role.OWNER


@pytest.mark.parametrize(
    "header",
    [
        ("Host", "shop.example"),
        ("Host", "192.168.1.5:8501"),
        ("Host", ""),
        ("Host", "localhost.shop.example"),
        ("Origin", "https://shop.example"),
        ("Origin", "null"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("x-forwarded-proto", "https"),
        ("X-Forwarded-Host", "localhost"),
        ("Forwarded", "for=127.0.0.1"),
        ("X-Real-IP", "127.0.0.1"),
        ("Via", "1.1 nginx"),
        ("CF-Connecting-IP", "203.0.113.9"),
    ],
)
def test_a_proxy_before_localhost_makes_nobody_the_owner(started, header: tuple[str, str]):
    """Also a page elsewhere whose name was made to lead here: it asks with its own name."""
    headers = [each for each in AT_HOME if each[0] != header[0]] + [header]
    assert not is_direct(headers)
    known = started("localhost")
    assert "lets nobody in" in known.refusal(headers, NEIGHBOUR)
    assert known.role(headers, {}) is None


def test_public_makes_everybody_a_visitor_on_every_address(started):
    for known in (started("0.0.0.0", "--public"), started("localhost", KINDRED_ACCESS="public")):
        for headers in (AT_HOME, [("Host", "shop.example"), ("X-Forwarded-For", "::1")]):
            assert known.refusal(headers, STRANGER) == ""
            assert known.role(headers, {}) == Role.VISITOR


def test_a_word_that_is_not_known_lets_nobody_in(started):
    known = started("localhost", KINDRED_ACCESS="pubic")
    assert "'pubic'" in known.refusal(AT_HOME, NEIGHBOUR)


def test_a_login_gives_the_role_that_is_named_for_who_logs_in(started):
    roles = {"owners": ["ada@example.org"], "editors": ["@shop.example"]}
    known = started("0.0.0.0", secrets={"auth": {}, "access": roles})
    assert known.refusal(AT_HOME, STRANGER) == ""
    of = lambda **user: known.role(AT_HOME, user)  # noqa: E731
    assert of() is None
    assert of(is_logged_in=False, email="ada@example.org") is None
    assert of(is_logged_in=True, email="ada@example.org") == Role.OWNER
    assert of(is_logged_in=True, email="ADA@Example.org") == Role.OWNER
    assert of(is_logged_in=True, email="bo@shop.example") == Role.EDITOR
    assert of(is_logged_in=True, email="bo@other.example") == Role.VISITOR
    assert of(is_logged_in=True, email="ada@example.org", email_verified=False) == Role.VISITOR
    public = started("0.0.0.0", "--public", secrets={"auth": {}, "access": roles})
    assert public.role(AT_HOME, {"is_logged_in": False}) == Role.VISITOR
    assert public.role(AT_HOME, {"is_logged_in": True, "email": "ada@example.org"}) == Role.OWNER


def test_a_login_without_its_library_says_what_to_install(started, monkeypatch):
    known = started("localhost", secrets={"auth": {}})
    monkeypatch.setattr(access, "find_spec", lambda name: None)
    assert "requirements-login.txt" in known.refusal(AT_HOME, NEIGHBOUR)


def test_roles_go_by_a_claim_where_one_is_named():
    secrets = {"access": {"claim": "groups", "owners": ["admins"], "visitors": ["staff"]}}
    assert role_named({"groups": ["staff", "admins"]}, secrets) == Role.OWNER
    assert role_named({"groups": "staff"}, secrets) == Role.VISITOR
    assert role_named({"groups": ["others"], "email": "admins"}, secrets) is None
    assert role_named({}, secrets) is None


def test_a_domain_is_that_of_an_address_and_no_name():
    secrets = {"access": {"owners": ["@shop.example"], "visitors": []}}
    assert role_named({"email": "ada@shop.example"}, secrets) == Role.OWNER
    for stranger in (
        "@shop.example",
        "x@shop.example@evil.example",
        "shop.example",
        "x@evil.example",
    ):
        assert role_named({"email": stranger}, secrets) is None


def test_a_proxys_header_is_believed_of_named_proxies_alone(started):
    known = started(
        "0.0.0.0",
        KINDRED_PROXY_HEADER="X-Remote-User",
        secrets={"access": {"owners": ["ada"], "editors": ["bo"]}},
    )
    said = [("Host", "shop.example"), ("x-remote-user", "ada")]
    assert known.refusal(said, NEIGHBOUR) == ""
    assert known.refusal([*said, ("X-Forwarded-For", "203.0.113.9")], ("203.0.113.9", 0)) == ""
    assert known.role(said, {}) == Role.OWNER
    assert known.role([("X-Remote-User", "bo")], {}) == Role.EDITOR
    assert known.role([("X-Remote-User", "somebody")], {}) == Role.VISITOR
    assert "proxy" in known.refusal(said, STRANGER)
    assert "proxy" in known.refusal([*said, ("X-Forwarded-For", "127.0.0.1")], STRANGER)
    assert "names nobody" in known.refusal([("Host", "shop.example")], NEIGHBOUR)
    assert "names nobody" in known.refusal([*said, ("X-Remote-User", "bo")], NEIGHBOUR)


def test_proxies_are_named_by_address_or_network(started, monkeypatch):
    known = started("0.0.0.0", KINDRED_PROXY_HEADER="X-User", KINDRED_PROXY_PEERS="10.0.0.0/8, ::1")
    assert is_peer(("10.1.2.3", 1)) and is_peer(("::ffff:10.1.2.3", 1)) and is_peer(("::1", 1))
    assert not is_peer(("11.0.0.1", 1)) and not is_peer(("127.0.0.1", 1)) and not is_peer(None)
    monkeypatch.setenv("KINDRED_PROXY_PEERS", "the proxy")
    assert "KINDRED_PROXY_PEERS" in known.refusal([("X-User", "ada")], NEIGHBOUR)


def test_where_any_neighbour_is_believed_no_port_proves_one(monkeypatch):
    """The server was told to believe everybody's X-Forwarded-For."""
    assert is_peer(("203.0.113.9", 0))
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    assert not is_peer(("203.0.113.9", 0))


def sent_by(
    kind: str, headers: list[tuple[str, str]], body: bytes = b"", **scope: Any
) -> tuple[list[dict], list[str]]:
    """Return what a guarded app sends to a request, and the paths that reached it."""
    sent: list[dict] = []
    reached: list[str] = []

    async def app(scope, receive, send):
        reached.append(scope["path"])
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"server", b"x")]})

    async def receive():
        return {"type": "http.request", "body": body}

    async def send(message):
        sent.append(message)

    raw = [(name.lower().encode(), value.encode()) for name, value in headers]
    request = {"type": kind, "path": "/", "scheme": "http", "headers": raw, "client": NEIGHBOUR}
    asked = Guard(app)(request | scope, receive, send)  # type: ignore[arg-type]
    with ThreadPoolExecutor(1) as aside:  # a browser test before this one may have left a loop here
        aside.submit(asyncio.run, asked).result()
    return sent, reached


def test_who_is_turned_away_reaches_nothing_of_the_app(started, caplog):
    started("0.0.0.0")
    for path in ("/", "/_stcore/health", "/_stcore/upload_file/a/b", "/media/x.jpg"):
        sent, reached = sent_by("http", AT_HOME, path=path)
        assert not reached
        assert sent[0]["status"] == 403
        assert b"lets nobody in" in sent[1]["body"]
    assert sent_by("websocket", AT_HOME) == ([{"type": "websocket.close", "code": 1008}], [])
    assert "lets nobody in" in caplog.text


def test_what_a_request_says_is_not_part_of_the_answers_page(started):
    started("0.0.0.0", KINDRED_ACCESS="<script>")
    assert b"<script>" not in sent_by("http", AT_HOME)[0][1]["body"]


def test_uploads_have_a_measure_where_others_come_in(started, monkeypatch):
    """A hundred bytes: what came counts, whatever was said; one of 150 leaves a debt of 50."""
    monkeypatch.setattr("pages.shared.guard.METER", Meter())
    monkeypatch.setitem(LIMITS, "upload bytes", Limit(100, 1000, 3600, "uploads"))
    put = {"path": "/_stcore/upload_file/session/file", "method": "PUT"}
    claimed = [*AT_HOME, ("Content-Length", str(10**18))]
    started("localhost")
    for _ in range(3):
        assert sent_by("http", AT_HOME, body=bytes(150), **put)[1]
    started("localhost", "--public")
    for _ in range(3):
        assert sent_by("http", claimed, **put)[1], "what never came is no debt"
    assert sent_by("http", AT_HOME, body=bytes(150), **put)[1]
    refused, reached = sent_by("http", AT_HOME, **put)
    assert not reached and refused[0]["status"] == 429
    assert b"takes no more uploads just now" in refused[1]["body"]
    assert sent_by("http", AT_HOME, **(put | {"path": "/_stcore/upload_file/other/file"}))[1]


def test_secrets_that_cannot_be_read_let_nobody_in(tmp_path, monkeypatch):
    """Roles and the login lie there: without them everybody might be the owner."""
    secrets = tmp_path / "secrets.toml"
    secrets.write_text("[auth\n")
    monkeypatch.setattr(st, "get_option", {"secrets.files": [str(secrets)]}.__getitem__)
    monkeypatch.setattr(type(st.secrets), "load_if_toml_exists", lambda self: False)
    with pytest.raises(SystemExit, match="cannot be read"):
        Guard(None)  # type: ignore[arg-type]


def test_a_health_check_needs_no_name(started):
    started("0.0.0.0", KINDRED_PROXY_HEADER="X-User")
    assert sent_by("http", [("Host", "10.0.0.1")], path="/_stcore/health")[1] == ["/_stcore/health"]
    assert not sent_by("http", [("Host", "10.0.0.1")], path="/")[1]


def test_every_answer_carries_what_protects_whoever_reads_it(started):
    """Mozilla's Observatory asks for these; script-src names no inline script and no eval."""
    started("localhost")
    sent, _ = sent_by("http", AT_HOME)
    told = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    assert told["server"] == "x"
    assert told["x-content-type-options"] == "nosniff"
    assert told["referrer-policy"] == "no-referrer"
    assert told["x-frame-options"] == "DENY"
    assert "strict-transport-security" not in told
    policy = dict(each.split(" ", 1) for each in told["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'" and policy["object-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'" and policy["base-uri"] == "'self'"
    assert "unsafe" not in policy["script-src"] and "*" not in policy["script-src"]
    secure, _ = sent_by("http", AT_HOME, scheme="https")
    assert b"Strict-Transport-Security" in dict(secure[0]["headers"])


def test_sites_that_are_named_may_frame_the_app(monkeypatch):
    monkeypatch.setenv("KINDRED_FRAMES", "https://shop.example, https://a.example")
    told = headers_for(False)
    assert (
        b"frame-ancestors https://shop.example https://a.example"
        in told[b"Content-Security-Policy"]
    )
    assert b"X-Frame-Options" not in told


def test_a_page_without_the_guard_lets_in_its_own_computer_alone(open_page, monkeypatch):
    assert not errors(open_page())
    monkeypatch.setenv("KINDRED_ACCESS", "public")
    monkeypatch.setattr(access, "GUARDED", [])
    monkeypatch.setattr("pages.shared.entrance.GUARDED", [])
    (box,) = errors(open_page("collections"))
    assert "app.py" in box


@pytest.mark.parametrize(
    ("role", "missing"),
    [
        (Role.VISITOR, {"Training", "Models"}),
        (Role.EDITOR, {"Training", "Models"}),
        (Role.OWNER, set()),
    ],
)
def test_the_menu_holds_what_a_role_may_open(open_page, monkeypatch, role: Role, missing: set[str]):
    monkeypatch.setattr(Access, "role", lambda *_: role)
    menu = {link["label"] for link in links(open_page())}
    assert {"Training", "Models"} - menu == missing
    assert "Explorer" in menu


def buttons(page) -> set[str]:
    return {button.label for button in page.button}


def test_each_role_is_offered_what_it_may_do_with_a_collection(open_page, monkeypatch):
    offered = {}
    for role in Role:
        monkeypatch.setattr(Access, "role", lambda *_, role=role: role)
        page = open_page("collections")
        assert not errors(page)
        offered[role] = buttons(page) | {f"{len(page.file_uploader)} uploaders"}
    assert offered[Role.VISITOR] == {"0 uploaders", "1 file skipped", "1 table"}
    assert offered[Role.EDITOR] - offered[Role.VISITOR] == {"1 uploaders", "Update", "Rename"}
    assert {"Remove", "Choose a folder…"} <= offered[Role.OWNER] - offered[Role.EDITOR]


def test_an_account_that_is_not_named_sees_nothing(open_page, monkeypatch):
    monkeypatch.setattr(Access, "role", lambda *_: None)
    page = open_page()
    (box,) = errors(page)
    assert "not among those" in box
    assert not page.button and not links(page)


def test_folders_at_ones_own_computer_are_the_home_folder_and_disks(started, monkeypatch, tmp_path):
    started("localhost")
    monkeypatch.delenv("KINDRED_PHOTOS")
    monkeypatch.setenv("HOME", str(tmp_path))
    set_visit(lambda: Role.OWNER, access._folders)
    assert {tmp_path, Path("/media"), Path("/mnt")} <= set(folders() or ())
    require_folder(tmp_path / "Pictures")
    require_folder("/media/ada/card")
    with pytest.raises(AccessError):
        require_folder("/etc")


def test_elsewhere_no_folder_is_read_that_was_not_named(started, monkeypatch, tmp_path):
    started("0.0.0.0", "--public")
    monkeypatch.delenv("KINDRED_PHOTOS")
    set_visit(lambda: Role.OWNER, access._folders)
    with pytest.raises(AccessError):
        require_folder(Path.home())
    monkeypatch.setenv("KINDRED_PHOTOS", str(tmp_path))
    require_folder(tmp_path)
