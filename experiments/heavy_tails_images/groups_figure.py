"""Losses by class, in groups from frequent to rare: a panel per optimizer at its best rate."""

from matplotlib.figure import Figure

from experiments.heavy_tails_images.methods import OPTIMIZERS
from experiments.heavy_tails_images.outcomes import Outcomes
from research.evidence.class_losses import ClassLosses, mean_over_runs, read_class_losses
from research.evidence.class_losses_figure import groups_key, groups_panel
from research.evidence.style import caption, slide
from research.evidence.tuned_rates_figure import name_of


def groups_figure(outcomes: Outcomes) -> Figure | None:
    """None if no run watched its losses by class."""
    found = {method: each for method in OPTIMIZERS if (each := _read(outcomes, method))}
    if not found:
        return None
    figure = slide()
    panels = figure.subplots(1, len(found), sharey=True, squeeze=False)[0]
    for axes, (method, losses) in zip(panels, found.items(), strict=True):
        rate = outcomes.choice(method).rate
        groups_panel(axes, losses, f"{name_of(method)}\nlr {rate:g}")
    panels[0].set_ylabel("training loss, in nats")
    panels[0].set_ylim(bottom=0)
    first = next(iter(found.values()))
    groups_key(figure, list(panels), len(first.shares))
    sizes = ", ".join(f"{count:,}" for count in first.classes)
    caption(
        figure,
        "Training loss by class, from frequent to rare",
        "The classes are sorted by how often they are training labels and cut into groups of about"
        f" as many labels each; classes by group: {sizes}. Dashed: all images. Each method is at"
        " the learning rate of its grid with the least loss after the last step; means over seeds.",
    )
    return figure


def _read(outcomes: Outcomes, method: str) -> ClassLosses | None:
    """The mean over the seeds at the best rate."""
    runs = [
        losses
        for trial in outcomes.choice(method).trials
        if (losses := read_class_losses(outcomes.record.run(trial.variant, trial.seed)))
    ]
    return mean_over_runs(runs) if runs else None
