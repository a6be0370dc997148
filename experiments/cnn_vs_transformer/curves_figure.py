"""Training loss over steps, both optimizers at their best rates: a panel per network."""

from collections.abc import Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.cnn_vs_transformer.gaps import Network
from experiments.cnn_vs_transformer.names import title_of
from research.evidence.style import GREY, HALO, LineLabel, caption, label_lines, slide
from research.evidence.tuned_rates import Trial
from research.evidence.tuned_rates_figure import colour_of, name_of
from research.records.store import Record


def curves_figure(record: Record, networks: Sequence[Network]) -> Figure:
    """A line is the mean over seeds, its band goes from the least to the greatest."""
    figure = slide(height=6.4)
    panels = figure.subplots(1, max(1, len(networks)), squeeze=False)[0]
    for axes, network in zip(panels, networks, strict=False):
        _draw_network(axes, record, network)
    panels[0].set_ylabel("training loss, in nats")
    caption(
        figure,
        "Training loss of a CNN and of a transformer, by Adam and by SGD with momentum",
        "Each optimizer at the learning rate of its grid with the least training loss after the"
        " last step. Lines are means over seeds, bands go from the least to the greatest. The"
        " dashed line is the entropy of the training labels: the loss of a network that knows"
        " nothing but how frequent each class is.",
    )
    return figure


def _draw_network(axes: Axes, record: Record, network: Network) -> None:
    axes.set_title(title_of(network))
    axes.set_xlabel("optimizer step")
    labels = []
    for optimizer in network.optimizers:
        trials = shown_trials(network, optimizer)
        steps, losses = curves(record, trials)
        if not len(steps):
            continue
        colour, mean = colour_of(optimizer), losses.mean(axis=0)
        axes.fill_between(steps, losses.min(axis=0), losses.max(axis=0), color=colour, alpha=0.2)
        axes.plot(steps, mean, color=colour)
        text = f"{name_of(optimizer)},\nlr {trials[0].rate:g}"
        labels.append(LineLabel(float(mean[-1]), text, colour))
    if not labels:
        axes.text(0.5, 0.5, "nothing yet", transform=axes.transAxes, ha="center", color=GREY)
        return
    axes.margins(x=0)
    axes.axhline(network.entropy, color=GREY, linewidth=1.8, linestyle="--")
    if network.is_cnn:
        axes.set_ylim(bottom=0)
    axes.annotate(
        "frequencies alone",
        (1, network.entropy),
        xycoords=axes.get_yaxis_transform(),
        xytext=(-4, -5),  # below: above it may be the title
        textcoords="offset points",
        ha="right",
        va="top",
        size=14,
        color=GREY,
        path_effects=HALO,
    )
    label_lines(axes, labels, size=14, gap=0.12)


def shown_trials(network: Network, optimizer: str) -> Sequence[Trial]:
    """The runs at the best rate; while there is none, those of the first rate."""
    choice = network.choice(optimizer)
    return choice.trials or [each for each in choice.tried if each.rate == choice.grid[0]]


def curves(
    record: Record, trials: Sequence[Trial]
) -> tuple[NDArray[numpy.int64], NDArray[numpy.float64]]:
    """The steps of evaluations that all runs have, [T], and their training losses, [runs, T]."""
    columns = [record.run(each.variant, each.seed).column("train/loss") for each in trials]
    length = min((len(steps) for steps, _ in columns), default=0)
    if not length:
        return numpy.zeros(0, dtype=numpy.int64), numpy.zeros((0, 0))
    return columns[0][0][:length], numpy.stack([values[:length] for _, values in columns])
