"""Least squares by the singular values: the solution of least norm, or the ridge one.

Where there are more parameters than examples, or directions that the data do not determine, many
weights fit equally well; the shortest of them is what the pseudo-inverse picks, and what gradient
descent from zero converges to. One decomposition serves all columns of targets.
"""

import torch
from torch import Tensor


def minimum_norm(
    features: Tensor, targets: Tensor, rcond: float | None = None, ridge: float = 0.0
) -> Tensor:
    """W = V diag(s / (s^2 + ridge)) U^T Y, with features X = U diag(s) V^T.

    Without ridge it is pinv(X) Y, the W of least norm among those of least ||X W - Y||; with it,
    the one minimum of ||X W - Y||^2 + ridge ||W||^2. Singular values up to rcond times the largest
    count as zero, the rule of `numpy.linalg.pinv` and `numpy.linalg.lstsq`. Near a threshold, where
    singular values are that small, the height of the answer is a matter of this cut-off.

    Args:
        features: X, [..., n, p], float64: n examples, p parameters.
        targets: Y, [..., n, k], float64, k outputs at once; leading axes broadcast.
        rcond: the cut-off; null means the spacing of float64 times max(n, p), which is the default
            of `numpy.linalg.lstsq`. That of `numpy.linalg.pinv` is 1e-15.
        ridge: the penalty on the sum of squared weights, not on their mean.

    Returns:
        W, [..., p, k].

    Raises:
        ValueError: shapes that do not fit, another kind of number than float64, a negative cut-off
            or penalty, or features that are not finite.
    """
    _check(features, targets, rcond, ridge)
    left, values, right = torch.linalg.svd(features, full_matrices=False)
    if rcond is None:
        rcond = torch.finfo(features.dtype).eps * max(features.shape[-2:])
    cutoff = rcond * values.amax(-1, keepdim=True)
    inverse = torch.where(values > cutoff, values / (values.square() + ridge), 0.0)
    weights: Tensor = right.mT @ (inverse.unsqueeze(-1) * (left.mT @ targets))
    return weights


def _check(features: Tensor, targets: Tensor, rcond: float | None, ridge: float) -> None:
    """Refuses what has no answer, before LAPACK does so in its own words."""
    for name, each in (("features", features), ("targets", targets)):
        if each.ndim < 2 or each.dtype != torch.float64:
            found = f"{each.dtype} of shape {tuple(each.shape)}"
            raise ValueError(f"{name} are {found}, expected float64 with at least two axes")
    if features.shape[-2] != targets.shape[-2]:
        counts = f"{features.shape[-2]} rows and targets {targets.shape[-2]}"
        raise ValueError(f"features have {counts}, expected as many examples in both")
    if 0 in features.shape[-2:]:
        raise ValueError(f"features have shape {tuple(features.shape)}, expected n and p above 0")
    if (rcond is not None and not rcond >= 0) or not ridge >= 0:
        raise ValueError(f"rcond is {rcond} and ridge {ridge}, expected neither below zero")
    if not bool(features.isfinite().all()):
        raise ValueError("features hold numbers that are not finite")
