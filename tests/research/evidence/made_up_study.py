"""Tables of studies for the tests: every kind of trial, and objectives in closed form."""

import numpy

from research.records.study_table import StudyTable, TrialRow
from research.settings.search import Domain, ObjectiveSettings, StudyPlan

LR = Domain(low=1e-4, high=1e-2, log=True)
DECAY = Domain(low=0.0, high=1.0)
BATCH = Domain(choices=(64, 256, 1024))
STEPS = ObjectiveSettings(metric="validation/accuracy", take="steps_to", reaches=0.99)
LOSS = ObjectiveSettings(metric="validation/loss", take="least")
ACCURACY = ObjectiveSettings(metric="validation/accuracy", take="greatest", direction="maximize")


def table_of(rows, space, objective=LOSS, **plan):
    """A table of rows, numbered in their order; each is the keyword arguments of a TrialRow."""
    trials = [TrialRow(number=number, **row) for number, row in enumerate(rows)]
    whole = StudyPlan(
        **{
            "experiment": "grokking",
            "preset": "quick",
            "variant": "small-wd1",
            "base": {},
            "space": {
                key: each if isinstance(each, tuple) else (each,) for key, each in space.items()
            },
            "objective": objective,
            "trials": max(len(trials), 1),
            **plan,
        }
    )
    return StudyTable(name="grokking-quick-random", plan=whole, trials=tuple(trials))


def complete(value, reached=True, **values):
    """A complete trial; `lr` and so on stand for optimizer.lr."""
    return {"state": "complete", "value": value, "reached": reached, "values": named(values)}


def ended(state, value=None, message="", **values):
    """A trial that ended otherwise, or has not ended."""
    return {"state": state, "value": value, "message": message, "values": named(values)}


def named(values):
    return {key if key == "batch_size" else f"optimizer.{key}": v for key, v in values.items()}


def mixed(objective=LOSS, **plan):
    """A trial of each kind, the best of them number 2."""
    rows = [
        complete(3.0, lr=1e-3, weight_decay=0.5),
        ended(
            "failed", message="diverged at step 12: train/loss is nan", lr=9e-3, weight_decay=0.1
        ),
        complete(1.0, lr=2e-3, weight_decay=0.4),
        complete(1.0, lr=4e-4, weight_decay=0.9),
        ended("pruned", 2.0, lr=2e-4, weight_decay=0.2),
        complete(6.0, reached=objective.take != "steps_to", lr=1e-4, weight_decay=0.05),
        ended("waiting", lr=5e-3, weight_decay=0.6),
    ]
    space = {"optimizer.lr": LR, "optimizer.weight_decay": DECAY}
    return table_of(rows, space, objective, **plan)


def additive(trials=100, slope=3.0):
    """Value = slope * log10(lr) + 2 * weight decay: log10(lr) has a span of 2, weight decay of 1.

    So the shares of the variance are slope² to 1 but for the spans: (2 slope)² to 2².
    """
    random = numpy.random.default_rng(5)
    rows = []
    for at, decay in random.random((trials, 2)):
        lr = 1e-4 * 100**at
        rows.append(complete(slope * numpy.log10(lr) + 2 * decay, lr=lr, weight_decay=decay))
    return table_of(rows, {"optimizer.lr": LR, "optimizer.weight_decay": DECAY})


def conditional():
    """Two optimizers, a momentum that only SGD has and that decides its value, two kinds of lr."""
    random = numpy.random.default_rng(5)
    rows = []
    for at, momentum in random.random((30, 2)):
        rows.append(complete(1 + at, name="adamw", lr=1e-4 * 100**at))
        rows.append(complete(momentum, name="sgd", lr=0.01 * 100**at, momentum=momentum))
    space = {
        "optimizer.name": Domain(choices=("adamw", "sgd")),
        "optimizer.lr": (
            LR.model_copy(update={"when": {"optimizer.name": ("adamw",)}}),
            Domain(low=0.01, high=1.0, log=True, when={"optimizer.name": "sgd"}),
        ),
        "optimizer.momentum": Domain(low=0.0, high=1.0, when={"optimizer.name": "sgd"}),
    }
    return table_of(rows, space)
