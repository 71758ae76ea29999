"""An OpenID Connect provider on this machine: people choose who they are, and it signs for it."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT, SECRET = "kindred", "a secret of both"


class Provider(ThreadingHTTPServer):
    """Discovery, authorisation by code with PKCE, tokens and keys, as the standard has them."""

    daemon_threads = True

    def __init__(self, people: dict[str, dict[str, Any]]) -> None:
        from joserfc.jwk import RSAKey

        super().__init__(("127.0.0.1", 0), Answer)
        self.people, self.codes = people, dict[str, dict[str, str]]()
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.server_port}"

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def choices(self, asked: dict[str, str]) -> str:
        """Return a page with a link for each person, who comes back with a code."""
        assert asked["client_id"] == CLIENT and asked["response_type"] == "code"
        links = []
        for name in self.people:
            code = secrets.token_urlsafe()
            self.codes[code] = {**asked, "person": name}
            back = urlencode({"code": code, "state": asked["state"]})
            links.append(f'<a href="{html.escape(asked["redirect_uri"])}?{back}">{name}</a>')
        return f"<!doctype html><title>Who are you?</title>{'<br>'.join(links)}"

    def tokens(self, said: dict[str, str]) -> dict[str, Any]:
        """Return what proves who came back with a code: each code is good once."""
        from joserfc import jwt

        asked = self.codes.pop(said["code"])
        assert said["redirect_uri"] == asked["redirect_uri"]
        if challenge := asked.get("code_challenge"):
            digest = hashlib.sha256(said["code_verifier"].encode()).digest()
            assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
        now = int(time.time())
        person = self.people[asked["person"]]
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 600}
        claims |= {"sub": asked["person"], "name": asked["person"], **person}
        claims |= {"nonce": asked["nonce"]} if "nonce" in asked else {}
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return {"access_token": "x", "token_type": "Bearer", "expires_in": 600, "id_token": signed}


class Answer(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(place.query).items()}
        if place.path == "/.well-known/openid-configuration":
            self.answer(self.server.discovery())
        elif place.path == "/jwks":
            self.answer({"keys": [self.server.key.as_dict(private=False)]})
        elif place.path == "/authorize":
            self.answer(self.server.choices(asked))
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        said = {name: values[0] for name, values in parse_qs(body).items()}
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        is_client = self.headers.get("Authorization") == f"Basic {basic}"
        if self.path != "/token" or not (is_client or said.get("client_secret") == SECRET):
            self.send_error(401)
            return
        self.answer(self.server.tokens(said))

    def answer(self, told: dict[str, Any] | str) -> None:
        is_page = isinstance(told, str)
        body = told.encode() if isinstance(told, str) else json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if is_page else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def providing(people: dict[str, dict[str, Any]]) -> Iterator[Provider]:
    """Run a provider that knows people, each by the claims it makes of them."""
    provider = Provider(people)
    thread = threading.Thread(target=provider.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.shutdown()
        provider.server_close()
        thread.join(60)
