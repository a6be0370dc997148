"""The picture of Bergstra and Bengio: the same trials seen from the dimension that matters."""

import numpy
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from experiments.random_search.drawing import COLOURS, NAMES
from experiments.random_search.readings import Floats, Mean, Reading
from research.evidence.style import BLACK, GREY, HALO, caption, slide
from research.settings.search import SamplerName

SHOWN: tuple[SamplerName, ...] = ("grid", "random", "qmc")
"""Samplers without a memory: a panel each."""
_SHADES = LinearSegmentedColormap.from_list("shades", ["#FFFFFF", "#C9CDD2"])


def picture_figure(reading: Reading) -> Figure:
    """A typical search of each sampler in two dimensions, the first of which alone matters."""
    samplers = [sampler for sampler in SHOWN if sampler in reading.samplers]
    search = _typical(reading, samplers)
    figure = slide(width=4.5 * len(samplers), height=7.0)
    grid = figure.add_gridspec(2, len(samplers), height_ratios=(1, 2.3))
    first: Axes | None = None
    for column, sampler in enumerate(samplers):
        above = figure.add_subplot(grid[0, column], sharey=first)
        square = figure.add_subplot(grid[1, column])
        first = first or above
        _draw_projection(above, reading, sampler, search)
        _draw_points(square, reading, sampler, search)
        if column == 0:
            above.set_ylabel("value")
            square.set_ylabel("setting that does not matter")
        else:
            above.tick_params(labelleft=False)
            square.tick_params(labelleft=False)
    trials = reading.tried(samplers[-1]).shape[1]
    caption(
        figure,
        "Why random search beats a grid where few settings matter",
        f"Below: {trials} trials of two settings, darker where the value is higher. Above: the same"
        " trials seen along the setting that matters. Of the first searches this is the one whose"
        f" best values are nearest to the means over all {reading.settings.repeats:,}.",
    )
    return figure


def _draw_projection(axes: Axes, reading: Reading, sampler: SamplerName, search: int) -> None:
    points, colour = reading.tried(sampler)[search, :, 0], COLOURS[sampler]
    x = numpy.linspace(0, 1, 600)
    axes.plot(x, _values(reading, x, search), color=GREY, lw=2)
    values = _values(reading, points, search)
    axes.vlines(points, 0, values, color=colour, lw=1.5)
    axes.plot(points, values, "o", color=colour, ms=8, clip_on=False)
    best = int(values.argmax())
    axes.plot(points[best], values[best], "o", ms=15, mfc="none", mec=BLACK, mew=2, clip_on=False)
    axes.set(xlim=(0, 1), ylim=(0, 1.08), xticks=[])
    mean = float(Mean.of(reading.best(sampler)).value[-1])
    different = len(numpy.unique(points.round(9)))
    axes.set_title(
        f"{NAMES[sampler]}: {different} values\nbest {values[best]:.2f}, on average {mean:.2f}",
        color=colour,
        size=17,
    )


def _draw_points(axes: Axes, reading: Reading, sampler: SamplerName, search: int) -> None:
    points, colour = reading.tried(sampler)[search], COLOURS[sampler]
    shade = _values(reading, numpy.linspace(0, 1, 400), search)
    axes.imshow(shade[None], extent=(0, 1, 0, 1), cmap=_SHADES, vmin=0, vmax=1, aspect="auto")
    axes.vlines(points[:, 0], 0, 1, color=colour, lw=1, alpha=0.35)
    axes.plot(
        points[:, 0], points[:, 1], "o", color=colour, ms=11, clip_on=False, path_effects=HALO
    )
    axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    axes.set_xlabel("setting that matters")


def _typical(reading: Reading, samplers: list[SamplerName]) -> int:
    """Which of the first searches has best values nearest to the means of all."""
    far = numpy.zeros(len(reading.centres()))
    for sampler in samplers:
        best = reading.best(sampler)[:, -1]
        far += (best[: len(far)] - best.mean()) ** 2
    return int(far.argmin())


def _values(reading: Reading, x: Floats, search: int) -> Floats:
    centre = reading.centres()[search, 0]
    values: Floats = numpy.exp(-(((x - centre) / reading.bump.width) ** 2))
    return values
