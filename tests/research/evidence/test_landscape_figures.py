"""Surfaces read back from what was drawn: index order, scales, gaps, trajectories."""

from dataclasses import dataclass

import matplotlib
import numpy
import pytest
from matplotlib.colors import LogNorm
from numpy.testing import assert_allclose

from research.evidence.landscape_figures import (
    Scale,
    Trajectory,
    colour_bar,
    contour,
    line,
    plotly_surface,
    relief,
    relief_panel,
    shared_scale,
)
from research.evidence.style import BLUE, lecture_style, slide

NAN = float("nan")


@dataclass(frozen=True)
class Surface:
    axes: tuple
    loss: numpy.ndarray


def height(x, y):
    return 1 + x + 10 * y


def slope(nx: int = 7, ny: int = 4, of=height) -> Surface:
    """A plane over a grid that is not square."""
    x, y = numpy.linspace(-1, 1, nx), numpy.linspace(0, 0.3, ny)
    return Surface((x, y), of(x[:, None], y[None, :]))


@pytest.fixture(autouse=True)
def style():
    with lecture_style():
        yield


def vertices(axes) -> numpy.ndarray:
    """All vertices of the level lines."""
    lines = axes.collections[-1]
    return numpy.concatenate([path.vertices for path in lines.get_paths()])


class TestContour:
    def test_values_are_where_their_coordinates_say(self):
        axes = slide().subplots()
        scale = contour(axes, slope(), labelled=False, levels=8)
        found = height(*vertices(axes).T)
        levels = scale.levels(8)
        assert_allclose(found, levels[numpy.abs(found[:, None] - levels).argmin(1)], atol=1e-9)
        assert axes.get_xlim() == (-1, 1) and axes.get_ylim() == (0, 0.3)

    def test_other_values_over_the_same_grid(self):
        axes = slide().subplots()
        surface = slope()
        scale = contour(axes, surface, values=100 + surface.loss)
        assert (scale.low, scale.high) == (pytest.approx(100), pytest.approx(105))

    @pytest.mark.parametrize("gaps", [0, 3, 28])
    def test_gaps_stay_empty(self, gaps):
        surface = slope()
        surface.loss.flat[:gaps] = NAN
        axes = slide().subplots()
        contour(axes, surface)
        axes.figure.canvas.draw()
        assert axes.get_facecolor() == matplotlib.colors.to_rgba("#DADCE0")

    @pytest.mark.parametrize(("low", "crossed"), [(-0.5, 2), (0.01, 0)])
    def test_the_centre_is_marked_where_it_is_inside(self, low, crossed):
        x = numpy.linspace(low, 1, 5)
        axes = slide().subplots()
        contour(axes, Surface((x, x), height(x[:, None], x[None, :])))
        assert [mark.get_marker() for mark in axes.lines] == ["+"] * crossed

    def test_a_trajectory_and_how_far_it_leaves_the_plane(self):
        axes = slide().subplots()
        path = [[0.5, 0.3], [0.2, 0.1], [0, 0]]
        contour(axes, slope(), centre=False, trajectory=Trajectory(path, [1.5, 2.5, 0.0]))
        assert axes.lines[0].get_xydata().tolist() == path
        assert axes.lines[-1].get_xydata().tolist() == [[0, 0]]
        assert axes.texts[-1].get_text() == "path leaves this plane by up to 2.5"

    def test_a_trajectory_of_nothing(self):
        axes = slide().subplots()
        contour(axes, slope(), centre=False, trajectory=Trajectory(numpy.zeros((0, 2)), []))
        assert not axes.lines

    def test_nothing_is_drawn_beyond_a_shared_scale(self):
        axes = slide().subplots()
        contour(axes, slope(), scale=Scale(2, 3))
        found = height(*vertices(axes).T)
        assert (found.min(), found.max()) == (pytest.approx(2), pytest.approx(3))


class TestRelief:
    def test_values_are_where_their_coordinates_say(self):
        axes = relief_panel(slide(), 1, 1, 1)
        relief(axes, slope())
        [facets] = axes.collections
        x, y, z = facets._faces.reshape(-1, 3).T
        assert_allclose(height(x, y), z)
        assert len(facets._facecolor3d) == 6 * 3

    def test_a_logarithmic_scale_has_logarithms_for_heights_and_values_for_words(self):
        axes = relief_panel(slide(), 1, 1, 1)
        scale = relief(axes, slope(of=lambda x, y: 10 ** height(x, y)))
        assert scale.log
        x, y, z = axes.collections[0]._faces.reshape(-1, 3).T
        assert_allclose(height(x, y), z)
        words = axes.zaxis.get_major_formatter().seq
        found = [float(word.replace(",", "")) for word in words]
        assert found == pytest.approx(10 ** axes.zaxis.get_ticklocs())

    def test_gaps(self):
        surface = slope()
        surface.loss[2:4, 1] = NAN
        axes = relief_panel(slide(), 1, 1, 1)
        relief(axes, surface)
        axes.figure.canvas.draw()

    def test_pixels_not_facets_in_an_svg(self):
        axes = relief_panel(slide(), 1, 1, 1)
        relief(axes, slope())
        assert axes.collections[0].get_rasterized()


