"""Records of skip_connections with made-up numbers, to test evidence without training."""

import functools
import json
from dataclasses import dataclass, replace

import numpy

from experiments.command_line.catalog import find
from experiments.skip_connections.settings import END_POINT, SkipConnectionsSettings
from research.records.rows import encode_row
from research.records.stage_store import write_stages
from research.records.status import Status
from research.records.store import Plan, Record, VariantPlan
from research.settings.document import read_document
from research.settings.resolve import resolve

STAGES = ("training", "landscape", "map")


@dataclass(frozen=True)
class Made:
    """The numbers of one run.

    Attributes:
        loss: training loss at the end.
        lambda_max: at the end.
        share: of the map's points that are not convex.
        bump: what is added to log10 of the loss at one point between those of the lattice.
    """

    loss: float
    lambda_max: float
    share: float
    bump: float


PLAUSIBLE = {
    "skip": Made(0.01, 10.0, 0.25, 0.01),
    "plain": Made(1.0, 100.0, 0.5, 0.02),
    "plain-long": Made(0.02, 5.0, 0.5, 0.02),
    "resnet56": Made(0.01, 10.0, 0.25, 0.01),
    "resnet56-plain": Made(0.02, 5.0, 0.5, 0.02),
}
"""Numbers that meet every claim."""


@functools.cache
def shipped():
    """The shipped YAML file, read once."""
    return read_document(find("skip_connections").config)


def make_record(
    folder, preset="quick", overrides=None, seeds=None, variants=None, empty=False, **changed
):
    """A record of a shipped preset in which all runs are done.

    Args:
        folder: where.
        preset: the preset.
        overrides: settings, by dotted key.
        seeds: instead of the preset's.
        variants: only these.
        empty: whether runs are done and have left nothing, for what depends on the plan alone.
        changed: by variant, with _ for -, what differs of its numbers, by field or by seed.
    """
    command = resolve(
        shipped(), SkipConnectionsSettings, preset, variants, overrides=overrides or {}
    )
    plan = Plan(
        experiment="skip_connections",
        variants={
            name: VariantPlan(label=each.label, settings=each.settings.model_dump(mode="json"))
            for name, each in command.variants.items()
        },
        runs={name: list(seeds or known) for name, known in command.runs.items()},
    )
    record = Record.create(folder, plan, {})
    for store in record.runs():
        store.write_status(Status("done", 1, 1))
        if empty:
            continue
        changes = changed.get(store.variant.replace("-", "_"), {})
        known = PLAUSIBLE.get(store.variant, PLAUSIBLE["skip"])
        made = replace(known, **changes.get(store.seed, {} if 0 in changes else changes))
        write_run(store, command.variants[store.variant].settings, made)
    return record


def write_run(store, settings, made, until="map"):
    """What the stages of one run leave, up to one of them."""
    write_stages(store, STAGES)
    writers = {"training": _training, "landscape": _landscape, "map": _map}
    for name, write in writers.items():
        stage = store.stage(name)
        stage.folder.mkdir(parents=True, exist_ok=True)
        write(stage, settings, made)
        if name == until:
            return


def _training(stage, settings, made):
    row = {"train/loss": 2.3, "test/accuracy": 0.1}
    stage.append(settings.evaluation.every, row)
    row = {"train/loss": made.loss, "test/accuracy": 0.9}
    stage.append(settings.trainer.max_steps, row)


def _landscape(stage, settings, made):
    axes = settings.surface.axes
    write_plane(stage, axes, plane(axes, made.bump))
    about = {"metrics": {"lambda_max": made.lambda_max}}
    save(stage, f"{END_POINT}.description", encoded(about))


def plane(axes, bump):
    """A loss whose logarithm is a quadratic, but for one point beside the lattice's."""
    x, y = (numpy.array(axis) for axis in axes)
    heights = x[:, None] ** 2 + 2 * y[None, :] ** 2 - 1
    heights[1, 1] += bump
    return 10**heights


def write_plane(stage, axes, loss, evaluated=None):
    """The arrays that a finished surface leaves."""
    about = {"axes": [list(axis) for axis in axes], "measures": ["loss"], "held_out_error": 0.0}
    save(stage, "train.surface", loss[None])
    save(stage, "train.evaluated", numpy.ones_like(loss) if evaluated is None else evaluated)
    save(stage, "train.description", encoded(about))


def _map(stage, settings, made):
    first, second = settings.map_axes
    points = [(x, y) for x in first for y in second]
    lines = []
    for index, (x, y) in enumerate(points):
        is_convex = index >= made.share * len(points)
        ratio, highest = 0.1 if is_convex else 0.11, 1.0 + index
        row = {
            "x": x,
            "y": y,
            "ratio": ratio,
            "lambda_max": highest,
            "lambda_min": -ratio * highest,
        }
        lines.append(encode_row(index, row))
    stage.metrics_file.write_bytes(b"".join(lines))


def encoded(value):
    return numpy.array(list(json.dumps(value).encode()), dtype=numpy.float64)


def save(stage, name, values):
    folder = stage.folder / "arrays" / name  # at once: save_array waits for the disk
    folder.mkdir(parents=True, exist_ok=True)
    numpy.save(folder / "0.npy", values)
