"""The claims of finite sums: what each says, the runs that it needs, its number and its bounds."""

import math

from experiments.finite_sum import numbers
from research.evidence.bounded_claim import BoundedClaim
from research.evidence.claims import Claim

KARIMI = "Karimi, Nutini and Schmidt (2016)"
OURS = "our measurements"

CLAIMS = (
    BoundedClaim(
        Claim(
            "T1a",
            "The noise floor of a constant step is linear in the step:"
            " slope of log floor over log a, for a ≤ 0.02",
            OURS,
            "0.97 to 1.05",
        ),
        ("logistic",),
        numbers.floor_slope,
        0.97,
        1.05,
    ),
    BoundedClaim(
        Claim(
            "T1b",
            "It is a σ*²/4 with σ*² a batch's variance at the minimum:"
            " largest relative difference for a ≤ 0.02",
            "leading order of the stationary covariance; the number: our measurements",
            "≤ 0.05",
        ),
        ("logistic",),
        numbers.leading_order_error,
        high=0.05,
    ),
    BoundedClaim(
        Claim(
            "T2a",
            "With G² the largest second moment E‖g‖² along the path, the lecture's bound"
            " (1-2aμ)ᵏ(f₀-f*) + LG²a/(4μ) is never violated, at any k and any a < 1/(2μ):"
            " largest measured over bound",
            KARIMI,
            "≤ 1",
        ),
        ("logistic",),
        numbers.second_moment_ratio,
        high=1,
    ),
    BoundedClaim(
        Claim(
            "T2b",
            "With the variance at the minimum in place of G² the same formula is false:"
            " floor minus bound at a = 0.4, in standard errors",
            OURS,
            "> 3",
        ),
        ("logistic",),
        numbers.optimum_variance_excess,
        low=math.nextafter(3, 4),
    ),
    BoundedClaim(
        Claim(
            "T2c",
            "The bound for a variance s², ρᵏ(f₀-f*) + Las²/(4μ(1-aL/2)), holds with the largest"
            " variance along the path, at any k and a < 2/L: largest measured over bound",
            "descent lemma and PL inequality",
            "≤ 1",
        ),
        ("logistic",),
        numbers.variance_ratio,
        high=1,
    ),
    BoundedClaim(
        Claim(
            "T2d",
            "The nonconvex bound 2(f₀-f*)/(aK) + aLs² on ‖∇f‖² holds for a ≤ 1/L:"
            " largest measured over bound",
            "Ghadimi and Lan (2013)",
            "≤ 1",
        ),
        ("logistic",),
        numbers.gradient_norm_ratio,
        high=1,
    ),
    BoundedClaim(
        Claim(
            "T3a",
            "Steps (2k+1)/(2μ(k+1)²) give f - f* ~ 1/k: slope for k > 300",
            KARIMI,
            "-1.05 to -0.95",
        ),
        ("logistic",),
        numbers.lecture_slope,
        -1.05,
        -0.95,
    ),
    BoundedClaim(
        Claim(
            "T3b",
            "Steps ~ 1/√(k+1) give f - f* ~ 1/√k on a strongly convex sum: slope for k > 300",
            OURS,
            "-0.55 to -0.45",
        ),
        ("logistic",),
        numbers.inverse_sqrt_slope,
        -0.55,
        -0.45,
    ),
    BoundedClaim(
        Claim(
            "T3c",
            "The lecture's bound LG²/(2μ²k) for these steps is never violated:"
            " largest measured over bound",
            KARIMI,
            "≤ 1",
        ),
        ("logistic",),
        numbers.decreasing_ratio,
        high=1,
    ),
    BoundedClaim(
        Claim(
            "T3d",
            "Batches of distinct examples lower the floor by (m-b)/(m-1):"
            " largest difference of ratio and prediction, b = 2 to 100",
            OURS,
            "≤ 0.02",
        ),
        ("batches",),
        numbers.replacement_difference,
        high=0.02,
    ),
    BoundedClaim(
        Claim(
            "T4a",
            "Gradient descent, strongly convex: updates to ε grow like log(1/ε), every further"
            " decade costs what the one before did: largest quotient, from 10⁻⁶ (f₀-f*) on",
            "the lecture's table",
            "≤ 1.1",
        ),
        ("ill-conditioned",),
        numbers.decade_quotient,
        high=1.1,
    ),
    BoundedClaim(
        Claim(
            "T4b",
            "SGD, strongly convex, decreasing steps: updates to ε grow like 1/ε: exponent",
            "the lecture's table",
            "0.95 to 1.05",
        ),
        ("logistic",),
        numbers.strong_exponent,
        0.95,
        1.05,
    ),
    BoundedClaim(
        Claim(
            "T4c",
            "Gradient descent, hardly convex: updates to ε grow like 1/ε: exponent",
            "the lecture's table",
            "0.9 to 1.1",
        ),
        ("convex",),
        numbers.convex_exponent,
        0.9,
        1.1,
    ),
    BoundedClaim(
        Claim(
            "T4d",
            "SGD, hardly convex, averaged, steps a/√(k+1): updates to ε grow like 1/ε²: exponent",
            "the lecture's table",
            "1.8 to 2.2",
        ),
        ("convex",),
        numbers.averaged_exponent,
        1.8,
        2.2,
    ),
    BoundedClaim(
        Claim(
            "T4e",
            "Whole gradients keep their bounds at every update: LR²/(2k) and Nesterov's 2LR²/(k+1)²"
            " hardly convex, (1-μ/L)ᵏ and (1-√(μ/L))ᵏ strongly: largest measured over bound",
            "Nesterov (2004), Beck and Teboulle (2009), Karimi et al. (2016)",
            "≤ 1",
        ),
        ("convex", "ill-conditioned"),
        numbers.deterministic_ratio,
        high=1,
    ),
    BoundedClaim(
        Claim(
            "T5",
            "A mini-batch is gradient descent with an error e: at every update of every chain, with"
            " a = 1/L, f(w⁺) ≤ f(w) - a/2‖∇f‖² + a/2‖e‖²: least right minus left side",
            "descent lemma",
            "≥ -1e-12",
        ),
        ("batches",),
        numbers.least_slack,
        low=-1e-12,
    ),
    BoundedClaim(
        Claim(
            "T6a",
            "Momentum 0.9 and Nesterov gain nothing in the stochastic rate: with the same effective"
            " decreasing steps f - f* is that of SGD, largest relative difference for k > 300",
            OURS,
            "≤ 0.1",
        ),
        ("logistic",),
        numbers.momentum_difference,
        high=0.1,
    ),
    BoundedClaim(
        Claim(
            "T6b",
            "Without noise Nesterov does gain: gradient descent takes more updates to"
            " 10⁻⁶ (f₀-f*) on the ill-conditioned sum, by a factor",
            OURS,
            "≥ 3",
        ),
        ("ill-conditioned",),
        numbers.nesterov_gain,
        low=3,
    ),
    BoundedClaim(
        Claim(
            "T7a",
            "(R² + G²Σa²)/(2Σa) bounds f - f* of the averaged iterate under all three step rules,"
            " smooth and absolute deviations: largest measured over bound",
            "subgradient method, as in Nemirovski et al. (2009)",
            "≤ 1",
        ),
        ("convex", "absolute"),
        numbers.averaged_ratio,
        high=1,
    ),
    BoundedClaim(
        Claim(
            "T7b",
            "Least squares, constant step: averaging removes the noise floor;"
            " last iterate over average at the end",
            OURS,
            "≥ 10",
        ),
        ("convex",),
        numbers.averaging_gain,
        low=10,
    ),
    BoundedClaim(
        Claim(
            "T7c",
            "Absolute deviations, constant step: the average stalls too;"
            " slope of its f - f* over the last decade",
            OURS,
            "≥ -0.5",
        ),
        ("absolute",),
        numbers.stalled_slope,
        low=-0.5,
    ),
    BoundedClaim(
        Claim(
            "T7d",
            "Averaged steps a/(k+1) are too short for convex sums: f - f* at the end over that of"
            " a/√(k+1), the smaller of least squares and absolute deviations",
            OURS,
            "≥ 10",
        ),
        ("convex", "absolute"),
        numbers.short_steps_loss,
        low=10,
    ),
    BoundedClaim(
        Claim(
            "T8a",
            "On sparse features tuned AdaGrad ends lower than tuned SGD: quotient of f - f*",
            "the effect: Duchi, Hazan and Singer (2011); the number: our measurements",
            "≤ 0.9",
        ),
        ("sparse",),
        numbers.adagrad_quotient,
        high=0.9,
    ),
    BoundedClaim(
        Claim(
            "T8b",
            "On dense features it does not: quotient of f - f*",
            OURS,
            "≥ 1",
        ),
        ("dense",),
        numbers.adagrad_quotient,
        low=1,
    ),
    BoundedClaim(
        Claim(
            "T9",
            "On an ill-conditioned sum the lecture's bound is loose by more than tenfold:"
            " bound over measured floor at the smallest step",
            OURS,
            "≥ 10",
        ),
        ("ill-conditioned",),
        numbers.looseness,
        low=10,
    ),
    BoundedClaim(
        Claim(
            "T10",
            "The floor of least squares is the one that its second moments solve for:"
            " largest relative difference over all steps",
            "the linear system of `stationary_floors.least_squares_floor`",
            "≤ 0.03",
        ),
        ("squares",),
        numbers.exact_floor_error,
        high=0.03,
    ),
)
"""Every claim, in the order of the README."""
