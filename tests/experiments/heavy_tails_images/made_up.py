"""Records with made-up runs of heavy_tails_images, to test evidence without training."""

import functools
import math
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import numpy

from experiments.command_line.catalog import find
from experiments.heavy_tails_images.settings import HeavyTailsImagesSettings
from research.records.plan import Plan, VariantPlan
from research.records.status import Status
from research.records.store import Record
from research.settings.document import Document, read_document
from research.settings.resolve import resolve

LAST = {
    "sgdm": (0.2, 3.0, 1.6),
    "adam": (0.1, 1.0, 0.6),
    "signm": (0.2, 1.5, 0.8),
    "sgdm-inverse_sqrt": (0.3, 1.5, 1.0),
    "adam-inverse_sqrt": (0.2, 1.0, 0.7),
    "sgdm-inverse": (0.5, 1.0, 0.9),
    "adam-inverse": (0.4, 0.9, 0.7),
}
"""Losses at the best rate: frequent, rare, and what is minimised."""


def make_record(
    folder: Path,
    last: Mapping[str, tuple[float, float, float]] | None = None,
    preset: str = "quick",
    overrides: Mapping[str, Any] | None = None,
    best: Callable[[int], int] = lambda rates: rates // 2,
    methods: Collection[str] | None = None,
) -> Record:
    """A record of a shipped preset in which all runs are done.

    Args:
        folder: where.
        last: as `LAST`; the losses of a method grow by 1 nat a half decade away from its best rate.
        preset: the preset.
        overrides: settings, by dotted key.
        best: which rate of a grid of so many is best, by index.
        methods: only these; all if None.
    """
    names = [
        name
        for name in shipped().data["presets"][preset]["runs"]
        if methods is None or name.rpartition("-lr")[0] in methods
    ]
    command = resolve(shipped(), HeavyTailsImagesSettings, preset, names, overrides=overrides or {})
    plan = Plan(
        experiment="heavy_tails_images",
        variants={
            name: VariantPlan(label=each.label, settings=each.settings.model_dump(mode="json"))
            for name, each in command.variants.items()
        },
        runs=command.runs,
    )
    record = Record.create(folder, plan, {})
    first = record.runs()[0]
    first.save_array("examples", 1, numpy.random.default_rng(0).random((2, 4, 8, 8)))
    first.save_array("example_classes", 1, numpy.arange(8.0).reshape(2, 4))
    first.save_array("example_counts", 1, numpy.arange(1.0, 9.0).reshape(2, 4))
    for store in record.runs():
        method = store.variant.rpartition("-lr")[0]
        rates = sorted(
            float(name.rpartition("-lr")[2])
            for name in plan.variants
            if name.rpartition("-lr")[0] == method
        )
        own = float(store.variant.rpartition("-lr")[2])
        away = abs(2 * math.log10(own / rates[best(len(rates))]))
        frequent, rare, minimised = ({**LAST, **(last or {})})[method]
        steps = plan.variants[store.variant].settings["trainer"]["max_steps"]
        for step, extra in ((steps // 2, 1.0), (steps, 0.0)):
            more = away + extra + 0.01 * store.seed
            store.append(
                step,
                {
                    "train/loss": 5 - math.log10(own),  # least at the edge: it chooses nothing
                    "train/frequent_loss": frequent + more,
                    "train/rare_loss": rare + more,
                    "train/weighted_loss": minimised + more,
                },
            )
        store.write_status(Status("done"))
    return record


@functools.cache
def shipped() -> Document:
    """The shipped YAML file, read once."""
    return read_document(find("heavy_tails_images").config)
