"""Collections on disk: made, kept in step with their photos, opened, listed, removed.

    collection.py   Collection: one opened for reading
    build.py        build_collection, update_collection, change_model: from files to a report
    order.py        what is asked of a build, the model that suits its photos, the report
    build_state.py  what stands in a folder before a build, whole or damaged
    verification.py whether its bytes are still those that were written
    site.py         the folder it happens in: locks, leftovers
    findings.py     what the files turn out to be
    sidecars.py     what files beside photos say of them: Google Takeout's JSON, XMP, text
    snapshot.py     whether anything has changed at all
    embedder.py     files to embeddings: decoding, the model and the journal side by side
    journal.py      what an unfinished build has learned so far
    row_match.py    which photo had which row and id before
    build_writer.py  one build's folder and its manifest, written
    sample_queries.py  texts and photos that it is likely to be asked with
    manifest.py     the manifest, and checking a build against it
    thumbnails.py   small pictures in one file
    collection_list.py  the collections of a home: list, rename, roll back, remove
    inventory.py    what a folder holds, before anything is made of it
    uploads.py      uploaded files and zips, within limits
    upload_name.py  the names that came with them, made harmless
    tags.py         a person's own tags, kept over updates
    publication.py  photos into Qdrant, and back to the build that they came from
    point_writer.py  photos on their way there
    excerpt.py      some photos as a folder of their own

A collection is a folder: ``manifest.json`` and the build it names, which no one ever changes.
Whoever changes the collection writes another build beside it and replaces the manifest.

Not inside: asking a collection (`engine.search`), running a build in the background
(`engine.jobs`).
"""

from engine.catalogue import Skipped, TableReport
from engine.progress import Progress
from engine.storage.build import (
    build_collection,
    change_model,
    repair_collection,
    update_collection,
)
from engine.storage.collection import Collection
from engine.storage.collection_list import (
    CollectionSummary,
    list_collections,
    new_folder,
    previous_version,
    remove_collection,
    rename_collection,
    roll_back,
    summarise,
)
from engine.storage.excerpt import write_excerpt
from engine.storage.inventory import Inventory, estimate_seconds, take_inventory
from engine.storage.manifest import Manifest, ModelCard
from engine.storage.order import BuildReport
from engine.storage.publication import publish_collection, publish_rows, withdraw_collection
from engine.storage.site import MAPS
from engine.storage.tags import tag_photos
from engine.storage.uploads import (
    UploadLimits,
    UploadReport,
    adopt_uploads,
    discard_uploads,
    extract_upload_zip,
    receive_uploads,
    save_uploads,
)

__all__ = [
    "MAPS",
    "BuildReport",
    "Collection",
    "CollectionSummary",
    "Inventory",
    "Manifest",
    "ModelCard",
    "Progress",
    "Skipped",
    "TableReport",
    "UploadLimits",
    "UploadReport",
    "adopt_uploads",
    "build_collection",
    "change_model",
    "discard_uploads",
    "estimate_seconds",
    "extract_upload_zip",
    "list_collections",
    "new_folder",
    "previous_version",
    "publish_collection",
    "publish_rows",
    "receive_uploads",
    "remove_collection",
    "rename_collection",
    "repair_collection",
    "roll_back",
    "save_uploads",
    "summarise",
    "tag_photos",
    "take_inventory",
    "update_collection",
    "withdraw_collection",
    "write_excerpt",
]
