"""The folder an import makes: photos, a table about them, and a table of failures.

Each item that is finished becomes a line of a journal. The tables are written from it, whole, at
the end of each run; a run that is killed goes on after the last whole line.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from engine.datasets.item import Item
from engine.durable import known_record, write_json, write_whole
from engine.errors import CatalogueError

PHOTOS = "photos"
TABLE = "items.csv"
FAILURES = "failures.csv"
_WORK = ".import"


class ImportFolder:
    """A folder being filled, once or in several runs.

    Parameters
    ----------
    folder
        Made if need be.
    terms
        What the import depends on; a folder of another import is refused.
    attributes
        The names of the items' attributes.

    Raises
    ------
    CatalogueError
        The folder holds something else.
    """

    def __init__(self, folder: Path, terms: dict[str, Any], attributes: Sequence[str]) -> None:
        self.folder = folder
        self._attributes = attributes
        self._work = folder / _WORK
        self._check(terms)
        (folder / PHOTOS).mkdir(parents=True, exist_ok=True)
        self._work.mkdir(exist_ok=True)
        write_json(self._work / "terms.json", terms, flush=False)
        self._entries = self._read()
        self._journal = (self._work / "journal.jsonl").open("a", encoding="utf-8")

    def has(self, item_id: str) -> bool:
        """Tell whether an item's photo is here already; one that failed may be tried again."""
        return bool(self._entries.get(item_id, {}).get("photo"))

    def add(self, item: Item, data: bytes, ending: str) -> None:
        """Keep an item and its photo."""
        name = f"{PHOTOS}/{item.stem}{ending}"
        write_whole(self.folder / name, data, flush=False)
        row = {
            "photo": name,
            "id": item.item_id,
            "title": item.title,
            "description": item.description,
            "tags": ", ".join(tag.replace(",", " ") for tag in item.tags),
            **{key: item.attributes.get(key, "") for key in self._attributes},
        }
        self._write({"id": item.item_id, "photo": name, "row": row})

    def fail(self, item_id: str, origin: str, reason: str) -> None:
        """Note why an item has no photo."""
        self._write({"id": item_id, "origin": origin[:500], "reason": reason})

    def finish(self) -> tuple[int, int]:
        """Write both tables; return how many items have a photo, and how many have none."""
        self._journal.close()
        done = [entry for entry in self._entries.values() if entry.get("photo")]
        failed = [entry for entry in self._entries.values() if not entry.get("photo")]
        columns = ["photo", "id", "title", "description", "tags", *self._attributes]
        rows = ([entry["row"].get(key, "") for key in columns] for entry in done)
        write_whole(self.folder / TABLE, _csv(columns, rows))
        rows = ([entry["id"], entry["origin"], entry["reason"]] for entry in failed)
        # No column is called id or photo: this table is not about photos, and `index` must see so.
        write_whole(self.folder / FAILURES, _csv(["item", "address", "reason"], rows))
        return len(done), len(failed)

    def _write(self, entry: dict[str, Any]) -> None:
        self._entries[entry["id"]] = entry
        self._journal.write(json.dumps(entry, ensure_ascii=True) + "\n")
        self._journal.flush()

    def _check(self, terms: dict[str, Any]) -> None:
        path = self._work / "terms.json"
        is_new = not path.exists() and not (self.folder.exists() and any(self.folder.iterdir()))
        if not is_new and known_record(path) != terms:
            raise CatalogueError(
                "the folder holds something else than this import",
                value=self.folder,
                remedy="Choose another",
            )

    def _read(self) -> dict[str, dict[str, Any]]:
        """Return the last entry of each item, and cut off what a kill left half."""
        path = self._work / "journal.jsonl"
        data = path.read_bytes() if path.is_file() else b""
        whole = data[: data.rfind(b"\n") + 1]
        if whole != data:
            write_whole(path, whole)
        entries: dict[str, dict[str, Any]] = {}
        for line in whole.splitlines():
            try:
                entry = json.loads(line)
                entries[entry["id"]] = entry
            except (ValueError, KeyError, TypeError):
                continue  # a line that a broken disk spoilt: that item comes again
        return {
            key: entry
            for key, entry in entries.items()
            if not entry.get("photo") or (self.folder / entry["photo"]).is_file()
        }


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows(rows)
    return file.getvalue().encode("utf-8", "replace")
