"""The curve of the learning rate: what each method's runs ended with, at every rate of its grid.

It belongs to every comparison of methods at their best rates: whoever looks at it sees whether the
grid reached beyond the best rate, and how much a factor of the rate matters.
"""

import math
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator

from research.evidence.style import BLACK, GREY, PALETTE, caption, slide
from research.evidence.tuned_rates import Choice, Trial, choose, methods_of

NAMES = {
    "sgd": "SGD",
    "sgdm": "SGD, momentum",
    "adam": "Adam",
    "adam-nm": "Adam, β₁ = 0",
    "sign": "sign descent",
    "signm": "sign descent, momentum",
    "gd": "GD",
    "gdm": "GD, momentum",
}
"""What figures call a method."""

COLOURS = {
    "adam": PALETTE[0],
    "sgdm": PALETTE[1],
    "gdm": PALETTE[1],
    "sign": PALETTE[2],
    "signm": PALETTE[3],
    "sgd": PALETTE[4],
    "gd": PALETTE[4],
    "adam-nm": PALETTE[5],
}
"""The same colour for a method in every figure."""

BEST = "best rate"
ABOVE = "diverged, or above the panel"
_TOP = 0.97


def name_of(method: str) -> str:
    """What figures call a method; one that they don't know by its own name."""
    return NAMES.get(method, method)


def colour_of(method: str) -> str:
    """The colour of a method in all figures."""
    return COLOURS.get(method, BLACK)


def rates_figure(
    panels: Mapping[str, Sequence[Trial]],
    logarithmic: Mapping[str, bool] | None = None,
    ceilings: Mapping[str, float] | None = None,
) -> Figure:
    """A panel per group of trials, by its title, each with its own axis of losses.

    Args:
        panels: the trials of each panel.
        logarithmic: by title, whether losses have a logarithmic axis; by default they have not.
        ceilings: by title, the greatest loss that is shown.
    """
    figure = slide(height=6.6)
    grid = figure.subplots(1, len(panels), squeeze=False)[0]
    shown: list[str] = []
    for axes, (title, trials) in zip(grid, panels.items(), strict=True):
        axes.set_title(title)
        ceiling = (ceilings or {}).get(title)
        rates_panel(axes, trials, (logarithmic or {}).get(title, False), ceiling)
        shown += methods_of(trials)
    grid[0].set_ylabel("training loss after the last step, in nats")
    rates_legend(figure, grid[0], list(dict.fromkeys(shown)))
    caption(
        figure,
        "Training loss after the last step, over the learning rate",
        "Points are single runs, lines means over seeds. A ring marks the learning rate of each"
        " method with the least mean, which should lie inside of its grid. A triangle at the top"
        " is a run that diverged or ended above the panel.",
    )
    return figure


def rates_panel(
    axes: Axes,
    trials: Sequence[Trial],
    logarithmic: bool = False,
    ceiling: float | None = None,
) -> list[Choice]:
    """Draws final loss over learning rate: every seed, the mean, the best rate, what diverged.

    Args:
        axes: the panel.
        trials: of all methods that it shows.
        logarithmic: whether losses have a logarithmic axis.
        ceiling: runs that ended above it are marked like diverged ones; None shows all.

    Returns:
        The best rate of each method, in the order of the trials.
    """
    limit = math.inf if ceiling is None else ceiling
    choices = [choose(trials, method) for method in methods_of(trials)]
    if logarithmic:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
    for choice in choices:
        _draw(axes, choice, limit)
    for choice in choices:
        if choice.trials and choice.loss <= limit:
            _ring(axes, choice.rate, choice.loss)
    _rate_axis(axes, sorted({trial.rate for trial in trials}))
    return choices


def rates_legend(figure: Figure, axes: Axes, methods: Sequence[str]) -> None:
    """Says above the panels which colour is which method, and what ring and triangle mean."""
    handles = [
        axes.plot([], [], "-o", color=colour_of(method), markersize=7, label=name_of(method))[0]
        for method in methods
    ]
    handles.append(_ring(axes, math.nan, math.nan, BEST))
    handles += axes.plot([], [], "^", color=GREY, markersize=10, label=ABOVE, linestyle="none")
    figure.legend(handles=handles, loc="outside upper right", ncols=len(handles), fontsize=14)


def _draw(axes: Axes, choice: Choice, limit: float) -> None:
    """A point per run, a line through the means of the rates at which no run is out of sight."""
    colour = colour_of(choice.method)
    means = []
    for rate in choice.grid:
        scores = [trial.score for trial in choice.tried if trial.rate == rate]
        seen = [score for score in scores if score <= limit and math.isfinite(score)]
        axes.plot([rate] * len(seen), seen, "o", color=colour, markersize=7, alpha=0.5)
        if len(seen) == len(scores):
            means.append((rate, sum(seen) / len(seen)))
        elif _ended(choice, rate):
            _triangle(axes, rate, colour)
    if means:
        axes.plot(*zip(*means, strict=True), color=colour, linewidth=2.5)


def _ended(choice: Choice, rate: float) -> bool:
    """Whether a run at a rate diverged or has a loss: those that still run are not marked."""
    group = [trial for trial in choice.tried if trial.rate == rate]
    return any(trial.diverged or math.isfinite(trial.loss) for trial in group)


def _triangle(axes: Axes, rate: float, colour: str) -> None:
    axes.plot(
        [rate],
        [_TOP],
        "^",
        color=colour,
        markersize=11,
        transform=axes.get_xaxis_transform(),
        linestyle="none",
    )


def _ring(axes: Axes, x: float, y: float, label: str = "") -> Line2D:
    (line,) = axes.plot(
        [x],
        [y],
        "o",
        markersize=16,
        fillstyle="none",
        color="black",
        markeredgewidth=1.8,
        linestyle="none",
        label=label,
        clip_on=False,
    )
    return line


def _rate_axis(axes: Axes, rates: Sequence[float]) -> None:
    """A logarithmic axis; a tick at each rate where there is room for them, else at decades."""
    axes.set_xscale("log")
    axes.set_xlabel("learning rate (log scale)")
    if not rates:
        return
    axes.set_xlim(rates[0] / 1.8, rates[-1] * 1.8)
    place = axes.get_subplotspec()
    panels = place.get_gridspec().ncols if place else 1
    few = len(rates) <= min(6, 12 // panels)  # else labels of narrow panels touch
    axes.xaxis.set_major_locator(FixedLocator(rates) if few else LogLocator(numticks=20))
    axes.xaxis.set_minor_locator(NullLocator() if few else LogLocator(subs=(3.0,), numticks=20))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda rate, _: f"{rate:.3g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
