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


def resident_bytes(kind: str = "VmRSS") -> int:
    """Return the memory in use now; where the system does not tell, the most there ever was.

    Of it ``RssFile`` are pages of mapped files, which the system takes back when it needs them.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        if kind != "VmRSS":
            return 0
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    (line,) = [line for line in status.splitlines() if line.startswith(f"{kind}:")]
    return int(line.split()[1]) * 1024


def main(collection: Path, model: Path) -> None:
    encoder = load_encoder(model)
    words = encoder.tokenizer.frequent(N_QUERIES)
    encoder.embed_texts(words[:1])
    before, mapped = resident_bytes(), resident_bytes("RssFile")
    begin, cpu, all_cpu = time.perf_counter(), time.thread_time(), time.process_time()
    engine = SearchEngine(Collection.open(collection), encoder)
    opened = time.perf_counter() - begin
    engine.search(words[0])
    answered, cpu = time.perf_counter() - begin, time.thread_time() - cpu
    # Another thread reads the files' bytes meanwhile, to tell whether they are what was written.
    all_cpu = time.process_time() - all_cpu
    for word in words:
        engine.search(word)
    told = {
        "bytes": resident_bytes() - before,
        "mapped": resident_bytes("RssFile") - mapped,
        "opened": opened,
        "answered": answered,
        "cpu": cpu,
        "all_cpu": all_cpu,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
