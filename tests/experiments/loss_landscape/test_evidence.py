"""Figures of loss_landscape, read back from what was drawn; and records that lack something."""

import numpy
import pytest

from experiments.loss_landscape import evidence
from experiments.loss_landscape.curvature_figure import curvature_figure
from experiments.loss_landscape.lines_figure import lines_figure
from experiments.loss_landscape.naming import START, TRAINED
from experiments.loss_landscape.planes_figure import contours_figure, reliefs_figure, to_turn
from experiments.loss_landscape.readings import of_one_seed, read
from research.evidence.style import lecture_style, read_caption
from research.records.status import Status
from tests.experiments.loss_landscape.synthetic import (
    bowl,
    make_readings,
    make_record,
    surfaces,
    write_surfaces,
)


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    return make_record(tmp_path_factory.mktemp("quick") / "r")


@pytest.fixture
def readings(record):
    with lecture_style():
        yield make_readings(record)


def titles(figure):
    found = [axes.get_title(loc="left") or axes.get_title() for axes in figure.axes]
    return [title for title in found if title]


def test_one_run_of_each_variant(readings):
    assert [each.name for each in of_one_seed(readings)] == ["plain/0", "dropout/0"]
    assert [each.name for each in of_one_seed(readings[2:])] == ["plain/2", "dropout/2"]
    assert [each.name for each in of_one_seed(readings[:6])] == ["plain/0", "dropout/0"]
    assert of_one_seed([]) == []


def test_lines_before_and_after(readings):
    figure = lines_figure(of_one_seed(readings))
    assert titles(figure) == [
        "no dropout: before training",
        "dropout 0.2: before training",
        "no dropout: after training",
        "dropout 0.2: after training",
    ]
    before, after = figure.axes[0], figure.axes[3]
    named = [line for line in after.lines if line.get_label() == "training images"]
    [x, y] = named[0].get_data()
    assert y == pytest.approx(0.33 + 0.77 * (x - 0.001) ** 2 / 2)
    assert numpy.ptp(before.get_ylim()) == pytest.approx(numpy.ptp(after.get_ylim()))
    assert before.get_ylim()[0] < 2.3 < before.get_ylim()[1]
    text = read_caption(figure)[1]
    assert "Seed 0." in text and "8 random directions" in text and "512 images" in text


def test_level_lines_on_one_scale(readings):
    figure = contours_figure(of_one_seed(readings), TRAINED)
    assert len(titles(figure)) == 4
    [highest] = {axes.collections[0].norm.vmax for axes in figure.axes[:4]}
    assert highest == pytest.approx(0.33 + 0.9 * (0.301**2 + 0.09) / 2)
    text = read_caption(figure)[1]
    assert "51 × 51 points, of which 1326 were measured" in text
    assert "at most 0.05% of a plane's range" in text


def test_reliefs_before_and_after(readings):
    figure = reliefs_figure(of_one_seed(readings))
    panels = [axes for axes in figure.axes if axes.name == "3d"]
    assert panels[0].get_title() == "no dropout: before training\nloss varies by 0.0018"
    assert len(panels) == 4
    assert panels[0].get_zlim()[0] > 2 > panels[2].get_zlim()[1]
    assert panels[2].get_zlim() == panels[3].get_zlim()


def test_to_turn(readings):
    figure = to_turn(of_one_seed(readings), START)
    assert [trace.name for trace in figure.data] == [
        "no dropout, training images",
        "no dropout, test images",
        "dropout 0.2, training images",
        "dropout 0.2, test images",
    ]


def test_the_curvature_of_every_seed(readings):
    figure = curvature_figure({"plain": readings[:5], "dropout": readings[5:]})
    assert titles(figure) == [
        "training loss,\nat the end",
        "test loss,\nat the end",
        "training loss,\nwhere it first is ≤ 0.4",
    ]
    points = [line.get_xydata()[0] for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert len(points) == 10
    assert [point[1] for point in points] == pytest.approx([0.97] * 5 + [0.77] * 5)
    joined = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 2]
    assert len(joined) == 5


