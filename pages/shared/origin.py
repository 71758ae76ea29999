"""Where a request comes from: this computer, a named proxy, or anywhere."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from urllib.parse import urlsplit

PEERS = "KINDRED_PROXY_PEERS"
FORWARDED = {"forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip"}
Headers = Sequence[tuple[str, str]]


def is_loopback(host: str) -> bool:
    """Tell whether a host's name or address is that of this computer alone.

    Examples
    --------
    >>> [is_loopback(host) for host in ("localhost", "127.0.0.1", "[::1]", "app.localhost")]
    [True, True, True, True]
    >>> [is_loopback(host) for host in ("", "0.0.0.0", "::", "192.168.1.5", "localhost.a.org")]
    [False, False, False, False, False]
    """
    host = host.strip("[]").lower()
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_direct(headers: Headers) -> bool:
    """Tell whether a request came from a browser of this computer, and by way of nobody.

    A proxy before a server on localhost makes the world look like a neighbour. It gives itself
    away: it says for whom it asks, or the address asked for, or the page that asks, is another.
    """
    if is_forwarded(headers):
        return False
    hosts = [f"//{host}" for host in values_of(headers, "host")] + values_of(headers, "origin")
    return all(is_loopback(_host_of(each)) for each in hosts)


def is_forwarded(headers: Headers) -> bool:
    """Tell whether a request says that it was passed on for somebody else."""
    names = {name.lower() for name, _ in headers}
    return bool(names & FORWARDED) or any(name.startswith("x-forwarded") for name in names)


def is_peer(client: tuple[str, int] | None) -> bool:
    """Tell whether a request comes from a named proxy; by default one on this computer.

    The server believes what a neighbour says of whom it asks for, and shows that one instead, with
    a port that no connection has.
    """
    host, port = client or ("", 1)
    if port == 0 and "FORWARDED_ALLOW_IPS" not in os.environ:
        host = "127.0.0.1"
    return is_among((host, port), os.environ.get(PEERS, "127.0.0.0/8,::1"))


def is_among(client: tuple[str, int] | None, named: str) -> bool:
    """Tell whether a client's address is one of some addresses and networks.

    Examples
    --------
    >>> is_among(("10.1.2.3", 50000), "10.0.0.0/8, ::1"), is_among(None, "10.0.0.0/8")
    (True, False)
    """
    try:
        peer = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return False
    peer = getattr(peer, "ipv4_mapped", None) or peer
    networks = [ipaddress.ip_network(each.strip(), strict=False) for each in named.split(",")]
    return any(peer in network for network in networks)


def values_of(headers: Headers, name: str) -> list[str]:
    """Return every value of a header, its name in lower case."""
    return [value for each, value in headers if each.lower() == name]


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
