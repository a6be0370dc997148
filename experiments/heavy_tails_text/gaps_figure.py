"""By how much each method is ahead of SGD with momentum, group by group: early, and at the end."""

from collections.abc import Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.heavy_tails_text.comparisons import gaps, pairs_of
from experiments.heavy_tails_text.readings import Reading, best_rates
from research.evidence.style import GREY, LineLabel, caption, label_lines, slide, wrapped
from research.evidence.tuned_rates_figure import colour_of, name_of

REFERENCE = "sgdm"

Pair = tuple[Reading, Reading]


def gaps_figure(readings: Sequence[Reading]) -> Figure | None:
    """Two panels with one axis of losses; None while there are no two methods to compare."""
    choices = {choice.method: choice for choice in best_rates(readings)}
    if REFERENCE not in choices:
        return None
    found = {
        method: [
            pair
            for pair in pairs_of(readings, choices[REFERENCE], choice).values()
            if pair[0].early is not None and pair[1].early is not None
        ]
        for method, choice in choices.items()
        if method != REFERENCE
    }
    compared = {method: pairs for method, pairs in found.items() if pairs}
    if not compared:
        return None
    figure = slide(height=6.6)
    panels = figure.subplots(1, 2, sharey=True)
    some, _ = next(iter(compared.values()))[0]
    for axes, early in zip(panels, (True, False), strict=True):
        axes.set_title(f"after {_step(some, early):,} steps")
        _draw(axes, compared, early)
    panels[0].set_ylabel("loss of SGD with momentum\nminus loss of the method, in nats")
    labels = [
        LineLabel(
            _mean_gaps(pairs, early=False)[-1], wrapped(name_of(method), 14), colour_of(method)
        )
        for method, pairs in compared.items()
    ]
    label_lines(panels[1], labels, gap=0.11)
    caption(
        figure,
        "Lead over SGD with momentum by group of tokens, early and at the end",
        "Above zero the method's training loss is lower than that of SGD with momentum. Groups hold"
        " about as many tokens of the text each, group 1 the most frequent kinds. Points are single"
        " seeds, lines their means; each method at its best learning rate for the whole run.",
    )
    return figure


def _step(reading: Reading, early: bool) -> int:
    assert reading.losses is not None and reading.early is not None
    return int(reading.losses.steps[reading.early if early else -1])


def _draw(axes: Axes, compared: dict[str, list[Pair]], early: bool) -> None:
    axes.axhline(0, color=GREY, linewidth=1.2)
    for method, pairs in compared.items():
        for slow, fast in pairs:
            values = gaps(slow, fast, early)
            numbers = numpy.arange(1, len(values) + 1)
            axes.plot(numbers, values, "o", color=colour_of(method), markersize=6, alpha=0.45)
        axes.plot(numbers, _mean_gaps(pairs, early), color=colour_of(method))
    axes.set_xticks(numbers)
    axes.set_xlabel("group, frequent to rare")


def _mean_gaps(pairs: Sequence[Pair], early: bool) -> list[float]:
    found = numpy.mean([gaps(slow, fast, early) for slow, fast in pairs], axis=0)
    return [float(value) for value in found]
