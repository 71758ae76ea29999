"""Which of the bundled models suits some photos: what people photograph, or products for sale.

Some photos are embedded with the everyday model, and one direction of its space, which comes with
it, tells products on plain ground from everything else (`tools/suitability.py` fits it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.config import n_threads
from engine.durable import read_json
from engine.encoders import EVERYDAY, FASHION, bundled_model, load_encoder
from engine.errors import ModelError, PhotoError
from engine.images import PhotoFile, read_photos
from engine.selection import even_places

PRODUCTS = "products.json"
N_LOOKED_AT = 64


@dataclass(frozen=True, slots=True)
class Suitability:
    """What some photos look like.

    Parameters
    ----------
    n_photos
        How many were looked at.
    n_products
        How many of them look like products on plain ground.
    """

    n_photos: int
    n_products: int

    @property
    def model(self) -> str:
        """The bundled model that suits them better.

        Examples
        --------
        >>> Suitability(64, 40).model, Suitability(64, 32).model
        ('kindred-fashion', 'kindred-everyday')
        """
        return FASHION if 2 * self.n_products > self.n_photos else EVERYDAY

    def __str__(self) -> str:
        """Return it as a sentence.

        Examples
        --------
        >>> print(Suitability(64, 40))
        these look like product photos (40 of 64 looked at): using kindred-fashion
        """
        products = self.model == FASHION
        n_alike = self.n_products if products else self.n_photos - self.n_products
        kind = "product photos" if products else "everyday photos"
        looked = f"{n_alike} of {self.n_photos} looked at"
        return f"these look like {kind} ({looked}): using {self.model}"


def look_at(paths: Sequence[PhotoFile]) -> Suitability:
    """Look at photos from all over a list; those that cannot be read say nothing.

    Raises
    ------
    ModelError
        The everyday model cannot be loaded.
    """
    places = even_places(len(paths), N_LOOKED_AT)
    model = bundled_model(EVERYDAY)
    encoder = load_encoder(model)
    read = read_photos(
        [paths[place] for place in places], encoder.preprocessing, n_threads=n_threads()
    )
    pixels = [photo.pixels for photo in read if not isinstance(photo, PhotoError)]
    if not pixels:
        return Suitability(0, 0)
    are_products = products_among(encoder.embed_photos(np.stack(pixels)), model)
    return Suitability(len(pixels), int(are_products.sum()))


def products_among(photos: NDArray[np.float32], model: Path) -> NDArray[np.bool_]:
    """Tell which embeddings of the everyday model, (n, n_dims), are of products.

    Raises
    ------
    ModelError
        What tells them apart is missing or damaged.
    """
    path = model / PRODUCTS
    try:
        content = read_json(path)
        direction, level = np.array(content["direction"], np.float32), float(content["level"])
        return photos @ direction > level
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            "a file of the model is missing or damaged",
            value=path,
            remedy="Fetch Kindred anew, or name a model with '--model'",
        ) from error
