"""Figures of rates: decreasing steps, updates to a precision, and momentum."""

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.finite_sum.readings import LATE, Floats, Reading, rule_slope, updates_to
from experiments.finite_sum.step_rules import AVERAGED, DECREASING, FULL_GRADIENT
from research.evidence.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    LineLabel,
    caption,
    label_lines,
    slide,
)
from research.problems import finite_sum_bounds as bounds

RULES = ("lecture", "inverse", "inverse_sqrt", "inverse_time", "inverse_time_short")


def decreasing_figure(reading: Reading) -> Figure:
    """Draws f - f* under decreasing steps, with the slope of each, and the lecture's bound."""
    figure = slide()
    axes = figure.subplots()
    steps, gaps = reading.array("decreasing_steps"), reading.array("decreasing_mean")
    names, after, labels = list(DECREASING), steps >= 1, []
    for rule, colour in zip(RULES, (VERMILLION, BLUE, GREEN, PURPLE, ORANGE), strict=True):
        gap = gaps[after, names.index(rule)]
        is_twin = rule == "inverse"  # it lies on the lecture's line
        axes.plot(steps[after], gap, color=colour, linestyle="--" if is_twin else "-")
        text = f"{DECREASING[rule].label}\nslope {rule_slope(reading, rule):.2f}"
        labels.append(LineLabel(float(gap[-1]), text, colour))
    known, column = reading.constants, names.index("lecture")
    moment = float(reading.array("decreasing_second_moment")[column])
    bound = bounds.strongly_convex_steps(
        steps[after], known["smoothness"], known["strong_convexity"], moment
    )
    axes.plot(steps[after], bound, ":", color=VERMILLION, linewidth=2)
    labels.append(LineLabel(float(bound[-1]), "lecture's bound LG²/(2μ²k)", VERMILLION))
    axes.set(xscale="log", yscale="log", xlabel="update k", ylabel="f - f*")
    axes.set_xlim(1, steps[-1])
    axes.axvspan(LATE, steps[-1], color=GREY, alpha=0.08, linewidth=0)
    axes.text(LATE * 1.1, axes.get_ylim()[0] * 1.3, "slopes are fitted here", size=14, color=GREY)
    axes.set_title("f - f* falls as fast as the step does, but not faster than 1/k")
    label_lines(axes, labels, size=13.5, gap=0.105)
    caption(
        figure,
        "Decreasing steps",
        "Mean of f - f* over all seeds of the batches. Steps ~ 1/k give slope -1, steps ~ 1/√k give"
        " -1/2. Of the two steps 0.5/(μ(1+dk)) that with d = 2 is too short, since 0.5/d < 1/2: its"
        " slope is smaller.",
    )
    return figure


def iterations_figure(
    logistic: Reading | None, ill: Reading | None, convex: Reading | None
) -> Figure:
    """Updates to reach epsilon, strongly and hardly convex, and the cost of both methods."""
    figure = slide(height=6.4)
    strong, hardly, cost = figure.subplots(1, 3)
    for reading, colour in ((ill, BLUE), (logistic, SKY)):
        if reading is not None and reading.has("deterministic_gaps"):
            gaps = reading.array("deterministic_gaps")[:, 0]
            condition = reading.constants["smoothness"] / reading.constants["strong_convexity"]
            k = numpy.arange(len(gaps), dtype=numpy.float64)
            _updates(strong, k, gaps, f"GD, L/μ = {condition:.3g}", colour)
    if logistic is not None:
        gaps = logistic.array("decreasing_mean")[:, list(DECREASING).index("lecture")]
        condition = logistic.constants["smoothness"] / logistic.constants["strong_convexity"]
        name = f"SGD, L/μ = {condition:.3g}"
        _updates(strong, logistic.array("decreasing_steps"), gaps, name, VERMILLION, exponent=1)
    strong.set_title("strongly convex:\nlog(1/ε) and 1/ε", size=16)
    if convex is not None:
        gaps = convex.array("deterministic_gaps")[:, 0]
        mean = convex.array("averages_mean")[:, list(AVERAGED).index("inverse_sqrt")]
        steps = convex.array("averages_steps")
        _updates(hardly, numpy.arange(len(gaps), dtype=numpy.float64), gaps, "GD", BLUE, 1)
        _updates(hardly, steps, mean, "SGD, averaged", VERMILLION, 2)
        _draw_cost(cost, convex, gaps, mean, steps)
    hardly.set_title("hardly convex:\n1/ε and 1/ε²", size=16)
    for axes in (strong, hardly):
        axes.set(xscale="log", yscale="log", xlabel="1/ε")
        axes.set_ylim(0.3, 5e4)
        corner = "lower right" if axes is hardly else "upper right"
        if axes.lines:
            axes.legend(loc=corner, fontsize=14, labelcolor="linecolor", handlelength=1)
    strong.set_ylabel("updates until f - f* ≤ ε")
    caption(
        figure,
        "Updates to a precision ε, and what they cost",
        "Left and middle: updates until f - f* is at most ε; the dotted guides have slopes 1 and 2."
        " Right: f - f* over the gradients of single examples that were computed: an update costs"
        " a batch of them, or all. SGD is ahead at first, and gradient descent later.",
    )
    return figure


