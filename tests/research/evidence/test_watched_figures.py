"""Figures of what was watched: in any experiment whose runs watch, and nowhere else."""

import json

import numpy
import pytest

from research.evidence.build import draw
from research.evidence.style import lecture_style, read_caption
from research.evidence.watched_curvature_figure import watched_curvature_figures
from research.evidence.watched_surfaces_figure import MOST, watched_surfaces_figures
from research.records.stage_store import write_stages
from research.records.store import Plan, Record, VariantPlan
from tests.research.evidence.test_range_test_figure import NoEvidence

WATCH = {"curvature": {"every": 5}, "surfaces": {"steps": [0]}, "trajectory": None}


def make_record(folder, watch=WATCH, seeds=(3,), stage=None):
    variant = VariantPlan(label="tiny", settings={"watch": watch})
    plan = Plan(experiment="tiny", variants={"tiny": variant}, runs={"tiny": list(seeds)})
    record = Record.create(folder, plan, {})
    stores = []
    for run in record.runs():
        if stage:
            write_stages(run, ("first", stage))
        stores.append(run.stage(stage) if stage else run)
    return record, stores


def add_curvature(store, split="train", factor=1.0):
    for step in (10, 20, 30):
        values = {"lambda_max": factor * step, "lambda_max_residual": 0.5, "ratio": 0.1}
        values |= {"lambda_min": -1.0} if step > 10 else {}
        store.append(step, {f"curvature/{split}/{name}": each for name, each in values.items()})


def add_surface(store, split, step, height, dimensions=2):
    shape = (3, 2)[:dimensions]
    axes = [[-1.0, 0.0, 1.0], [0.0, 2.0]][:dimensions]
    values = numpy.full((2, *shape), float(height)) + numpy.arange(shape[0]).reshape(
        -1, *[1] * (dimensions - 1)
    )
    about = {"axes": axes, "measures": ["half_width", "loss"], "held_out_error": 0.0}
    about |= {"split": split, "step": step, "examples": 7, "batch_norm": "frozen"}
    about |= {"normalisation": "filter", "vectors": "zero", "seed": 0}
    name = f"{split}-{step}"
    store.save_array(f"{name}.surface", step, values)
    store.save_array(f"{name}.evaluated", step, numpy.ones(shape))
    text = numpy.frombuffer(json.dumps(about).encode(), dtype=numpy.uint8)
    store.save_array(f"{name}.description", step, text.astype(float))


def titles(figure):
    return [axes.get_title() or axes.get_title("left") for axes in figure.axes]


@pytest.mark.parametrize("stage", [None, "training"])
def test_curvature_over_steps(tmp_path, stage):
    record, (one, other) = make_record(tmp_path / "r", seeds=(3, 4), stage=stage)
    add_curvature(one)
    add_curvature(other, factor=2.0)
    with lecture_style():
        figure = watched_curvature_figures(record)["watched_curvature"]
    assert titles(figure) == ["largest Hessian eigenvalue", "smallest Hessian eigenvalue"]
    largest, smallest = figure.axes
    assert [line.get_ydata().tolist() for line in largest.lines] == [[10, 20, 30], [20, 40, 60]]
    assert [line.get_xdata().tolist() for line in smallest.lines] == [[20, 30]] * 2
    band = largest.collections[0].get_paths()[0].vertices
    assert (band[:, 1].min(), band[:, 1].max()) == (9.5, 30.5)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["tiny"]


def test_curvature_over_orders_of_magnitude_and_of_two_splits(tmp_path):
    record, (store,) = make_record(tmp_path / "r")
    add_curvature(store)
    add_curvature(store, "validation", 100.0)
    figure = watched_curvature_figures(record)["watched_curvature"]
    assert titles(figure)[0] == "largest Hessian eigenvalue (log scale)"
    assert figure.axes[0].get_yscale() == "log" and figure.axes[1].get_yscale() == "linear"
    assert [line.get_linestyle() for line in figure.axes[0].lines] == ["-", "--"]
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert words == ["tiny", "train", "validation"]
    assert read_caption(figure)[1].endswith("Split: train, validation.")


@pytest.mark.parametrize("stage", [None, "training"])
def test_planes_by_split_and_step_on_one_scale(tmp_path, stage):
    record, (store,) = make_record(tmp_path / "r", stage=stage)
    for step, height in ((0, 5.0), (10, 1.0), (5, 3.0)):
        add_surface(store, "train", step, height)
        add_surface(store, "test", step, height + 1)
    ((name, figure),) = watched_surfaces_figures(record).items()
    assert name == "watched_surfaces-tiny-3" + ("-training" if stage else "")
    assert [title for title in titles(figure) if title] == [
        f"{split}, step {step}" for split in ("test", "train") for step in (0, 5, 10)
    ]
    norms = [axes.collections[0].norm for axes in figure.axes[:6]]
    assert {(norm.vmin, norm.vmax) for norm in norms} == {(1.0, 8.0)}


def test_lines_and_of_many_steps_some(tmp_path):
    record, (store,) = make_record(tmp_path / "r")
    for step in range(0, 100, 10):
        add_surface(store, "train", step, step, dimensions=1)
    figure = watched_surfaces_figures(record)["watched_surfaces-tiny-3"]
    (axes,) = figure.axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert len(labels) == MOST and (labels[0], labels[-1]) == ("step 0", "step 90")
    assert axes.lines[-1].get_ydata().tolist() == [90, 91, 92]


def test_drawn_in_any_experiment(tmp_path):
    record, (store,) = make_record(tmp_path / "r")
    add_curvature(store)
    add_surface(store, "train", 0, 1.0)
    draw(record, NoEvidence)
    names = sorted(path.name for path in record.figures.glob("*.png"))
    assert names == ["watched_curvature.png", "watched_surfaces-tiny-3.png"]


@pytest.mark.parametrize("watch", [None, {"curvature": None, "surfaces": None}])
def test_not_drawn_where_nothing_was_watched(tmp_path, watch):
    """Whatever an experiment has measured by itself is its own to draw."""
    record, (store,) = make_record(tmp_path / "r", watch)
    add_curvature(store)
    add_surface(store, "train", 0, 1.0)
    assert watched_curvature_figures(record) == watched_surfaces_figures(record) == {}


def test_not_drawn_where_nothing_is_there_yet(tmp_path):
    record, _ = make_record(tmp_path / "r")
    assert watched_curvature_figures(record) == watched_surfaces_figures(record) == {}
