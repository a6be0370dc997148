"""The figure of a learning-rate range test: the loss over the rate, and the rate it suggests.

It is drawn for every record that has runs with a range test, whatever the experiment.
"""

from dataclasses import dataclass
from typing import Self

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from research.evidence.style import GREY, PALETTE, caption, slide
from research.records.store import Record, RunStore, VariantPlan


@dataclass(frozen=True)
class TestedRange:
    """What one run of a range test measured.

    Attributes:
        run: "variant/seed".
        label: what the variant is called.
        rates: learning rate of each update: [updates].
        losses: loss of each update, before it: [updates].
        averages: its moving average: [updates].
        suggested: the suggested rate, if there is one.
        lowest: the rate at which the average is lowest, if there is a suggestion.
    """

    run: str
    label: str
    rates: NDArray[numpy.float64]
    losses: NDArray[numpy.float64]
    averages: NDArray[numpy.float64]
    suggested: float | None
    lowest: float | None

    @classmethod
    def read(cls, record: Record, store: RunStore) -> Self:
        """The rows that callbacks.range_test.RangeTest logged; empty arrays if there are none.

        Of a run of several stages it is the first stage that has such rows.
        """
        for name in store.stages():
            if len(store.column(f"{name}/range_test/lr")[1]):
                store = store.stage(name)
                break
        return cls(
            run=f"{store.variant}/{store.seed}",
            label=record.plan.variants[store.variant].label,
            rates=store.column("range_test/lr")[1],
            losses=store.column("range_test/loss")[1],
            averages=store.column("range_test/smoothed")[1],
            suggested=_last(store, "range_test/suggested_lr"),
            lowest=_last(store, "range_test/lowest_loss_lr"),
        )


def range_test_figures(record: Record) -> dict[str, Figure]:
    """The figure `range_test`, if any run of the record is a range test; else none."""
    tested = [
        TestedRange.read(record, store)
        for store in record.runs()
        if is_range_test(record.plan.variants[store.variant])
    ]
    tested = [each for each in tested if len(each.rates)]
    return {"range_test": range_test_figure(tested)} if tested else {}


def is_range_test(variant: VariantPlan) -> bool:
    """Whether the runs of a variant are range tests."""
    schedule = variant.settings.get("schedule", {})
    return isinstance(schedule, dict) and schedule.get("name") == "range_test"


def range_test_figure(tested: list[TestedRange]) -> Figure:
    """Smoothed losses over the rate, one line a run, with a mark at each suggestion."""
    figure = slide(height=6.2)
    axes = figure.subplots()
    for index, each in enumerate(tested):
        _draw(axes, each, PALETTE[index % len(PALETTE)])
    axes.set_xscale("log")
    axes.set_ylim(*_window(tested))
    axes.set_xlabel("learning rate (log scale), raised with every update")
    axes.set_ylabel("loss of the batch")
    axes.legend(loc="upper left", fontsize=15)
    caption(
        figure,
        "Learning-rate range test",
        "The loss of each batch (thin) and its moving average (bold) while the learning rate rises"
        " with every update. The dot is the suggested rate, where the average falls fastest per"
        " factor in the rate; the cross is where it is lowest, already too high a rate.",
    )
    return figure


def _draw(axes: Axes, tested: TestedRange, colour: str) -> None:
    variant, _, seed = tested.run.rpartition("/")
    name = f"{tested.label or variant}, seed {seed}: "
    name += "no suggestion" if tested.suggested is None else f"{tested.suggested:.2g}"
    axes.plot(tested.rates, tested.losses, color=colour, linewidth=0.8, alpha=0.35)
    axes.plot(tested.rates, tested.averages, color=colour, label=name)
    for rate, mark in ((tested.suggested, "o"), (tested.lowest, "X")):
        if rate is not None:
            height = numpy.interp(rate, tested.rates, tested.averages)
            axes.plot(
                [rate],
                [height],
                mark,
                color=colour,
                markersize=13,
                markeredgecolor="white",
                zorder=5,
            )
    if tested.suggested is not None:
        axes.axvline(tested.suggested, color=GREY, linewidth=1.2, linestyle=(0, (4, 3)), zorder=0)


def _window(tested: list[TestedRange]) -> tuple[float, float]:
    """From a little below the lowest average to a little above the first: explosions go beyond."""
    finite = [each.averages[numpy.isfinite(each.averages)] for each in tested]
    lowest = min((float(values.min()) for values in finite if len(values)), default=0.0)
    first = max((float(values[0]) for values in finite if len(values)), default=1.0)
    room = max(first - lowest, 1e-12)
    return lowest - 0.15 * room, first + 0.6 * room


def _last(store: RunStore, metric: str) -> float | None:
    values = store.column(metric)[1]
    return float(values[-1]) if len(values) else None
