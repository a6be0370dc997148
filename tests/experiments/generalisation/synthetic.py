"""Records with made-up runs of generalisation, to test evidence without training."""

import functools
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy

from experiments.command_line.catalog import find
from experiments.generalisation.settings import GeneralisationSettings
from research.records.status import State, Status
from research.records.store import Plan, Record, RunStore, VariantPlan
from research.settings.document import Document, read_document
from research.settings.resolve import resolve

BEST = {"adam": 0.01, "adamw": 0.01, "amsgrad": 0.01, "sgdm": 0.03, "swats": 0.003}
"""The learning rate that trains best; that of adam-then-sgd is sgdm's."""

Final = Callable[[str, int], dict[str, float]]


def make_record(
    folder: Path,
    preset: str = "quick",
    final: Final | None = None,
    overrides: Mapping[str, Any] | None = None,
    variants: list[str] | None = None,
) -> Record:
    """A record of a shipped preset in which all runs are done.

    Args:
        folder: where.
        preset: the preset.
        final: the last evaluation of each run, by variant and seed.
        overrides: settings, by dotted key.
        variants: only these.
    """
    command = resolve(
        shipped(),
        GeneralisationSettings,
        preset,
        variants,
        overrides=overrides or {},
    )
    plan = Plan(
        experiment="generalisation",
        variants={
            name: VariantPlan(label=each.label, settings=each.settings.model_dump(mode="json"))
            for name, each in command.variants.items()
        },
        runs=command.runs,
    )
    record = Record.create(folder, plan, {})
    for store in record.runs():
        write_run(record, store, (final or plausible)(store.variant, store.seed))
    return record


@functools.cache
def shipped() -> Document:
    """The shipped YAML file, read once."""
    return read_document(find("generalisation").config)


def plausible(variant: str, seed: int) -> dict[str, float]:
    """Final metrics that look like the real ones: a valley over the learning rate."""
    noise = numpy.random.default_rng([seed, len(variant)]).normal(0, 0.002)
    method, has_rate, rate = variant.rpartition("-lr")
    away = 0.0
    if has_rate:
        away = abs(math.log(float(rate) / BEST.get(method, 0.03), math.sqrt(10)))
    return {
        "train/loss": 0.01 * 5**away * (1 + 10 * noise),
        "train/accuracy": 0.99 - 0.03 * away - 0.05 * ("dropout" in variant),
        "validation/accuracy": 0.89 - 0.01 * abs(away - 1) + noise,
        "test/accuracy": 0.87 - 0.01 * away + noise,
    }


def write_run(
    record: Record,
    store: RunStore,
    final: Mapping[str, float],
    state: State = "done",
    switched: int | None = None,
) -> None:
    """One run that goes straight to its last evaluation; a diverged one stops half way."""
    if store.metrics_file.exists():
        store.metrics_file.unlink()
    trainer = record.plan.variants[store.variant].settings["trainer"]
    every = record.plan.variants[store.variant].settings["evaluation"]["every"]
    last = trainer["max_steps"] if state == "done" else trainer["max_steps"] // 2
    for step in range(every, last + 1, every):
        share = step / trainer["max_steps"]
        row = {name: value * (0.7 + 0.3 * share) for name, value in final.items()}
        row["train/loss"] = final["train/loss"] ** share
        row |= {"batch/loss": row["train/loss"], "lr": 1e-3}
        if switched is not None and step >= switched:
            row |= {"switch/step": float(switched), "switch/lr": 0.1}
        store.append(step, row)
    store.write_status(Status(state, last, trainer["max_steps"], seconds=30.0))
