"""Workers on Ray: the same rows as here, each photo once, whoever dies.

They need requirements-scale.txt, which is installed apart.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from engine.config import PROJECT
from engine.encoders import bundled_model
from engine.errors import KindredError, ModelError
from engine.locks import exclusive
from engine.rows import RayPool, make_rows, read_rows
from engine.rows.ray_session import scratch_folder
from tests.engine.storage.colour import ColourEncoder, draw_folder

pytestmark = pytest.mark.skipif(
    find_spec("ray") is None, reason="requirements-scale.txt is not installed"
)
MODEL = "kindred-fashion"
N_PHOTOS, SHARD = 23, 2


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-three photos, and a damaged one that comes last."""
    folder = draw_folder(tmp_path_factory.mktemp("ray") / "photos", N_PHOTOS)
    (folder / "damaged.jpg").write_bytes(b"\xff\xd8 no photo follows")
    return folder


@pytest.fixture(scope="module")
def embedding_of(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    """Path to embedding, made here."""
    rows = tmp_path_factory.mktemp("here") / "rows"
    make_rows(photos, model=bundled_model(MODEL), out=rows)
    return embeddings(rows)


def embeddings(rows: Path) -> dict[str, np.ndarray]:
    """Return path to embedding, and fail where a photo comes twice."""
    pairs = [
        (photo.path, embedding)
        for batch in read_rows(rows).batches()
        for photo, embedding in zip(batch.photos, batch.embeddings, strict=True)
    ]
    assert len(pairs) == len(dict(pairs))
    return dict(pairs)


def check_rows(rows: Path, embedding_of: dict[str, np.ndarray]) -> None:
    found = embeddings(rows)
    assert found.keys() == embedding_of.keys() and len(found) == N_PHOTOS
    assert min(found[path] @ embedding_of[path] for path in found) >= 0.9999
    [skipped] = [each for batch in read_rows(rows).batches() for each in batch.skipped]
    assert skipped.path == "damaged.jpg" and "damaged JPEG" in skipped.reason


def embed(photos: Path, rows: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "engine", "embed", photos, "--out", rows, "--model", MODEL]
    command += ["--shard-size", str(SHARD), "--json", "--ray", "local", "--workers", "1", *more]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def workers_of(program: int) -> Iterator[int]:
    """Yield Ray's workers among the descendants of a program."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            title = (stat.parent / "cmdline").read_bytes()
            if title.startswith(b"ray::MapWorker") and is_below(int(stat.parent.name), program):
                yield int(stat.parent.name)
        except OSError:  # it has ended
            continue


def is_below(pid: int, program: int) -> bool:
    while pid > 1 and pid != program:
        stat = Path(f"/proc/{pid}/stat").read_text()
        pid = int(stat.rpartition(")")[2].split()[1])
    return pid == program


def wait_for(condition, run: subprocess.Popen[bytes]):
    """Return what a condition gives, as soon as it gives anything."""
    while not (found := condition()):
        assert run.poll() is None, run.communicate()[1].decode()
        time.sleep(0.02)
    return found


def test_a_killed_worker_loses_no_photo_and_doubles_none(tmp_path, photos, embedding_of):
    """Of two workers one is held still from its birth, so that its shard is not done when it dies.

    By then the other one has finished some.
    """
    rows = tmp_path / "rows"
    run = embed(photos, rows, "--workers", "2")
    held = wait_for(lambda: next(workers_of(run.pid), None), run)
    os.kill(held, signal.SIGSTOP)
    wait_for(lambda: [*rows.glob("*.parquet")], run)
    assert not (rows / "_rows.json").exists()
    os.kill(held, signal.SIGKILL)
    answer, said = run.communicate()
    assert run.returncode == 0, said.decode()
    assert json.loads(answer)["photos"] == N_PHOTOS  # Ray told of the death, but not on stdout
    check_rows(rows, embedding_of)


def test_a_killed_program_goes_on_where_it_was_and_leaves_no_worker(tmp_path, photos, embedding_of):
    rows = tmp_path / "rows"
    run = embed(photos, rows)
    [worker] = wait_for(lambda: [*workers_of(run.pid)], run)
    wait_for(lambda: len([*rows.glob("*.parquet")]) > 1, run)
    run.kill()
    run.communicate()
    kept = {path.name: path.stat().st_mtime_ns for path in rows.glob("*.parquet")}
    while Path(f"/proc/{worker}").exists():  # they notice that it is gone
        time.sleep(0.1)
    report = make_rows(photos, model=bundled_model(MODEL), out=rows, shard_photos=SHARD)
    assert report.n_reused >= SHARD * (len(kept) - 1) > 0
    assert all((rows / name).stat().st_mtime_ns == then for name, then in kept.items())
    check_rows(rows, embedding_of)


def test_a_worker_that_dies_each_time_ends_the_run_with_a_sentence(tmp_path, photos):
    """As on a machine without the memory for it: every worker is killed as soon as it is there."""
    run = embed(photos, tmp_path / "rows")
    while run.poll() is None:
        for worker in workers_of(run.pid):
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        time.sleep(0.02)
    answer, said = run.communicate()
    assert (run.returncode, answer) == (1, b"")
    assert b"Traceback" not in said and b"The workers cannot go on" in said
    assert not (tmp_path / "rows/_rows.json").exists()


def test_settings_that_would_wait_for_ever_are_refused_in_one_sentence(tmp_path, photos):
    """A worker needs all its threads on one machine."""
    n_most = os.cpu_count() or 1
    sentence = f"{n_most + 1} workers of 1 threads have no place on {n_most} processors"
    with pytest.raises(KindredError, match=re.escape(sentence)):
        list_of(RayPool("local", n_most + 1), tmp_path, photos)
    with pytest.raises(KindredError, match="Give each fewer threads"):
        list_of(RayPool("local", None, n_most + 1), tmp_path, photos)


def list_of(pool: RayPool, tmp_path: Path, photos: Path) -> None:
    make_rows(photos, model=bundled_model(MODEL), out=tmp_path / "rows", pool=pool)


def test_what_a_killed_program_left_among_temporary_files_goes_with_the_next(tmp_path, monkeypatch):
    """One is a program's that lives, one a dead one's, and one was made this moment."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    long_ago = time.time() - 3600
    for name in ("alive", "dead", "new"):
        lock = tmp_path / f"kindred-ray-{name}" / "lock"
        lock.parent.mkdir()
        lock.touch()
        if name != "new":
            os.utime(lock, (long_ago, long_ago))
    with exclusive(tmp_path / "kindred-ray-alive" / "lock"):
        os.utime(tmp_path / "kindred-ray-alive" / "lock", (long_ago, long_ago))
        with scratch_folder() as scratch:
            assert Path(scratch).parent == tmp_path
            left = {path.name for path in tmp_path.iterdir()} - {Path(scratch).name}
    assert left == {"kindred-ray-alive", "kindred-ray-new"}


def test_a_cluster_that_is_not_there_and_a_model_without_a_folder_are_told(tmp_path, photos):
    with pytest.raises(KindredError, match="Ray cannot be reached"):
        RayPool("127.0.0.1:1")
    with pytest.raises(KindredError, match="Ray cannot be reached"):
        RayPool("somewhere")
    with pytest.raises(ModelError, match="without a folder"):
        make_rows(photos, model=ColourEncoder(), out=tmp_path / "rows", pool=RayPool())


def test_what_is_wrong_in_a_worker_is_told_here(tmp_path, photos):
    """The model loads here; then its photo side goes, before the worker loads it."""
    model = tmp_path / "model"
    shutil.copytree(bundled_model(MODEL), model)

    def pool(*given):
        (model / "photo.onnx").unlink()
        return RayPool(n_workers=1)(*given)

    with pytest.raises(KindredError, match="a file of the model is missing"):
        make_rows(photos, model=model, out=tmp_path / "rows", pool=pool)


def test_nothing_of_ray_leaves_the_machine_or_stays_on_it(tmp_path, photos):
    """Its own reports are off, and so is its question to the web which cloud it is in.

    It listens on the loopback address alone, and neither the home folder nor the one for temporary
    files has anything of it afterwards.
    """
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    home, trace, temporary = tmp_path / "home", tmp_path / "trace", Path(tempfile.mkdtemp())
    home.mkdir()
    command = [strace, "-f", "-qq", "-e", "trace=connect,bind,sendto", "-o", trace]
    command += [sys.executable, "-m", "engine", "embed", photos, "--out", tmp_path / "rows"]
    command += ["--model", MODEL, "--ray", "local", "--workers", "1"]
    inside = {**os.environ, "HOME": str(home), "TMPDIR": str(temporary)}
    inside.pop("RAY_AUTH_TOKEN", None)
    subprocess.run(command, cwd=PROJECT, env=inside, check=True, capture_output=True)
    lines = trace.read_text(errors="replace").splitlines()
    spoken = [line for line in lines if "sin_addr" in line or "sin6_addr" in line]
    assert any("127.0.0.1" in line for line in spoken)
    own = re.compile(r'"(::ffff:)?127\.0\.0\.1"|"::1"')
    assert not [line for line in spoken if not own.search(line)]
    assert [*home.iterdir()] == [*temporary.iterdir()] == []
    temporary.rmdir()
