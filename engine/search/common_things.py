"""Everyday things, of which most collections lack most: what an empty answer is learned from."""

from __future__ import annotations

EVERYDAY = (
    *("giraffe", "elephant", "penguin", "crocodile", "butterfly", "spider", "goldfish", "parrot"),
    *("steam locomotive", "fire engine", "sailing ship", "helicopter", "bicycle", "tractor"),
    *("wedding cake", "fried egg", "bowl of soup", "pineapple", "broccoli", "birthday candles"),
    *("snowy mountain", "waterfall", "lighthouse", "windmill", "suspension bridge", "castle"),
    *("grand piano", "violin", "trumpet", "drum kit", "chess board", "telescope", "microscope"),
    *("refrigerator", "washing machine", "bathtub", "bookshelf", "chandelier", "armchair"),
    *("newborn baby", "surgeon", "astronaut", "football match", "rock concert", "campfire"),
    *("volcano", "iceberg", "cactus", "sunflower field", "forest path", "thunderstorm"),
    *("traffic light", "petrol station", "power plant", "computer keyboard", "printed circuit"),
    *("galaxy", "full moon", "x-ray of a hand", "city map", "handwritten letter", "bank note"),
)
"""Phrases; those whose words a collection says are not used for it."""
