"""The evidence of schedules: its claims and its figures, computed from a record alone."""

from matplotlib.figure import Figure

from experiments.schedules.claims import judge_all
from experiments.schedules.configurations import NAMED_BY_CLAIMS
from experiments.schedules.outcomes import read_outcomes
from experiments.schedules.shapes_figure import shapes_figure
from experiments.schedules.training_figure import training_figure
from research.evidence.claimed_settings import wrong_settings
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.records.store import Record


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims`."""
    return judge_all(read_outcomes(record), wrong_settings(record.plan, NAMED_BY_CLAIMS))


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """All schedules as `schedules`, and one problem trained under each as `training`.

    Runs of the range test add the figure `range_test`, as in any experiment.
    """
    return {
        "schedules": shapes_figure(record),
        "training": training_figure(record, read_outcomes(record)),
    }
