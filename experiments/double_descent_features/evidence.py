"""The evidence of double_descent_features: claims and figures, computed from a record alone."""

from matplotlib.figure import Figure

from experiments.double_descent_features.claims import CLAIMS
from experiments.double_descent_features.configurations import wrong_settings
from experiments.double_descent_features.curves import curves_of
from experiments.double_descent_features.figures import (
    behind_figure,
    errors_figure,
    samples_figure,
)
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.records.store import Record


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    curves, wrong = curves_of(record), wrong_settings(record.plan)
    return [claim.judge(curves, wrong) for claim in CLAIMS]


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """`double_descent_features`, `behind_the_peak` and `samples`, of the runs that are whole.

    Where images alone vary, that figure has the experiment's name.
    """
    whole = [curve for curve in curves_of(record) if curve.is_whole]
    features = [curve for curve in whole if curve.settings.sweep == "features"]
    samples = [curve for curve in whole if curve.settings.sweep == "samples"]
    drawn: dict[str, Figure] = {}
    if features:
        drawn["double_descent_features"] = errors_figure(features)
        drawn["behind_the_peak"] = behind_figure(features)
    if samples:
        drawn["samples" if features else "double_descent_features"] = samples_figure(samples)
    return drawn
