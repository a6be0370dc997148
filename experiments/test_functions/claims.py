"""The claims: what is known of quadratics is found again, and what happens where they end.

Each claim is judged from the variant it names, if that has the methods, rates and start the claim
is about; otherwise it is not measured.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy

from experiments.test_functions.measured import FOUND, Measured
from research.evidence.claims import Claim, Verdict
from research.problems.test_functions import eigenvalues

MOMENTUM = 0.9
"""Of heavy ball and Nesterov, by default."""
LECTURE_RATE = 0.003
LEFT_THE_SADDLE = -0.2
"""Loss at which a path has left the saddle (loss 0) for a minimiser (loss -0.25)."""
ENOUGH_UPDATES, FINE_ENOUGH = 500, 0.02
"""Least updates of a trial, and coarsest precision, of a search that claims are judged from."""

All = Mapping[str, Measured]


class Missing(Exception):
    """The record does not hold what a claim is about; the message says what."""


@dataclass(frozen=True)
class Judged:
    """A claim and how it is measured: the number, whether it holds, by run, and a note."""

    claim: Claim
    measure: Callable[[All], tuple[float, bool, dict[str, float | None], str]]

    def verdict(self, measured: All) -> Verdict:
        """The verdict."""
        try:
            return self.claim.judge(*self.measure(measured))
        except Missing as reason:
            return self.claim.not_measured(str(reason))


def need(measured: All, variant: str, methods: tuple[str, ...], searched: bool = True) -> Measured:
    """The variant, if it has results of these methods from the function's own start.

    Raises:
        Missing: it has not.
    """
    found = measured.get(variant)
    if found is None or found.settings["function"] != variant:
        raise Missing(f"the record has no results of {variant}")
    if not found.has_own_start:
        raise Missing(
            f"{variant} starts at {found.start}, the claim is about {found.function.start}"
        )
    for method in methods:
        if method not in found.rows:
            raise Missing(f"{variant} has no results of {method}")
    search = found.settings["search"]
    if searched and not search:
        raise Missing(f"{variant} did not search for the largest stable rate")
    if searched and (search["steps"] < ENOUGH_UPDATES or search["precision"] > FINE_ENOUGH):
        raise Missing(
            f"the search of {variant} is coarser than {ENOUGH_UPDATES} updates to {FINE_ENOUGH:.0%}"
        )
    return found


def closed_form(measured: All) -> tuple[float, bool, dict[str, float | None], str]:
    """Largest relative distance of x_k from (1 - 2 lr)^k x_0, over three rates."""
    square = need(measured, "square", ("gd",), searched=False)
    worst, ends = 0.0, []
    for rate in (0.2, 0.05, 1.05):
        path = square.path("gd", square.rate_name(rate))
        if path is None:
            raise Missing(f"square has no path at lr {rate}")
        expected = (1 - 2 * rate) ** numpy.arange(len(path)) * square.start[0]
        worst = max(worst, float((abs(path[:, 0] - expected) / abs(expected)).max()))
        ends.append(abs(float(path[-1, 0])))
    apart = ends[0] < 1 and ends[1] < 1 < ends[2]
    note = f"|x| ends at {ends[0]:.2g} (lr 0.2), {ends[1]:.2g} (0.05), {ends[2]:.2g} (1.05)"
    return worst, worst <= 1e-12 and apart, {square.run: worst}, note


def rates_of_theory(curvature: float) -> dict[str, float]:
    """Largest stable rates on a quadratic with largest curvature L."""
    b = MOMENTUM
    return {
        "gd": 2 / curvature,
        "heavy_ball": 2 * (1 + b) / curvature,
        "nesterov": 2 * (1 + b) / ((1 + 2 * b) * curvature),
    }


def theory(measured: All) -> tuple[float, bool, dict[str, float | None], str]:
    """Largest relative distance of a found rate from theory's, over three quadratics."""
    worst: dict[str, float | None] = {}
    for variant in ("square", "ill_conditioned", "normalised"):
        found = need(measured, variant, ("gd", "heavy_ball", "nesterov"))
        assert found.function.largest_curvature is not None
        expected = rates_of_theory(found.function.largest_curvature)
        worst[found.run] = max(
            abs(found.rows[method]["largest_rate"] / rate - 1) for method, rate in expected.items()
        )
    largest = max(value for value in worst.values() if value is not None)
    return largest, largest <= 0.03, worst, ""


def zig_zag(measured: All) -> tuple[float, bool, dict[str, float | None], str]:
    """Updates of gradient descent on raw inputs over those on normalised ones."""
    both = [need(measured, name, ("gd",)) for name in ("ill_conditioned", "normalised")]
    for each in both:
        if each.settings["search"]["fraction"] != 0.9:
            raise Missing("the claim is about 90 % of the largest stable rate")
    updates = [each.rows["gd"]["found/arrived"] for each in both]
    path = both[0].path("gd", FOUND)
    if path is None or not all(map(math.isfinite, updates)):
        raise Missing(f"gradient descent did not arrive within {both[0].settings['steps']} updates")
    steps = numpy.diff(path[:21, :2], axis=0)
    back = float(((steps[1:] * steps[:-1]).sum(axis=1) < 0).mean())
    ratio = updates[0] / updates[1]
    note = f"{back:.0%} of the first 20 updates on raw inputs turn back by more than 90 degrees"
    numbers: dict[str, float | None] = dict(zip((each.run for each in both), updates, strict=True))
    return ratio, ratio >= 10 and back > 0.5, numbers, note


