"""Rows: photos embedded in bulk into Parquet files, of which collections are made.

    maker.py        make_rows: a folder of photos becomes a folder of rows; goes on where it was
    photo_list.py   which photos, and what is said of them, wherever they lie
    remote.py       photos in an object store, on the web, or in a list of addresses
    shard.py        the photos of one file of rows, and embedding them, here or elsewhere
    parquet.py      one file of rows: bytes, and back
    rows_folder.py  read_rows: the folder and its manifest
    ray_pool.py     RayPool: workers on Ray that embed the shards
    ray_session.py  Ray started for this program alone, or a cluster joined
    rows_build.py   build_from_rows: a local collection of rows, without the photos
    rows_publication.py  publish_from_rows: a collection in Qdrant that no machine holds whole

Not inside: reading and embedding photos (`engine.storage.embedder`), writing a build
(`engine.storage.build_writer`).
"""

from engine.rows.maker import Pool, RowsReport, make_rows
from engine.rows.parquet import RowBatch
from engine.rows.ray_pool import RayPool
from engine.rows.rows_build import build_from_rows
from engine.rows.rows_folder import RowsFolder, RowsManifest, read_rows
from engine.rows.rows_publication import publish_from_rows

__all__ = [
    "Pool",
    "RayPool",
    "RowBatch",
    "RowsFolder",
    "RowsManifest",
    "RowsReport",
    "build_from_rows",
    "make_rows",
    "publish_from_rows",
    "read_rows",
]
