"""Jobs: they queue, run, end in a true state, and survive whoever started them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.errors import JobError
from engine.jobs import (
    JobState,
    Wait,
    confirm_job,
    find_job,
    forget_job,
    jobs,
    line_for,
    progress_writer,
    start_job,
    stop_job,
)
from engine.jobs import job_control as control
from engine.jobs.job_folder import Job, create_job, load_jobs
from engine.jobs.job_state import birth_of, wait_of
from engine.jobs.queue import waits_for
from engine.jobs.runner import runner_lives
from engine.progress import Progress, ProgressFile

PATIENCE_SECONDS = 600.0  # for a machine that is busy with something else
REPORT_TWICE = """
import time
from engine.jobs import progress_writer
from engine.progress import Progress, ProgressFile
report = progress_writer()
report(Progress("embedding photos", 1, 5, 1.0))
time.sleep(600)
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    for job in load_jobs(tmp_path):
        if job.ending() is None:
            stop_job(job.job_id, home=tmp_path)
    wait_until(lambda: not runner_lives(tmp_path))


def wait_until(is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < give_up, "it never came about"
        time.sleep(0.02)


def start_python(script: str, home: Path, kind: str = "index") -> str:
    """Start a job that runs a script; the kind and its arguments reach it as sys.argv."""
    return start_job(kind, [], home=home, program=[sys.executable, "-c", script]).job_id


def wait_for(job_id: str, home: Path, *states: str) -> JobState:
    wait_until(lambda: find_job(job_id, home=home).state in states)
    return find_job(job_id, home=home)


def child_of(job_id: str, home: Path) -> int:
    pid = next(job.pid for job in load_jobs(home) if job.job_id == job_id)
    assert pid is not None
    return pid


def runner_pid(home: Path) -> int:
    """Return the number of the runner that took the lock last."""
    return int((home / "jobs" / ".runner").read_text().removeprefix("pid ") or 0)


def test_a_command_that_prints_one_json_object_finishes_with_it_as_its_result(home):
    job_id = start_python("print('{\"indexed\": 3}')", home)
    state = wait_for(job_id, home, "finished", "failed", "crashed")
    assert (state.state, state.result, state.error) == ("finished", {"indexed": 3}, None)
    assert state.started is not None and state.ended is not None
    assert state.created <= state.started <= state.ended


def test_a_command_that_prints_plain_text_finishes_without_a_result(home):
    state = wait_for(start_python("print('done')", home), home, "finished", "failed", "crashed")
    assert (state.state, state.result) == ("finished", None)


def test_a_command_that_exits_with_1_failed_and_its_last_line_says_why(home):
    script = "import sys; print('noise', file=sys.stderr); sys.exit('no such folder: x.')"
    state = wait_for(start_python(script, home), home, "finished", "failed", "crashed")
    assert (state.state, state.error) == ("failed", "no such folder: x.")
    assert state.log_tail == "noise\nno such folder: x."


def test_a_command_that_stops_to_ask_begins_again_with_a_yes(home):
    """Exit code 3 is a question; the same command then gets --yes and may end well."""
    script = "import sys; sys.exit(0 if '--yes' in sys.argv else 'Half is gone.' and 3)"
    asking = wait_for(start_python(script, home), home, "failed")
    assert asking.asks
    again = confirm_job(asking.job_id, home=home)
    assert not wait_for(again.job_id, home, "finished").asks
    assert [job.job_id for job in jobs(home)] == [again.job_id]
    with pytest.raises(JobError, match="asks nothing"):
        confirm_job(again.job_id, home=home)


def test_a_command_that_is_not_there_failed(home):
    job = start_job("index", [], home=home, program=["/no/such/program"])
    state = wait_for(job.job_id, home, "finished", "failed", "crashed")
    assert state.state == "failed"
    assert "No such file" in (state.error or "")


def test_a_killed_command_crashed_and_says_by_what(home):
    job_id = start_python("import time; time.sleep(600)", home)
    wait_for(job_id, home, "running")
    os.kill(child_of(job_id, home), signal.SIGKILL)
    state = wait_for(job_id, home, "crashed", "failed")
    assert state.state == "crashed"
    assert "SIGKILL" in (state.error or "")


def test_progress_reaches_the_reader_with_the_seconds_left(home):
    """1 of 5 units in 1.0 s: a second each, so 4.0 s are left, less what has passed since."""
    job_id = start_python(REPORT_TWICE, home)
    wait_until(lambda: find_job(job_id, home=home).progress is not None)
    state = find_job(job_id, home=home)
    assert state.progress == Progress("embedding photos", 1, 5, 1.0)
    assert state.seconds_left is not None and 0.0 <= state.seconds_left <= 4.0


def test_jobs_run_one_at_a_time_in_the_order_they_were_added(home):
    """Each job notes when it begins and ends; with no overlap the six marks are in order."""
    marks, gate = home / "marks", home / "gate"
    script = (
        "import os, sys, time\n"
        f"file = open({str(marks)!r}, 'a', buffering=1)\n"
        "file.write(f'{sys.argv[1]} begins\\n')\n"
        f"while not os.path.exists({str(gate)!r}): time.sleep(0.01)\n"
        "time.sleep(0.1); file.write(f'{sys.argv[1]} ends\\n')"
    )
    ids = [start_python(script, home, kind) for kind in ("one", "two", "three")]
    states = {find_job(job_id, home=home).state for job_id in ids[1:]}
    assert states == {"queued"}
    gate.touch()
    wait_for(ids[-1], home, "finished")
    expected = [f"{kind} {edge}" for kind in ("one", "two", "three") for edge in ("begins", "ends")]
    assert marks.read_text().splitlines() == expected


def test_the_newest_job_is_listed_first(home):
    ids = [start_python("pass", home) for _ in range(3)]
    assert [state.job_id for state in jobs(home)] == ids[::-1]


def test_a_running_job_stops_when_asked_and_so_does_all_it_started(home):
    script = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    job_id = start_python(script, home)
    output = home / "jobs" / job_id / "output.txt"
    wait_until(lambda: output.exists() and output.read_text().endswith("\n"))
    grandchild = int(output.read_text())
    assert birth_of(grandchild) is not None
    stop_job(job_id, home=home)
    assert wait_for(job_id, home, "stopped", "crashed", "failed").state == "stopped"
    wait_until(lambda: birth_of(grandchild) is None)


def test_a_job_that_will_not_stop_is_killed_after_the_grace_time(home):
    script = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf'); time.sleep(600)"
    )
    job_id = start_python(script, home)
    wait_until(lambda: find_job(job_id, home=home).state == "running")
    output = home / "jobs" / job_id / "output.txt"
    wait_until(lambda: "deaf" in output.read_text())
    asked = time.monotonic()
    stop_job(job_id, home=home)
    assert wait_for(job_id, home, "stopped", "crashed", "failed").state == "stopped"
    assert time.monotonic() - asked >= 4.5


