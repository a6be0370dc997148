"""The curve over seeds and the mark of the threshold, read back from what was drawn."""

import numpy
import pytest

from research.evidence.style import BLUE, GREY, lecture_style, slide
from research.evidence.threshold_figure import draw_curve, mark_threshold, median


@pytest.fixture
def axes():
    with lecture_style():
        yield slide().subplots()


def test_one_thin_line_a_seed_and_their_median(axes):
    values = [[1.0, 2.0, 9.0], [3.0, 4.0, 1.0], [2.0, 100.0, 5.0]]
    bold = draw_curve(axes, [5, 10, 20], values, label="test", colour=BLUE, linestyle="--")
    *thin, drawn = axes.lines
    assert drawn is bold and len(thin) == 3
    assert bold.get_ydata().tolist() == [2.0, 4.0, 5.0]
    assert bold.get_label() == "test" and bold.get_linestyle() == "--"
    assert [line.get_ydata().tolist() for line in thin] == values
    assert all(line.get_xdata().tolist() == [5, 10, 20] for line in axes.lines)
    assert all(line.get_color() == BLUE for line in axes.lines)
    assert all(line.get_linewidth() < bold.get_linewidth() for line in thin)
    assert axes.get_legend_handles_labels()[1] == ["test"]


def test_one_seed_is_its_own_median(axes):
    draw_curve(axes, [1, 2], [[3.0, 4.0]], label="one", colour=BLUE)
    assert len(axes.lines) == 1
    draw_curve(axes, [1, 2], [3.0, 4.0], label="one", colour=BLUE)
    assert axes.lines[1].get_ydata().tolist() == [3.0, 4.0]


def test_seeds_without_a_value_are_left_out():
    nan = numpy.nan
    found = median([[1.0, nan, nan], [3.0, 5.0, nan]])
    assert found[:2].tolist() == [2.0, 5.0] and numpy.isnan(found[2])


@pytest.mark.parametrize(("x", "side"), [(2, "left"), (50, "left"), (900, "right")])
def test_the_threshold_is_dashed_and_its_text_stays_in_the_panel(axes, x, side):
    axes.set(xscale="log", xlim=(1, 1000), yscale="log", ylim=(1e-5, 1e20))
    text = mark_threshold(axes, x, "as many parameters\nas examples")
    [line] = axes.lines
    assert set(line.get_xdata()) == {x} and line.get_color() == GREY
    assert line.is_dashed()
    assert text.get_ha() == side
    axes.figure.draw_without_rendering()
    box = text.get_window_extent().transformed(axes.transAxes.inverted())
    dashes = axes.transAxes.inverted().transform(axes.transData.transform((x, 1)))[0]
    assert box.x1 < dashes if side == "right" else dashes < box.x0
    assert 0 <= box.x0 < box.x1 <= 1 and 0.7 < box.y0 < box.y1 <= 1
