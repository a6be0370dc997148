"""Readings with made-up searches, and small records with real ones."""

from types import SimpleNamespace

import numpy
import torch

from experiments.random_search.module import RandomSearch
from experiments.random_search.settings import RandomSearchSettings
from research.evidence.bounded_claim import NotDecided
from research.records.status import Status
from research.records.store import Plan, Record, VariantPlan

DATA = {"train_examples": 100, "validation_examples": 300, "test_examples": 1}
VARIANTS = {
    "one-of-two": {"problem": {"name": "bump", "dimensions": 2}, "trials": 9},
    "one-of-four": {"trials": 16},
    "all-of-two": {
        "problem": {"name": "bump", "dimensions": 2, "relevant": 2, "width": 0.15},
        "trials": 16,
    },
    "network": {
        "problem": {"name": "network", "steps": 1},
        "samplers": ["grid", "random", "tpe"],
        "trials": 16,
        "data": DATA,
    },
}
SMALL = {"repeats": 3, "adaptive_repeats": 2}


def settings_of(variant, **changes):
    return RandomSearchSettings.model_validate({**SMALL, **VARIANTS[variant], **changes})


def plan_of(settings, seeds=(0,)):
    """A plan with these settings by variant."""
    variants = {
        name: VariantPlan(label=f"the {name} one", settings=each.model_dump(mode="json"))
        for name, each in settings.items()
    }
    runs = {name: list(seeds) for name in settings}
    return Plan(experiment="random_search", variants=variants, runs=runs, workers=1)


def make_record(folder, settings, state="done", left_out=0):
    """A record of real searches, without the last points of each run."""
    record = Record.create(folder, plan_of(settings), {"command": ["descent"]})
    for store in record.runs():
        module = RandomSearch(settings[store.variant], store.seed)
        module.setup("predict")
        points = module.points()
        for index, point in enumerate(points[: len(points) - left_out]):
            with torch.random.fork_rng():
                result = module.compute(index, point)
            for name, array in result.arrays.items():
                path = store.folder / "arrays" / name / f"{index}.npy"
                path.parent.mkdir(parents=True, exist_ok=True)  # save_array waits for the disk
                numpy.save(path, array.to(torch.float64).numpy())
            store.append(index, result.metrics)
        store.write_status(Status(state, len(points), len(points)))
    return record


class Reading(SimpleNamespace):
    """Best values made by hand, by sampler and number of trials."""

    name = "variant/0"

    def best_at(self, sampler, trials):
        if trials not in self.found[sampler]:
            raise NotDecided(f"{self.name} has no {sampler} of {trials} trials")
        return numpy.asarray(self.found[sampler][trials], dtype=float)

    def tried(self, sampler):
        assert sampler == "random"
        return self.points

    def errors(self, sampler):
        assert sampler == "random"
        return self.network_errors
