"""A small record with every measurement, computed once and quickly."""

import pytest
import torch

from experiments.finite_sum.module import FiniteSum
from experiments.finite_sum.settings import FiniteSumSettings
from research.records.status import Status
from research.records.store import Plan, Record, VariantPlan

SMALL = {
    "chains": 4,
    "floor_steps": 60,
    "decreasing_steps": 1000,
    "deterministic_steps": 20,
    "adagrad_steps": 20,
    "batch_sizes": [2, 150],
}
VARIANTS = {
    "logistic": {
        "measure": ["deterministic", "floors", "decreasing", "replacement", "descent"],
        "step_sizes": [0.4, 0.02, 0.01],
    },
    "convex": {
        "problem": {"loss": "squares", "mu": 0.0, "condition": 10.0},
        "measure": ["deterministic", "averages"],
    },
    "squares": {
        "problem": {"loss": "squares", "mu": 0.5},
        "measure": ["floors"],
        "step_sizes": [0.02, 0.01],
    },
    "absolute": {"problem": {"loss": "absolute", "mu": 0.0}, "measure": ["averages"]},
    "sparse": {"problem": {"rarity": 0.5, "mu": 0.01}, "measure": ["adagrad"]},
}


def settings_of(variant):
    return FiniteSumSettings.model_validate({**SMALL, **VARIANTS[variant]})


def make_record(folder):
    variants = {
        name: VariantPlan(
            label=f"the {name} one", settings=settings_of(name).model_dump(mode="json")
        )
        for name in VARIANTS
    }
    plan = Plan(
        experiment="finite_sum", variants=variants, runs={name: [0] for name in VARIANTS}, workers=1
    )
    record = Record.create(folder, plan, {"command": ["descent"]})
    for store in record.runs():
        module = FiniteSum(settings_of(store.variant), store.seed)
        for index, point in enumerate(module.points()):
            result = module.compute(index, point)
            for name, array in result.arrays.items():
                store.save_array(name, index, array.to(torch.float64).numpy())
            store.append(index, result.metrics)
        store.write_status(Status("done", len(module.points()), len(module.points())))
    return record


@pytest.fixture(scope="session")
def record(tmp_path_factory):
    return make_record(tmp_path_factory.mktemp("finite_sum") / "record")
