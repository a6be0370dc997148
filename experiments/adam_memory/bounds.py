"""Closed forms: how far one step can go, what a rare gradient adds up to, what noise leaves over.

All in units of the learning rate. No torch.
"""

import math


def published_bound(betas: tuple[float, float]) -> float:
    """max((1-b1)/sqrt(1-b2), 1), the bound of Kingma and Ba (2015), section 2.1.

    They call it the most severe case: a gradient that was zero at all steps but the present one.
    It is no bound for all sequences, see `largest_step`.
    """
    beta1, beta2 = betas
    return max((1 - beta1) / math.sqrt(1 - beta2), 1.0)


def largest_step(betas: tuple[float, float]) -> float:
    """(1-b1) / sqrt((1-b2) (1 - b1^2/b2)), the supremum over all sequences, if b1^2 < b2.

    By Cauchy and Schwarz: |m| = (1-b1) |sum_k b1^k g_k| with k the age of a gradient is at most
    (1-b1) sqrt(sum_k (b1^2/b2)^k) sqrt(sum_k b2^k g_k^2), and the last root is sqrt(v/(1-b2)).
    Equality holds where g_k is proportional to (b1/b2)^k: gradients that grow by b2/b1 a step.
    Bias correction only makes it smaller, less and less as t grows.
    """
    beta1, beta2 = betas
    return (1 - beta1) / math.sqrt((1 - beta2) * (1 - beta1**2 / beta2))


def rare_gradient_total(betas: tuple[float, float], correction: float = 1.0) -> float:
    """1/sqrt(1-b2), what one gradient far above all others moves in the end; lecture: 10 sqrt(10).

    m = (1-b1) b1^k G and v = (1-b2) G^2 while v still stands: the sum over k is 1/sqrt(1-b2).

    Args:
        betas: b1 and b2.
        correction: 1 - b2^t at the step of the gradient, for Adam with bias correction: what it
            divides by is larger by 1/correction.
    """
    return math.sqrt(correction / (1 - betas[1]))


def noise_share(ratio: float) -> float:
    """E g / sqrt(Var g + (E g)^2) for a gradient with E g = 1 and standard deviation `ratio`."""
    return 1 / math.sqrt(1 + ratio**2)


def step_size_under_noise(ratio: float, betas: tuple[float, float]) -> float:
    """Root of the mean squared step, if v stood still: sqrt(s^2 + (1-s^2) (1-b1)/(1+b1)).

    s is `noise_share`; the variance of m is (1-b1)/(1+b1) times that of g.
    """
    share = noise_share(ratio) ** 2
    return math.sqrt(share + (1 - share) * (1 - betas[0]) / (1 + betas[0]))


def steps_to_half(betas: tuple[float, float], rare_gradient: float) -> float:
    """Steps until Adam goes half its step again on gradients of 1: ln(((1-b2) G^2)/3) / -ln b2.

    v = 1 + (1-b2) G^2 b2^k is 4 then.
    """
    return math.log((1 - betas[1]) * rare_gradient**2 / 3) / -math.log(betas[1])
