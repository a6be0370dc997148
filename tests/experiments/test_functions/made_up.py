"""A record with made-up rows and paths, where every claim holds."""

import functools
import math

import numpy

from experiments.command_line.catalog import find
from experiments.test_functions.claims import rates_of_theory
from experiments.test_functions.settings import TestFunctionsSettings
from research.problems.test_functions import TEST_FUNCTIONS
from research.records.plan import Plan, VariantPlan
from research.records.status import Status
from research.records.store import Record
from research.settings.document import read_document
from research.settings.resolve import resolve

METHODS = ("gd", "heavy_ball", "nesterov", "rmsprop", "adam", "lbfgs")
STEPS = 40


@functools.cache
def quick():
    """The preset."""
    return resolve(read_document(find("test_functions").config), TestFunctionsSettings, "quick")


def settings_of(variant, **changes):
    """Those of the preset quick, with few methods and short paths."""
    typed = quick().variants[variant].settings
    methods = METHODS[:3] if variant == "square" else METHODS
    return typed.model_copy(update={"methods": methods, "steps": STEPS, **changes})


def path_of(settings, method, rate):
    """From the start straight to the minimiser, but where a claim looks."""
    function = TEST_FUNCTIONS[settings.function]
    start = numpy.array(settings.start or function.start)
    share = numpy.linspace(0, 1, STEPS + 1)[:, None]
    points = (1 - share) * start + share * numpy.array(function.minimiser)
    if settings.function == "square":
        points = ((1 - 2 * rate) ** numpy.arange(STEPS + 1))[:, None] * start
    if settings.function == "ill_conditioned" and method == "gd":
        points = points + numpy.outer((-1.0) ** numpy.arange(STEPS + 1), [0.0, 1.0])
    loss = function.value(*points.T)
    if settings.function == "saddle":
        left = 30 if method == "gd" else 5
        loss = numpy.where(numpy.arange(STEPS + 1) >= left, -0.2, 0.0)
    if settings.function == "rosenbrock" and method == "gd" and rate == 0.003:
        points, loss = points[:5], loss[:5]
    return numpy.column_stack([points, loss])


def row_and_paths(settings, method):
    """What one point writes."""
    curvature = TEST_FUNCTIONS[settings.function].largest_curvature
    rates = {f"rate{number}": rate for number, rate in enumerate(settings.rates)}
    row = {}
    if settings.search:
        largest = rates_of_theory(curvature).get(method, 1.0) if curvature else 0.002
        row = {"largest_rate": largest, "unstable_rate": 1.01 * largest}
        rates["found"] = largest * settings.search.fraction
    paths = {name: path_of(settings, method, rate) for name, rate in rates.items()}
    for name, path in paths.items():
        arrived = {"ill_conditioned": 300, "normalised": 30}.get(settings.function, math.nan)
        row |= {f"{name}/updates": len(path) - 1, f"{name}/arrived": arrived}
        row |= {f"{name}/loss": float(path[-1, -1]), f"{name}/lr": rates[name]}
    return row, paths


def record_of(folder, rows=None, paths=None, variants=tuple(TEST_FUNCTIONS), **changes):
    """A record whose rows and paths are changed: by (variant, method), by (variant, method, name).

    `changes` are settings by variant.
    """
    typed = {name: settings_of(name, **changes.get(name, {})) for name in variants}
    plan = Plan(
        experiment="test_functions",
        folder=None,
        preset="quick",
        overrides={},
        workers=1,
        threads=1,
        wandb="off",
        variants={
            name: VariantPlan(label=name, settings=each.model_dump(mode="json"))
            for name, each in typed.items()
        },
        runs={name: [0] for name in variants},
    )
    record = Record.create(folder / "record", plan, {})
    for run in record.runs():
        settings = typed[run.variant]
        for index, method in enumerate(settings.methods):
            row, walked = row_and_paths(settings, method)
            for name, path in walked.items():
                path = (paths or {}).get((run.variant, method, name), path)
                run.save_array(name, index, path)
            run.append(index, {**row, **(rows or {}).get((run.variant, method), {})})
        run.write_status(Status("done"))
    return record
