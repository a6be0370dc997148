"""The evidence of generalisation: its claims and its figures, computed from a record alone."""

from matplotlib.figure import Figure

from experiments.generalisation.claims import CLAIMS
from experiments.generalisation.comparisons import swats_runs
from experiments.generalisation.curves_figure import curves_figure
from experiments.generalisation.network_figure import network_figure, network_groups
from experiments.generalisation.outcomes import read_outcomes
from experiments.generalisation.rates_figure import rates_figure
from experiments.generalisation.selection import methods
from experiments.generalisation.swats_figure import swats_figure
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.records.store import Record


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    outcomes = read_outcomes(record)
    return [claim.judge(outcomes) for claim in CLAIMS]


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """Those that the record has runs for.

    `generalisation` are the curves at each method's best learning rate, `learning_rates` the grids,
    `network` dropout and batch normalisation on and off, and `swats` its switches.
    """
    outcomes = read_outcomes(record)
    drawn: dict[str, Figure] = {}
    if methods(outcomes):
        drawn["generalisation"] = curves_figure(outcomes)
        drawn["learning_rates"] = rates_figure(outcomes)
    if network_groups(outcomes):
        drawn["network"] = network_figure(outcomes)
    if swats_runs(outcomes):
        drawn["swats"] = swats_figure(outcomes)
    return drawn
