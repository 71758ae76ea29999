"""Which addresses may be asked for a photo, and connections that go to no other.

A list of URLs from a stranger must not make this machine ask its own network. So a name is looked
up once, every address it has is checked, and the connection goes to the very address that was
checked: a name that changes its mind between check and use gains nothing.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Sequence
from urllib.parse import quote, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
_PORTS = {"http": 80, "https": 443}
_LEFT_ALONE = "/?%:@!$&'()*+,;=~#[]"
# IPv4 inside IPv6, as translators of networks write it (RFC 6052).
# What is not the public internet, from IANA's registries of special-purpose addresses. Written out,
# because what Python's own `is_global` says of them differs from version to version.
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
)
_UNICAST = ipaddress.IPv6Network("2000::/3")  # all of IPv6 that was ever given out
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Tell whether an address belongs to the public internet.

    Examples
    --------
    >>> is_public(ipaddress.ip_address("93.184.216.34"))
    True
    >>> [is_public(ipaddress.ip_address(a)) for a in ("10.0.0.1", "::1", "::ffff:169.254.169.254")]
    [False, False, False]
    """
    inner = _inside(address)
    if inner is not None:
        return is_public(inner)
    if isinstance(address, ipaddress.IPv6Address) and address not in _UNICAST:
        return False
    return not any(address in network for network in _SPECIAL)


def _inside(address: Address) -> Address | None:
    """Return the IPv4 address that an IPv6 address stands for, if it does."""
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, in the order to try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def connect(
    url: str,
    *,
    seconds: float,
    allowed: Callable[[Address], bool] = is_public,
    look_up: Resolve = resolve,
) -> tuple[http.client.HTTPConnection, str]:
    """Return a connection to a URL's host, not yet open, and the path to ask it for.

    Raises
    ------
    RefusedError
        The URL is none, or one of the host's addresses is not allowed.
    OSError
        The host has no address.
    """
    scheme, host, port, path = _parts(url)
    try:
        addresses = [ipaddress.ip_address(text.split("%")[0]) for text in look_up(host, port)]
    except (UnicodeError, ValueError) as error:
        raise RefusedError(f"the host's name is not valid: {host}") from error
    wrong = [address for address in addresses if not allowed(address)]
    if wrong:
        raise RefusedError(f"{host} is an address inside a private network ({wrong[0]})")
    if not addresses:
        raise OSError(f"{host} has no address")
    kind = _PinnedHTTPS if scheme == "https" else _PinnedHTTP
    return kind(host, port, str(addresses[0]), seconds), path


def _parts(url: str) -> tuple[str, str, int, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise RefusedError("the address is no URL") from error
    if parts.scheme not in _PORTS or not host:
        raise RefusedError("only http and https addresses are asked")
    if parts.username or parts.password:
        raise RefusedError("the address holds a password")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    # Shops write blanks and accents into their URLs; what is encoded already stays as it is.
    return parts.scheme, host, port, quote(path, safe=_LEFT_ALONE)


class _PinnedHTTP(http.client.HTTPConnection):
    """Asks for a host by its name, at one address."""

    def __init__(self, host: str, port: int, address: str, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)


class _PinnedHTTPS(_PinnedHTTP):
    """The same under TLS: the certificate must be the name's."""

    default_port = 443

    def connect(self) -> None:
        super().connect()
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


class RefusedError(Exception):
    """The photo cannot be taken, today or tomorrow; the message says why."""


class TryAgainError(Exception):
    """The photo could not be had just now.

    Parameters
    ----------
    reason
        Why, in words.
    seconds
        How long the server asked to be left alone; 0 when it did not say.
    """

    def __init__(self, reason: str, seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.seconds = seconds
