"""`evaluate --steering`, `--absent`, `--modes`, `--judged`: trials of searching, laid out."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from engine.errors import CollectionError
from engine.shell import table
from engine.shell.commands import Measure, Outcome

if TYPE_CHECKING:
    from engine.search import SearchEngine

Work = Callable[["SearchEngine", int], tuple[dict[str, Any], list[str]]]


def _steering(engine: SearchEngine, seed: int) -> tuple[dict[str, Any], list[str]]:
    from engine.evaluation import try_steering

    trial = try_steering(engine, seed=seed)
    rows = [["minus", "queries", "base rate", "excluded in 9", "rest kept"]]
    for mode, figures in trial.minus.items():
        shares = (figures.base_rate, figures.excluded, figures.kept)
        rows.append([mode, str(figures.n_queries), *(f"{share:.3f}" for share in shares)])
    mixed = [[f"{trial.thing} + {trial.quality}", "photo and word", "photo alone", "word alone"]]
    for mode, found in trial.photo_and_word.items():
        mixed.append([mode, *(f"{share:.3f}" for share in found.values())])
    each = sorted(trial.minus["dense"].by_attribute.items(), key=lambda pair: pair[1])
    told = ", ".join(f"{name} {share:.3f}" for name, share in each)
    lines = [f"Asked of {trial.pool:,} photos.", "", *table.columns(rows, align="<>>>>")]
    lines += ["", f"Excluded in dense mode, by attribute: {told}", ""]
    lines += [f"precision@9 of {trial.n_mixed} mixed queries", *table.columns(mixed, align="<>>>")]
    return asdict(trial), lines


def _absent(engine: SearchEngine, seed: int) -> tuple[dict[str, Any], list[str]]:
    from engine.evaluation import try_absent

    try:
        trial = try_absent(engine, seed=seed)
    except ValueError as error:
        raise CollectionError(str(error), value=engine.collection.name) from error
    rows = [
        ["", "phrases", "judged right"],
        ["things it has", str(trial.n_present), f"{trial.right_present:.2f}"],
        ["things it has not", str(trial.n_absent), f"{trial.right_absent:.2f}"],
        ["its own things, taken out", "", f"{trial.left_out:.2f}"],
    ]
    lines = [f"Asked of {trial.pool:,} photos.", "", *table.columns(rows, align="<>>"), ""]
    lines.append(f"Expected calibration error {trial.reliability.error:.3f}")
    lines += [f"Judged wrong: {', '.join(trial.wrong)}"] if trial.wrong else []
    return asdict(trial), lines


def _modes(engine: SearchEngine, seed: int) -> tuple[dict[str, Any], list[str]]:
    from engine.evaluation import try_modes

    trial = try_modes(engine, seed=seed)
    rows = [["R@10", *trial.titles]]
    rows.append(["whole titles", *(f"{share:.3f}" for share in trial.titles.values())])
    rows.append(["every second word", *(f"{share:.3f}" for share in trial.halves.values())])
    lines = [f"Asked of {trial.pool:,} photos.", "", *table.columns(rows, align="<>>>"), ""]
    lines.append(f"First in hybrid mode: {trial.title_first:.3f} of {trial.n_titles} exact titles,")
    lines.append(f"{trial.code_first:.3f} of {trial.n_codes} ids.")
    return asdict(trial), lines


def _judged(engine: SearchEngine, seed: int) -> tuple[dict[str, Any], list[str]]:
    from engine.evaluation import try_judged
    from engine.evaluation.judgements import read_judgements

    trial = try_judged(engine, read_judgements(engine.collection.folder))
    rows = [["", "precision@9", "nDCG@9"]]
    for mode, precision in trial.precision_at_9.items():
        rows.append([mode, f"{precision:.3f}", f"{trial.ndcg_at_9[mode]:.3f}"])
    told = f"{trial.n_thumbs} thumbs on {trial.n_queries} questions, unjudged photos passed over."
    return asdict(trial), [told, "", *table.columns(rows, align="<>>")]


def _trial(name: str, question: str, work: Work) -> Measure:
    """Return the measure that runs one trial on the collection and lays it out."""

    def run(options: argparse.Namespace) -> Outcome:
        from engine.search import SearchEngine

        return Outcome(*work(SearchEngine.open(options.collection), options.seed))

    return Measure(name, question, run)


TRIALS = (
    _trial("steering", "does a minus take away, and do a photo and a word give both?", _steering),
    _trial("absent", "is an answer that is none told from one that is?", _absent),
    _trial("modes", "what do dense, lexical and hybrid search find of real titles?", _modes),
    _trial("judged", "what are people's thumbs on this collection worth in figures?", _judged),
)
