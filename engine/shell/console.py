"""What a person sees of an error: one line that says what to do next, never a traceback.

What nobody foresaw goes whole into a log file, and the line names that file.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from engine import config
from engine.errors import KindredError, UnconfirmedError
from engine.shell.table import plain

DONE = 0
WORLDS_FAULT = 1
WRONG_USAGE = 2
UNCONFIRMED = 3
INTERRUPTED = 130
READER_LEFT = 141

_log = logging.getLogger("engine.shell")


def exit_code(work: Callable[[], None]) -> int:
    """Do `work` and return the exit code, having told on stderr what went wrong.

    Returns
    -------
    int
        0 when done, 1 for the world's fault, 2 for wrong usage, 3 when it waits for a person's
        ``--yes``, 130 for Ctrl-C, and 141 when whoever read stdout has left, which needs no words.
    """
    try:
        work()
        sys.stdout.flush()
    except click.exceptions.Exit as end:  # after --help and its like
        return end.exit_code
    except click.UsageError as error:
        return tell_usage(error)
    except KindredError as error:
        code = tell(str(error))
        return UNCONFIRMED if isinstance(error, UnconfirmedError) else code
    except KeyboardInterrupt:
        tell("Stopped.")
        return INTERRUPTED
    except BrokenPipeError:
        leave_quietly()
        return READER_LEFT
    except Exception as error:  # noqa: BLE001 - the last one who can spare a person the traceback
        return tell(unforeseen(error))
    return DONE


def tell(sentence: str) -> int:
    """Write one line to stderr; return the code for the world's fault."""
    line = plain(sentence)
    print(line[:1].upper() + line[1:], file=sys.stderr)
    return WORLDS_FAULT


def tell_usage(error: click.UsageError) -> int:
    """Write how the command is used, and what is wrong; return the code for wrong usage."""
    if error.ctx is not None:
        print(error.ctx.get_usage(), file=sys.stderr)
        print(f"{error.ctx.command_path}: ", end="", file=sys.stderr)
    print(f"error: {plain(error.format_message())}", file=sys.stderr)
    return WRONG_USAGE


def unforeseen(error: Exception) -> str:
    """Log an error nobody foresaw, and return the sentence that stands for it."""
    reason = plain(error).rstrip(".") or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        reason = f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    if isinstance(error, MemoryError):
        reason = "the memory is full"
    path = log_error(error)
    return f"something unexpected went wrong: {reason}. The log with every detail: {path}."


def log_error(error: Exception) -> Path:
    """Append the traceback to a log file and return where that is."""
    _log.error("python -m engine %s", " ".join(sys.argv[1:]), exc_info=error)
    return log_path()


def log_path() -> Path:
    """Return the log file: in Kindred's home, or with the temporary files if that is closed."""
    folder = config.home()
    nearest = next(path for path in [folder, *folder.parents] if path.exists())
    if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
        import tempfile

        folder = Path(tempfile.gettempdir())
    return folder / "kindred.log"


def log_to_file() -> None:
    """Send warnings and the engine's log to a file, which is made when there is something to say.

    Libraries warn about what no person at a terminal can change; their words would stand between
    the results.
    """
    path = log_path()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's C++ side heeds only this
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # a log that cannot be written must not stop the work
    logging.basicConfig(handlers=[LazyFile(path)], level=logging.WARNING, force=True)


class LazyFile(logging.FileHandler):
    """A log file that makes its folder and itself with the first record."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, delay=True, encoding="utf-8", errors="backslashreplace")
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Write `record`, after making the folder if this is the first one."""
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        super().emit(record)


def leave_quietly() -> None:
    """Point stdout at nothing, so that Python's own last flush does not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
