"""The figures, the animation and the page to explore, from made-up paths."""

import io
import re

import numpy
import pytest
from PIL import Image

from experiments.test_functions.evidence import animations, figures, interactive
from experiments.test_functions.measured import read_all
from experiments.test_functions.moving import HOLD, MOST_FRAMES, _moments
from experiments.test_functions.settings import METHODS
from research.evidence.gif import gif_bytes
from research.evidence.interactive import page
from research.evidence.style import read_caption
from research.problems.test_functions import TEST_FUNCTIONS
from tests.experiments.test_functions.made_up import record_of


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    return record_of(tmp_path_factory.mktemp("all"))


def test_every_function_has_a_panel(record):
    drawn = figures(record)
    assert set(drawn) == {"test_functions", "rates"}  # six methods are compared in one panel
    titles = [axes.get_title(loc="left") for axes in drawn["test_functions"].axes]
    assert [title.split(",")[0] for title in titles] == list(TEST_FUNCTIONS)
    assert all(all(read_caption(figure)) for figure in drawn.values())
    rosenbrock = drawn["test_functions"].axes[4]
    ends = {line.get_color(): line.get_xydata()[-1] for line in rosenbrock.get_lines()}
    assert numpy.allclose(ends["#0072B2"], [1, 1])  # gd diverges at 0.003: the other path is shown


def test_what_is_shown_of_a_method(record):
    rosenbrock = read_all(record)["rosenbrock"]
    _, rate, given = rosenbrock.shown("gd")
    assert (rate, given) == (0.001, False)
    _, rate, given = rosenbrock.shown("adam")
    assert (rate, given) == (0.003, True)


def test_rates_are_where_they_were_found(tmp_path):
    rows = {("beale", "adam"): {"largest_rate": 30.0}, ("beale", "gd"): {"largest_rate": 0.01}}
    rows["rosenbrock", "lbfgs"] = {"largest_rate": 100.0, "unstable_rate": float("inf")}
    axes = figures(record_of(tmp_path, rows=rows))["rates"].axes[0]
    found = {
        (float(line.get_xdata()[0]), line.get_marker())
        for line in axes.get_lines()[:-1]
        if len(line.get_xdata()) == 1
    }
    assert found >= {(30.0, "D"), (0.01, "D"), (0.002, "o"), (100.0, ">")}
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[-1] == "L-BFGS"


def test_all_methods_side_by_side(tmp_path):
    names = tuple(METHODS)
    record = record_of(tmp_path, variants=("beale",), beale={"methods": names})
    drawn = figures(record)["side_by_side_beale"]
    shown = [axes for axes in drawn.axes if axes.get_visible()]
    assert len(shown) == len(names)
    assert all("\nlr 0.003: " in axes.get_title(loc="left") for axes in shown)


@pytest.fixture(scope="module")
def walk(record):
    """The animation and its GIF; one that is never drawn would warn."""
    [(name, animation)] = animations(record).items()
    assert name == "walk"
    return animation, gif_bytes(animation, *read_caption(animation._fig))


def test_the_animation(walk):
    with Image.open(io.BytesIO(walk[1])) as image:
        assert image.n_frames <= len(_moments(40)) + HOLD  # equal frames are merged
        assert image.n_frames >= len(_moments(40))
        first, last = [numpy.asarray(_frame(image, index)) for index in (0, image.n_frames - 1)]
    assert (first != last).any(axis=-1).mean() > 0.001


def _frame(image, index):
    image.seek(index)
    return image.convert("RGB")


def test_panels_of_the_animation_lie_over_their_background(walk):
    """The start is a black dot of the background: where the panels say, it is black."""
    animation, _ = walk
    panels = animation._fig.axes
    [background] = animation._fig.artists
    pixels = background.pixels[::-1]
    height, width, _ = pixels.shape
    for axes, name in zip(panels, ("saddle", "rosenbrock", "beale"), strict=True):
        across, up = axes.transData.transform(TEST_FUNCTIONS[name].start)
        column, row = round(across), height - 1 - round(up)
        assert pixels[row - 1 : row + 2, column - 1 : column + 2, :3].max() < 60
    assert animation._fig.get_size_inches() * 72 == pytest.approx([width, height], abs=1)


@pytest.mark.parametrize("last", [0, 1, 10, 40, 500, 3000])
def test_moments_go_from_the_start_to_the_end(last):
    moments = _moments(last)
    assert moments[0] == 0
    assert moments[-1] == max(last, 1)
    assert moments == sorted(set(moments))
    assert len(moments) <= min(MOST_FRAMES, 3 + last // 20)


def test_the_page_needs_no_network(record):
    [(name, figure)] = interactive(record).items()
    markup = page(name, figure).decode()
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=.?(https?:)?//", markup)
    assert len(markup) > 1e6  # plotly itself is within
    views = figure.layout.updatemenus[0].buttons
    assert len(views) == 5
    for position, view in enumerate(views):
        [visible, _] = view.args
        assert len(visible["visible"]) == len(figure.data)
        shown = [trace for trace, on in zip(figure.data, visible["visible"], strict=True) if on]
        assert sum(trace.type == "contour" for trace in shown) == 1
        assert len(shown) == 2 + 6
        if position == 0:
            assert [trace.visible for trace in shown] == [True] * len(shown)


def test_huge_numbers_can_be_written(tmp_path):
    path = numpy.array([[1.0, 1.5, 15.0], [1e80, -1e90, 1e200]])
    record = record_of(tmp_path, variants=("beale",), paths={("beale", "gd", "rate0"): path})
    assert page("explore", interactive(record)["explore"])


def test_nothing_to_draw(tmp_path):
    record = record_of(tmp_path, variants=("square",))
    assert set(figures(record)) == {"test_functions"}
    assert animations(record) == {}
    assert interactive(record) == {}
