"""`evaluate --steering`, `--absent`, `--modes`, `--judged`: trials of searching, laid out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.errors import CollectionError
from engine.shell.commands import Measure, Outcome
from engine.shell.table import Part, Table

if TYPE_CHECKING:
    from engine.search import SearchEngine

Work = Callable[["SearchEngine", int], Outcome]


def _steering(engine: SearchEngine, seed: int) -> Outcome:
    from engine.evaluation import try_steering

    trial = try_steering(engine, seed=seed)
    minus, mixed = [], []
    for mode, figures in trial.minus.items():
        shares = (figures.base_rate, figures.excluded, figures.kept)
        minus.append([mode, str(figures.n_queries), *(f"{share:.3f}" for share in shares)])
    for mode, found in trial.photo_and_word.items():
        mixed.append([mode, *(f"{share:.3f}" for share in found.values())])
    each = sorted(trial.minus["dense"].by_attribute.items(), key=lambda pair: pair[1])
    told = ", ".join(f"{name} {share:.3f}" for name, share in each)
    columns = ("queries", "base rate", "excluded in 9", "rest kept")
    ways = ("photo and word", "photo alone", "word alone")
    lines: list[Part] = [
        f"Asked of {trial.pool:,} photos.",
        "",
        Table(minus, "<>>>>", ("minus", *columns)),
        "",
        f"Excluded in dense mode, by attribute: {told}",
        "",
        f"precision@9 of {trial.n_mixed} mixed queries",
        Table(mixed, "<>>>", (f"{trial.thing} + {trial.quality}", *ways)),
    ]
    return Outcome(asdict(trial), lines)


def _absent(engine: SearchEngine, seed: int) -> Outcome:
    from engine.evaluation import try_absent

    try:
        trial = try_absent(engine, seed=seed)
    except ValueError as error:
        raise CollectionError(str(error), value=engine.collection.name) from error
    rows = [
        ["things it has", str(trial.n_present), f"{trial.right_present:.2f}"],
        ["things it has not", str(trial.n_absent), f"{trial.right_absent:.2f}"],
        ["its own things, taken out", "", f"{trial.left_out:.2f}"],
    ]
    table = Table(rows, "<>>", ("", "phrases", "judged right"))
    lines: list[Part] = [f"Asked of {trial.pool:,} photos.", "", table, ""]
    lines.append(f"Expected calibration error {trial.reliability.error:.3f}")
    lines += [f"Judged wrong: {', '.join(trial.wrong)}"] if trial.wrong else []
    return Outcome(asdict(trial), lines)


def _modes(engine: SearchEngine, seed: int) -> Outcome:
    from engine.evaluation import try_modes

    trial = try_modes(engine, seed=seed)
    asked = {"whole titles": trial.titles, "every second word": trial.halves}
    rows = [[name, *(f"{x:.3f}" for x in found.values())] for name, found in asked.items()]
    lines: list[Part] = [
        f"Asked of {trial.pool:,} photos.",
        "",
        Table(rows, "<>>>", ("R@10", *trial.titles)),
        "",
        f"First in hybrid mode: {trial.title_first:.3f} of {trial.n_titles} exact titles,",
        f"{trial.code_first:.3f} of {trial.n_codes} ids.",
    ]
    return Outcome(asdict(trial), lines)


def _judged(engine: SearchEngine, seed: int) -> Outcome:
    from engine.evaluation import try_judged
    from engine.evaluation.judgements import read_judgements

    trial = try_judged(engine, read_judgements(engine.collection.folder))
    rows = [
        [mode, f"{precision:.3f}", f"{trial.ndcg_at_9[mode]:.3f}"]
        for mode, precision in trial.precision_at_9.items()
    ]
    told = f"{trial.n_thumbs} thumbs on {trial.n_queries} questions, unjudged photos passed over."
    return Outcome(asdict(trial), [told, "", Table(rows, "<>>", ("", "precision@9", "nDCG@9"))])


def _trial(name: str, question: str, work: Work) -> Measure:
    """Return the measure that runs one trial on the collection and lays it out."""

    def run(*, collection: Path, seed: int, **others: Any) -> Outcome:
        from engine.search import SearchEngine

        return work(SearchEngine.open(collection), seed)

    return Measure(click.Option([f"--{name}"], is_flag=True, help=question), run)


TRIALS = (
    _trial("steering", "Does a minus take away, and do a photo and a word give both?", _steering),
    _trial("absent", "Is an answer that is none told from one that is?", _absent),
    _trial("modes", "What do dense, lexical and hybrid search find of real titles?", _modes),
    _trial("judged", "What are people's thumbs on this collection worth in figures?", _judged),
)
