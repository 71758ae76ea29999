"""The app's log: one JSON object a line, rotated, a file for each program over a home.

It says what happened and how long it took, never what was asked nor the words of an error nobody
foresaw, which may repeat it: only `KINDRED_LOG_QUERIES=1` adds both.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import traceback
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from engine import config

QUERIES = "KINDRED_LOG_QUERIES"
MAX_BYTES, N_KEPT = 10 * 2**20, 5
EVENTS = logging.getLogger("kindred.app")
_OTHERS = ("pages", "engine", "streamlit")  # their warnings and errors are written too


def logs_queries() -> bool:
    """Tell whether whoever runs the app wants to read what is asked."""
    return os.environ.get(QUERIES) == "1"


def note(event: str, **fields: Any) -> None:
    """Write that something happened, with plain values."""
    EVENTS.info(event, extra={"fields": fields})


def open_log(port: int) -> Path:
    """Begin to write, at most 60 MB of it; return the file, which is this program's own.

    Parameters
    ----------
    port
        Where the program listens: with the machine's name it tells programs over a home apart.
    """
    folder = config.home() / "logs"
    file = folder / f"app-{socket.gethostname()}-{port}.jsonl"
    writer = _Writer(file, maxBytes=MAX_BYTES, backupCount=N_KEPT, encoding="utf-8", delay=True)
    writer.setFormatter(JsonLine())
    EVENTS.setLevel(logging.INFO)
    EVENTS.propagate = False
    for name in (EVENTS.name, *_OTHERS):
        logger = logging.getLogger(name)
        for before in [each for each in logger.handlers if isinstance(each, _Writer)]:
            logger.removeHandler(before)
        logger.addHandler(writer)
    return file


class _Writer(RotatingFileHandler):
    """Makes its folder with the first line; what cannot be written is told on standard error."""

    def _open(self) -> Any:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        return super()._open()


class JsonLine(logging.Formatter):
    """A record as one JSON object: time, level, what happened, and its values."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "program": record.process,
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.name != EVENTS.name:
            line["logger"] = record.name
        if record.exc_info and (error := record.exc_info[1]) is not None:
            line["error"] = type(error).__name__
            line["where"] = [
                f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(error.__traceback__)
            ]
            if logs_queries():
                line["words"] = str(error)
        return json.dumps(line, ensure_ascii=False, default=str)