class TestLine:
    def test_directions_and_their_mean(self):
        axes = slide().subplots()
        losses = [[1.0, 0.0, 3.0], [3.0, 2.0, 1.0]]
        mean = line(axes, [-1, 0, 1], losses, colour=BLUE, label="train", half_width=[1, 0, 1])
        *thin, bold = axes.lines
        assert [each.get_ydata().tolist() for each in thin] == losses
        assert bold.get_ydata().tolist() == mean.tolist() == [2, 1, 2]
        assert bold.get_linewidth() > thin[0].get_linewidth()
        assert axes.collections[0].get_datalim(axes.transData).bounds == (-1, 1, 2, 2)

    def test_one_direction_is_one_line(self):
        axes = slide().subplots()
        line(axes, [0, 1], [3.0, 2.0], colour=BLUE, label="train")
        assert len(axes.lines) == 1


class TestScale:
    def test_all_surfaces_have_room(self):
        scale = shared_scale([[[3.0, NAN]], [1.0, 2.0, float("inf")]])
        assert (scale.low, scale.high, scale.log) == (1, 3, False)

    @pytest.mark.parametrize(
        ("values", "log", "expected"),
        [
            ([1, 29], None, False),
            ([1, 30], None, True),
            ([1, 2], True, True),
            ([1, 1000], False, False),
            ([0, 1000], True, False),
            ([-1, 1000], None, False),
        ],
    )
    def test_when_it_is_logarithmic(self, values, log, expected):
        assert shared_scale([values], log=log).log is expected

    @pytest.mark.parametrize(("top", "high"), [(5, 5), (0.5, 9), (20, 9)])
    def test_walls_are_cut_off(self, top, high):
        assert shared_scale([[1, 9]], top=top).high == high

    @pytest.mark.parametrize("values", [[], [NAN], [2.0], [0.0, 0.0], [-3.0], [1.0, 1.0 + 1e-15]])
    def test_it_has_a_length_whatever_is_drawn(self, values):
        scale = shared_scale([values])
        assert scale.low < scale.high
        assert not scale.log
        axes = slide().subplots()
        fill = values[0] if len(values) else NAN
        contour(axes, Surface(([0.0, 1.0, 2.0], [0.0, 1.0]), numpy.full((3, 2), fill)))

    @pytest.mark.parametrize("scale", [Scale(0.02, 700, log=True), Scale(-1, 3)])
    def test_heights_and_values_are_inverse(self, scale):
        values = numpy.linspace(scale.low, scale.high, 9)
        assert_allclose(scale.values(scale.heights(values)), values)
        assert_allclose(scale.values(scale.heights([-1e9, 1e9])), [scale.low, scale.high])

    def test_shades_are_even_as_the_eye_sees_them(self):
        shades = Scale(0.01, 100, log=True).shades(5)
        assert_allclose(shades, [0.01, 0.1, 1, 10, 100])
        assert isinstance(Scale(0.01, 100, log=True).norm(), LogNorm)

    @pytest.mark.parametrize(
        ("scale", "expected"),
        [
            (Scale(0.33, 0.48), ["0.35", "0.40", "0.45"]),
            (Scale(2.2801, 2.2966), ["2.285", "2.290", "2.295"]),
            (Scale(0, 100), ["0", "25", "50", "75", "100"]),
            (Scale(0.01, 900, log=True), ["0.01", "0.1", "1", "10", "100"]),
        ],
    )
    def test_levels_are_round_and_their_words_tell_them_apart(self, scale, expected):
        assert scale.texts(scale.levels(4)) == expected

    @pytest.mark.parametrize("count", [3, 10])
    @pytest.mark.parametrize("high", [1.05, 2, 30, 1e3, 1e9])
    @pytest.mark.parametrize("log", [False, True])
    def test_there_are_about_as_many_levels_as_asked_for(self, count, high, log):
        levels = Scale(1, high, log).levels(count)
        assert 1 <= len(levels) <= 3 * count
        assert (numpy.diff(levels) > 0).all()
        assert len(set(Scale(1, high, log).texts(levels))) == len(levels)

    def test_a_colour_bar(self):
        figure = slide()
        panel = figure.subplots()
        bar = colour_bar(figure, [panel], Scale(0.01, 900, log=True))
        figure.canvas.draw()
        assert bar.ax.get_ylabel() == "loss (log scale)"
        words = [text.get_text() for text in bar.ax.get_yticklabels()]
        assert [float(word) for word in words] == pytest.approx(bar.ax.get_yticks())
        assert words[0] == "0.01"


class TestInteractive:
    def test_values_are_where_their_coordinates_say(self):
        figure = plotly_surface({"slope": slope()}, title="t")
        [trace] = figure.data
        x, y = numpy.asarray(trace.x), numpy.asarray(trace.y)
        assert_allclose(trace.z, height(x[None, :], y[:, None]), rtol=1e-6)
        assert not figure.layout.updatemenus

    def test_one_scale_and_a_menu(self):
        surfaces = {"first": slope(), "second": slope(of=lambda x, y: 100 * height(x, y) + 1)}
        figure = plotly_surface(surfaces, title="t", log=True)
        assert [trace.visible for trace in figure.data] == [True, False]
        assert len({(trace.cmin, trace.cmax) for trace in figure.data}) == 1
        [menu] = figure.layout.updatemenus
        assert [button.label for button in menu.buttons] == ["first", "second"]
        assert menu.buttons[1].args[0] == {"visible": [False, True]}

    def test_nothing_to_draw(self):
        with pytest.raises(ValueError, match="no surfaces"):
            plotly_surface({}, title="t")
