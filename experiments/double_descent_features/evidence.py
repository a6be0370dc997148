"""The evidence of double_descent_features: claims and figures, computed from a record alone."""

from matplotlib.figure import Figure

from experiments.double_descent_features.claims import CLAIMS
from experiments.double_descent_features.configurations import (
    FEATURE_VARIANTS,
    SAMPLE_VARIANTS,
    wrong_settings,
)
from experiments.double_descent_features.curves import Curve, curves_of
from experiments.double_descent_features.figures import (
    behind_figure,
    errors_figure,
    samples_figure,
)
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.records.store import Record

DATA = {"digits": "the digits", "mnist": "MNIST", "fashion_mnist": "Fashion-MNIST"}


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

    def of(variants: tuple[str, ...]) -> list[Curve]:
        return [curve for curve in whole if curve.store.variant in variants]

    drawn: dict[str, Figure] = {}
    features, samples = of(FEATURE_VARIANTS), of(SAMPLE_VARIANTS)
    if features:
        drawn["double_descent_features"] = errors_figure(features, _data(record, features[0]))
        drawn["behind_the_peak"] = behind_figure(features, _data(record, features[0]))
    if samples:
        name = "samples" if features else "double_descent_features"
        drawn[name] = samples_figure(samples, _data(record, samples[0]))
    return drawn


def _data(record: Record, curve: Curve) -> str:
    """What the images are called."""
    name = str(record.plan.variants[curve.store.variant].settings["data"]["name"])
    return DATA.get(name, name)
