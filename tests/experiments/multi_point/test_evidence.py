"""Figures of a record, of a part of one, and of an empty one."""

import numpy
import pytest

from experiments.multi_point import evidence
from research.evidence.style import read_caption
from research.records.status import Status
from tests.experiments.multi_point.made_up import make_record


def test_every_figure_is_drawn_with_a_caption(tmp_path):
    figures = evidence.figures(make_record(tmp_path, {"digits": 10, "fashion": 20}))
    assert list(figures) == ["multi_point", "surface-fashion", "agreement"]
    for figure in figures.values():
        figure.draw_without_rendering()
        assert all(read_caption(figure))


def test_the_panels_are_the_picture_and_both_surfaces_upright(tmp_path):
    record = make_record(tmp_path, {"digits": 10}, seeds=(0,), by_training=1.0)
    figure = evidence.figures(record)["multi_point"]
    asked, before, found, after = figure.axes[:4]
    store = record.run("digits", 0)
    picture = store.arrays("picture")[200]
    assert numpy.array_equal(asked.images[0].get_array(), picture)
    assert numpy.array_equal(after.images[0].get_array(), store.arrays("test_loss")[1200])
    assert numpy.array_equal(before.images[0].get_array(), store.arrays("start_test_loss")[200])
    scales = {(axes.images[0].norm.vmin, axes.images[0].norm.vmax) for axes in (before, after)}
    assert scales == {(0.2, 4.0)}
    assert (found.images[0].get_array() == 2).sum() == 10
    [text] = found.get_legend().get_texts()
    assert text.get_text() == "wrong: 2.2 %"
    assert {axes.get_xlim() for axes in (asked, after)} == {(-0.5, 31.5)}
    assert {axes.get_ylim() for axes in (asked, after)} == {(13.5, -0.5)}


def test_pictures_that_are_not_wide_stand_in_one_row(tmp_path):
    for shape, rows in (((20, 20), 1), ((20, 40), 2)):
        changes = {"pattern.rows": shape[0], "pattern.columns": shape[1]}
        record = make_record(tmp_path / str(rows), {"random": 10}, seeds=(0,), **changes)
        figure = evidence.figures(record)["multi_point"]
        figure.draw_without_rendering()
        assert len({round(axes.get_position().y0, 2) for axes in figure.axes[:4]}) == rows


def test_the_run_that_is_shown_is_the_median_one(tmp_path):
    record = make_record(tmp_path, {"digits": 10}, seeds=(0, 1, 2))
    for seed, agreed in ((0, 0.99), (1, 0.97), (2, 0.5)):
        rows = record.run("digits", seed).metrics_file
        rows.write_bytes(b"")
        record.run("digits", seed).append(1200, {"test/agreement_best": agreed})
    text = read_caption(evidence.figures(record)["multi_point"])[1]
    assert "Seed 1, by its agreement in the middle of 3." in text


def test_captions_say_what_the_settings_are(tmp_path):
    record = make_record(tmp_path, {"random-norm": 10}, **{"model.widths": [8, 9]})
    title, _ = read_caption(evidence.figures(record)["multi_point"])
    assert title == "MLP 8-9, batch norm on 8 × 8 digits: a plane of 20 × 20 of them"


def test_the_agreement_begins_before_training(tmp_path):
    figure = evidence.figures(make_record(tmp_path))["agreement"]
    [axes] = figure.axes
    [bold] = [line for line in axes.lines if line.get_label() == "the digits ones"]
    assert list(bold.get_xdata()) == [0, 200, 1200]
    expected = [100 * 299 / 448, 100 * (1 - 70 / 448), 100 * (1 - 10 / 448)]
    numpy.testing.assert_allclose(bold.get_ydata(), expected)
    levels = {round(line.get_ydata()[0], 1) for line in axes.lines if len(line.get_ydata()) == 2}
    assert levels == {66.7, 95.0}


def test_runs_of_different_length_are_drawn_together(tmp_path):
    record = make_record(tmp_path)
    rows = record.run("digits", 1).metrics_file
    rows.write_bytes(rows.read_bytes().splitlines(keepends=True)[0])
    for figure in evidence.figures(record).values():
        figure.draw_without_rendering()
    rows.unlink()
    record.run("digits", 0).metrics_file.unlink()
    assert evidence.figures(record) == {} == evidence.interactive(record)


def test_a_seed_that_has_not_begun_keeps_claims_about_every_seed_open(tmp_path):
    record = make_record(tmp_path, {"digits": 10})
    store = record.run("digits", 1)
    store.metrics_file.unlink()
    store.write_status(Status("waiting"))
    found = {each.id: each for each in evidence.verdicts(record)}
    assert (found["C7"].verdict, found["C7"].note) == ("not measured", "digits/1 is waiting")


def test_the_relief_stands_upright():
    plane = evidence.upright(numpy.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    assert [axis.tolist() for axis in plane.axes] == [[-1, 0, 1], [-0.5, 0.5]]
    assert plane.loss.tolist() == [[4, 1], [5, 2], [6, 3]]


def test_all_surfaces_can_be_turned(tmp_path):
    pytest.importorskip("plotly")
    [figure] = evidence.interactive(make_record(tmp_path)).values()
    assert [trace.name for trace in figure.data] == [
        "the digits ones, seed 0",
        "the digits ones, seed 1",
    ]
