"""Figures of a record, of a part of one, and of an empty one."""

import numpy
import pytest

from experiments.double_descent_width import evidence
from research.evidence.style import read_caption
from tests.experiments.double_descent_width.made_up import CURVES, WIDTHS, make_record


def test_every_figure_is_drawn_with_a_caption(tmp_path):
    figures = evidence.figures(make_record(tmp_path))
    assert list(figures) == ["double_descent_width", *(f"curves-{name}" for name in CURVES)]
    for figure in figures.values():
        figure.draw_without_rendering()
        assert all(read_caption(figure))


def test_the_bold_lines_are_medians_over_parameters(tmp_path):
    figure = evidence.figures(make_record(tmp_path, seeds=(0, 1)))["double_descent_width"]
    left, right = figure.axes
    bold = {line.get_label(): line for line in right.lines if not line.get_label().startswith("_")}
    assert len(bold) == 5
    shares = [(75 * width + 10) / 4000 for width in WIDTHS]
    numpy.testing.assert_allclose(bold["reused up to nK"].get_xdata(), shares)
    expected = 1.005 * numpy.array(CURVES["noise"])
    numpy.testing.assert_allclose(bold["reused up to nK"].get_ydata(), expected)
    thin = [line for line in left.lines if line.get_linewidth() == 1]
    assert len(thin) == 2 * 4


@pytest.mark.parametrize(
    ("names", "panels"), [(["clean"], 1), (["adam"], 1), (["early", "clean"], 2)]
)
def test_panels_are_those_that_were_measured(tmp_path, names, panels):
    record = make_record(tmp_path, {name: CURVES[name] for name in names})
    assert len(evidence.figures(record)["double_descent_width"].axes) == panels


def test_runs_of_different_length_are_drawn_together(tmp_path):
    record = make_record(tmp_path, {"clean": CURVES["clean"]}, seeds=(0, 1))
    rows = record.run("clean", 1).metrics_file
    rows.write_bytes(b"".join(rows.read_bytes().splitlines(keepends=True)[:5]))
    for figure in evidence.figures(record).values():
        figure.draw_without_rendering()
    rows.unlink()
    record.run("clean", 0).metrics_file.unlink()
    assert evidence.figures(record) == {}


def texts(axes):
    return [text.get_text() for text in axes.texts]


def said_below(figure):
    return " ".join(axes.get_xlabel() for axes in figure.axes)


def main_figure(record):
    return evidence.figures(record)["double_descent_width"]


def titles(figure):
    return [axes.get_title(loc="left").replace("\n", " ") for axes in figure.axes]


def test_lines_and_threshold_are_explained_once(tmp_path):
    figure = main_figure(make_record(tmp_path))
    left, right = figure.axes
    assert texts(right) == ["0.65 nK", "nK", "1.6 nK"]
    assert "nK" in texts(left)
    assert said_below(figure).count("n = 400 images, K = 10 classes") == 1
    assert said_below(figure).count("bold: the median; thin: single networks") == 1
    assert titles(figure) == [
        "Right labels, weights reused up to nK",
        "Test loss, 15 % of the labels wrong",
    ]
    colours = [
        {line.get_color() for line in axes.lines if line.get_linewidth() == 3}
        for axes in (left, right)
    ]
    assert not colours[0] & colours[1]


def test_one_network_alone_has_no_median(tmp_path):
    record = make_record(tmp_path, {"clean": CURVES["clean"]}, factors=(1.0,), networks=1)
    figure = main_figure(record)
    assert "bold" not in said_below(figure) and "Thin" not in read_caption(figure)[1]


def test_the_noise_that_ran_is_named(tmp_path):
    curves = {name: CURVES[name] for name in ("clean", "scratch")}
    record = make_record(tmp_path, curves, **{"data.label_noise": 0.4})
    drawn = evidence.figures(record)
    assert titles(drawn["double_descent_width"]) == [
        "40 % of the labels wrong, weights reused up to nK",
        "Test loss, 40 % of the labels wrong",
    ]
    said = {name: figure.get_suptitle() for name, figure in drawn.items()}
    assert said["curves-clean"] == "400 digits: 40 % of the labels wrong, weights reused up to nK"
    assert said["curves-scratch"] == "400 digits: 40 % of the labels wrong, weights not reused"
    anew = make_record(tmp_path / "anew", curves, **{"data.noisy_labels": "any"})
    assert titles(main_figure(anew))[1] == "Test loss, 15 % of the labels drawn anew"


def test_the_reuse_that_ran_is_named_and_the_same_runs_are_drawn_once(tmp_path):
    curves = {name: CURVES[name] for name in ("noise", "scratch")}
    drawn = evidence.figures(make_record(tmp_path, curves, reuse_until=0.8))
    assert list(drawn) == ["double_descent_width", "curves-noise"]
    (axes,) = drawn["double_descent_width"].axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["reused up to 0.8 nK"]
    assert texts(axes) == ["0.8 nK", "nK"]
    for figure in drawn.values():
        repeated = "scratch has the settings of noise and is not drawn again."
        assert read_caption(figure)[1].endswith(repeated)


def test_runs_that_differ_in_something_else_have_the_record_s_label(tmp_path):
    curves = {name: CURVES[name] for name in ("noise", "scratch")}
    record = make_record(tmp_path, curves, reuse_until=0.8)
    record.plan.variants["scratch"].settings["batch_size"] = 50
    drawn = evidence.figures(record)
    (axes,) = drawn["double_descent_width"].axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "reused up to 0.8 nK (the noise one)",
        "reused up to 0.8 nK (the scratch one)",
    ]
    assert drawn["curves-scratch"].get_suptitle().endswith("(the scratch one)")


def test_captions_say_what_is_drawn(tmp_path):
    both = read_caption(main_figure(make_record(tmp_path / "all")))[1]
    assert "Left: training and test loss, right labels, weights reused up to nK." in both
    assert "0.80 and 0.20 (right labels, weights reused up to nK)" in both
    assert "3.02 and 0.80 (reused up to nK)" in both
    curves = {"scratch": CURVES["scratch"]}
    alone = read_caption(main_figure(make_record(tmp_path / "alone", curves)))[1]
    assert "Drawn: test loss, 15 % of the labels wrong." in alone
    assert "Left" not in alone and "peak" not in alone and "Every width begins anew." in alone
