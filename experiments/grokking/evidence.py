"""The evidence of grokking: its claims and its figures, computed from a record alone."""

from matplotlib.figure import Figure

from experiments.grokking.accuracy_figure import accuracy_figure
from experiments.grokking.claims import CLAIMS
from experiments.grokking.configurations import NAMED_BY_CLAIMS
from experiments.grokking.delays import read_delays
from experiments.grokking.diagnostics_figure import diagnostics_figure
from experiments.grokking.seeds_figure import seeds_figure
from research.evidence.claimed_settings import wrong_settings
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.records.store import Record


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    delays = read_delays(record)
    wrong = wrong_settings(record.plan, NAMED_BY_CLAIMS)
    return [claim.judge(delays, wrong) for claim in CLAIMS]


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """The figure `grokking`, what happens meanwhile as `diagnostics`, the spread as `seeds`."""
    delays = read_delays(record)
    return {
        "grokking": accuracy_figure(record, delays),
        "diagnostics": diagnostics_figure(record, delays),
        "seeds": seeds_figure(record, delays),
    }
