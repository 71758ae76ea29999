"""The rows nearest to a query: exact when that is cheap, a graph when it is not.

    photo_index.py   PhotoIndex: build, nearest, add, update, remove, save, load
    matrix.py        LiveMatrix: unit rows, which are live, every check before one is let in
    exact.py         brute force in NumPy: the truth, and the faster way when rows are few
    copies.py        rows with the same embedding, which share a node of the graph
    hnsw.py          the only door to hnswlib, and all of its traps
    index_files.py   an index as files, and whether they belong together

Not inside: what a row means (`engine.catalogue`), where the files lie (`engine.storage`).
"""

from engine.index.index_files import Loss, read_loss
from engine.index.photo_index import Nearest, PhotoIndex

__all__ = ["Loss", "Nearest", "PhotoIndex", "read_loss"]
