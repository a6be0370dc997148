"""A record with made-up curves, where every claim holds."""

import functools

import numpy

from experiments.command_line.catalog import find
from experiments.double_descent_polynomial.settings import DoubleDescentPolynomialSettings
from research.records.plan import Plan, VariantPlan
from research.records.rows import encode_row
from research.records.status import Status
from research.records.store import Record
from research.settings.document import read_document
from research.settings.resolve import resolve

EXACT = 1e19


@functools.cache
def quick():
    """The preset."""
    document = read_document(find("double_descent_polynomial").config)
    return resolve(document, DoubleDescentPolynomialSettings, "quick")


def error_of(variant, parameters, draws, n=50):
    """Falls to P = 8, rises to n, falls to 1.5 n, and stays or rises: [draws, points]."""
    p = parameters.astype(float)
    best, height = (1, 0.5) if variant == "schaeffer" else (8, 0.007)
    peak, floor = {"nodes": (0.06, 0.04), "noiseless": (1e-9, 0.1), "ridge": (0.2, 0.1)}.get(
        variant, (EXACT, 0.3 if variant == "schaeffer" else 0.1)
    )
    curve = numpy.interp(
        p, [1, best, n, 1.5 * n, 301], numpy.log([0.5, height, peak, floor, floor])
    )
    if variant == "lecture":
        curve += numpy.log(4) * numpy.clip((p - 100) / 200, 0, 1)
    if variant in ("monomial", "uniform"):
        curve[p == n] = numpy.log(1e9 if variant == "monomial" else 1e15)
        curve[(p < n) | (p > n)] = numpy.minimum(curve, numpy.log(1e14))[(p < n) | (p > n)]
    spread = numpy.linspace(0.9, 1.1, draws) if draws > 1 else numpy.ones(1)
    return numpy.exp(curve) * spread[:, None]


def record_of(folder, changes=None, seeds=(0, 1), variants=None, state="done", **settings):
    """A record; `changes` may alter seed 1, by variant: a function of its arrays by name.

    The arrays are test and train [draws, points], exact [draws] or None, and parameters [points].
    """
    plans = {
        name: VariantPlan(
            label=plan.label,
            settings=plan.settings.model_copy(update=settings).model_dump(mode="json"),
        )
        for name, plan in quick().variants.items()
        if name in (variants or quick().runs)
    }
    plan = Plan(
        experiment="double_descent_polynomial",
        folder=None,
        preset="quick",
        overrides={},
        workers=1,
        threads=1,
        wandb="off",
        variants=plans,
        runs={name: list(seeds) for name in plans},
    )
    record = Record.create(folder / "record", plan, {})
    for run in record.runs():
        typed = DoubleDescentPolynomialSettings.model_validate(plans[run.variant].settings)
        parameters = numpy.array(typed.parameters)
        test = error_of(run.variant, parameters, typed.draws, typed.examples)
        train = numpy.where(parameters < typed.examples, 0.05, 1e-9) * numpy.ones_like(test)
        exact = EXACT * numpy.linspace(0.9, 1.1, typed.draws) if typed.constant else None
        arrays = {"parameters": parameters, "test": test, "train": train, "exact": exact}
        if run.seed == 1 and run.variant in (changes or {}):
            changes[run.variant](arrays)
        write(run, typed, arrays)
        run.write_status(Status(state))
    return record


def write(run, typed, arrays):
    """As the recorder does, but for waiting for the disk."""

    for name in ("draws", "fit", "examples", "exact"):
        (run.folder / "arrays" / name).mkdir(parents=True, exist_ok=True)

    def save(name, index, values):
        numpy.save(run.folder / "arrays" / name / f"{index}.npy", values)

    x = numpy.linspace(-1, 1, typed.examples)
    save("examples", 0, numpy.stack([x, numpy.sin(4.5 * x)]))
    for index, parameters in enumerate(arrays["parameters"]):
        test, train = arrays["test"][:, index], arrays["train"][:, index]
        save("draws", index, numpy.stack([test, train, numpy.ones_like(test)]))
        if typed.keep_fits:
            save("fit", index, numpy.full(typed.curve_points, float(parameters)))
        if parameters == typed.examples and arrays["exact"] is not None:
            save("exact", index, arrays["exact"])
    rows = [encode_row(index, {"parameters": p}) for index, p in enumerate(arrays["parameters"])]
    run.metrics_file.write_bytes(b"".join(rows))
