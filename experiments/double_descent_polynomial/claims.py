"""The claims of double_descent_polynomial: what each says, its number, and its bounds."""

from experiments.double_descent_polynomial import numbers
from research.evidence.bounded_claim import BoundedClaim
from research.evidence.claims import Claim

LECTURE = "the lecture's animation"
SCHAEFFER = "Schaeffer et al. (2023), arXiv:2303.14151"
OURS = "our measurements"

CLAIMS = (
    BoundedClaim(
        Claim(
            "D1a",
            "Lecture's setting: the median test error peaks where there are as many coefficients"
            " as examples, P = n = 50",
            f"{LECTURE}; the tolerance: {OURS}",
            "48 to 52",
        ),
        ("lecture",),
        numbers.peak_position,
        48,
        52,
        numbers.peak_positions_of_draws,
    ),
    BoundedClaim(
        Claim(
            "D1b",
            "The peak is at least a million times the least error before it: orders of magnitude",
            f"{LECTURE}; the number: {OURS}",
            "≥ 6",
        ),
        ("lecture",),
        numbers.height_of_peak,
        low=6,
    ),
    BoundedClaim(
        Claim(
            "D2",
            "In the lecture's setting the second descent does not beat the first: least error"
            " beyond n over least error before n",
            OURS,
            "> 1",
        ),
        ("lecture",),
        numbers.second_over_first,
        low=1 + 1e-12,
        note=numbers.second_over_first_of_draws,
    ),
    BoundedClaim(
        Claim(
            "D9",
            "The height of the lecture's peak is no rounding: at P = n every draw has the error"
            " that Lagrange's form gives, which does without solving a system; largest relative"
            " difference",
            OURS,
            "≤ 0.01",
        ),
        ("lecture",),
        numbers.largest_difference_from_exact,
        high=0.01,
    ),
    BoundedClaim(
        Claim(
            "D10",
            "It is the conditioning of equispaced examples: the same noise at Chebyshev's nodes"
            " gives no more than the variance of the noise twice, median test error at P = n",
            OURS,
            "≤ 0.125",
        ),
        ("nodes",),
        numbers.error_at_threshold,
        high=0.125,
    ),
    BoundedClaim(
        Claim(
            "D11",
            "It needs noise: without any, the test error at P = n is rounding",
            OURS,
            "≤ 1e-6",
        ),
        ("noiseless",),
        numbers.error_at_threshold,
        high=1e-6,
    ),
    BoundedClaim(
        Claim(
            "D12",
            "Ridge 0.1 removes it: largest median test error for P from 0.8 n to 1.2 n",
            OURS,
            "≤ 1",
        ),
        ("ridge",),
        numbers.largest_error_near_threshold,
        high=1,
    ),
    BoundedClaim(
        Claim(
            "D13",
            "With Chebyshev polynomials the error rises again after the second descent: at degree"
            " 300 over the least one beyond n",
            OURS,
            "≥ 2",
        ),
        ("lecture",),
        numbers.rise_after_second_minimum,
        low=2,
    ),
    BoundedClaim(
        Claim(
            "D14",
            "With Legendre polynomials it does not: the same ratio",
            OURS,
            "≤ 1.2",
        ),
        ("legendre",),
        numbers.rise_after_second_minimum,
        high=1.2,
    ),
    BoundedClaim(
        Claim(
            "D15",
            "Monomials in float64 solve another problem: at P = n the cut-off of small singular"
            " values takes the height away, measured over exact test error",
            OURS,
            "≤ 1e-6 in every draw",
        ),
        ("monomial",),
        numbers.share_of_exact,
        high=1e-6,
    ),
    BoundedClaim(
        Claim(
            "D16",
            "Every draw interpolates from P = n on: largest training error, up to rounding",
            OURS,
            "≤ 1e-6",
        ),
        ("lecture",),
        numbers.train_error_beyond,
        high=1e-6,
    ),
    BoundedClaim(
        Claim(
            "D17",
            "Examples at random places: every draw has its own peak, near P = n = 50; their median",
            OURS,
            "48 to 52",
        ),
        ("uniform",),
        numbers.middle_of_peaks,
        48,
        52,
        numbers.peak_positions_of_draws,
    ),
    BoundedClaim(
        Claim(
            "D18",
            "Their height is a matter of float64: at P = n the cut-off of small singular values"
            " takes most of it away, measured over exact test error, median over draws",
            OURS,
            "≤ 1e-3",
        ),
        ("uniform",),
        numbers.middle_share_of_exact,
        high=1e-3,
    ),
    BoundedClaim(
        Claim(
            "S1",
            "Schaeffer et al.'s setting, without noise: the median test error peaks at P = n = 15",
            SCHAEFFER,
            "15",
        ),
        ("schaeffer",),
        numbers.peak_position,
        15,
        15,
        numbers.peak_positions_of_draws,
    ),
    BoundedClaim(
        Claim(
            "S2",
            "There the second descent does beat the first: least error beyond n over least before",
            f"the curve: {SCHAEFFER}; the comparison: {OURS}",
            "< 1",
        ),
        ("schaeffer",),
        numbers.second_over_first,
        high=1 - 1e-12,
        note=numbers.second_over_first_of_draws,
    ),
)
