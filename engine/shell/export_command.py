"""`export`: a collection becomes one file."""

from __future__ import annotations

from pathlib import Path

from click import argument, option

from engine.shell.commands import PATH, Outcome, collection_argument, command
from engine.shell.meter import listening
from engine.shell.table import plain


@command("export")
@collection_argument
@argument("file", type=PATH, help="The zip to write.")
@option("--photos", is_flag=True, help="Take the photos along, and what is said of them.")
def export(collection: Path, file: Path, photos: bool) -> Outcome:
    """Write the archive."""
    from engine.collection_archive import export_collection

    with listening() as progress:
        n_bytes = export_collection(collection, file, with_photos=photos, progress=progress)
    record = {"file": str(file.absolute()), "bytes": n_bytes, "photos": photos}
    along = "its photos" if photos else "no photos"
    return Outcome(record, [f"{plain(file)}, {n_bytes / 1e6:,.1f} MB, with {along}."])
