"""How much the loss rises nearby, at worst: the sharpness of SAM, adaptive SAM and Keskar.

All three are maxima over a neighbourhood, found on the same examples that the loss is the mean of,
all of them together. Their numbers mean something only beside the neighbourhood's size, the number
of examples, and how the network was trained.
"""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import Tensor

from research.landscape.curvature.hessian import Hessian


def sharpness(hessian: Hessian, radius: float) -> float:
    """SAM's max L(w + e) - L(w) over |e| <= radius, the maximum taken along the gradient g.

    That is L(w + radius g / |g|) - L(w), its own first-order step; 0 where g is 0. Source: Foret
    et al. (2021), arXiv:2010.01412, equation 2.
    """
    gradient = hessian.gradient()
    return _rise(hessian, gradient, torch.linalg.vector_norm(gradient), radius)


def adaptive_sharpness(hessian: Hessian, radius: float) -> float:
    """The same over |e / |w|| <= radius, divided entry by entry: e = radius w^2 g / ||w| g|.

    It is the same for all networks that one scaling of ReLU layers leads to from another, which
    `sharpness` and lambda_max are not (Dinh et al., 2017). A weight of 0 stays where it is. Source:
    Kwon et al. (2021), arXiv:2102.11600, equation 8, without its optional constant eta.
    """
    weights = hessian.weights()
    scaled = weights.abs() * hessian.gradient()
    return _rise(hessian, weights.abs() * scaled, torch.linalg.vector_norm(scaled), radius)


def _rise(hessian: Hessian, direction: Tensor, norm: Tensor, radius: float) -> float:
    """L(w + radius direction / norm) - L(w)."""
    if not norm:
        return 0.0
    return hessian.loss(direction * (radius / norm)) - hessian.loss()


def keskar_sharpness(hessian: Hessian, radius: float = 1e-3, iterations: int = 10) -> float:
    """100 (max L(w + e) - L(w)) / (1 + L(w)) over the box |e_i| <= radius (|w_i| + 1), in per cent.

    The maximum is that of a few iterations of L-BFGS-B from w, in the full space. Source: Keskar et
    al. (2017), arXiv:1609.04836, metric 2.1 with A = I, and section 2.2.2 for the ten iterations.
    """
    at_centre = hessian.loss()
    box = radius * (hessian.weights().abs() + 1).double().cpu().numpy()
    highest = at_centre

    def descent(step: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        nonlocal highest
        moved = torch.from_numpy(step).to(hessian.device, hessian.precision)
        loss = hessian.loss(moved)
        highest = max(highest, loss)
        return -loss, -hessian.gradient(moved).double().cpu().numpy()

    _maximise(descent, box, iterations)
    return 100 * (highest - at_centre) / (1 + at_centre)


def _maximise(
    descent: Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]],
    box: NDArray[np.float64],
    iterations: int,
) -> None:
    """L-BFGS-B from the middle of a box; it keeps to the box."""
    minimize(
        descent,
        np.zeros_like(box),
        jac=True,
        method="L-BFGS-B",
        bounds=np.stack([-box, box], axis=1),
        options={"maxiter": iterations},
    )
