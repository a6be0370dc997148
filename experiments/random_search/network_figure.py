"""The network: least error over the trials, and which of the four settings matter."""

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.ticker import FixedLocator, NullFormatter, StrMethodFormatter

from experiments.random_search.drawing import COLOURS, draw_best, searches_said, trials_axis
from experiments.random_search.numbers import BINS, shares
from experiments.random_search.readings import Floats, Reading
from experiments.random_search.settings import SEARCHED, NetworkSettings
from research.evidence.bounded_claim import NotDecided
from research.evidence.style import BLACK, HALO, caption, slide

LOWEST = 0.03
"""The axis of errors begins here, or lower."""
ERRORS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
UNITS = (4, 16, 64, 256, 1024)
"""Where the axes have numbers."""

WORDS = {
    "lr": "learning rate",
    "weight_decay": "weight decay",
    "momentum": "momentum",
    "hidden": "hidden units",
}


def network_figure(reading: Reading) -> Figure:
    """Left: mean least validation error. Right: the error of every random trial."""
    figure = slide(height=7.0)
    grid = figure.add_gridspec(2, 4, width_ratios=(2.2, 0.05, 1, 1))
    has_random = "random" in reading.samplers
    axes = figure.add_subplot(grid[:, 0] if has_random else grid[:, :])
    draw_best(axes, reading, is_log=True)
    trials_axis(axes, reading.settings.trials)
    axes.set(yscale="log", ylabel="mean of the least validation error")
    axes.set_ylim(min(axes.get_ylim()[0], LOWEST), 1)
    axes.yaxis.set_major_locator(FixedLocator(ERRORS))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_title(_title(reading))
    axes.legend(loc="upper right", labelcolor="linecolor", handlelength=1.2)
    if has_random:
        _draw_settings(figure, grid, reading)
    caption(
        figure,
        "Random search against a grid on a real network",
        f"Left: mean of {searches_said([reading])}, bands and bars two standard errors."
        f"{_grid_said(reading)} Right: every trial of random search, with the mean of each eighth"
        " of the trials; what a setting explains is its share of the variance.",
    )
    return figure


def _title(reading: Reading) -> str:
    problem = reading.settings.problem
    assert isinstance(problem, NetworkSettings)
    said = "" if problem.shift_decades else ", rates not shifted"
    return f"a network on {reading.settings.data.name.replace('_', '-')}{said}"


def _grid_said(reading: Reading) -> str:
    """How many values of each setting the grid has."""
    if "grid" not in reading.samplers:
        return ""
    per_axis = round(float(reading.budgets("grid")[-1]) ** (1 / len(SEARCHED)))
    return f" The grid has {per_axis} values of each setting."


def _draw_settings(figure: Figure, grid: GridSpec, reading: Reading) -> None:
    errors = reading.errors("random").ravel()
    tried = reading.tried("random").reshape(len(errors), -1)
    try:
        explained = shares(reading)
    except NotDecided:
        explained = {}
    assert isinstance(reading.settings.problem, NetworkSettings)
    first: Axes | None = None
    for column, name in enumerate(SEARCHED):
        axes = figure.add_subplot(grid[column // 2, 2 + column % 2], sharey=first)
        first = first or axes
        values, log = tried[:, column], reading.settings.problem.domains[name].log
        axes.plot(values, errors, "o", ms=4, color=COLOURS["random"], alpha=0.5, mew=0)
        if name in explained:
            _draw_means(axes, values, errors)
            axes.set_title(f"explains {max(explained[name], 0):.0%}", size=15)
        axes.set(xscale="log" if log else "linear", ylim=(0, 1), xlabel=WORDS[name])
        if name == "hidden":
            axes.xaxis.set_major_locator(FixedLocator(UNITS))
            axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
            axes.xaxis.set_minor_formatter(NullFormatter())
        if column % 2 == 0:
            axes.set_ylabel("validation error")
        else:
            axes.tick_params(labelleft=False)


def _draw_means(axes: Axes, values: Floats, errors: Floats) -> None:
    order = numpy.argsort(values, kind="stable")
    parts = numpy.array_split(order, BINS)
    middles = [float(numpy.median(values[part])) for part in parts]
    means = [float(errors[part].mean()) for part in parts]
    axes.plot(middles, means, color=BLACK, lw=2.5, path_effects=HALO)