def test_a_queued_job_that_is_stopped_never_begins(home):
    first = start_python("import time; time.sleep(600)", home)
    second = start_python(f"open({str(home / 'ran')!r}, 'w')", home)
    wait_for(first, home, "running")
    stop_job(second, home=home)
    assert find_job(second, home=home).state == "stopped"
    stop_job(first, home=home)
    wait_for(first, home, "stopped")
    wait_until(lambda: not runner_lives(home))
    assert not (home / "ran").exists()


def test_a_job_outlives_the_program_that_started_it(home):
    """A server starts a job and is killed; the job goes on and finishes."""
    gate = home / "gate"
    waiting = (
        f"import os, time\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)\nprint('{{}}')"
    )
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom engine.jobs import start_job\n"
        f"job = start_job('index', [], home=Path({str(home)!r}), program=[sys.executable, '-c',"
        f"{waiting!r}])\n"
        "print(job.job_id, flush=True); time.sleep(600)"
    )
    server = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    job_id = server.stdout.readline().strip()
    wait_until(lambda: find_job(job_id, home=home).state == "running")
    server.kill()
    server.wait()
    server.stdout.close()
    assert find_job(job_id, home=home).state == "running"
    gate.touch()
    assert wait_for(job_id, home, "finished", "crashed", "failed").state == "finished"


