"""Runs with made-up lines and planes, to test evidence without training."""

import functools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy

from experiments.command_line.catalog import find
from experiments.loss_landscape.naming import MATCHED, START, TRAINED, line_name, plane_name
from experiments.loss_landscape.readings import Reading
from experiments.loss_landscape.settings import LossLandscapeSettings
from research.records.stage_store import write_stages
from research.records.status import Status
from research.records.store import Plan, Record, RunStore, VariantPlan
from research.settings.document import Document, read_document
from research.settings.resolve import resolve
from research.surface import Surface

WEIGHTS = 105_866
Loss = Callable[..., Any]
Losses = Callable[[str, str, str, int], Loss]


def bowl(curvature: float, centre: float = 0.0, low: float = 0.33) -> Loss:
    """A parabola with its smallest value away from the middle."""
    return lambda x, y=0.0: low + curvature * ((x - centre) ** 2 + y**2) / 2


def plausible(run: str, point: str, split: str, index: int) -> Loss:
    """Flat before training; afterwards bowls that dropout makes a little flatter."""
    del split
    if point == START:
        return lambda x, y=0.0: 2.3 + 0.002 * x + 0.001 * y
    curvature = (0.7 if "dropout" in run else 0.9) + 0.02 * index
    return bowl(curvature, 0.001)


def make_record(
    folder: Path,
    preset: str = "quick",
    overrides: Mapping[str, Any] | None = None,
    variants: list[str] | None = None,
    seeds: list[int] | None = None,
) -> Record:
    """A record of a preset in which all runs are done; their surfaces are not on disk.

    Args:
        folder: where.
        preset: the preset.
        overrides: settings, by dotted key.
        variants: only these.
        seeds: only these.
    """
    command = resolve(
        shipped(), LossLandscapeSettings, preset, variants, seeds=seeds, overrides=overrides or {}
    )
    plan = Plan(
        experiment="loss_landscape",
        variants={
            name: VariantPlan(label=each.label, settings=each.settings.model_dump(mode="json"))
            for name, each in command.variants.items()
        },
        runs=command.runs,
    )
    record = Record.create(folder, plan, {})
    for store in record.runs():
        write_stages(store, ("training", "landscape"))
        store.write_status(Status("done", 10, 10, seconds=30.0))
    return record


@functools.cache
def shipped() -> Document:
    """The shipped YAML file, read once."""
    return read_document(find("loss_landscape").config)


def make_readings(
    record: Record,
    losses: Losses = plausible,
    training_loss: Callable[[str], float | None] = lambda _: 0.39,
    cosine: Callable[[str], float] = lambda _: -0.008,
) -> list[Reading]:
    """What evidence would read of a record.

    Args:
        record: with its settings.
        losses: the loss along a line or over a plane, by run, point, split and index of the line.
        training_loss: at the matched point, by run; None leaves that point out.
        cosine: of two directions, by run.
    """
    readings = []
    for store in record.runs():
        run = f"{store.variant}/{store.seed}"
        plain = record.plan.variants[store.variant].settings
        settings = LossLandscapeSettings.model_validate(plain)
        found = surfaces(settings, run, losses, training_loss(run), cosine(run))
        readings.append(Reading(store, settings, {each.name: each for each in found}))
    return readings


def surfaces(
    settings: LossLandscapeSettings,
    run: str,
    losses: Losses = plausible,
    training_loss: float | None = 0.39,
    cosine: float = -0.008,
) -> Iterator[Surface]:
    """The lines and planes of one run."""
    about = {"weights": WEIGHTS, "cosines_of_noise": [0.001, cosine], "examples": 512}
    [axis], planes = settings.lines.axes, settings.planes.axes
    x, y = numpy.array(planes[0])[:, None], numpy.array(planes[1])[None, :]
    for point in (START, MATCHED, TRAINED):
        if point == MATCHED and training_loss is None:
            continue
        known = {**about, "training_loss": training_loss if point == MATCHED else None}
        for split in ("train",) if point == MATCHED else ("train", "test"):
            for index in range(settings.directions):
                values = losses(run, point, split, index)(numpy.array(axis))
                yield surface(line_name(point, split, index), (axis,), values, known)
            if point != MATCHED:
                values = losses(run, point, split, 0)(x, y)
                yield surface(plane_name(point, split), planes, values, known)


def surface(
    name: str, axes: tuple[tuple[float, ...], ...], loss: Any, about: Mapping[str, Any]
) -> Surface:
    """One surface; of a plane every second row is filled in."""
    evaluated = numpy.ones(loss.shape, dtype=bool)
    if loss.ndim == 2:
        evaluated[1::2] = False
    arrays = tuple(numpy.array(axis) for axis in axes)
    return Surface(name, arrays, {"loss": loss}, evaluated, 0.0005, about)


def write_surfaces(store: RunStore, found: Iterable[Surface]) -> None:
    """Puts surfaces into the record, as the sweep does."""
    stage = store.stage("landscape")
    for each in found:
        described = {
            **each.about,
            "axes": [axis.tolist() for axis in each.axes],
            "measures": ["loss"],
            "held_out_error": each.held_out_error,
        }
        stage.save_array(f"{each.name}.surface", 3, each.loss[None])
        stage.save_array(f"{each.name}.evaluated", 3, each.evaluated.astype(float))
        text = json.dumps(described).encode()
        stage.save_array(f"{each.name}.description", 3, numpy.array(list(text), dtype=float))
