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
    left, right = evidence.figures(make_record(tmp_path, seeds=(0, 1)))["double_descent_width"].axes
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
