"""Losses by class, read back and drawn: one panel a variant, from frequent to rare."""

import math

import numpy
import pytest

from research.evidence.build import draw
from research.evidence.class_losses import mean_over_runs, read_class_counts, read_class_losses
from research.evidence.class_losses_figure import MOST, class_losses_figures, group_colours
from research.evidence.class_losses_frequencies import class_frequencies_figures
from research.evidence.style import caption, lecture_style, read_caption, slide
from research.records.run_store import RunStore
from research.records.stage_store import write_stages
from research.records.store import Plan, Record, VariantPlan
from tests.research.evidence.test_range_test_figure import NoEvidence

WATCH = {"per_class_loss": {"groups": 2}}
COUNTS, GROUPS = [3, 90, 0, 7], [1, 0, -1, 1]


def make_record(folder, variants=("tiny",), seeds=(3,), watch=WATCH, stage=None):
    plans = {
        name: VariantPlan(label=f"{name} words", settings={"watch": watch}) for name in variants
    }
    runs = {name: list(seeds) for name in variants}
    record = Record.create(folder, Plan(experiment="tiny", variants=plans, runs=runs), {})
    for run in record.runs():
        if stage:
            write_stages(run, ("first", stage))
    return record


def add(store, factor=1.0, steps=(10, 20), split="train", counts=COUNTS, groups=GROUPS):
    """Losses 1 and 3 at the first step, halved at each further one; the last has no group 2."""
    store.save_array("class_counts", 0, numpy.array(counts, dtype=float))
    store.save_array("class_groups", 0, numpy.array(groups, dtype=float))
    for index, step in enumerate(steps):
        scale = factor / 2**index
        row = {"loss/group_01": scale, "loss/group_02": 3 * scale, "loss/all": 1.2 * scale}
        row |= {"accuracy/group_01": 0.5, "accuracy/group_02": 0.25}
        if index == 2:
            del row["loss/group_02"], row["accuracy/group_02"]
        store.append(step, {f"per_class/{split}/{name}": value for name, value in row.items()})


def lines(axes):
    """Of the panel, by colour: its y values."""
    return {line.get_color(): line.get_ydata().tolist() for line in axes.lines}


def titles(figure):
    found = [axes.get_title() or axes.get_title("left") for axes in figure.axes]
    return [title for title in found if title]


def test_what_is_read(tmp_path):
    add(store := RunStore(tmp_path, "tiny", 0), steps=(10, 20, 30))
    found = read_class_losses(store)
    assert found.steps.tolist() == [10, 20, 30]
    assert found.loss[:2].tolist() == [[1, 3], [0.5, 1.5]] and found.loss[2, 0] == 0.25
    assert math.isnan(found.loss[2, 1]) and math.isnan(found.accuracy[2, 1])
    assert found.accuracy[0].tolist() == [0.5, 0.25] and found.overall.tolist() == [1.2, 0.6, 0.3]
    assert found.shares.tolist() == [0.9, 0.1] and found.classes.tolist() == [1, 2]
    assert read_class_counts(store).names is None
    assert read_class_losses(store, "validation") is None


def test_nothing_is_read_where_nothing_is(tmp_path):
    store = RunStore(tmp_path, "tiny", 0)
    assert read_class_losses(store) is read_class_counts(store) is None
    store.append(1, {"per_class/train/loss/all": 1.0})
    assert read_class_losses(store) is None, "nobody knows of what"


def test_the_mean_of_runs_is_at_the_steps_of_all(tmp_path):
    for name, factor, steps in (("a", 1.0, (10, 20)), ("b", 3.0, (5, 20)), ("c", 9.0, (20,))):
        groups = [0, 0, -1, 0] if name == "c" else GROUPS
        add(RunStore(tmp_path / name, "tiny", 0), factor, steps, groups=groups)
    runs = [read_class_losses(RunStore(tmp_path / name, "tiny", 0)) for name in "abc"]
    found = mean_over_runs(runs)  # the last one has other groups
    assert found.steps.tolist() == [20] and found.loss.tolist() == [[1.0, 3.0]]
    assert found.overall.tolist() == [pytest.approx(1.2)]


