import numpy
import pytest
from matplotlib.figure import Figure

from research.evidence.build import draw
from research.evidence.empty_panels import TEXT, has_data, mark_empty_panels
from tests.research.evidence.synthetic import make_record

NAN = float("nan")

WITH_DATA = {
    "a line": lambda axes: axes.plot([1, 2], [1, 2]),
    "one point of it": lambda axes: axes.plot([1, 2], [NAN, 2], "o"),
    "points": lambda axes: axes.scatter([1], [1]),
    "bars": lambda axes: axes.bar([0], [1]),
    "an area": lambda axes: axes.fill_between([0, 1], [0, 1]),
    "contours": lambda axes: axes.contour(numpy.arange(4.0).reshape(2, 2)),
    "an image": lambda axes: axes.imshow(numpy.zeros((2, 2))),
    "lines from to": lambda axes: axes.vlines([1], [0], [1]),
    "error bars": lambda axes: axes.errorbar([1], [1], [1], fmt="none"),
}
WITHOUT = {
    "nothing": lambda axes: None,
    "an empty line": lambda axes: axes.plot([], []),
    "a line of NaN": lambda axes: axes.plot([1, 2], [NAN, NAN]),
    "a point with half a place": lambda axes: axes.plot([NAN, 1], [1, NAN]),
    "no points": lambda axes: axes.scatter([], []),
    "reference lines": lambda axes: (axes.axhline(1), axes.axvline(2), axes.axhspan(0, 1)),
    "a hidden line": lambda axes: axes.plot([1, 2], [1, 2], visible=False),
    "a title and labels": lambda axes: axes.set(title="Title", xlabel="x", yscale="log"),
}


def panel(drawing):
    axes = Figure().subplots()
    drawing(axes)
    return axes


@pytest.mark.parametrize("drawing", WITH_DATA.values(), ids=WITH_DATA)
def test_data_is_seen_and_left_alone(drawing):
    axes = panel(drawing)
    assert has_data(axes)
    mark_empty_panels(axes.figure)
    assert not axes.texts and axes.axison


@pytest.mark.parametrize("drawing", WITHOUT.values(), ids=WITHOUT)
def test_a_panel_without_data_says_so(drawing):
    axes = panel(drawing)
    assert not has_data(axes)
    mark_empty_panels(axes.figure)
    mark_empty_panels(axes.figure)
    assert [text.get_text() for text in axes.texts] == [TEXT]
    assert not axes.axison and axes.get_title(loc="center") in ("", "Title")


def test_what_is_not_blank_by_mistake_stays_as_it_is():
    off, said, hidden = Figure().subplots(1, 3)
    off.set_axis_off()
    said.text(0.5, 0.5, "no such run")
    hidden.set_visible(False)
    mark_empty_panels(off.figure)
    assert [len(axes.texts) for axes in (off, said, hidden)] == [0, 1, 0]


def test_shared_ticks_stay():
    empty, full = Figure().subplots(1, 2, sharey=True)
    full.plot([1, 2], [1, 2])
    mark_empty_panels(empty.figure)
    assert empty.axison and len(empty.texts) == 1 and not full.texts


def test_figures_of_a_record_are_marked(tmp_path):
    class Evidence:
        def verdicts(self, record):
            return []

        def figures(self, record):
            self.figure = Figure()
            self.figure.subplots()
            return {"grokking": self.figure}

    evidence = Evidence()
    draw(make_record(tmp_path / "record", ("small-wd3",), seeds=1), evidence)
    assert [text.get_text() for text in evidence.figure.axes[0].texts] == [TEXT]
