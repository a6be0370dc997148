"""Mean best value over the number of trials, where few settings matter and where all do."""

from collections.abc import Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.random_search.closed_forms import MOST_RELEVANT, grid_mean, random_mean
from experiments.random_search.drawing import draw_best, searches_said, trials_axis
from experiments.random_search.readings import Reading
from research.evidence.style import BLACK, caption, slide


def budgets_figure(readings: Sequence[Reading]) -> Figure:
    """A panel per variant; dotted lines are the closed forms of grid and random search."""
    figure = slide(height=6.4)
    panels = figure.subplots(1, len(readings), sharey=True, squeeze=False)[0]
    for axes, reading in zip(panels, readings, strict=True):
        draw_best(axes, reading)
        _draw_closed_forms(axes, reading)
        trials_axis(axes, reading.settings.trials)
        axes.set_ylim(0, 1.02)
        axes.set_title(_title(reading))
    freest = panels[min(1, len(panels) - 1)]  # early trials reach least where more matters
    freest.legend(loc="upper left", labelcolor="linecolor", handlelength=1.2, fontsize=16)
    panels[0].set_ylabel("mean of the best value")
    caption(
        figure,
        "Random search against grids at equal numbers of trials",
        f"Mean best value of {searches_said(readings)}, each for a bump of its own; bands and bars"
        " are two standard errors. Dotted: closed forms, for random search and the grid. With few"
        " settings that matter the grid repeats itself; where all matter and there are two, it wins"
        " over points that are drawn blindly.",
    )
    return figure


def _title(reading: Reading) -> str:
    bump = reading.bump
    numbers = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
    relevant, dimensions = numbers[bump.relevant], numbers[bump.dimensions]
    verb = "matters" if bump.relevant == 1 else "matter"
    if bump.relevant == bump.dimensions:
        return f"control: {'both of' if bump.relevant == 2 else 'all'} {dimensions} {verb}"
    return f"{relevant} of {dimensions} {verb}"


def _draw_closed_forms(axes: Axes, reading: Reading) -> None:
    bump, most = reading.bump, reading.settings.trials
    if bump.relevant > MOST_RELEVANT:
        return
    trials = sorted({round(float(n)) for n in numpy.geomspace(1, most, 40)})
    random = random_mean(trials, bump.width, bump.relevant)
    axes.plot(trials, random, ":", color=BLACK, lw=1.8)
    if "grid" in reading.samplers:
        sizes = reading.budgets("grid")
        exact = [grid_mean(axis + 1, bump.width, bump.relevant) for axis in range(len(sizes))]
        axes.plot(sizes, exact, ":", color=BLACK, lw=1.8)