def _updates(
    axes: Axes, steps: Floats, gaps: Floats, name: str, colour: str, exponent: int | None = None
) -> None:
    lowest = max(float(numpy.nanmin(numpy.abs(gaps))), 1e-12) * 1.01
    targets = numpy.geomspace(float(gaps[0]) * 0.5, lowest, 60)
    updates = updates_to(gaps, targets, steps)
    axes.plot(1 / targets, updates, color=colour, label=name)
    if exponent is not None:
        guide = updates[-1] * 0.5 * (targets[-1] / targets) ** exponent
        shown = guide >= 1
        axes.plot(1 / targets[shown], guide[shown], ":", color=colour, linewidth=1.5)


def _draw_cost(axes: Axes, convex: Reading, gaps: Floats, averaged: Floats, steps: Floats) -> None:
    examples = convex.examples
    axes.plot(examples * numpy.arange(1, len(gaps)), gaps[1:], color=BLUE, label="GD")
    axes.plot(convex.batch * steps[1:], averaged[1:], color=VERMILLION, label="SGD, averaged")
    last = convex.array("averages_last")[1:, list(AVERAGED).index("inverse_sqrt")]
    axes.plot(convex.batch * steps[1:], last, color=VERMILLION, lw=1.5, ls="--", label="SGD, last")
    axes.set(xscale="log", yscale="log", xlabel="gradients of one example", ylabel="f - f*")
    axes.set_xlim(2, 1e5)
    axes.set_ylim(float(gaps[min(500, len(gaps) - 1)]), 1)
    axes.set_title(f"cost: {examples} against {convex.batch}\na step (hardly convex)", size=16)
    axes.legend(loc="lower left", fontsize=14, labelcolor="linecolor", handlelength=1)


def momentum_figure(ill: Reading | None, logistic: Reading | None) -> Figure:
    """Left: momentum without noise. Right: with it, at the same effective step."""
    figure = slide(height=6.4)
    exact, noisy = figure.subplots(1, 2)
    if ill is not None:
        _draw_exact(exact, ill)
    if logistic is not None:
        steps, gaps = logistic.array("decreasing_steps"), logistic.array("decreasing_mean")
        for name, label, style, width in (
            ("lecture", "SGD", "-", 6.0),
            ("heavy_ball", "heavy ball", "--", 3.0),
            ("nesterov", "Nesterov", ":", 3.0),
        ):
            gap = gaps[1:, list(DECREASING).index(name)]
            colour = {"lecture": BLUE, "heavy_ball": ORANGE, "nesterov": VERMILLION}[name]
            noisy.plot(steps[1:], gap, style, color=colour, lw=width, label=label)
        noisy.set(xscale="log", yscale="log", xlabel="update k", ylabel="f - f*")
        noisy.legend(labelcolor="linecolor")
    exact.set_title("whole gradient: momentum gains")
    noisy.set_title("small batches: it gains nothing")
    caption(
        figure,
        "Momentum without and with noise",
        "Left: the ill-conditioned sum with whole gradients; dotted, the bounds (1-μ/L)ᵏ and"
        " (1-√(μ/L))ᵏ. The heavy ball's momentum is optimal for quadratics only, and nothing bounds"
        " it here. Right: decreasing steps (2k+1)/(2μ(k+1)²), with momentum 0.9 times 0.1, on the"
        " same batches.",
    )
    return figure


def _draw_exact(axes: Axes, ill: Reading) -> None:
    gaps, known = ill.array("deterministic_gaps"), ill.constants
    k = numpy.arange(len(gaps), dtype=numpy.float64)
    facts = known["smoothness"], known["strong_convexity"], known["start_gap"]
    for column, (name, colour) in enumerate(
        zip(FULL_GRADIENT, (BLUE, VERMILLION, ORANGE), strict=True)
    ):
        axes.plot(k, numpy.maximum(gaps[:, column], 1e-16), color=colour, label=name)
    axes.plot(k, bounds.gradient_descent_strong(k, *facts), ":", color=BLUE, lw=2)
    axes.plot(k, bounds.nesterov_strong(k, *facts, known["distance"]), ":", color=VERMILLION, lw=2)
    axes.set(yscale="log", xlabel="update k", ylabel="f - f*")
    axes.set_xlim(0, 300)
    axes.set_ylim(1e-12, 2)
    axes.legend(labelcolor="linecolor", loc="upper right")
