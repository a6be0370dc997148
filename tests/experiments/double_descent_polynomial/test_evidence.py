"""What the figures show, read back from made-up curves."""

import pytest

from experiments.double_descent_polynomial.drawing import scientific
from experiments.double_descent_polynomial.evidence import animations, figures, interactive
from research.evidence.gif import gif_bytes
from tests.experiments.double_descent_polynomial.made_up import error_of, record_of


def texts_of(axes):
    return [" ".join(text.get_text().split()) for text in axes.texts]


def bold(axes):
    return {line.get_label(): line for line in axes.lines if line.get_linewidth() >= 3}


def test_the_curve_its_fits_and_the_two_statements(tmp_path):
    record = record_of(tmp_path, variants={"lecture", "nodes"}, seeds=[0])
    [figure] = [figures(record)["double_descent_polynomial"]]
    curve, *fits = figure.axes
    lines = bold(curve)
    medians = dict(zip(*lines["equispaced"].get_data(), strict=True))
    assert medians[8] == pytest.approx(0.007) and medians[50] == pytest.approx(1e19)
    assert max(medians) == 101, "the lecture's degrees"
    assert set(lines) == {"equispaced", "Chebyshev\nnodes"}
    assert sum(line.get_linewidth() == 1 for line in curve.lines) == 40
    assert texts_of(curve)[-2:] == [
        "The height of the peak, 1 × 10¹⁹, is the conditioning of equispaced examples,"
        " not statistics: the same noise at Chebyshev's nodes has 0.06 there.",
        "The second descent does not beat the first: 0.1 against 0.007.",
    ]
    assert [axes.get_title(loc="left") for axes in fits] == [
        "P = 8: best before n",
        "P = 50: as many as n",
        "P = 75: best beyond n",
    ]
    assert {line.get_ydata()[0] for line in fits[1].lines} >= {50.0}


def test_a_low_peak_leaves_room_for_the_statement(tmp_path):
    def low(arrays):
        arrays["test"][:] = 0.1

    record = record_of(tmp_path, {"lecture": low}, seeds=[1], variants={"lecture"})
    axes = figures(record)["double_descent_polynomial"].axes[0]
    to_panel = axes.transData + axes.transAxes.inverted()
    assert to_panel.transform((1, 0.1))[1] == pytest.approx(2 / 3)
    assert axes.get_ylim()[0] == 1e-5


def test_statements_are_made_where_they_are_so(tmp_path):
    def better(arrays):
        arrays["test"][:, arrays["parameters"] > 60] = 1e-3

    def peaked(arrays):
        arrays["test"][:] = error_of("lecture", arrays["parameters"], 20)

    record = record_of(
        tmp_path, {"lecture": better, "nodes": peaked}, seeds=[1], variants={"lecture", "nodes"}
    )
    said = " ".join(texts_of(figures(record)["double_descent_polynomial"].axes[0]))
    assert "The second descent beats the first: 0.001 against 0.007." in said
    assert "conditioning" not in said


def test_all_variants(tmp_path):
    drawn = figures(record_of(tmp_path, seeds=[0]))
    panels = drawn["variants"].axes
    assert [list(bold(axes)) for axes in panels] == [
        ["Chebyshev", "Legendre", "monomials"],
        ["equispaced", "at random", "at nodes"],
        ["noise 0.25", "no noise", "ridge 0.1"],
        ["Legendre,\nat random"],
    ]
    assert panels[0].get_xlim()[1] == 301 and panels[3].get_xlim()[1] == 200


def test_without_the_lecture_another_variant_leads(tmp_path):
    record = record_of(tmp_path, variants={"nodes", "ridge"}, seeds=[0])
    drawn = figures(record)
    assert list(drawn) == ["double_descent_polynomial", "variants"]
    curve, *fits = drawn["double_descent_polynomial"].axes
    assert list(bold(curve)) == ["nodes"] and len(fits) == 3
    assert "explore" in interactive(record)
    assert gif_bytes(animations(record)["growing"], "", "").startswith(b"GIF8")
    assert texts_of(drawn["variants"].axes[3]) == ["not measured"]


def test_without_fits(tmp_path):
    bare = record_of(tmp_path, variants={"lecture"}, seeds=[0], keep_fits=False)
    drawn = figures(bare)
    assert list(drawn) == ["double_descent_polynomial"]
    assert len(drawn["double_descent_polynomial"].axes) == 1
    assert animations(bare) == interactive(bare) == {}


def test_an_unfinished_run_is_not_drawn(tmp_path):
    record = record_of(tmp_path, variants={"lecture"}, seeds=[0])
    [run] = record.runs()
    run.keep_until(60)
    assert figures(record) == animations(record) == interactive(record) == {}


def test_the_animation_grows_to_the_lectures_last_degree(tmp_path):
    record = record_of(
        tmp_path, variants={"lecture"}, seeds=[0], all_degrees_to=56, more_degrees=()
    )
    animation = animations(record)["growing"]
    _, left, right = animation._fig.axes
    assert gif_bytes(animation, "", "").startswith(b"GIF8")
    path, dot = right.lines
    assert list(path.get_xdata()) == list(range(1, 58))
    assert list(dot.get_xdata()) == [57] and path.get_ydata()[49] == pytest.approx(1e19)
    assert dot.get_ydata()[0] == path.get_ydata()[56]
    assert texts_of(left) == ["P = 57 coefficients"]
    [line] = left.lines
    assert set(line.get_ydata()) == {57.0}


def test_a_slider_with_every_degree(tmp_path):
    figure = interactive(record_of(tmp_path, variants={"lecture"}, seeds=[0]))["explore"]
    [slider] = figure.layout.sliders
    assert [step.label for step in slider.steps][:3] == ["1", "2", "3"] and len(slider.steps) == 106
    [changed, traces] = slider.steps[49].args
    assert [figure.data[index].name for index in traces] == ["fit", "this fit"]
    [places, [mark]], [fit, [error]] = changed["x"], changed["y"]
    assert set(fit) == {50.0} and mark == 50 and error == pytest.approx(1e19)
    assert len(places) == len(fit) == 400
    first, shown = slider.steps[slider.active], {trace.name: trace for trace in figure.data}
    assert first.label == "8" and shown["this fit"].x == (8,)
    assert shown["this fit"].y == (pytest.approx(0.007),)
    assert set(shown["fit"].y) == {8.0} and len(shown["examples"].x) == 50


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1234, "0.12"),
        (0.0, "0"),
        (7.2e19, "7 × 10¹⁹"),
        (1e-9, "1 × 10⁻⁹"),
        (99.7, "100"),
        (1234.5, "1,234"),
    ],
)
def test_numbers_as_a_slide_has_them(number, text):
    assert scientific(number) == text
