"""The adapter for an address: the engine in this process, or a server's client."""

from __future__ import annotations

from engine.qdrant.client import ClientStore
from engine.qdrant.edge import EdgeStore
from engine.qdrant.point_address import Address
from engine.qdrant.point_store import Layout, PointStore


def open_store(address: Address, name: str) -> PointStore:
    """Open one collection of points.

    Parameters
    ----------
    address
        Where.
    name
        Which of those there: every build has its own.

    Raises
    ------
    CollectionError
        When the library is missing, the place does not answer, or the points are gone.
    """
    return (EdgeStore if address.is_edge else ClientStore).open(address, name)


def create_store(address: Address, name: str, layout: Layout) -> PointStore:
    """Make a collection of points, in place of a half of that name; see `open_store`."""
    return (EdgeStore if address.is_edge else ClientStore).create(address, name, layout)


def point_alias(address: Address, name: str) -> None:
    """Let a server's name for the collection mean these points, for whoever else asks there."""
    if not address.is_edge:
        ClientStore.point_alias(address, name)


def reach(text: str) -> Address:
    """Return the address that a text names, once it is known that something answers there.

    Raises
    ------
    CollectionError
        When it is no address, its library is missing, or nothing answers.
    """
    address = Address.parse(text)
    (EdgeStore if address.is_edge else ClientStore).reach(address)
    return address
