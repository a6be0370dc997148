"""The number that decides each claim, from the reading of one seed."""

import numpy

from experiments.finite_sum.readings import (
    LATE,
    SMALL,
    Floats,
    Reading,
    best_of_grid,
    floors,
    log_slope,
    path_ratios,
    rule_slope,
    updates_to,
)
from experiments.finite_sum.step_rules import AVERAGED, DECREASING
from research.evidence.bounded_claim import NotDecided
from research.problems import finite_sum_bounds as bounds


def floor_slope(reading: Reading) -> float:
    """Slope of log floor over log a, for small a."""
    found = floors(reading)
    is_small = found.rates <= SMALL
    if is_small.sum() < 2:
        raise NotDecided(f"{reading.name} has fewer than two steps up to 0.02")
    return log_slope(found.rates[is_small], found.level[is_small])


def leading_order_error(reading: Reading) -> float:
    """Largest |floor / (a s2/4) - 1| for small a."""
    found = floors(reading)
    is_small = found.rates <= SMALL
    if not is_small.any():
        raise NotDecided(f"{reading.name} has no step up to 0.02")
    return _largest(numpy.abs(found.level / found.leading - 1)[is_small])


def second_moment_ratio(reading: Reading) -> float:
    """Largest measured / second-moment bound over k and a < 1/(2 mu)."""
    return _largest_known(path_ratios(reading)[0])


def variance_ratio(reading: Reading) -> float:
    """Largest measured / variance bound over k and a < 2/L."""
    return _largest_known(path_ratios(reading)[1])


def optimum_variance_excess(reading: Reading) -> float:
    """(Floor - L s2 a/(4 mu)) / standard error at a = 0.4, with s2 at w*."""
    found = floors(reading)
    place = numpy.flatnonzero(numpy.isclose(found.rates, 0.4))
    if not len(place):
        raise NotDecided(f"{reading.name} has no step 0.4")
    return float(((found.level - found.slide_at_optimum) / found.error)[place[0]])


def gradient_norm_ratio(reading: Reading) -> float:
    """Largest mean ||grad f||^2 of the second half / nonconvex bound, over a <= 1/L."""
    known, rates = reading.constants, reading.array("floors_rates")
    updates = reading.array("floors_steps")[-1:]
    measured, variance = reading.array("floors_gradient"), reading.array("floors_variance")
    ratios = [
        measured[column]
        / bounds.gradient_norm(
            updates, float(a), known["smoothness"], known["start_gap"], float(variance[column])
        )[0]
        for column, a in enumerate(rates)
        if a <= 1 / known["smoothness"]
    ]
    return _largest_known(numpy.array(ratios))


def lecture_slope(reading: Reading) -> float:
    """Slope under (2k+1)/(2 mu (k+1)^2)."""
    return rule_slope(reading, "lecture")


def inverse_sqrt_slope(reading: Reading) -> float:
    """Slope under steps ~ 1/sqrt(k+1)."""
    return rule_slope(reading, "inverse_sqrt")


def decreasing_ratio(reading: Reading) -> float:
    """Largest measured / (L G2 / (2 mu^2 k)) over k >= 1 under the lecture's steps."""
    known, steps = reading.constants, reading.array("decreasing_steps")
    column = list(DECREASING).index("lecture")
    bound = bounds.strongly_convex_steps(
        steps,
        known["smoothness"],
        known["strong_convexity"],
        float(reading.array("decreasing_second_moment")[column]),
    )
    ratios = reading.array("decreasing_mean")[:, column] / bound
    return _largest(ratios[steps >= 1])


def replacement_difference(reading: Reading) -> float:
    """Largest |floor without / with replacement - (m-b)/(m-1)|."""
    level, predicted = (
        reading.array("replacement_level"),
        reading.array("replacement_predicted"),
    )
    return _largest(numpy.abs(level[:, 1] / level[:, 0] - predicted[:, 1] / predicted[:, 0]))


def decade_quotient(reading: Reading) -> float:
    """Updates of gradient descent for a tenth of the gap, over those for the tenth before.

    The largest quotient of successive decades, from 1e-6 to 1e-12 of the first gap: 1 where updates
    grow like log(1/epsilon), 10 where they grow like 1/epsilon.

    Raises:
        NotDecided: it did not get that far.
    """
    gaps = reading.array("deterministic_gaps")[:, 0]
    targets = reading.constants["start_gap"] * numpy.array([10.0**-power for power in range(6, 13)])
    updates = updates_to(gaps, targets)
    if numpy.isnan(updates).any():
        raise NotDecided(f"{reading.name} did not get to 1e-12 of the first gap")
    decades = numpy.diff(updates)
    return _largest(decades[1:] / decades[:-1])


def strong_exponent(reading: Reading) -> float:
    """The p in updates ~ (1/epsilon)^p under the lecture's steps."""
    column = list(DECREASING).index("lecture")
    return _exponent(reading.array("decreasing_steps"), reading.array("decreasing_mean")[:, column])


def convex_exponent(reading: Reading) -> float:
    """The p in updates ~ (1/epsilon)^p of gradient descent, from its 10th update on."""
    gaps = reading.array("deterministic_gaps")[:, 0]
    return _exponent(numpy.arange(len(gaps), dtype=numpy.float64), gaps, first=10)


