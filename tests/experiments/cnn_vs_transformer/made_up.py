"""Made-up runs of cnn_vs_transformer, to test evidence without training."""

import functools
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from experiments.cnn_vs_transformer.gaps import Network
from experiments.cnn_vs_transformer.settings import CnnVsTransformerSettings
from experiments.command_line.catalog import find
from research.evidence.tuned_rates import Trial
from research.records.plan import Plan, VariantPlan
from research.records.status import Status
from research.records.store import Record
from research.settings.document import Document, read_document
from research.settings.resolve import resolve

BEST = {
    "cnn-sgdm": (0.03, 0.21),
    "cnn-adam": (0.01, 0.20),
    "transformer-sgdm": (0.1, 4.0),
    "transformer-adam": (0.003, 3.7),
}
"""By network and optimizer, the rate that trains best, and the loss there with seed 0."""
ENTROPY = {"cnn": math.log(10), "transformer": 5.5}

Final = Callable[[str, float, int], float]


@functools.cache
def shipped() -> Document:
    """The shipped YAML file, read once."""
    return read_document(find("cnn_vs_transformer").config)


def make_plan(preset: str = "quick", overrides: Mapping[str, Any] | None = None) -> Plan:
    """The plan of a shipped preset."""
    command = resolve(shipped(), CnnVsTransformerSettings, preset, overrides=overrides or {})
    return Plan(
        experiment="cnn_vs_transformer",
        variants={
            name: VariantPlan(label=each.label, settings=each.settings.model_dump(mode="json"))
            for name, each in command.variants.items()
        },
        runs=command.runs,
    )


def valley(method: str, rate: float, seed: int) -> float:
    """A final loss that rises away from the best rate, and a little from seed to seed."""
    best, least = BEST[method]
    return least * 1.2 ** abs(math.log(rate / best, math.sqrt(10))) + 0.01 * seed


def make_networks(plan: Plan, final: Final = valley) -> list[Network]:
    """What a record of a plan would hold if all runs had ended so."""
    found: dict[str, list[Trial]] = {}
    for variant, seeds in plan.runs.items():
        method, _, _ = variant.rpartition("-lr")
        settings = plan.variants[variant].settings
        rate, schedule = float(settings["optimizer"]["lr"]), settings["schedule"]["name"]
        found.setdefault(method.rpartition("-")[0], []).extend(
            Trial(method, rate, seed, variant, final(method, rate, seed), schedule=schedule)
            for seed in seeds
        )
    return [
        Network(name, plan.variants[trials[0].variant].settings, tuple(trials), ENTROPY[name])
        for name, trials in found.items()
    ]


def make_record(folder: Path, plan: Plan) -> Record:
    """A record in which all runs of a plan are done: two evaluations, two groups of classes."""
    record = Record.create(folder, plan, {})
    for store in record.runs():
        settings = plan.variants[store.variant].settings
        method, last = store.variant.rpartition("-lr")[0], settings["trainer"]["max_steps"]
        entropy = ENTROPY[method.rpartition("-")[0]]
        final = valley(method, float(settings["optimizer"]["lr"]), store.seed)
        for step, loss in ((last // 2, (final + entropy) / 2), (last, final)):
            groups = {f"per_class/train/loss/group_{k:02d}": k * loss for k in (1, 2)}
            whole = {"per_class/train/loss/all": loss}
            row = {"train/loss": loss, "label_entropy": entropy}
            store.append(step, {**row, **groups, **whole})
        store.write_status(Status("done", last, last, seconds=30.0))
    return record