@pytest.mark.parametrize("stage", [None, "second"])
def test_a_panel_for_each_variant(tmp_path, stage):
    record = make_record(tmp_path / "r", ("one", "two"), (3, 4), stage=stage)
    for run in record.runs():
        store = run.stage(stage) if stage else run
        add(store, 1.0 if run.variant == "one" else run.seed)
    with lecture_style():
        figures = class_losses_figures(record)
    assert list(figures) == ["per_class_loss"]
    figure = figures["per_class_loss"]
    end = f",\n{stage}" if stage else ""
    assert [title.replace(", ", ",\n") for title in titles(figure)] == [
        f"one words{end}",
        f"two words{end}",
    ]
    one, two, _ = figure.axes
    frequent, rare = group_colours(2)
    assert lines(one) == {rare: [3, 1.5], frequent: [1, 0.5], "#000000": [1.2, 0.6]}
    assert list(lines(one)) == [rare, frequent, "#000000"], "the few frequent classes in front"
    assert lines(two)[rare] == [10.5, 5.25], "the mean over seeds"
    assert one.get_ylim() == two.get_ylim() and one.get_yscale() == "linear"
    assert not any(axes.get_legend() for axes in figure.axes), "it would lie over lines"
    (legend,) = figure.legends
    assert [each.get_text() for each in legend.get_texts()] == ["all classes"]
    title, text = read_caption(figure)
    assert title == "Loss class by class: train"
    assert "from frequent to rare: 1, 2; percent of the training labels: 90, 10." in text


def test_a_figure_of_validation_and_wide_losses_on_a_log_scale(tmp_path):
    record = make_record(tmp_path / "r")
    add(record.runs()[0], steps=range(10), split="validation")
    figures = class_losses_figures(record)
    assert list(figures) == ["per_class_loss_validation"]
    axes = figures["per_class_loss_validation"].axes[0]
    assert axes.get_yscale() == "log" and axes.get_ylabel() == "validation loss (log scale)"


def test_of_a_grid_each_method_has_its_best_rate(tmp_path):
    rates = ("sgdm-lr10", "sgdm-lr0.1", "sgdm-lr1", "adam-lr1e-3", "adam-lr0.01")
    record = make_record(tmp_path / "r", rates)
    factors = (-math.inf, 3.0, 2.0, 1.0, 5.0)
    for run, factor in zip(record.runs(), factors, strict=True):
        add(run, factor)
    figure = class_losses_figures(record)["per_class_loss"]
    assert titles(figure) == ["sgdm-lr1 words", "adam-lr1e-3 words"]
    assert "the lowest last loss over all labels is shown." in read_caption(figure)[1]


def test_of_many_variants_some_are_shown(tmp_path):
    record = make_record(tmp_path / "r", [f"v{index}" for index in range(MOST + 2)])
    for run in record.runs():
        add(run)
    figure = class_losses_figures(record)["per_class_loss"]
    assert len(titles(figure)) == MOST
    assert read_caption(figure)[1].endswith(" 2 further variants are not shown.")


def test_frequencies_by_rank(tmp_path):
    record = make_record(tmp_path / "r", ("one", "two"))
    for run in record.runs():
        add(run, counts=COUNTS if run.variant == "one" else COUNTS[::-1])
    figure = class_frequencies_figures(record)["class_frequencies"]
    axes = figure.axes[0]
    whole, frequent, rare = axes.lines
    assert whole.get_xydata().tolist() == [[1, 90], [2, 7], [3, 3]]
    assert frequent.get_ydata().tolist() == [90] and rare.get_ydata().tolist() == [7, 3]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    text = read_caption(figure)[1]
    assert "3 classes with 100 training labels, and 1 with none." in text


def test_frequencies_of_two_training_sets(tmp_path):
    record = make_record(tmp_path / "r", ("one", "two"))
    for run in record.runs():
        add(run, counts=COUNTS if run.variant == "one" else [5, 5, 5, 5])
    axes = class_frequencies_figures(record)["class_frequencies"].axes[0]
    assert [line.get_label() for line in axes.lines] == ["one words", "two words"]
    assert axes.lines[1].get_ydata().tolist() == [5, 5, 5, 5]


def test_drawn_in_any_experiment_unless_it_draws_its_own(tmp_path):
    record = make_record(tmp_path / "r")
    add(record.runs()[0])
    draw(record, NoEvidence)
    names = sorted(path.name for path in record.figures.glob("*.png"))
    assert names == ["class_frequencies.png", "per_class_loss.png"]

    class Own(NoEvidence):
        @staticmethod
        def figures(record):
            (figure := slide()).subplots().plot([1, 2])
            caption(figure, "Mine", "Drawn by the experiment.")
            return {"per_class_loss": figure}

    draw(record, Own)
    assert "Mine" in (record.figures / "per_class_loss.svg").read_text()
    assert (record.figures / "class_frequencies.png").exists()


@pytest.mark.parametrize("watch", [None, {"per_class_loss": None}])
def test_not_drawn_where_nothing_was_watched(tmp_path, watch):
    record = make_record(tmp_path / "r", watch=watch)
    add(record.runs()[0])
    assert class_losses_figures(record) == class_frequencies_figures(record) == {}


def test_not_drawn_where_nothing_is_there_yet(tmp_path):
    record = make_record(tmp_path / "r")
    assert class_losses_figures(record) == class_frequencies_figures(record) == {}
