"""Records of mode_connectivity with made-up paths and planes, to test evidence without training."""

import json

import numpy

from experiments.mode_connectivity.claims import AT_LEAST, NAMED_BY_CLAIMS
from experiments.mode_connectivity.settings import ModeConnectivitySettings
from research.records.status import Status
from research.records.store import Plan, Record, VariantPlan

GOOD = {
    "line": {"train/loss": 1.0, "test/error": 0.3, "moved": 1.4},
    "curve": {"train/loss": 0.01, "test/error": 0.005, "moved": 0.5},
}
"""How high each metric rises in the middle of a path: every claim holds."""


def settings_of(variant, **changes):
    plain = {}
    for key, value in {**NAMED_BY_CLAIMS[variant], **AT_LEAST[variant], **changes}.items():
        *groups, name = key.split(".")
        inner = plain
        for group in groups:
            inner = inner.setdefault(group, {})
        inner[name] = value
    plain["trainer"]["accelerator"] = "cpu"
    return ModeConnectivitySettings.model_validate(plain)


def rows_of(settings, rises, length=1.1, seed=0):
    """A parabola over each path, of the given height, above ends of 0.001 and 0.002."""
    rows = []
    for path in ("line", "curve"):
        for t in settings.positions:
            bump, end = 4 * t * (1 - t), 0.001 + 0.001 * t
            row = {
                "train/loss": end + rises[path]["train/loss"] * bump + 1e-5 * seed,
                "train/error": 0.0,
                "test/loss": 0.1 + bump * rises[path]["test/error"],
                "test/error": 0.02 + bump * rises[path]["test/error"],
                "position": t,
                "length": t * (length if path == "curve" else 1.0),
                "x": t,
                "y": 0.15 * bump if path == "curve" else 0.0,
                "off": 0.0,
            }
            if settings.has_batch_norm:
                for name in ("train/loss", "test/loss", "test/error"):
                    row[f"{name}_moved"] = row[name] + bump * rises[path]["moved"]
            rows.append(row)
    return rows


def save_at_once(stage, name, values):
    """Not `save_array`, which waits for the disk."""
    folder = stage.folder / "arrays" / name
    folder.mkdir(parents=True, exist_ok=True)
    numpy.save(folder / "9.npy", numpy.asarray(values, dtype=numpy.float64))


def make_plane(stage, split):
    """A valley along the curve y = 0.6 x (1 - x), on a grid that is not square."""
    x, y = numpy.linspace(-0.3, 1.3, 9), numpy.linspace(-0.6, 0.9, 7)
    loss = 0.01 + 20 * (y[None, :] - 0.6 * (x * (1 - x))[:, None]) ** 2
    about = {
        "axes": [x.tolist(), y.tolist()],
        "measures": ["accuracy", "loss"],
        "held_out_error": 0.0,
    }
    save_at_once(stage, f"{split}.surface", numpy.stack([1 - loss / 30, loss]))
    save_at_once(stage, f"{split}.evaluated", numpy.ones_like(loss))
    save_at_once(stage, f"{split}.description", list(json.dumps(about).encode()))


def make_record(
    folder,
    variants=("bezier",),
    seeds=(0, 1),
    rises=GOOD,
    state="done",
    length=1.1,
    points=None,
    planes=True,
    **changes,
):
    """A record whose paths rise as said; `points` keeps the first of them only."""
    plans = {
        name: VariantPlan(
            label=f"the {name} one", settings=settings_of(name, **changes).model_dump(mode="json")
        )
        for name in variants
    }
    plan = Plan(
        experiment="mode_connectivity",
        variants=plans,
        runs={name: list(seeds) for name in variants},
        workers=1,
    )
    record = Record.create(folder, plan, {"command": ["descent"]})
    for store in record.runs():
        settings = settings_of(store.variant, **changes)
        along = store.stage("along")
        rows = rows_of(settings, rises, length, store.seed)
        for index, row in enumerate(rows[:points]):
            along.append(index, row)
        if planes:
            for split in ("train", "test"):
                make_plane(store.stage("plane"), split)
        store.write_status(Status(state, 1, 1))
    return record
