"""The evidence of double descent in trained networks: claims and figures, from a record alone."""

from matplotlib.figure import Figure

from experiments.double_descent_deep.by_width_figure import by_width_figure
from experiments.double_descent_deep.claims import judge_all
from experiments.double_descent_deep.configurations import AT_LEAST, NAMED_BY_CLAIMS
from experiments.double_descent_deep.epochs_figure import CURVES, epochs_figure
from experiments.double_descent_deep.outcomes import read_outcomes
from experiments.double_descent_deep.widths_figure import width_groups, widths_figure
from research.evidence.claimed_settings import wrong_settings
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.records.store import Record


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    wrong = wrong_settings(record.plan, NAMED_BY_CLAIMS, AT_LEAST)
    return judge_all(read_outcomes(record), wrong)


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """Those that the record has runs for.

    `double_descent_deep` is the curve over epochs of `noise`, `noise40` and `clean`, `widths` the
    one over widths if there are several, `epochs_by_width` the curves over epochs of every width.
    """
    outcomes = read_outcomes(record)
    drawn: dict[str, Figure] = {}
    if any(each.variant in CURVES for each in outcomes):
        drawn["double_descent_deep"] = epochs_figure(outcomes)
    groups = width_groups(outcomes)
    if any(len(widths) > 1 for widths in groups.values()):
        drawn["widths"] = widths_figure(outcomes)
    if groups:
        drawn["epochs_by_width"] = by_width_figure(outcomes)
    return drawn
