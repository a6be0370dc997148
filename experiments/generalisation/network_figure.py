"""Dropout and batch normalisation on and off: training and test accuracy."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.generalisation.comparisons import without_change
from experiments.generalisation.names import name_of
from experiments.generalisation.outcomes import TEST_ACCURACY, Outcome, by_variant
from research.evidence.style import GREY, TRAINING, VALIDATION, caption, slide

SPLITS = (("train/accuracy", "training", TRAINING), (TEST_ACCURACY, "test", VALIDATION))
CHANGES = {"dropout": "dropout", "batch-norm": "batch norm", "batch-norm-dropout": "both"}
"""What the figure calls the variants METHOD-CHANGE."""


def network_groups(outcomes: Sequence[Outcome]) -> dict[str, dict[str, list[Outcome]]]:
    """By method and change, the runs; the unchanged ones are called "neither"."""
    groups: dict[str, dict[str, list[Outcome]]] = {}
    for variant, runs in by_variant(outcomes).items():
        for change, label in CHANGES.items():
            method = variant.removesuffix(f"-{change}")
            if method == variant or method.endswith("-batch-norm"):
                continue
            row = groups.setdefault(method, {})
            if plain := without_change(outcomes, runs):
                row["neither"] = plain
            row[label] = runs
    order = ["neither", *CHANGES.values()]
    return {
        method: {label: row[label] for label in order if label in row}
        for method, row in groups.items()
    }


def network_figure(outcomes: Sequence[Outcome]) -> Figure:
    """A panel per method: final accuracies of every run, and the means as a bar between them."""
    groups = network_groups(outcomes)
    figure = slide(height=5.6)
    panels = figure.subplots(1, len(groups), sharey=True, squeeze=False)[0]
    for axes, (method, row) in zip(panels, groups.items(), strict=True):
        axes.set_title(name_of(method))
        for place, runs in enumerate(row.values()):
            _draw(axes, place, runs)
        axes.set_xticks(range(len(row)), list(row))
        axes.set_xlim(-0.6, len(row) - 0.4)
    panels[0].set_ylabel("accuracy after the last step, in %")
    figure.legend(
        handles=[
            panels[0].plot([], [], "o", color=colour, markersize=11, label=name)[0]
            for _, name, colour in SPLITS
        ],
        loc="outside upper right",
        ncols=2,
        labelcolor="linecolor",
        handletextpad=0.1,
    )
    caption(
        figure,
        "Training and test accuracy with and without dropout and batch normalisation",
        "Each point is one run after its last step; the grey line spans from the mean test to the"
        " mean training accuracy. The learning rate is that of the network with neither.",
    )
    return figure


def _draw(axes: Axes, place: int, runs: Sequence[Outcome]) -> None:
    means = []
    for metric, _, colour in SPLITS:
        finals = [100 * run.final(metric) for run in runs]
        means.append(sum(finals) / len(finals))
        axes.plot([place] * len(finals), finals, "o", color=colour, markersize=10, alpha=0.75)
    axes.plot([place, place], means, color=GREY, linewidth=1.5, zorder=1)