def test_a_child_whose_runner_was_killed_is_watched_by_the_next_and_the_queue_goes_on(home):
    gate = home / "gate"
    script = (
        "import os, time\n"
        f"while not os.path.exists({str(gate)!r}): time.sleep(0.01)\n"
        "print('{\"n\": 1}')"
    )
    first = start_python(script, home)
    second = start_python("print('{\"n\": 2}')", home)
    wait_for(first, home, "running")
    killed = runner_pid(home)
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: birth_of(killed) is None)
    # Looking starts a new runner, should none of those that found the lock taken be left over.
    wait_until(lambda: find_job(first, home=home).state == "running" and runner_lives(home))
    wait_until(lambda: runner_pid(home) != killed)
    assert find_job(second, home=home).state == "queued"
    gate.touch()
    assert wait_for(second, home, "finished", "crashed", "failed").result == {"n": 2}
    assert find_job(first, home=home).result == {"n": 1}


def begun_by(home: Path, pid: int, birth: str | None) -> Job:
    return create_job("index", "index", ["true"], home=home).begun(pid, birth)


def test_a_dead_childs_job_crashed_even_when_its_number_was_given_to_another_program(home):
    """The number is our own, which is alive; the birth is not ours, so it is another's child."""
    job = begun_by(home, os.getpid(), "another boot 1234")
    assert find_job(job.job_id, home=home).state == "crashed"
    wait_until(lambda: job.ending() is not None)
    assert birth_of(os.getpid()) is not None  # nobody sent us a signal meant for the dead


def test_a_living_childs_job_is_running_whoever_asks(home):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    job = begun_by(home, child.pid, birth_of(child.pid))
    assert find_job(job.job_id, home=home).state == "running"
    child.kill()
    child.wait()
    assert wait_for(job.job_id, home, "crashed").state == "crashed"


def test_a_dead_childs_unfinished_folder_is_stopped_when_that_was_asked(home):
    job = begun_by(home, 2**22 + 1, "boot 1")
    job.ask_to_stop()
    assert find_job(job.job_id, home=home).state == "stopped"


def test_a_job_waiting_without_a_runner_begins_when_somebody_looks(home):
    job = create_job("index", "index", [sys.executable, "-c", "print('{}')"], home=home)
    assert not runner_lives(home)
    assert [state.state for state in jobs(home)] == ["queued"]
    assert wait_for(job.job_id, home, "finished", "failed", "crashed").state == "finished"


def test_looking_again_and_again_starts_one_runner(home, monkeypatch):
    started = []
    monkeypatch.setattr(control, "start_runner", started.append)
    create_job("index", "index", ["true"], home=home).save()
    for _ in range(5):
        jobs(home)
    assert started == [home]
    monkeypatch.setattr(control, "_START_SECONDS", 0.0)
    jobs(home)
    assert started == [home, home]


@pytest.mark.parametrize("job_id", ["", "..", "../jobs", "20250101-000000-0123456789", "a/b"])
def test_an_id_that_names_no_job_is_refused(home, job_id):
    for ask in (find_job, stop_job, forget_job):
        with pytest.raises(JobError, match="no such job"):
            ask(job_id, home=home)