def averaged_exponent(reading: Reading) -> float:
    """The p in updates ~ (1/epsilon)^p of the average under a/sqrt(k+1)."""
    column = list(AVERAGED).index("inverse_sqrt")
    return _exponent(reading.array("averages_steps"), reading.array("averages_mean")[:, column])


def _exponent(steps: Floats, gaps: Floats, first: int = LATE) -> float:
    """Slope of log(updates to epsilon) over log(1/epsilon), for 40 epsilons after `first`."""
    late = steps >= first
    highest, lowest = gaps[late][0], gaps[late].min()
    if not 0 < lowest < highest:
        return float("nan")
    targets = numpy.geomspace(highest, lowest * 1.001, 40)
    return log_slope(1 / targets, updates_to(gaps[late], targets, steps[late]))


def deterministic_ratio(convex: Reading, strong: Reading) -> float:
    """Largest measured / bound of gradient descent and Nesterov, over k >= 1.

    Bounds below 1e-12 are left out, where f - f* is rounding.
    """
    ratios = []
    for reading, is_strong in ((convex, False), (strong, True)):
        known, gaps = reading.constants, reading.array("deterministic_gaps")
        k = numpy.arange(len(gaps), dtype=numpy.float64)
        smoothness, distance = known["smoothness"], known["distance"]
        mu, gap = known["strong_convexity"], known["start_gap"]
        if is_strong:
            both = [
                bounds.gradient_descent_strong(k, smoothness, mu, gap),
                bounds.nesterov_strong(k, smoothness, mu, gap, distance),
            ]
        else:
            both = [
                bounds.gradient_descent_convex(k, smoothness, distance),
                bounds.nesterov_convex(k, smoothness, distance),
            ]
        for column, bound in enumerate(both):
            clear = (k >= 1) & (bound > 1e-12)
            ratios.append(_largest(gaps[clear, column] / bound[clear]))
    return max(ratios)


def least_slack(reading: Reading) -> float:
    """Least right minus left side of the descent inequality."""
    return float(reading.array("descent_slack").min())


def momentum_difference(reading: Reading) -> float:
    """Largest |f - f* with momentum / without - 1| for k > 300."""
    names, gaps = list(DECREASING), reading.array("decreasing_mean")
    late = reading.array("decreasing_steps") > LATE
    plain = gaps[late, names.index("lecture")]
    return max(
        _largest(numpy.abs(gaps[late, names.index(name)] / plain - 1))
        for name in ("heavy_ball", "nesterov")
    )


def nesterov_gain(reading: Reading) -> float:
    """Updates of gradient descent over those of Nesterov, to 1e-6 of the first gap."""
    gaps = reading.array("deterministic_gaps")
    target = gaps[:1, 0] * 1e-6
    return float((updates_to(gaps[:, 0], target) / updates_to(gaps[:, 1], target))[0])


def averaged_ratio(*readings: Reading) -> float:
    """Largest measured / bound of the averaged iterate over losses, rules and k >= 1."""
    return max(
        _largest((each.array("averages_mean") / each.array("averages_bound"))[1:])
        for each in readings
    )


def averaging_gain(reading: Reading) -> float:
    """Last iterate over average at the end, constant step."""
    column = list(AVERAGED).index("constant")
    last, mean = reading.array("averages_last"), reading.array("averages_mean")
    return float(last[-1, column] / mean[-1, column])


def stalled_slope(reading: Reading) -> float:
    """Slope of the average's gap over the last decade of updates, constant step."""
    steps, column = reading.array("averages_steps"), list(AVERAGED).index("constant")
    late = steps >= steps[-1] / 10
    return log_slope(steps[late], reading.array("averages_mean")[late, column])


def short_steps_loss(*readings: Reading) -> float:
    """The average under a/(k+1) over that under a/sqrt(k+1) at the end; the smallest."""
    names = list(AVERAGED)
    short, long = names.index("inverse"), names.index("inverse_sqrt")
    ends = [each.array("averages_mean")[-1] for each in readings]
    return float(min(end[short] / end[long] for end in ends))


def adagrad_quotient(reading: Reading) -> float:
    """Best AdaGrad over the best of both kinds of SGD.

    Raises:
        NotDecided: a best step lies at the edge of its grid.
    """
    gaps, _, is_interior = best_of_grid(reading)
    if not is_interior.all():
        raise NotDecided(f"{reading.name}: a best step lies at the edge of its grid")
    return float(gaps[2] / gaps[:2].min())


def looseness(reading: Reading) -> float:
    """The lecture's bound over the floor at the smallest step."""
    found = floors(reading)
    smallest = found.rates.argmin()
    return float(found.slide[smallest] / found.level[smallest])


def exact_floor_error(reading: Reading) -> float:
    """Largest |floor / exact - 1|."""
    found = floors(reading)
    return _largest(numpy.abs(found.level / found.exact - 1))


def _largest(numbers: Floats) -> float:
    """The largest; NaN if any is NaN."""
    return float(numpy.max(numbers)) if len(numbers) else float("nan")


def _largest_known(numbers: Floats) -> float:
    """The largest of those that are defined; NaN if a measured one is not finite, or none is."""
    known = numbers[~numpy.isnan(numbers)]
    return float(known.max()) if len(known) else float("nan")
