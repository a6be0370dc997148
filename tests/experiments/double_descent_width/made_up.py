"""Records of double_descent_width with made-up curves, to test evidence without training."""

import numpy

from experiments.double_descent_width.claims import AT_LEAST, NAMED_BY_CLAIMS
from experiments.double_descent_width.readings import MEASURED
from experiments.double_descent_width.settings import DoubleDescentWidthSettings
from research.records.status import Status
from research.records.store import Plan, Record, VariantPlan

WIDTHS = (4, 8, 16, 24, 32, 40, 48, 53, 64, 80, 120, 200)
"""400 digits: 0.08, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0, 1.2, 1.5, 2.3 and 3.8 nK parameters."""
CURVES = {
    "clean": [0.9, 0.6, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.2, 0.2, 0.2, 0.1],
    "noise": [0.9, 0.8, 0.9, 1.1, 1.5, 2.0, 2.5, 3.0, 0.8, 0.8, 0.7, 0.6],
    "early": [0.9, 0.8, 0.9, 1.1, 1.5, 0.9, 0.8, 0.8, 0.8, 0.8, 0.7, 0.6],
    "late": [0.9, 0.8, 0.9, 1.1, 1.5, 2.0, 2.5, 3.0, 3.1, 3.2, 0.7, 0.6],
    "scratch": [0.9, 0.8, 0.7, 0.8, 0.9, 0.9, 0.8, 0.8, 0.8, 0.8, 0.7, 0.6],
    "adam": [0.9, 0.8, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.1, 1.0, 0.8, 0.7],
}
"""Test losses that meet every claim."""


def settings_of(variant, **changes):
    plain = {"widths": WIDTHS, "networks": 2}
    for key, value in {**NAMED_BY_CLAIMS[variant], **AT_LEAST[variant], **changes}.items():
        *group, name = key.split(".")
        inner = plain.setdefault(group[0], {}) if group else plain
        inner[name] = value
    return DoubleDescentWidthSettings.model_validate(plain)


def make_record(folder, curves=CURVES, seeds=(0,), state="done", factors=(1.0, 1.01), **changes):
    """A record whose networks have the given test losses, times one factor each."""
    variants = {
        name: VariantPlan(
            label=f"the {name} one", settings=settings_of(name, **changes).model_dump(mode="json")
        )
        for name in curves
    }
    plan = Plan(
        experiment="double_descent_width",
        variants=variants,
        runs={name: list(seeds) for name in curves},
        workers=1,
    )
    record = Record.create(folder, plan, {"command": ["descent"]})
    for store in record.runs():
        for index, loss in enumerate(curves[store.variant]):
            for name in MEASURED:
                values = numpy.array(factors) * loss
                folder = store.folder / "arrays" / name  # at once: save_array waits for the disk
                folder.mkdir(parents=True, exist_ok=True)
                numpy.save(folder / f"{index}.npy", values if name == "test_loss" else values / 10)
            store.append(index, {"width": WIDTHS[index]})
        store.write_status(Status(state, len(WIDTHS), len(WIDTHS)))
    return record
