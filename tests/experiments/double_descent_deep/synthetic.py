"""Records with made-up runs of double descent, to test evidence without training."""

import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy

from experiments.command_line.catalog import find
from experiments.double_descent_deep.settings import DoubleDescentDeepSettings
from research.records.status import State, Status
from research.records.store import Plan, Record, RunStore, VariantPlan
from research.settings.document import Document, read_document
from research.settings.resolve import resolve

Curves = Mapping[str, Sequence[float]]
"""Metrics by name, one value an evaluation; shares from 0 to 1, as they are recorded."""


def make_record(
    folder: Path,
    preset: str = "quick",
    curves: Callable[[str, int], Curves] | None = None,
    overrides: Mapping[str, Any] | None = None,
    variants: list[str] | None = None,
) -> Record:
    """A record of a shipped preset in which all runs are done.

    Args:
        folder: where.
        preset: the preset.
        curves: the evaluations of each run, by variant and seed.
        overrides: settings, by dotted key.
        variants: only these.
    """
    command = resolve(
        shipped(), DoubleDescentDeepSettings, preset, variants, overrides=overrides or {}
    )
    plan = Plan(
        experiment="double_descent_deep",
        variants={
            name: VariantPlan(label=each.label, settings=each.settings.model_dump(mode="json"))
            for name, each in command.variants.items()
        },
        runs=command.runs,
    )
    record = Record.create(folder, plan, {})
    for store in record.runs():
        write_run(record, store, (curves or plausible)(store.variant, store.seed))
    return record


@functools.cache
def shipped() -> Document:
    """The shipped YAML file, read once."""
    return read_document(find("double_descent_deep").config)


def plausible(variant: str, seed: int) -> Curves:
    """Two descents of the noisy runs and one of the clean ones; over widths, a peak at 4."""
    if "-k" in variant:
        width = int(variant.partition("-k")[2])
        error = 0.2 + 0.05 * (width == 4) + 0.2 * (width == 1) + 0.001 * seed
        return curves_of([0.5, error, error, error], train=[0.4 / width] * 4)
    if variant == "clean":
        return curves_of(numpy.linspace(0.3, 0.15, 40), train=numpy.linspace(0.2, 0.0, 40))
    evaluations, more = numpy.arange(40), 0.1 * (variant == "noise40")
    rise = numpy.linspace(0, 0.08 + more, 10)
    test = numpy.r_[0.4, 0.3, 0.2, [0.17] * 7, 0.17 + rise, [0.19] * 20] + 0.001 * seed
    return curves_of(
        test,
        train=numpy.r_[numpy.linspace(0.4, 0.1, 20), numpy.zeros(20)],
        lagging=test + 0.05 * ((evaluations > 16) & (evaluations < 23)),
        truth=numpy.r_[numpy.full(10, 0.75), numpy.linspace(0.75, 0, 30)],
    )


def curves_of(
    test: Sequence[float],
    train: Sequence[float],
    lagging: Sequence[float] | None = None,
    truth: Sequence[float] | None = None,
) -> Curves:
    """Errors as the metrics that a run records."""
    curves = {
        "test/accuracy": [1 - error for error in test],
        "test/accuracy_lagging": [1 - error for error in (test if lagging is None else lagging)],
        "train/accuracy": [1 - error for error in train],
        "train/error_on_clean": [error / 2 for error in train],
    }
    if truth is not None:
        curves |= {"train/truth_on_noisy": truth, "train/error_on_noisy": truth}
    return curves


def write_run(
    record: Record, store: RunStore, curves: Curves, state: State = "done", share: float = 1.0
) -> None:
    """One run, evaluated once an epoch up to a share of its steps."""
    if store.metrics_file.exists():
        store.metrics_file.unlink()
    settings = record.plan.variants[store.variant].settings
    steps, count = settings["trainer"]["max_steps"], len(curves["test/accuracy"])
    for index in range(round(count * share)):
        step = steps * (index + 1) // count
        row = {name: float(values[index]) for name, values in curves.items()}
        store.append(step, row | {"epoch": index + 1.0})
    store.write_status(Status(state, round(steps * share), steps, seconds=30.0))
