"""Collections whose photos lie in Qdrant: in its server or cluster, or in its engine in process.

    point_address.py  where: qdrant://HOST:6333/NAME, edge:FOLDER
    condition.py      which points: by values, words, names and numbers
    point.py          a photo as a point, and back
    point_store.py    what is asked of a place, whichever it is
    adapters.py       the adapter for an address
    edge.py           the engine in this process (qdrant-edge-py)
    client.py         a server, a cluster or the cloud (qdrant-client)
    point_catalogue.py  the catalogue and the embeddings of such a collection

Points are numbered as rows are, an even sample of the photos first: these lie on this machine as
well, in an ordinary build, and whatever needs to look at "all" photos (what similarities mean, what
words stand for, a map) looks at them. Nothing on this machine is as long as the collection.

Not inside: ranking (`engine.search`), and making such a collection (`engine.storage`).
"""

from engine.qdrant.adapters import create_store, open_store, point_alias, reach
from engine.qdrant.condition import Condition, Match, Numbers
from engine.qdrant.point import Payload, StoredPoint, WordWeights
from engine.qdrant.point_address import Address
from engine.qdrant.point_catalogue import (
    Extent,
    PointCatalogue,
    PointEmbeddings,
    RememberedEmbeddings,
)
from engine.qdrant.point_store import Layout, PointQuery, PointStore, StoreState

__all__ = [
    "Address",
    "Condition",
    "Extent",
    "Layout",
    "Match",
    "Numbers",
    "Payload",
    "PointCatalogue",
    "PointEmbeddings",
    "PointQuery",
    "PointStore",
    "RememberedEmbeddings",
    "StoreState",
    "StoredPoint",
    "WordWeights",
    "create_store",
    "open_store",
    "point_alias",
    "reach",
]
