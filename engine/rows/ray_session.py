"""Ray started for one program alone, or a cluster joined; and left, with nothing left behind."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.config import SILENCE
from engine.errors import KindredError, optional_library
from engine.lazy import hushed
from engine.locks import exclusive, holder
from engine.rows.rows_folder import REQUIREMENTS

LOCAL = "local"
_SCRATCH, _LOCK = "kindred-ray-", "lock"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LOG = logging.getLogger(__name__)
_PATIENCE_SECONDS = 20.0


def check_ray(address: str) -> None:
    """Raise where Ray is not installed, or a cluster is not there.

    Raises
    ------
    KindredError
        It says how to install it, or how an address looks.
    """
    os.environ.update(SILENCE, RAY_BACKEND_LOG_LEVEL="fatal")
    if address == LOCAL:
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))  # Ray reads it once
    with optional_library("Ray", REQUIREMENTS):
        import ray.data  # noqa: F401
    if address != LOCAL:
        _check_reachable(address)


def processors_here() -> int:
    """Return how many processors this machine has."""
    return os.cpu_count() or 1


@contextmanager
def connected(address: str) -> Iterator[None]:
    """Start Ray here, or join a cluster; leave it, and nothing behind, when the block ends."""
    import ray.data

    _keep_logs()
    ray.data.DataContext.get_current().enable_progress_bars = False
    with scratch_folder() as scratch:
        try:
            with hushed(), _kept_private(address):
                here = {"num_cpus": processors_here(), "include_dashboard": False}
                alone = {**here, "_temp_dir": scratch} if address == LOCAL else {}
                ray.init(address, configure_logging=False, log_to_driver=False, **alone)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise _unreachable(address, error) from error
        try:
            yield
        except ray.exceptions.RayError as error:
            raise KindredError(
                f"the workers cannot go on ({_first_line(error)})",
                value=address,
                remedy="Run the same command again: what is there is not embedded again. If it "
                "stays so, see whether the machine has memory for so many workers",
            ) from error
        finally:
            ray.shutdown()


@contextmanager
def scratch_folder() -> Iterator[str]:
    """Give Ray a folder for its logs and sockets, and remove those of programs that were killed.

    It cannot lie in Kindred's home: the path of a socket has a hundred characters at most.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*"):
        with suppress(OSError):
            facts = (left / _LOCK).stat()
            age = time.time() - facts.st_mtime
            is_ours = facts.st_uid == os.getuid()
            # One that was made this moment may be locked in the next.
            if is_ours and age > _PATIENCE_SECONDS and holder(left / _LOCK) is None:
                shutil.rmtree(left, ignore_errors=True)
    made = tempfile.TemporaryDirectory(prefix=_SCRATCH, ignore_cleanup_errors=True)
    with made as scratch, exclusive(Path(scratch, _LOCK)):
        yield scratch


@contextmanager
def _kept_private(address: str) -> Iterator[None]:
    """Let Ray start for this program alone, on the loopback address, asking nobody else.

    Its API server is not started, not even without the dashboard: whatever is switched off, it asks
    the web which cloud it is in. No setting keeps it, nor the other addresses of the machine, away.
    """
    from ray._private import ray_constants, services

    kept = ray_constants.ENABLE_RAY_CLUSTER, services.start_api_server
    if address == LOCAL or address.rpartition(":")[0] in _LOOPBACK:
        ray_constants.ENABLE_RAY_CLUSTER = False
        os.environ[ray_constants.ENABLE_RAY_CLUSTERS_ENV_VAR] = "0"  # for the programs it starts
    services.start_api_server = lambda *_, **__: ("", None)
    try:
        yield
    finally:
        ray_constants.ENABLE_RAY_CLUSTER, services.start_api_server = kept
        os.environ.pop(ray_constants.ENABLE_RAY_CLUSTERS_ENV_VAR, None)


def _check_reachable(address: str) -> None:
    """Knock once: Ray itself would try for two minutes."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=_PATIENCE_SECONDS):
            pass
    except (OSError, ValueError) as error:
        raise _unreachable(address, error) from error


def _unreachable(address: str, error: Exception) -> KindredError:
    if address == LOCAL:
        return KindredError(
            f"Ray cannot be started ({_first_line(error)})",
            remedy="Embed without --ray, or see whether the machine has memory and disk for it",
        )
    return KindredError(
        f"Ray cannot be reached ({_first_line(error)})",
        value=address,
        remedy="Name the address of a cluster's head, such as 10.0.0.5:6379, or 'local'",
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200].rstrip(".:")


def _keep_logs() -> None:
    """Send what Ray says to our own log: on stdout it would stand between results."""
    import ray._private.worker as worker
    import ray.data._internal.logging as data_logging

    worker.print_to_stdstream = lambda told, **_: _LOG.warning("%s", told.get("lines"))
    ours = {"level": "WARNING", "handlers": [], "propagate": True}
    data_logging.DEFAULT_CONFIG["loggers"] = {"ray.data": ours}
    data_logging.configure_logging()
    logging.getLogger("ray").propagate = True
