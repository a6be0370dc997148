"""What the figures show, read back from made-up curves."""

import io
from dataclasses import replace
from itertools import pairwise

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from experiments.double_descent_polynomial.drawing import scientific
from experiments.double_descent_polynomial.evidence import animations, figures, interactive
from experiments.double_descent_polynomial.measured import first_of_each, read_curves
from experiments.double_descent_polynomial.naming import same_at_nodes
from research.evidence.gif import gif_bytes
from research.evidence.style import read_caption
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
    assert set(lines) == {"equispaced", "at nodes"}
    assert sum(line.get_linewidth() == 1 for line in curve.lines) == 40
    assert curve.get_title(loc="left") == "Double descent: 20 draws and their median"
    assert texts_of(curve)[-2:] == [
        "The second descent does not beat the first: 0.1 against 0.007.",
        "The height of the peak, 1 × 10¹⁹, is the conditioning of equispaced examples,"
        " not statistics: the same noise at Chebyshev's nodes has 0.06 there.",
    ]
    legend = fits[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["target", "examples", "fit"]
    assert fits[1].get_legend() is None
    assert read_caption(figure)[0] == "Double descent of polynomials, and what its peak is made of"
    assert [axes.get_title(loc="left") for axes in fits] == [
        "P = 8: best before n",
        "P = 50: as many as n",
        "P = 75: best beyond n",
    ]
    assert {line.get_ydata()[0] for line in fits[1].lines} >= {50.0}


def test_without_two_descents_none_is_spoken_of(tmp_path):
    def low(arrays):
        arrays["test"][:] = 0.1

    record = record_of(tmp_path, {"lecture": low}, seeds=[1], variants={"lecture"})
    figure = figures(record)["double_descent_polynomial"]
    assert texts_of(figure.axes[0]) == ["", "P = n = 50"]
    assert figure.axes[0].get_title(loc="left") == "Test error: 20 draws and their median"
    assert "ouble descent" not in " ".join(read_caption(figure))
    assert figure.axes[0].get_ylim()[0] == pytest.approx(0.06), "no empty half of a panel"


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
        ["equispaced", "at nodes", "at random"],
        ["noise 0.25", "no noise", "ridge 0.1"],
        ["Legendre,\nat random"],
    ]
    assert panels[0].get_xlim()[1] == 301 and panels[3].get_xlim()[1] == 200
    assert "no noise: below 10⁻⁵ from P = 26 to 62" in texts_of(panels[2])
    assert read_caption(drawn["variants"])[1].endswith(
        "Monomials: what float64 makes of them. Errors below 1e-05 are cut off."
    )


def test_without_the_lecture_another_variant_leads(tmp_path):
    record = record_of(tmp_path, variants={"nodes", "ridge"}, seeds=[0], all_degrees_to=51)
    drawn = figures(record)
    assert list(drawn) == ["double_descent_polynomial", "variants"]
    curve, *fits = drawn["double_descent_polynomial"].axes
    assert len(bold(curve)) == 1 and len(fits) == 3
    assert curve.get_title(loc="left").endswith("\nat nodes")
    assert "explore" in interactive(record)
    assert gif_bytes(animations(record)["growing"], "", "").startswith(b"GIF8")
    [only] = drawn["variants"].axes
    assert only.get_title(loc="left") == "sin(4.5x), n = 50, noise 0.25"
    assert list(bold(only)) == ["at nodes", "equispaced,\nridge 0.1"]


def drawn_with(folder, variants, **settings):
    record = record_of(folder, variants=variants, seeds=[0], draws=4, **settings)
    return figures(record)


def test_names_are_those_of_what_ran(tmp_path):
    """The same basis for both, other than the variants' own."""
    settings = {"basis": "legendre", "examples": 30, "noise": 1.0}
    drawn = drawn_with(tmp_path, {"lecture", "nodes"}, **settings)
    figure = drawn["double_descent_polynomial"]
    title = "Double descent: 4 draws and their median\nLegendre, n = 30, noise 1"
    assert figure.axes[0].get_title(loc="left") == title
    assert read_caption(figure)[1] == (
        "30 examples of sin(4.5x) with noise 1, equispaced and at nodes, fitted by Legendre"
        " polynomials with the least norm of coefficients. Left: test error at equispaced points"
        " without noise. Right: the fits to one draw."
    )
    [panel] = drawn["variants"].axes
    assert panel.get_title(loc="left") == "Places of the examples"
    assert list(bold(panel)) == ["equispaced", "at nodes"]