def test_labels_come_from_the_settings(tmp_path):
    record = make_record(tmp_path / "r", "quick", {"model.dropout": 0.35}, ["plain"], [0])
    assert make_readings(record)[0].label == "dropout 0.35"


def test_captions_follow_the_settings(tmp_path):
    overrides = {
        "lines.directions.normalisation": "filter",
        "lines.directions.vectors": "zero",
        "directions": 2,
    }
    [reading] = make_readings(make_record(tmp_path / "r", "quick", overrides, ["plain"], [0]))
    for surface in reading.surfaces.values():
        surface.about.update(dropout_seed=3, path="fast, bfloat16 preview")
    moved = "every filter would have moved by a vector as long as itself, and biases not at all"
    with lecture_style():
        lines, curved = lines_figure([reading]), curvature_figure({"plain": [reading]})
        planes = contours_figure([reading], TRAINED)
    for figure in (lines, curved):
        assert moved in read_caption(figure)[1]
    for figure in (lines, planes):
        text = read_caption(figure)[1]
        assert "with dropout, its masks drawn once, a preview in bfloat16" in text


def test_lines_that_curve_downwards_are_seen(tmp_path):
    record = make_record(tmp_path / "r", "quick", {"directions": 2}, ["plain"], [0])
    [reading] = make_readings(record, lambda *_: bowl(-1.0))
    with lecture_style():
        figure = curvature_figure({"plain": [reading]})
    assert figure.axes[0].get_ylim()[0] < -1


def test_a_seed_that_has_not_begun_keeps_claims_about_every_seed_open(tmp_path):
    record = make_record(tmp_path / "r", "quick", {"directions": 8}, seeds=[0, 1])
    for variant in ("plain", "dropout"):
        of_one = make_record(tmp_path / variant, "quick", {}, [variant], [0])
        [reading] = make_readings(of_one)
        write_surfaces(record.run(variant, 0), surfaces(reading.settings, f"{variant}/0"))
        record.run(variant, 1).write_status(Status("waiting"))
    found = {each.id: each for each in evidence.verdicts(record)}
    assert (found["C2-flat"].verdict, found["C2-flat"].note) == (
        "not measured",
        "plain/1 is waiting",
    )


def test_what_is_written_is_read(tmp_path):
    record = make_record(tmp_path / "r", "quick", {"directions": 2}, ["plain"], [7])
    assert read(record) == [] and evidence.figures(record) == {}
    assert evidence.interactive(record) == {}
    assert {each.verdict for each in evidence.verdicts(record)} == {"not measured"}
    [expected] = make_readings(record)
    found = list(surfaces(expected.settings, "plain/7"))
    write_surfaces(record.run("plain", 7), found[:1])
    assert read(record)[0].lines(START, "train") is None
    assert set(evidence.figures(record)) == {"loss_landscape", "curvature"}
    write_surfaces(record.run("plain", 7), found[1:])
    assert set(evidence.figures(record)) == {
        "loss_landscape",
        "reliefs",
        "plane-start",
        "plane-trained",
        "curvature",
    }
    assert set(evidence.interactive(record)) == {"turn-start", "turn-trained"}
    again = read(record)[0].lines(TRAINED, "test")
    assert again.losses.tolist() == expected.lines(TRAINED, "test").losses.tolist()


def test_reliefs_of_the_test_loss_where_there_is_no_other(tmp_path):
    record = make_record(tmp_path / "r", "quick", {"planes.splits": ["test"]}, ["plain"], [0])
    [reading] = make_readings(record)
    del reading.surfaces["start-train-plane"], reading.surfaces["trained-train-plane"]
    title, _ = read_caption(reliefs_figure([reading]))
    assert title == "The loss of test images as a relief, before and after training"
