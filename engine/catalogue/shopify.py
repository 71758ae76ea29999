"""Shopify's product export: a product's first line tells of it, the others name more photos."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.catalogue.caption_table import Cell

HANDLE, IMAGE = "Handle", "Image Src"
# What a search can use; the other four dozen columns are about prices, stock and adverts.
_PRODUCT = ("Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags")
_TELLING = frozenset((IMAGE, "Image Alt Text", "Variant Image", *_PRODUCT))


def is_shopify(columns: Sequence[str]) -> bool:
    """Return whether these are the columns of such an export."""
    return HANDLE in columns and IMAGE in columns


def telling_columns(columns: Sequence[str]) -> list[str]:
    """Return the columns' names, those without a meaning for a search left blank."""
    return [name if name in _TELLING else "" for name in columns]


def filled_in(
    rows: Iterable[tuple[int, list[Cell]]], columns: Sequence[str]
) -> Iterator[tuple[int, list[Cell]]]:
    """Yield the lines that have a photo, each with what its product's first line says."""
    handle = columns.index(HANDLE)
    told = [columns.index(name) for name in _PRODUCT if name in columns]
    photos = [columns.index(name) for name in (IMAGE, "Variant Image") if name in columns]
    first: dict[Cell, list[Cell]] = {}
    for number, cells in rows:
        product = first.setdefault(cells[handle], cells)
        if any(cells[column] for column in photos):
            for column in told:
                cells[column] = cells[column] or product[column]
            yield number, cells
