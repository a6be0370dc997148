"""Losses by group over the steps, a panel for each method at its best learning rate."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from experiments.heavy_tails_text.readings import Reading, best_rates, mean_losses
from research.evidence.class_losses_figure import groups_key, groups_panel
from research.evidence.style import caption, slide
from research.evidence.tuned_rates_figure import name_of


def groups_figure(readings: Sequence[Reading]) -> Figure | None:
    """As figure 1 of Kunstner et al. (2024); None while no run has reached its last step."""
    found = [(choice, mean_losses(readings, choice)) for choice in best_rates(readings)]
    shown = [(choice, losses) for choice, losses in found if losses is not None]
    if not shown:
        return None
    figure = slide(width=max(10.0, 3.7 * len(shown) + 2.0), height=6.2)
    panels = list(figure.subplots(1, len(shown), sharey=True, squeeze=False)[0])
    for axes, (choice, losses) in zip(panels, shown, strict=True):
        groups_panel(axes, losses, f"{name_of(choice.method)}\nlr {choice.rate:g}")
    panels[0].set_ylabel("training loss, in nats a token")
    first = shown[0][1]
    groups_key(figure, panels, len(first.shares))
    sizes = ", ".join(f"{count:,}" for count in first.classes)
    shares = ", ".join(f"{100 * share:.0f}" for share in first.shares)
    caption(
        figure,
        "Training loss by how frequent tokens are, each method at its best learning rate",
        "Lines are groups of tokens from frequent, dark, to rare, bright; the dashed line is the"
        f" mean over all tokens; means over seeds. Kinds of tokens by group: {sizes}; percent of"
        f" the training text: {shares}. The learning rate of each method is the one of its grid"
        " with the least training loss after the last step.",
    )
    return figure
