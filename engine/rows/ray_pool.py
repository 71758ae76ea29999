"""Shards of rows embedded on Ray: by several programs of this machine, or of a cluster's.

Each worker holds the model, reads the photos of one shard at a time and hands back the bytes of its
file; only this program writes. So a worker that is killed has written nothing, its shard goes to
another, and no photo comes twice. Nothing but workers asks for processors: readers of their own
would wait for ever beside workers that hold all of them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.config import limit_threads
from engine.encoders import Encoder, load_encoder, model_at
from engine.errors import KindredError, ModelError
from engine.rows.ray_session import LOCAL, check_ray, connected, processors_here
from engine.rows.shard import Shard, embed_shard
from engine.storage.order import Model

# A photo that brings down whoever reads it, or a machine short of memory, must not go on for ever:
# so often is a shard tried, and a worker started again.
_TRIES, _RESTARTS = 4, 8


@dataclass(frozen=True, slots=True)
class RayPool:
    """Embeds shards on Ray; a `Pool` of `make_rows`.

    Parameters
    ----------
    address
        Of a cluster's head, as ``ray.init`` takes it, or ``"local"`` for processes of this machine.
        Every machine of a cluster needs Kindred, the model and the photos under the same paths.
    n_workers
        How many programs embed at once, ≥ 1; as many as there are processors for when left out.
    n_threads
        Processors for each of them, ≥ 1.

    Raises
    ------
    KindredError
        Ray is not installed, cannot be reached, has fewer processors than that, or a worker died
        again and again.
    """

    address: str = LOCAL
    n_workers: int | None = None
    n_threads: int = 1

    def __post_init__(self) -> None:
        check_ray(self.address)

    def __call__(
        self, shards: Sequence[Shard], model: Model, at: Callable[[int], None]
    ) -> Iterator[tuple[str, bytes]]:
        """Yield name and bytes of each shard as it is finished."""
        if model.folder is None:
            raise ModelError("workers cannot load a model without a folder", value=model.card.name)
        n_photos = {shard.name: len(shard.records) for shard in shards}
        if self.address == LOCAL:
            self._workers_on([processors_here()])  # refuses before anything is started
        with connected(self.address):
            n_workers = min(self._workers_on(_processors()), len(shards))
            done = 0
            for row in _dataset(shards, model, n_workers, self.n_threads).iter_rows():
                if row["wrong"]:
                    what, value, remedy = row["wrong"]
                    raise KindredError(what, value=value or None, remedy=remedy)
                yield row["name"], row["rows"]
                done += n_photos[row["name"]]
                at(done)

    def _workers_on(self, processors: Sequence[int]) -> int:
        """Return how many workers there shall be; more than find a place would be waited for."""
        most = sum(each // self.n_threads for each in processors)
        wanted = self.n_workers or most
        if not 0 < wanted <= most:
            raise KindredError(
                f"{max(wanted, 1)} workers of {self.n_threads} threads have no place on "
                f"{' + '.join(map(str, processors))} processors, and would be waited for",
                value=self.address,
                remedy=f"Ask for at most {most} of them" if most else "Give each fewer threads",
            )
        return wanted


def _processors() -> list[int]:
    """Return how many processors each machine of the cluster has for Ray."""
    import ray

    return [int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]]


def _dataset(shards: Sequence[Shard], model: Model, n_workers: int, n_threads: int) -> Any:
    import ray.data

    given = ray.data.from_items(
        [{"shard": shard.packed()} for shard in shards], override_num_blocks=len(shards)
    )
    with warnings.catch_warnings():
        # Ray names no successor yet to these two, and without them a shard is tried for ever.
        warnings.simplefilter("ignore")
        return given.map_batches(
            Worker,
            fn_constructor_args=(model.folder, model.card.fingerprint, n_threads),
            batch_size=1,
            batch_format="pyarrow",
            compute=ray.data.ActorPoolStrategy(size=n_workers),
            num_cpus=n_threads,
            max_restarts=_RESTARTS,
            max_task_retries=_TRIES - 1,
        )


class Worker:
    """Embeds shards in a program of its own, one after the other.

    Parameters
    ----------
    model, fingerprint
        Its folder or name, and the embeddings that it has to make.
    n_threads
        How many threads it may use; a model takes all processors unless it is told.
    """

    def __init__(self, model: str, fingerprint: str, n_threads: int) -> None:
        limit_threads(n_threads)
        self._model, self._fingerprint = model, fingerprint

    def __call__(self, batch: Any) -> Any:
        """Return name and bytes of the one shard in `batch`, or what is wrong."""
        import pyarrow

        [text] = batch["shard"].to_pylist()
        shard, rows, wrong = Shard.unpacked(text), b"", None
        try:
            rows = embed_shard(shard, self._encoder)
        except KindredError as error:  # told as text, since not every error survives the way
            wrong = [error.what, "" if error.value is None else str(error.value), error.remedy]
        kinds = [pyarrow.string(), pyarrow.large_binary(), pyarrow.list_(pyarrow.string())]
        schema = pyarrow.schema(list(zip(("name", "rows", "wrong"), kinds, strict=True)))
        return pyarrow.table([[shard.name], [rows], [wrong]], schema=schema)

    @cached_property
    def _encoder(self) -> Encoder:
        encoder = load_encoder(model_at(self._model))
        if encoder.fingerprint != self._fingerprint:
            raise ModelError(
                "a worker's machine has another model of this name",
                value=self._model,
                remedy="Copy the model to every machine of the cluster",
            )
        return encoder
