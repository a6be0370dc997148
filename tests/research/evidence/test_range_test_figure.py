"""The figure of a range test: in any experiment whose runs are one, and nowhere else."""

import numpy
import pytest

from research.evidence.build import draw
from research.evidence.range_test_figure import range_test_figures
from research.evidence.style import lecture_style
from research.records.stage_store import write_stages
from research.records.store import Plan, Record, VariantPlan


class NoEvidence:
    """An experiment without figures of its own."""

    @staticmethod
    def verdicts(record):
        return []

    @staticmethod
    def figures(record):
        return {}


def make_record(folder, schedule, rows=True, stage=None):
    variant = VariantPlan(label="tiny", settings={"schedule": {"name": schedule}})
    plan = Plan(experiment="tiny", variants={"tiny": variant}, runs={"tiny": [3]})
    record = Record.create(folder, plan, {})
    store = record.run("tiny", 3)
    if stage:
        write_stages(store, ("first", stage))
        store = store.stage(stage)
    for step in range(1, 41) if rows else ():
        rate = 10 ** (step / 10 - 4)
        loss = 2 - step / 30 if step < 35 else numpy.nan
        values = {"range_test/lr": rate, "range_test/loss": loss, "range_test/smoothed": loss}
        store.append(step, values)
    if rows:
        store.append(40, {"range_test/suggested_lr": 0.0123, "range_test/lowest_loss_lr": 0.25})
    return record


@pytest.mark.parametrize("stage", [None, "training"])
def test_a_line_a_run_with_its_suggestion(tmp_path, stage):
    record = make_record(tmp_path / "r", "range_test", stage=stage)
    with lecture_style():
        figure = range_test_figures(record)["range_test"]
    (axes,) = figure.axes
    (name,) = [text.get_text() for text in axes.get_legend().get_texts()]
    assert name == "tiny, seed 3: 0.012"
    marks = [line.get_xdata()[0] for line in axes.lines if len(line.get_xdata()) == 1]
    assert marks == pytest.approx([0.0123, 0.25])
    assert axes.get_xscale() == "log"
    low, high = axes.get_ylim()
    assert low < 2 - 34 / 30 and high > 2


def test_drawn_in_any_experiment(tmp_path):
    record = make_record(tmp_path / "r", "range_test")
    draw(record, NoEvidence)
    names = sorted(path.name for path in record.figures.iterdir())
    assert names == ["range_test.png", "range_test.svg"]


@pytest.mark.parametrize(("schedule", "rows"), [("cosine", True), ("range_test", False)])
def test_not_drawn_where_there_is_none(tmp_path, schedule, rows):
    assert range_test_figures(make_record(tmp_path / "r", schedule, rows)) == {}