def test_a_job_is_forgotten_only_when_it_is_over(home):
    job_id = start_python("import time; time.sleep(600)", home)
    wait_for(job_id, home, "running")
    with pytest.raises(JobError, match="not over"):
        forget_job(job_id, home=home)
    stop_job(job_id, home=home)
    wait_for(job_id, home, "stopped")
    forget_job(job_id, home=home)
    assert jobs(home) == []
    assert not (home / "jobs" / job_id).exists()


def test_a_half_written_or_foreign_folder_among_the_jobs_is_no_job(home):
    (home / "jobs" / "20250101-000000-0123456789").mkdir(parents=True)
    (home / "jobs" / "notes").mkdir()
    (home / "jobs" / "20250101-000000-abcdef0123").mkdir()
    (home / "jobs" / "20250101-000000-abcdef0123" / "job.json").write_text("{")
    assert jobs(home) == []


def test_a_log_shows_the_last_state_of_a_line_drawn_over_itself(home):
    job = create_job("index", "index", ["true"], home=home)
    (job.folder / "log.txt").write_bytes(b"first\n 10 %\r 20 %\r 30 %\r\nlast\n\n")
    assert job.log_tail() == "first\n 30 %\nlast"
    assert job.log_tail(n_lines=1) == "last"
    job.end("finished", exit_code=0)


def test_a_writer_lets_through_the_first_and_last_report_of_each_step(tmp_path):
    """Reports that follow at once are dropped, except at a step's edges."""
    path = tmp_path / "progress.json"
    report = ProgressFile(path)
    seen = []
    for done in (0, 1, 2, 3):
        report(Progress("embedding", done, 3, 0.1))
        seen.append(json.loads(path.read_text())["done"])
    report(Progress("indexing", 0, 9, 0.0))
    seen.append(json.loads(path.read_text())["done"])
    assert seen == [0, 0, 0, 3, 0]


