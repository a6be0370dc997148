"""Training loss by class over steps, both optimizers at their best rates: balanced or heavy-tailed.

Images have ten classes, all equally frequent. Words have thousands, and most are rare: the groups
from frequent to rare hold about equally many labels each, and ever more classes.
"""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.cnn_vs_transformer.curves_figure import shown_trials
from experiments.cnn_vs_transformer.gaps import Network
from experiments.cnn_vs_transformer.names import title_of
from research.evidence.class_losses import ClassLosses, mean_over_runs, read_class_losses
from research.evidence.class_losses_figure import groups_key, groups_panel
from research.evidence.style import caption, slide
from research.evidence.tuned_rates_figure import name_of
from research.records.store import Record


def classes_figure(record: Record, networks: Sequence[Network]) -> Figure | None:
    """A panel per network and optimizer, each network with its own axis; None without losses."""
    shown = [
        (network, optimizer, losses)
        for network in networks
        for optimizer in network.optimizers
        if (losses := class_losses(record, network, optimizer)) is not None
    ]
    if not shown:
        return None
    figure = slide(width=max(9.0, 3.6 * len(shown) + 1.6), height=5.4)
    panels = figure.subplots(1, len(shown), squeeze=False)[0]
    first: dict[str, Axes] = {}
    for axes, (network, optimizer, losses) in zip(panels, shown, strict=True):
        kind = "CNN" if network.is_cnn else "Transformer"
        groups_panel(axes, losses, f"{kind}\n{name_of(optimizer)}")
        if (beside := first.setdefault(network.name, axes)) is not axes:
            axes.sharey(beside)
            axes.tick_params(axis="y", labelleft=False)
        elif axes is panels[0]:
            axes.set_ylabel("training loss, in nats")
    groups_key(figure, list(panels), max(len(losses.shares) for _, _, losses in shown))
    caption(
        figure,
        "Training loss by class of a CNN and of a transformer, by two optimizers",
        "Each optimizer at its best learning rate, mean over seeds. Classes are sorted by how often"
        " they are training labels and cut into groups of about as many labels each; the dashed"
        f" line is the mean over all labels. {_sizes(shown)}",
    )
    return figure


def class_losses(record: Record, network: Network, optimizer: str) -> ClassLosses | None:
    """The mean over seeds at the best rate of an optimizer."""
    trials = shown_trials(network, optimizer)
    found = [read_class_losses(record.run(each.variant, each.seed)) for each in trials]
    kept = [each for each in found if each is not None]
    return mean_over_runs(kept) if kept else None


def _sizes(shown: Sequence[tuple[Network, str, ClassLosses]]) -> str:
    """How many classes each group has, once for each network."""
    sizes = {
        title_of(network): ", ".join(f"{count:,}" for count in losses.classes)
        for network, _, losses in shown
    }
    return " ".join(f"Classes by group, {title}: {counts}." for title, counts in sizes.items())
