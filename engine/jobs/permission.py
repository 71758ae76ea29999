"""Which role a job asks for, by its command: what an editor may have done, and all else."""

from __future__ import annotations

import os
from collections.abc import Sequence

from engine import config
from engine.access import Role, is_below, require, require_folder

# Of these commands an editor may use these options, on collections of this home alone.
_EDITOR = {
    "index": {"captions", "column", "json", "model", "name", "out"},
    "update": {"json", "yes"},
    "check": {"json", "repair", "yes"},
    "watch": {"json"},
    "map": {
        *("again", "centred", "iterations", "json", "limit", "method", "metric"),
        *("perplexity", "seed", "what"),
    },
}
# Commands that read where their words and these options say.
_READS = {"index": {"captions"}, "compare": {"captions"}, "models": set[str](), "watch": set[str]()}


def least_role(kind: str, arguments: Sequence[str]) -> Role:
    """Return the role that a command of the engine asks for.

    Examples
    --------
    >>> from engine.config import home
    >>> shoes = str(home() / "collections" / "shoes")
    >>> least_role("update", [shoes, "--json"])
    <Role.EDITOR: 1>
    >>> least_role("update", [shoes, "--model=other"]), least_role("index", ["/srv/photos"])
    (<Role.OWNER: 2>, <Role.OWNER: 2>)
    """
    words, options = _parted(arguments)
    paths = [*words, *(options[name] for name in ("captions", "out") if name in options)]
    own = [config.home() / "collections"]
    is_modest = kind in _EDITOR and options.keys() <= _EDITOR[kind] and len(words) == 1
    is_at_home = all(os.path.isabs(path) and is_below(path, own) for path in paths)
    models = [*own, config.MODELS, config.home() / "models"]
    model = options.get("model", "")
    is_known = not {"/", "\\"} & set(model) or is_below(model, models)
    return Role.EDITOR if is_modest and is_at_home and is_known else Role.OWNER


def require_job(kind: str, arguments: Sequence[str]) -> None:
    """Let nobody start what asks for a higher role, or reads where nobody may read.

    Raises
    ------
    AccessError
        Whoever asks may not do this.
    """
    require(least_role(kind, arguments))
    words, options = _parted(arguments)
    if kind not in _READS:
        return
    named = [*words, *(options[name] for name in _READS[kind] if name in options)]
    for path in named:
        if kind != "models" or os.path.exists(os.path.expanduser(path)):  # else a model's name
            require_folder(os.path.expanduser(path))


def role_to_end(command: Sequence[str]) -> Role:
    """Return the role it takes to stop, confirm or forget a job: that which started it."""
    program, rest = list(command[1:3]), command[3:]
    return least_role(rest[0], rest[1:]) if program == ["-m", "engine"] and rest else Role.OWNER


def _parted(arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Part the words of a command from its options; of one given twice the last counts."""
    words = [each for each in arguments if not each.startswith("-")]
    told = (each.lstrip("-").partition("=") for each in arguments if each.startswith("-"))
    return words, {name: value for name, _, value in told}
