"""Locks: one holder, any number of lookers, and nothing left of a program that was killed."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from engine.config import PROJECT
from engine.locks import LockHeldError, ReaderMark, exclusive, has_readers, holder


def test_a_second_holder_is_refused_and_told_who_the_first_is(tmp_path):
    with (
        exclusive(tmp_path / "lock"),
        pytest.raises(LockHeldError, match=f"pid {os.getpid()}"),
        exclusive(tmp_path / "lock"),
    ):
        pass


def test_a_lock_is_free_again_after_its_block_even_when_that_failed(tmp_path):
    with pytest.raises(KeyError), exclusive(tmp_path / "lock"):
        raise KeyError
    assert holder(tmp_path / "lock") is None


def test_a_lock_ends_with_the_program_that_was_killed(tmp_path):
    script = (
        "import time\nfrom pathlib import Path\nfrom engine.locks import exclusive\n"
        f"with exclusive(Path({str(tmp_path / 'lock')!r})):\n"
        "    print('held', flush=True); time.sleep(600)"
    )
    program = subprocess.Popen(
        [sys.executable, "-c", script], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "held\n"
    assert holder(tmp_path / "lock") == f"pid {program.pid}"
    program.kill()
    program.wait()
    program.stdout.close()
    assert holder(tmp_path / "lock") is None
    with exclusive(tmp_path / "lock"):
        assert holder(tmp_path / "lock") == f"pid {os.getpid()}"


def test_somebody_who_looks_for_long_is_waited_for_and_not_taken_for_a_holder(tmp_path):
    """A looker on a busy machine: it shares the lock for a second before it goes on."""
    path = tmp_path / "lock"
    path.touch()
    looker = os.open(path, os.O_RDONLY)
    fcntl.flock(looker, fcntl.LOCK_SH)
    begin = time.monotonic()
    threading.Timer(1.0, os.close, [looker]).start()
    with exclusive(path):
        assert time.monotonic() - begin > 0.9


def test_many_who_want_a_lock_at_once_get_it_one_at_a_time_while_others_look(tmp_path):
    """Four threads take it 25 times each; a counter that is read and written loses nothing."""
    path, counted, is_over = tmp_path / "lock", [0], threading.Event()

    def count_up() -> None:
        for _ in range(25):
            while not count_once():
                time.sleep(0.001)

    def count_once() -> bool:
        try:
            with exclusive(path):
                seen = counted[0]
                time.sleep(0.0005)
                counted[0] = seen + 1
            return True
        except LockHeldError:
            return False

    def look() -> None:
        while not is_over.is_set():
            holder(path)

    looker = threading.Thread(target=look)
    counters = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in (looker, *counters):
        thread.start()
    for thread in counters:
        thread.join()
    is_over.set()
    looker.join()
    assert counted == [100]


def test_a_lock_that_nobody_ever_made_is_held_by_nobody(tmp_path):
    assert holder(tmp_path / "lock") is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_has_readers_until_the_last_one_closes(tmp_path: Path):
    first, second = ReaderMark(tmp_path), ReaderMark(tmp_path)
    first.close()
    assert has_readers(tmp_path)
    second.close()
    second.close()
    assert not has_readers(tmp_path)
