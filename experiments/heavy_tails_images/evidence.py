"""The evidence of heavy_tails_images: its claims and figures, computed from a record alone."""

from matplotlib.figure import Figure

from experiments.heavy_tails_images.claims import CLAIMS
from experiments.heavy_tails_images.curves_figure import halves_figure, weightings_figure
from experiments.heavy_tails_images.examples_figure import examples_figure
from experiments.heavy_tails_images.groups_figure import groups_figure
from experiments.heavy_tails_images.methods import WEIGHTINGS, by_weighting
from experiments.heavy_tails_images.outcomes import read_outcomes
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.evidence.tuned_rates_figure import rates_figure
from research.records.store import Record


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    outcomes = read_outcomes(record)
    return [claim.judge(outcomes) for claim in CLAIMS]


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """Those that the record has runs for.

    `heavy_tails_images` are the losses of both halves of the images at each method's best rate,
    `per_class_loss` those of all groups of classes, `reweighting` what is minimised where labels
    are weighted, `learning_rates` the grids, and `barcodes` some of the images.
    """
    outcomes = read_outcomes(record)
    trials = by_weighting(outcomes.trials)
    drawn: dict[str, Figure] = {}
    if "none" in trials:
        drawn["heavy_tails_images"] = halves_figure(outcomes)
        groups = groups_figure(outcomes)
        if groups is not None:
            drawn["per_class_loss"] = groups
    if trials.keys() - {"none"}:
        drawn["reweighting"] = weightings_figure(outcomes, list(trials))
    if trials:
        panels = {WEIGHTINGS[weighting]: each for weighting, each in trials.items()}
        logarithmic = dict.fromkeys(panels, True)
        drawn["learning_rates"] = rates_figure(panels, logarithmic)
    examples = examples_figure(record)
    if examples is not None:
        drawn["barcodes"] = examples
    return drawn
