"""The evidence of finite sums: claims and figures, computed from a record alone."""

from matplotlib.figure import Figure

from experiments.finite_sum.batches_figure import adagrad_figure, averages_figure, batches_figure
from experiments.finite_sum.claims import CLAIMS
from experiments.finite_sum.configurations import AT_LEAST, NAMED_BY_CLAIMS
from experiments.finite_sum.floors_figure import bounds_figure, floors_figure
from experiments.finite_sum.rates_figure import (
    decreasing_figure,
    iterations_figure,
    momentum_figure,
)
from experiments.finite_sum.readings import Reading, read
from research.evidence.claimed_settings import wrong_settings
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.records.store import Record


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    readings, wrong = read(record), wrong_settings(record.plan, NAMED_BY_CLAIMS, AT_LEAST)
    return [claim.judge(readings, wrong) for claim in CLAIMS]


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """Those figures whose measurements are there, each of the first seed that has them.

    `finite_sum` (floors), `bounds`, `decreasing`, `iterations`, `momentum`, `batches`, `averages`
    and `adagrad`.
    """
    readings = read(record)

    def having(*arrays: str) -> list[Reading]:
        """The first run of each variant that has all of these arrays."""
        found: dict[str, Reading] = {}
        for each in readings:
            if all(each.has(name) for name in arrays):
                found.setdefault(each.store.variant, each)
        return list(found.values())

    def names(chosen: list[Reading]) -> list[str]:
        return [record.plan.variants[each.store.variant].label for each in chosen]

    drawn: dict[str, Figure] = {}
    floors, decreasing = having("floors_level"), having("decreasing_mean")
    exact, averages = having("deterministic_gaps"), having("averages_mean")
    strong = [each for each in exact if each.constants["strong_convexity"] > 1e-3]
    stiffest = max(strong, key=_condition, default=None)
    hardly = next((each for each in having("deterministic_gaps", "averages_mean")), None)
    if floors:
        drawn["finite_sum"] = floors_figure(floors[0])
        drawn["bounds"] = bounds_figure(floors, names(floors))
    if decreasing:
        drawn["decreasing"] = decreasing_figure(decreasing[0])
    if decreasing or hardly or stiffest:
        first = decreasing[0] if decreasing else None
        drawn["iterations"] = iterations_figure(first, stiffest, hardly)
        drawn["momentum"] = momentum_figure(stiffest, first)
    if chosen := having("descent_noise", "replacement_level"):
        drawn["batches"] = batches_figure(chosen[0])
    if averages:
        drawn["averages"] = averages_figure(averages, names(averages))
    if chosen := having("adagrad_mean"):
        drawn["adagrad"] = adagrad_figure(chosen, names(chosen))
    return drawn


def _condition(reading: Reading) -> float:
    return reading.constants["smoothness"] / reading.constants["strong_convexity"]
