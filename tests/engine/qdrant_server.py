"""A server on this machine that speaks Qdrant's REST paths, over the client's own local mode.

What a test wants to go wrong can be set; every request is remembered as it came.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit


class Server:
    """What the server holds and does wrong.

    Attributes
    ----------
    asked
        Method, path and body of each request.
    key
        Which key it takes; None for any.
    fails
        So many of the next requests are answered with 503.
    fails_at
        Requests to a path with this in it are answered with 503; "" for none.
    """

    def __init__(self) -> None:
        from qdrant_client.local.qdrant_local import QdrantLocal

        self.local = QdrantLocal(":memory:")
        self.asked: list[tuple[str, str, Any]] = []
        self.key: str | None = None
        self.fails = 0
        self.fails_at = ""
        self.lock = threading.Lock()
        self.parameters: dict[str, Any] = {}

    def answer(self, method: str, path: str, body: Any) -> Any:
        """Return the result of a request; KeyError where there is no such collection."""
        for pattern, work in PATHS:
            found = re.fullmatch(pattern, f"{method} {path}")
            if found:
                return work(self, *map(unquote, found.groups()), body)
        raise LookupError(f"{method} {path}")

    def aliased(self) -> dict[str, str]:
        """Return the collection that each alias means."""
        return {each.alias_name: each.collection_name for each in self.local.get_aliases().aliases}


def _models() -> Any:
    from qdrant_client import models

    return models


def _create(server: Server, name: str, body: Any) -> bool:
    asked = _models().CreateCollection.model_validate(body)
    server.parameters[name] = asked
    return server.local.create_collection(
        name, vectors_config=asked.vectors, sparse_vectors_config=asked.sparse_vectors
    )


def _describe(server: Server, name: str, _: Any) -> Any:
    told = server.local.get_collection(name).model_dump(mode="json", exclude_none=True)
    told["config"]["params"]["shard_number"] = server.parameters[name].shard_number
    return told


def _cluster(server: Server, name: str, _: Any) -> Any:
    """A cluster of two machines: this one has the even shards, the other the odd ones."""
    n = server.parameters[name].shard_number
    n_points = server.local.count(name).count
    local = [
        {"shard_id": i, "points_count": n_points // n, "state": "Active"} for i in range(0, n, 2)
    ]
    remote = [{"shard_id": i, "peer_id": 2, "state": "Active"} for i in range(1, n, 2)]
    return {
        "peer_id": 1,
        "shard_count": n,
        "local_shards": local,
        "remote_shards": remote,
        "shard_transfers": [],
    }


def _aliases(server: Server, body: Any) -> bool:
    asked = _models().ChangeAliasesOperation.model_validate(body)
    return server.local.update_collection_aliases(asked.actions)


def _search(server: Server, name: str, body: Any) -> Any:
    asked = _models().QueryRequestBatch.model_validate(body)
    return _plain(server.local.query_batch_points(name, asked.searches))


def _retrieve(server: Server, name: str, body: Any) -> Any:
    return _plain(
        server.local.retrieve(
            name, body["ids"], with_payload=body["with_payload"], with_vectors=body["with_vector"]
        )
    )


def _scroll(server: Server, name: str, body: Any) -> Any:
    asked = _models().ScrollRequest.model_validate(body)
    found, following = server.local.scroll(
        name,
        scroll_filter=asked.filter,
        limit=asked.limit,
        offset=asked.offset,
        with_payload=asked.with_payload,
        with_vectors=asked.with_vector,
    )
    return {"points": _plain(found), "next_page_offset": following}


def _count(server: Server, name: str, body: Any) -> Any:
    asked = _models().CountRequest.model_validate(body)
    return _plain(server.local.count(name, count_filter=asked.filter, exact=asked.exact))


def _facet(server: Server, name: str, body: Any) -> Any:
    asked = _models().FacetRequest.model_validate(body)
    return _plain(server.local.facet(name, asked.key, asked.filter, asked.limit, asked.exact))


def _upsert(server: Server, name: str, body: Any) -> Any:
    points = [_models().PointStruct.model_validate(each) for each in body["points"]]
    return _plain(server.local.upsert(name, points))


def _delete(server: Server, name: str, body: Any) -> Any:
    return _plain(server.local.delete(name, _models().PointIdsList.model_validate(body)))


def _payload(server: Server, name: str, body: Any) -> Any:
    return _plain(server.local.set_payload(name, body["payload"], body["points"]))


def _plain(result: Any) -> Any:
    if isinstance(result, list):
        return [_plain(each) for each in result]
    return result.model_dump(mode="json", exclude_none=True)


_ONE = r"/collections/([^/]+)"
PATHS: list[tuple[str, Callable[..., Any]]] = [
    ("GET /collections", lambda server, body: _plain(server.local.get_collections())),
    ("GET /aliases", lambda server, body: _plain(server.local.get_aliases())),
    ("POST /collections/aliases", _aliases),
    (
        f"GET {_ONE}/exists",
        lambda server, name, body: {"exists": server.local.collection_exists(name)},
    ),
    (f"PUT {_ONE}", _create),
    (f"DELETE {_ONE}", lambda server, name, body: server.local.delete_collection(name)),
    (f"GET {_ONE}", _describe),
    (f"GET {_ONE}/cluster", _cluster),
    (f"PUT {_ONE}/index", lambda server, name, body: {"operation_id": 1, "status": "completed"}),
    (f"POST {_ONE}/points/query/batch", _search),
    (f"POST {_ONE}/points", _retrieve),
    (f"POST {_ONE}/points/scroll", _scroll),
    (f"POST {_ONE}/points/count", _count),
    (f"POST {_ONE}/facet", _facet),
    (f"PUT {_ONE}/points", _upsert),
    (f"POST {_ONE}/points/delete", _delete),
    (f"POST {_ONE}/points/payload", _payload),
]


@contextmanager
def serving(server: Server) -> Iterator[str]:
    """Serve on a free port, and give the address without a collection's name."""
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _speaker(server))
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"qdrant://127.0.0.1:{listening.server_address[1]}"
    finally:
        listening.shutdown()
        listening.server_close()


def _speaker(server: Server) -> type[BaseHTTPRequestHandler]:
    class Speaker(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def do_PUT(self) -> None:
            self._answer()

        def do_DELETE(self) -> None:
            self._answer()

        def _answer(self) -> None:
            path = urlsplit(self.path).path
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(sent) if sent else None
            with server.lock:
                server.asked.append((self.command, path, body))
                status, told = self._told(path, body)
            data = json.dumps({"result": told, "status": "ok", "time": 0.0}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _told(self, path: str, body: Any) -> tuple[int, Any]:
            if server.key is not None and self.headers.get("api-key") != server.key:
                return 401, None
            if server.fails or (server.fails_at and server.fails_at in path):
                server.fails = max(server.fails - 1, 0)
                return 503, None
            try:
                return 200, server.answer(self.command, path, body)
            except (KeyError, ValueError) as error:
                return 404 if "not found" in str(error) else 400, str(error)

    return Speaker