def saddle(measured: All) -> tuple[float, bool, dict[str, float | None], str]:
    """Updates until gradient descent has left the saddle, over Adam's."""
    found = need(measured, "saddle", ("gd", "adam"), searched=False)
    left = {}
    for method in ("gd", "adam"):
        path = found.path(method, found.rate_name(0.1))
        if path is None:
            raise Missing("saddle has no paths at lr 0.1")
        reached = numpy.flatnonzero(path[:, -1] <= LEFT_THE_SADDLE)
        if not len(reached):
            raise Missing(f"{method} did not leave within {found.settings['steps']} updates")
        left[method] = int(reached[0])
    ratio = left["gd"] / left["adam"]
    note = f"gradient descent {left['gd']} updates, Adam {left['adam']}"
    return ratio, ratio >= 5, {found.run: ratio}, note


def lecture_rate(measured: All) -> tuple[float, bool, dict[str, float | None], str]:
    """The largest stable rate of gradient descent on Rosenbrock, and who survives 0.003."""
    found = need(measured, "rosenbrock", ("gd", "rmsprop", "adam"), searched=False)
    name = found.rate_name(LECTURE_RATE)
    if name is None or not found.settings["search"]:
        raise Missing(f"rosenbrock has no paths at lr {LECTURE_RATE}, or no search")
    gone = [method for method in found.rows if found.diverged(method, name)]
    largest = found.rows["gd"]["largest_rate"]
    holds = "gd" in gone and not {"adam", "rmsprop"} & set(gone) and largest < LECTURE_RATE
    return largest, holds, {found.run: largest}, f"diverge at {LECTURE_RATE}: {', '.join(gone)}"


def curvature_at_start(x: float, y: float) -> float:
    """Largest eigenvalue of Rosenbrock's Hessian."""
    return eigenvalues(1200 * x * x - 400 * y + 2, -400 * x, 200.0)[1]


def above_the_curvature(measured: All) -> tuple[float, bool, dict[str, float | None], str]:
    """The largest stable rate of gradient descent on Rosenbrock, over 2 / its first curvature."""
    found = need(measured, "rosenbrock", ("gd",))
    bound = 2 / curvature_at_start(*found.start)
    ratio = found.rows["gd"]["largest_rate"] / bound
    return ratio, ratio > 1, {found.run: ratio}, f"2 / curvature at the start is {bound:.3g}"


CLAIMS = (
    Judged(
        Claim(
            "F1",
            "x²: gradient descent is x_k = (1 − 2 lr)^k x_0, so it converges at lr 0.2 and 0.05 and"
            " diverges at 1.05",
            "the closed form",
            "relative error ≤ 1e-12 at every update",
        ),
        closed_form,
    ),
    Judged(
        Claim(
            "F2",
            "quadratics: the largest stable rates that are found are those of theory, 2/L for"
            " gradient descent, 2(1+b)/L for heavy ball, 2(1+b)/((1+2b)L) for Nesterov, b = 0.9",
            "eigenvalues of the linear recursion",
            "relative error ≤ 0.03 in nine cases",
        ),
        theory,
    ),
    Judged(
        Claim(
            "F3",
            "least squares: on raw inputs gradient descent zig-zags, and normalised inputs save at"
            " least nine in ten of its updates",
            "the condition numbers, 134 and 3; the threshold is ours",
            "ratio of updates ≥ 10, most turns above 90 degrees",
        ),
        zig_zag,
    ),
    Judged(
        Claim(
            "F4",
            "saddle: gradient descent, started 1e-6 beside the ridge, waits at least five times as"
            " long as Adam at the same rate",
            "our measurements; distances grow as (1 + lr)^k near a saddle of curvature −1",
            "ratio of updates to f ≤ −0.2 at least 5",
        ),
        saddle,
    ),
    Judged(
        Claim(
            "R1",
            "Rosenbrock from (−1.5, 2) at the lecture's lr 0.003: gradient descent diverges, Adam"
            " and RMSProp do not",
            "the lecture's figure, whose start is not said",
            "largest stable rate of gradient descent < 0.003; Adam and RMSProp finite at 0.003",
        ),
        lecture_rate,
    ),
    Judged(
        Claim(
            "R2",
            "Rosenbrock: gradient descent stands rates above 2 / curvature at its start, the limit"
            " if the function were the quadratic that it looks like there",
            "our measurements",
            "largest stable rate over that limit > 1",
        ),
        above_the_curvature,
    ),
)
