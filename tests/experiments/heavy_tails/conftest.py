"""A small record with every kind of problem, really run."""

import pytest
import torch

from experiments.heavy_tails.module import HeavyTails
from experiments.heavy_tails.settings import HeavyTailsSettings
from research.records.status import Status
from research.records.store import Plan, Record, VariantPlan

BIGRAM = {
    "problem": {"vocabularies": [12]},
    "rates": {"gd": [10, 31.6, 100], "gdm": [1, 3.16, 10], "adam": [0.1, 0.316, 1]},
    "steps": 10,
}
VARIANTS = {
    "one-hot": {
        "problem": {"name": "one_hot", "classes": 200},
        "rates": {"gd": [100.0], "adam": [0.01], "sign": [0.01]},
        "steps": 20,
    },
    "bigram": BIGRAM,
    "by-target": {**BIGRAM, "problem": {"vocabularies": [12], "weighted_by": "target"}},
    "growth": {
        "problem": {"vocabularies": [5, 10]},
        "rates": {"gd": [3.16, 10, 31.6], "adam": [0.1, 0.316, 1]},
        "steps": 40,
        "target": 0.3,
    },
    "growth-fixed": {
        "problem": {"vocabularies": [5, 10]},
        "rates": {"adam": [0.1]},
        "bound_share": 0.95,
        "steps": 100,
        "target": 0.3,
    },
    "separable": {
        "problem": {"name": "linear_softmax", "m": 3},
        "rates": {"gdm": [0.1, 0.316, 1], "adam": [0.01, 0.0316, 0.1]},
        "steps": 10,
    },
}


def settings_of(variant):
    plain = VARIANTS[variant]
    problem = {"name": "bigram", **plain["problem"]}
    return HeavyTailsSettings.model_validate({**plain, "problem": problem})


def make_record(folder, variants=tuple(VARIANTS), seeds=(0, 1, 2), state="done"):
    plan = Plan(
        experiment="heavy_tails",
        variants={
            name: VariantPlan(
                label=f"the {name}", settings=settings_of(name).model_dump(mode="json")
            )
            for name in variants
        },
        runs={name: list(seeds) for name in variants},
        workers=1,
    )
    record = Record.create(folder, plan, {"command": ["descent"]})
    for store in record.runs():
        module = HeavyTails(settings_of(store.variant), store.seed)
        for index, point in enumerate(module.points()):
            result = module.compute(index, point)
            for name, array in result.arrays.items():
                store.save_array(name, index, array.to(torch.float64).numpy())
            store.append(index, result.metrics)
        store.write_status(Status(state, len(module.points()), len(module.points())))
    return record


@pytest.fixture(scope="session")
def record(tmp_path_factory):
    return make_record(tmp_path_factory.mktemp("heavy_tails") / "record")
