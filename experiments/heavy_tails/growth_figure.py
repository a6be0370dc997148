"""The figure of growth: updates to a share of the first excess loss, over the vocabulary."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from experiments.heavy_tails.drawing import of, updates_over_size
from experiments.heavy_tails.readings import Reading
from research.evidence.style import caption, label_lines, slide


def growth_figure(readings: Sequence[Reading]) -> Figure | None:
    """Rates by rule on the left, tuned ones on the right; None where neither was run."""
    fixed, tuned = of(readings, "growth-fixed"), of(readings, "growth")
    shown = [each for each in (fixed, tuned) if each]
    if not shown:
        return None
    figure = slide(width=6.4 * len(shown) + 0.6, height=6.2)
    panels = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    labels = []
    for axes, runs in zip(panels, shown, strict=True):
        labels.append(updates_over_size(axes, runs, tuned=runs is tuned))
        settings = runs[0].settings
        rule = f"GD at {settings.bound_share:g} of 2/L" if settings.bound_share else "rates by rule"
        axes.set_title("tuned at every V" if runs is tuned else rule)
    panels[0].set_ylabel(f"updates to {shown[0][0].settings.target:.0%} (log scale)")
    for axes, names in zip(panels, labels, strict=True):  # all panels share the final axis
        label_lines(axes, names, size=14, gap=0.11)
    for axes in panels[1:]:
        axes.set_ylabel("")
    caption(
        figure,
        "Updates over the size of the vocabulary",
        "Updates until the excess loss of the linear bigram is down to a share of the first one,"
        " mean over seeds, with the exponent of V that fits. Left: one rule for the learning rate."
        " Right: the rate of a half-decade grid that needs the fewest updates, at each V.",
    )
    return figure
