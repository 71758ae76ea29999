"""Print what opening a collection and answering from it costs a program: bytes and seconds."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from engine.encoders import load_encoder
from engine.search import SearchEngine
from engine.storage import Collection

N_QUERIES = 200


def resident_bytes() -> int:
    """Return the memory in use now; where the system does not tell, the most there ever was."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) * 1024


def main(collection: Path, model: Path) -> None:
    encoder = load_encoder(model)
    words = encoder.tokenizer.frequent(N_QUERIES)
    encoder.embed_texts(words[:1])
    before = resident_bytes()
    begin = time.perf_counter()
    engine = SearchEngine(Collection.open(collection), encoder)
    opened = time.perf_counter() - begin
    engine.search(words[0])
    answered = time.perf_counter() - begin
    for word in words:
        engine.search(word)
    grown = resident_bytes() - before
    print(json.dumps({"bytes": grown, "opened": opened, "answered": answered}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
