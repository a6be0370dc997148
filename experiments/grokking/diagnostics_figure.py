"""What happens while a network groks: losses, weight norms, logits and the embedding's spectrum."""

from collections.abc import Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.grokking.accuracy_figure import FIRST_STEP, by_variant, median_run, step_axis
from experiments.grokking.delays import Delay, chance_loss, elements
from research.evidence.style import (
    BLACK,
    GREEN,
    GREY,
    ORANGE,
    PALETTE,
    PURPLE,
    TRAINING,
    VALIDATION,
    LineLabel,
    caption,
    label_lines,
    slide,
)
from research.records.store import Record

GROUPS = ("embedding", "attention", "feed_forward", "output")


def diagnostics_figure(record: Record, delays: Sequence[Delay]) -> Figure:
    """Four panels of median seeds: two compare the variants, two look into the first of them."""
    middles = [median_run(group) for group in by_variant(delays).values()]
    focus = next((delay for delay in middles if delay.ratio is not None), middles[0])
    label = record.plan.variants[focus.variant].label
    figure = slide(height=8.6)
    (losses, logits), (norms, spectrum) = figure.subplots(2, 2)
    losses.set_title("Validation loss", pad=26)
    labels = _lines(losses, record, middles, "validation/loss")
    label_lines(losses, [*labels, *_chance(losses, record, middles)])
    logits.set_title("Largest logit, training data", pad=26)
    label_lines(logits, _lines(logits, record, middles, "train/largest_logit"))
    _saturation(logits, record, delays)
    norms.set_title(f"Weight norms, {focus.variant}", pad=26)
    label_lines(norms, _norms(norms, record, focus))
    spectrum.set_title(f"Embedding's spectrum, {focus.variant}", pad=26)
    _spectrum(spectrum, record, focus)
    caption(
        figure,
        "What happens while the network groks",
        "Each line is the median seed. Top: validation loss first rises above that of guessing"
        " (ln p); a softmax row is saturated when its largest probability is exactly 1, and nothing"
        " more is learned from it. Bottom: norms of the weights, and how much of the embedding's"
        " power lies in each frequency (elements ordered by discrete logarithm) when the training"
        f" set was memorised and at the end, both for {label}, seed {focus.seed}.",
    )
    return figure


def _step_axis(axes: Axes) -> None:
    step_axis(axes)
    axes.set_xlim(left=FIRST_STEP)
    axes.set_xlabel("optimizer step (log scale)")


def _lines(axes: Axes, record: Record, delays: Sequence[Delay], metric: str) -> list[LineLabel]:
    """One line per variant; returns their names."""
    labels = []
    for delay, colour in zip(delays, _colours(len(delays)), strict=True):
        steps, values = record.run(delay.variant, delay.seed).column(metric)
        kept = numpy.isfinite(values) & (steps >= FIRST_STEP)
        if not kept.any():
            continue
        axes.plot(steps[kept], values[kept], color=colour)
        if delay.state == "diverged":
            axes.plot(steps[kept][-1:], values[kept][-1:], "x", color="black", markersize=12, mew=3)
        suffix = " (diverged)" if delay.state == "diverged" else ""
        labels.append(LineLabel(float(values[kept][-1]), delay.variant + suffix, colour))
    axes.set_ylim(bottom=0)
    _step_axis(axes)
    return labels


def _colours(number: int) -> list[str]:
    return [PALETTE[index % len(PALETTE)] for index in range(number)]


def _chance(axes: Axes, record: Record, delays: Sequence[Delay]) -> list[LineLabel]:
    """The losses of guessing as dashed lines; returns their names."""
    plans = [record.plan.variants[delay.variant].settings for delay in delays]
    labels = []
    for p, chance in sorted({(elements(plan), chance_loss(plan)) for plan in plans}):
        axes.axhline(chance, color=GREY, linewidth=1.5, linestyle=(0, (4, 3)), zorder=1)
        labels.append(LineLabel(chance, f"ln {p}", GREY))
    return labels


def _saturation(axes: Axes, record: Record, delays: Sequence[Delay]) -> None:
    """Says under the title, clear of the curves, how many softmax rows were ever saturated."""
    shares = [
        float(values[numpy.isfinite(values)].max())
        for delay in delays
        if numpy.isfinite(
            values := record.run(delay.variant, delay.seed).column("train/saturated_rows")[1]
        ).any()
    ]
    if shares:
        axes.text(
            0.0,
            1.015,
            f"saturated softmax rows: {_at_most(max(shares))}",
            transform=axes.transAxes,
            size=14,
            color=GREY,
        )


def _at_most(share: float) -> str:
    return f"at most {100 * share:.2g} %" if share else "none"


def _norms(axes: Axes, record: Record, focus: Delay) -> list[LineLabel]:
    """One line per group of weights; returns their names."""
    store = record.run(focus.variant, focus.seed)
    labels = []
    for group, colour in zip(GROUPS, (GREEN, PURPLE, ORANGE, BLACK), strict=True):
        steps, values = store.column(f"weight_norm/{group}")
        kept = numpy.isfinite(values) & (steps >= FIRST_STEP)
        if kept.any():
            axes.plot(steps[kept], values[kept], color=colour)
            name = group.replace("_", "-")
            labels.append(LineLabel(float(values[kept][-1]), name, colour))
    axes.set_ylim(bottom=0)
    is_close = focus.ratio is not None and focus.ratio < 10
    for step, colour, name, side in (
        (focus.train, TRAINING, "memorised", "right" if is_close else "center"),
        (focus.validation, VALIDATION, "generalised", "left" if is_close else "center"),
    ):
        if step is not None:
            axes.axvline(step, color=colour, linewidth=1.5, linestyle=(0, (4, 3)), zorder=1)
            axes.text(
                step,
                1.015,
                name,
                transform=axes.get_xaxis_transform(),
                ha=side,
                size=14,
                color=colour,
            )
    _step_axis(axes)
    return labels


def _spectrum(axes: Axes, record: Record, focus: Delay) -> None:
    """Power by frequency when memorised (narrow bars) and at the end (wide bars)."""
    axes.set_xlabel("frequency")
    axes.set_ylabel("share of power in %")
    powers = record.run(focus.variant, focus.seed).arrays("embedding_fourier")
    if not powers:
        axes.text(0.5, 0.5, "not measured", transform=axes.transAxes, ha="center", color=GREY)
        return
    first, last = min(powers), max(powers)
    bars = [(last, f"at the end (step {last:,})", VALIDATION, 0.9)]
    if first != last:
        bars.append((first, f"when memorised (step {first:,})", TRAINING, 0.4))
    for index, (step, name, colour, width) in enumerate(bars):
        power = powers[step]
        frequencies = numpy.arange(1, len(power) + 1)
        axes.bar(frequencies, 100 * power / power.sum(), width=width, color=colour)
        axes.text(
            0.98,
            0.97 - 0.1 * index,
            name,
            transform=axes.transAxes,
            ha="right",
            va="top",
            color=colour,
            weight="bold",
            size=15,
        )
    axes.set_xlim(0, len(powers[last]) + 1)
    axes.set_ylim(top=axes.get_ylim()[1] * 1.3)
