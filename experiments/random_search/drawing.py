"""What the figures share: names and colours of samplers, and curves of the best over the trials."""

from collections.abc import Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator, StrMethodFormatter

from experiments.random_search.readings import Floats, Mean, Reading
from research.evidence.style import BLUE, GREEN, ORANGE, PURPLE, VERMILLION
from research.settings.search import SamplerName

NAMES: dict[SamplerName, str] = {
    "grid": "grid",
    "random": "random",
    "qmc": "quasi-random",
    "tpe": "TPE",
    "gp": "GP",
}
COLOURS: dict[SamplerName, str] = {
    "grid": VERMILLION,
    "random": BLUE,
    "qmc": GREEN,
    "tpe": PURPLE,
    "gp": ORANGE,
}
SURE = 2
"""Standard errors to either side of a mean that bands and bars show."""
TICKS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


def draw_best(axes: Axes, reading: Reading, is_log: bool = False) -> None:
    """The mean best over the trials of every sampler, named; a grid's sizes are squares.

    Args:
        axes: the panel.
        reading: the searches.
        is_log: whether heights are logarithmic: then so are the standard errors.
    """
    for sampler in reading.samplers:
        budgets, colour = reading.budgets(sampler), COLOURS[sampler]
        mean = Mean.of(reading.best(sampler))
        low, high = _sure(mean, is_log)
        if sampler == "grid":
            axes.errorbar(
                budgets,
                mean.value,
                (mean.value - low, high - mean.value),
                fmt="s--",
                ms=9,
                lw=1.5,
                color=colour,
                label=NAMES[sampler],
                zorder=3,
            )
        else:
            axes.fill_between(budgets, low, high, color=colour, alpha=0.25, lw=0)
            axes.plot(budgets, mean.value, color=colour, label=NAMES[sampler])


def _sure(mean: Mean, is_log: bool) -> tuple[Floats, Floats]:
    """Two standard errors below and above."""
    if is_log:
        factor = numpy.exp(SURE * mean.error / mean.value)
        return mean.value / factor, mean.value * factor
    return mean.value - SURE * mean.error, mean.value + SURE * mean.error


def trials_axis(axes: Axes, most: int) -> None:
    """A logarithmic axis from 1 to the most trials."""
    axes.set(xscale="log", xlim=(0.92, 1.09 * most), xlabel="trials")
    axes.xaxis.set_major_locator(FixedLocator([tick for tick in TICKS if tick <= most]))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:.0f}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())


def searches_said(readings: Sequence[Reading]) -> str:
    """How many searches the means are over, in words."""
    known = {reading.settings.repeats for reading in readings}
    adaptive = {reading.settings.adaptive_repeats for reading in readings}
    said = " or ".join(f"{count:,}" for count in sorted(known))
    if "tpe" not in {sampler for reading in readings for sampler in reading.samplers}:
        return f"{said} searches"
    if adaptive == known:
        return f"{said} searches"
    few = " or ".join(f"{count:,}" for count in sorted(adaptive))
    return f"{said} searches ({few} of TPE)"
