"""What theorems promise for gradient methods on finite sums, as formulas. No torch.

a is the step size, k the number of updates done, L the smoothness, mu the strong convexity (or
the constant of the Polyak-Lojasiewicz inequality), D the gap f(w_0) - f*, R the distance
||w_0 - w*||, s2 the variance and g2 the second moment of the gradient of a batch. Each bounds the
expectation of f(w_k) - f*, if it says no other.
"""

import math

import numpy
from numpy.typing import NDArray

Floats = NDArray[numpy.float64]


def gradient_descent_convex(k: Floats, smoothness: float, distance: float) -> Floats:
    """L R^2 / (2 k) for convex f and a = 1/L (with other constants: Nesterov, 2004)."""
    return smoothness * distance**2 / (2 * numpy.maximum(k, 1))


def gradient_descent_strong(k: Floats, smoothness: float, mu: float, gap: float) -> Floats:
    """(1 - mu/L)^k D for a = 1/L under the PL inequality (Karimi et al., 2016)."""
    return numpy.asarray((1 - mu / smoothness) ** k * gap)


def nesterov_convex(k: Floats, smoothness: float, distance: float) -> Floats:
    """2 L R^2 / (k + 1)^2 for convex f, a = 1/L (Beck and Teboulle, 2009)."""
    return 2 * smoothness * distance**2 / (k + 1) ** 2


def nesterov_strong(k: Floats, smoothness: float, mu: float, gap: float, distance: float) -> Floats:
    """(1 - sqrt(mu/L))^k (D + mu R^2 / 2), a = 1/L and constant momentum (Nesterov, 2004)."""
    return numpy.asarray((1 - math.sqrt(mu / smoothness)) ** k * (gap + mu * distance**2 / 2))


def heavy_ball_rate(smoothness: float, mu: float) -> float:
    """((sqrt kappa - 1) / (sqrt kappa + 1))^2: the asymptotic factor per update of f - f*.

    For quadratics only, with the best step and momentum (Polyak, 1964).
    """
    root = math.sqrt(smoothness / mu)
    return ((root - 1) / (root + 1)) ** 2


def second_moment(
    k: Floats, a: float, smoothness: float, mu: float, gap: float, g2: float
) -> Floats:
    """(1 - 2 a mu)^k D + L g2 a / (4 mu), for a < 1/(2 mu) (Karimi et al., 2016).

    g2 bounds E||g||^2 along the path. No g2 holds everywhere: f is strongly convex on all of R^n,
    so gradients are unbounded.
    """
    return numpy.asarray((1 - 2 * a * mu) ** k * gap + smoothness * g2 * a / (4 * mu))


def variance(k: Floats, a: float, smoothness: float, mu: float, gap: float, s2: float) -> Floats:
    """rho^k D + L a s2 / (4 mu (1 - a L/2)), rho = 1 - 2 a mu (1 - a L/2), for a < 2/L.

    From the descent lemma E f(w+) <= f - a (1 - a L/2) ||grad f||^2 + a^2 L s2 / 2 and the PL
    inequality. s2 bounds the variance along the path.
    """
    damping = 1 - a * smoothness / 2
    rho = 1 - 2 * a * mu * damping
    return numpy.asarray(rho**k * gap + smoothness * a * s2 / (4 * mu * damping))


def gradient_norm(k: Floats, a: float, smoothness: float, gap: float, s2: float) -> Floats:
    """2 D / (a k) + a L s2 bounds the mean of E||grad f||^2 over the first k updates, a <= 1/L.

    Convexity is not needed (Ghadimi and Lan, 2013).
    """
    return 2 * gap / (a * numpy.maximum(k, 1)) + a * smoothness * s2


def leading_floor(a: Floats, s2: float) -> Floats:
    """The floor a s2 / 4 with s2 at the minimum: the stationary f - f* of any smooth f as a -> 0.

    For a quadratic with Hessian H the stationary covariance S solves H S + S H = a C to first
    order, so tr(H S)/2 = a tr(C)/4.
    """
    return a * s2 / 4


def strongly_convex_steps(k: Floats, smoothness: float, mu: float, g2: float) -> Floats:
    """L g2 / (2 mu^2 k) for a_k = (2k+1)/(2 mu (k+1)^2) (Karimi et al., 2016)."""
    return smoothness * g2 / (2 * mu**2 * numpy.maximum(k, 1))


def averaged(rates: Floats, distance: float, g2: float) -> Floats:
    """(R^2 + g2 sum a_t^2) / (2 sum a_t) after each update, for convex f, smooth or not.

    Bounds E f - f* at the average of w_0 ... w_{k-1} with weights a_t: the classical argument of
    the subgradient method, with the second moment in place of the squared norm.

    Args:
        rates: a_0 ... a_{K-1}, [K].
        distance: R.
        g2: bound of E||g||^2 along the path.

    Returns:
        The bound after k = 1 ... K updates, [K].
    """
    sums = numpy.cumsum(rates)
    return (distance**2 + g2 * numpy.cumsum(rates**2)) / (2 * sums)


def without_replacement(examples: int, batch: int) -> float:
    """(m - b)/(m - 1): variance of a batch of distinct examples over that of independent ones."""
    return (examples - batch) / (examples - 1)