def test_a_long_title_is_broken(tmp_path):
    record = record_of(tmp_path, variants={"schaeffer"}, seeds=[0])
    title = figures(record)["double_descent_polynomial"].axes[0].get_title(loc="left")
    assert title.splitlines() == [
        "Double descent: 30 draws and their median",
        "Legendre, at random, n = 15, 2x+cos(25x),",
        "no noise",
    ]


def test_runs_that_are_alike_are_drawn_once(tmp_path):
    names = {"lecture", "legendre", "nodes"}
    drawn = drawn_with(tmp_path, names, basis="monomial", design="uniform")
    assert list(drawn) == ["double_descent_polynomial"]
    figure = drawn["double_descent_polynomial"]
    assert len(bold(figure.axes[0])) == 1
    assert "monomials, at random" in figure.axes[0].get_title(loc="left")
    assert read_caption(figure)[1].endswith(
        "Drawn once: legendre is the same run as lecture, nodes is the same run as lecture."
    )
    assert "conditioning" not in " ".join(texts_of(figure.axes[0]))


def test_a_flag_that_makes_two_variants_alike(tmp_path):
    drawn = drawn_with(tmp_path, {"lecture", "nodes", "ridge"}, ridge=0.1)
    [panel] = drawn["variants"].axes
    assert list(bold(panel)) == ["equispaced", "at nodes"]
    assert "ridge is the same run as lecture" in read_caption(drawn["variants"])[1]


def test_the_same_noise_at_the_nodes_and_nothing_else_differs(tmp_path):
    """Only then is the height the places' doing."""
    curves = first_of_each(read_curves(record_of(tmp_path, seeds=[0], draws=4)))
    shown = curves["lecture"]
    assert same_at_nodes(shown, curves) is curves["nodes"]
    for changed in ({"ridge": 0.1}, {"noise": 0.5}, {"basis": "legendre"}, {"draws": 5}):
        other = replace(
            curves["nodes"], settings=curves["nodes"].settings.model_copy(update=changed)
        )
        assert same_at_nodes(shown, {"lecture": shown, "nodes": other}) is None
    assert same_at_nodes(curves["uniform"], curves) is None


@pytest.mark.parametrize(("examples", "last"), [(20, 60), (12, 100), (50, 56)])
def test_texts_lie_on_nothing(tmp_path, examples, last):
    """Wherever the peak is: neither on a line nor on another text."""
    settings = {"examples": examples, "all_degrees_to": last, "more_degrees": ()}
    figure = drawn_with(tmp_path, {"lecture", "nodes"}, **settings)["double_descent_polynomial"]
    axes = figure.axes[0]
    FigureCanvasAgg(figure).draw()
    words = ("The second descent", "The height of the peak")
    texts = [text for text in axes.texts if text.get_text().startswith(words)]
    assert len(texts) == 2
    inside = [text.get_window_extent() for text in texts]
    for box in inside:
        assert axes.bbox.x0 <= box.x0 and box.x1 <= axes.bbox.x1 and box.y1 <= axes.bbox.y1
    for one, other in pairwise([*inside, inside[0]]):
        assert not one.overlaps(other)
    for line in axes.lines:
        path = line.get_transform().transform_path(line.get_path())
        assert not any(path.intersects_bbox(box, filled=False) for box in inside)


def test_names_stand_close_to_their_lines(tmp_path):
    axes = drawn_with(tmp_path, {"lecture", "nodes"})["double_descent_polynomial"].axes[0]
    to_panel = axes.transData + axes.transAxes.inverted()
    names = {text.get_text(): text.get_position()[1] for text in axes.texts}
    for name, line in bold(axes).items():
        end = to_panel.transform((101, line.get_ydata()[-1]))[1]
        assert abs(names[name] - end) <= 0.03
    assert abs(names["equispaced"] - names["at nodes"]) >= 0.049


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
    left, right = animation._fig.axes
    picture = gif_bytes(animation, "", "")
    assert picture.startswith(b"GIF8") and len(picture) < 1_000_000
    with Image.open(io.BytesIO(picture)) as opened:
        assert opened.n_frames > 20, "the fit is drawn over what stands still"
        assert opened.width == 1512
    path, dot = right.lines
    assert list(path.get_xdata()) == list(range(1, 58))
    assert list(dot.get_xdata()) == [57] and path.get_ydata()[49] == pytest.approx(1e19)
    assert dot.get_ydata()[0] == path.get_ydata()[56]
    assert texts_of(left) == ["P = 57 coefficients, fit to one draw"]
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
    layout = figure.layout
    assert (layout.yaxis.title.text, layout.yaxis2.title.text) == ("y", "test error (mean square)")
    assert layout.xaxis2.tickvals[:8] == (1, 2, 5, 10, 20, 50, 100, 200)
    assert layout.showlegend and layout.title.text.endswith("by number of coefficients")
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