def test_without_a_job_reports_go_nowhere(tmp_path, monkeypatch):
    monkeypatch.delenv("KINDRED_PROGRESS_FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    progress_writer()(Progress("embedding", 1, 3, 0.1))
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_cannot_be_written_is_one_clear_sentence(tmp_path):
    (tmp_path / "jobs").write_text("a file in the way")
    with pytest.raises(JobError, match="cannot be written"):
        start_job("index", [], home=tmp_path)


# Two lanes


WAIT_FOR_GATE = """
import os, sys, time
while not os.path.exists(sys.argv[1]): time.sleep(0.01)
"""


def start_gated(
    home: Path, gate: Path, lane: str, *, on: Path | None = None, title: str = ""
) -> str:
    """Start a job that ends when a file is there; its kind is that file's path."""
    program = [sys.executable, "-c", WAIT_FOR_GATE]
    job = start_job(str(gate), [], home=home, program=program, lane=lane, on=on, title=title)
    return job.job_id


def test_short_work_does_not_wait_behind_long_and_long_waits_behind_long(home):
    gate = home / "gate"
    training = start_gated(home, gate, "long", title="Train shoes")
    again = start_gated(home, gate, "long", title="Train boots")
    wait_for(training, home, "running")
    assert wait_for(start_python("print('{}')", home), home, "finished").state == "finished"
    waiting = find_job(again, home=home)
    assert (waiting.state, waiting.wait) == ("queued", Wait(("Train shoes",), None))
    gate.touch()
    wait_for(again, home, "finished")


def test_a_long_job_leaves_the_processor_to_short_ones(home):
    """Five steps nicer than the program that runs it, once it is told to be at work."""
    gate = home / "gate"
    script = (
        f"import os, time\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)\n"
        "print(os.nice(0) - os.getpriority(os.PRIO_PROCESS, os.getppid()))"
    )
    program = [sys.executable, "-c", script]
    job_id = start_job("train", [], home=home, program=program, lane="long").job_id
    wait_for(job_id, home, "running")
    gate.touch()
    wait_for(job_id, home, "finished")
    assert (home / "jobs" / job_id / "output.txt").read_text() == "5\n"


def test_jobs_on_one_folder_do_not_run_at_once_whatever_their_lanes(home):
    """A long job is at work on a folder: a short one on it waits, one on another does not."""
    gate, folder = home / "gate", home / "shoes"
    promotion = start_gated(home, gate, "long", on=folder, title="Promote")
    wait_for(promotion, home, "running")
    update = start_gated(home, gate, "short", on=folder)
    other = start_gated(home, gate, "short", on=home / "boots")
    wait_for(other, home, "running")
    waiting = find_job(update, home=home).wait
    assert waiting is not None and waiting.behind[0] == "Promote"
    gate.touch()
    for job_id in (update, other):
        wait_for(job_id, home, "finished")


def queued(lane: str, created: float, **more: object) -> Job:
    return Job(Path(f"{created:g}"), "index", f"Job {created:g}", (), created, lane=lane, **more)


def test_a_short_job_that_turned_out_long_holds_up_nobody_after_a_minute():
    """Begun at 0: at 59 s the next still waits for it, at 61 s no more."""
    first = queued("short", 1, started=0.0, pid=1)
    second = queued("short", 2)
    assert waits_for(second, [first, second], now=59.0) == [first]
    assert waits_for(second, [first, second], now=61.0) == []


def test_never_do_more_than_three_jobs_run_at_once():
    """A long one and two overdue short ones are at work: a further short one waits for them."""
    at_work = [queued("long", 1, started=0.0, pid=1)]
    at_work += [queued("short", n, started=0.0, pid=n) for n in (2, 3)]
    further = queued("short", 4)
    assert waits_for(further, [*at_work[:2], further], now=100.0) == []
    assert waits_for(further, [*at_work, further], now=100.0) == at_work


def test_a_waiting_job_is_told_how_long_all_before_it_take_together(home):
    """Two long jobs of 100 s and 20 s before the third: 120 s. One of unknown length: unknown."""
    for title, seconds in (("one", 100.0), ("two", 20.0), ("three", None)):
        create_job("train", title, ["true"], home=home, lane="long", expected_seconds=seconds)
    one, two, three = load_jobs(home)
    assert wait_of(three, [one, two, three]) == Wait(("one", "two"), 120.0)
    newcomer = line_for("long", home=home)
    assert newcomer == Wait(("one", "two", "three"), None)
    assert line_for("short", home=home) is None
    for job in (one, two, three):
        job.end("stopped")


def test_what_watches_holds_up_nobody_and_waits_for_nobody():
    """On the very folder that it watches, others work; three of them are no three at work."""
    watching = [
        job("watch", created=n, started=9, pid=n, lane="watch", on="/shop") for n in (1, 2, 3)
    ]
    update = job("update", created=5, on="/shop")
    assert waits_for(update, [*watching, update]) == []
    late = job("watch", created=6, lane="watch", on="/shop")
    at_work = job("update", created=5, started=6, pid=7, on="/shop")
    assert waits_for(late, [at_work, late]) == []


def job(kind: str, *, created: float, **fields) -> Job:
    return Job(Path(f"{kind}-{created}"), kind, kind, (), created=created, **fields)


def test_a_watch_that_was_lost_with_the_machine_is_begun_again(home: Path):
    """As after a power cut: neither runner nor child live, and nobody asked it to stop."""
    script = "import time; time.sleep(600)"
    lost = create_job("watch", "Watch", [sys.executable, "-c", script], home=home, lane="watch")
    lost.begun(2**22 + 1, "another birth")  # a number that no program of Linux has
    over = create_job("update", "Update", [sys.executable, "-c", script], home=home)
    over.begun(2**22 + 2, "another birth")
    jobs(home)
    wait_for(over.job_id, home, "crashed")
    wait_until(lambda: child_of(lost.job_id, home) != 2**22 + 1)
    assert wait_for(lost.job_id, home, "running").is_over is False
    stop_job(lost.job_id, home=home)
    wait_for(lost.job_id, home, "stopped")
