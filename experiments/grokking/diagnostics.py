"""What is measured beside loss and accuracy while a network groks; all stays on the device."""

from collections.abc import Iterable

import torch
from torch import Tensor

STRONGEST = 5
"""Frequencies that `top_share` counts: Nanda et al. (2023) find five in a trained network."""

_GROUP_OF_MODULE = {
    "token_embedding": "embedding",
    "position_embedding": "embedding",
    "attention_norm": "norm",
    "feed_forward_norm": "norm",
    "final_norm": "norm",
    "attention": "attention",
    "feed_forward": "feed_forward",
    "output": "output",
}


def largest_logit(logits: Tensor) -> Tensor:
    """Largest |logit| of each example: [n, answers, classes] -> [n].

    In float32 logits that grow without bound end in softmax collapse: see `saturated_rows`.
    """
    return logits.abs().amax(dim=(1, 2))


def saturated_rows(logits: Tensor) -> Tensor:
    """Share of softmax rows whose largest probability is exactly 1: [n, answers, classes] -> [n].

    softmax(z)_k = exp(z_k - max z) / sum_j exp(z_j - max z) is exactly 1 in floating point once the
    largest term of the sum absorbs all others. If such a row is right, its gradient is exactly 0:
    nothing more is learned from it. The arithmetic is the loss's: float32 for float32 logits, and
    for bfloat16 ones, since autocast computes cross entropy in float32; float64 for float64.
    Source: Prieto et al. (2025), arXiv:2501.04697, "softmax collapse".
    """
    arithmetic = torch.promote_types(logits.dtype, torch.float32)
    largest = logits.softmax(dim=-1, dtype=arithmetic).amax(dim=-1)  # [n, answers]
    return (largest == 1).float().mean(dim=1)


def weight_norms(parameters: Iterable[tuple[str, Tensor]]) -> dict[str, Tensor]:
    """Euclidean norm of the weights by group: sqrt of the sum of squares over its tensors.

    Groups are embedding, attention, feed_forward, norm and output, where there are such weights,
    and all, which is the weight norm of Liu et al. (2022), Omnigrok, arXiv:2210.01117.

    Args:
        parameters: names and tensors, as from `Transformer.named_parameters()`.

    Raises:
        ValueError: for a name of no known module.
    """
    grouped: dict[str, list[Tensor]] = {}
    for name, tensor in parameters:
        grouped.setdefault(_group(name), []).append(tensor.detach())
    norms = {
        group: torch.stack(torch._foreach_norm(tensors)).norm()
        for group, tensors in grouped.items()
    }
    return norms | {"all": torch.stack(list(norms.values())).norm()}


def fourier_power(rows: Tensor) -> Tensor:
    """Power of frequencies k = 1 .. m // 2 in m rows on a circle: [m, width] -> [m // 2].

        P_k = c_k / m sum_d |sum_j rows[j, d] exp(-2 pi i j k / m)|^2,  c_k = 1 if 2 k = m, else 2

    c_k counts k and m - k, one real frequency. The constant, P_0, is left out; with it the
    powers add up to the table's squared norm (Parseval). Source: Nanda et al. (2023),
    arXiv:2301.05217, for addition. For * and / order the rows by discrete logarithm first
    (research.data.modular_arithmetic.cyclic_order).
    """
    circle = len(rows)
    coefficients = torch.fft.rfft(rows, dim=0)[1:]  # [m // 2, width]
    power: Tensor = coefficients.abs().square().sum(dim=1) * (2 / circle)
    if circle % 2 == 0:
        power[-1] /= 2
    return power


def top_share(power: Tensor, strongest: int = STRONGEST) -> Tensor:
    """Share of the power that lies in the strongest frequencies: [frequencies] -> []."""
    return power.topk(min(strongest, len(power))).values.sum() / power.sum()


def gini(power: Tensor) -> Tensor:
    """Gini coefficient: 0 if all are equal, (n - 1) / n if one has everything: [n] -> [].

        G = sum_i (2 i - n - 1) x_(i) / (n sum_i x_i),   x_(1) <= ... <= x_(n)

    It says how few frequencies carry an embedding (Nanda et al., 2023).
    """
    n = len(power)
    weights = 2 * torch.arange(1, n + 1, device=power.device, dtype=power.dtype) - n - 1
    return (weights * power.sort().values).sum() / (n * power.sum())


def _group(name: str) -> str:
    for module in name.split("."):
        if module in _GROUP_OF_MODULE:
            return _GROUP_OF_MODULE[module]
    known = ", ".join(_GROUP_OF_MODULE)
    raise ValueError(f"parameter {name} is in no group, expected one of {known}")
