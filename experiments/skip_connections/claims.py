"""The claims of skip_connections: what each says, the runs that it needs, and its bounds.

Thresholds and definitions were written down on pilots with other seeds than those that are judged.
"""

import math
from collections.abc import Callable
from typing import Any

from experiments.skip_connections import numbers
from experiments.skip_connections.readings import Reading
from research.evidence.bounded_claim import BoundedClaim
from research.evidence.claims import Claim
from research.records.store import Plan

LI = "Li, Xu, Taylor, Studer and Goldstein (2018), arXiv:1712.09913"
OURS = "our measurements"
SEEDS = 3
"""Least number of seeds of the claims about the small networks."""
ABOVE_ZERO, ABOVE_ONE = math.nextafter(0, 1), math.nextafter(1, 2)
ROUGHER = "The plane is rougher without skips: error of a spline through every second point"
LESS_CONVEX = "More of the plane is not convex without skips: points with |λmin/λmax| > 0.1"


def _claim(
    name: str,
    text: str,
    source: str,
    threshold: str,
    variants: tuple[str, str],
    number: Callable[[Reading, Reading], float],
    low: float,
) -> BoundedClaim:
    return BoundedClaim(Claim(name, text, source, threshold), variants, number, low=low)


EQUAL, LONG, PAPER = ("skip", "plain"), ("skip", "plain-long"), ("resnet56", "resnet56-plain")
CLAIMS = (
    _claim(
        "C4a",
        "34 layers, equal budget: without skips training ends with a loss at least 5 times as high",
        OURS,
        "training loss without skips over with them ≥ 5 in every seed",
        EQUAL,
        numbers.loss_ratio,
        5.0,
    ),
    _claim(
        "C4b",
        "And at a point where the largest eigenvalue of the Hessian is at least 3 times as large",
        OURS,
        "λmax without skips over with them ≥ 3 in every seed",
        EQUAL,
        numbers.lambda_ratio,
        3.0,
    ),
    _claim(
        "C5",
        f"{LESS_CONVEX}, equal budget",
        f"{LI}, section 6, of ResNet-56 there",
        "difference of the shares > 0 points in every seed",
        EQUAL,
        numbers.share_difference,
        ABOVE_ZERO,
    ),
    _claim(
        "C6",
        f"{ROUGHER}, equal budget",
        f"{LI}, section 6, where it is seen and not measured",
        "roughness without skips over with them > 1 in every seed",
        EQUAL,
        numbers.roughness_ratio,
        ABOVE_ONE,
    ),
    _claim(
        "C5c",
        f"{LESS_CONVEX}, trained four times as long without skips",
        f"{LI}, section 6, of ResNet-56 there",
        "difference of the shares > 0 points in every seed",
        LONG,
        numbers.share_difference,
        ABOVE_ZERO,
    ),
    _claim(
        "C6c",
        f"{ROUGHER}, trained four times as long without skips",
        f"{LI}, section 6",
        "roughness without skips over with them > 1 in every seed",
        LONG,
        numbers.roughness_ratio,
        ABOVE_ONE,
    ),
    _claim(
        "C5p",
        f"{LESS_CONVEX}, ResNet-56 on CIFAR-10",
        f"{LI}, section 6",
        "difference of the shares > 0 points",
        PAPER,
        numbers.share_difference,
        ABOVE_ZERO,
    ),
    _claim(
        "C6p",
        f"{ROUGHER}, ResNet-56 on CIFAR-10",
        f"{LI}, section 6",
        "roughness without skips over with them > 1",
        PAPER,
        numbers.roughness_ratio,
        ABOVE_ONE,
    ),
)
"""Every claim of the experiment."""

PLANE: dict[str, Any] = {
    "model.order": "post",
    "model.init": "he",
    "model.shrink": 1,
    "batch_size": 128,
    "optimizer.name": "nesterov",
    "optimizer.lr": 0.1,
    "optimizer.momentum": 0.9,
    "optimizer.weight_decay": 5e-4,
    "averaging": None,
    "stop": None,
    "surface.span": [-1.0, 1.0],
    "surface.second_span": None,
    "surface.second_points": None,
    "surface.directions.normalisation": "filter",
    "surface.directions.vectors": "zero",
    "surface.batch_norm": "frozen",
    "surface.refinement": None,
    "surface.preview": False,
    "curvature.tolerance": 0.01,
    "curvature_map.tolerance": 0.01,
}
DIGITS: dict[str, Any] = {
    **PLANE,
    "data.name": "digits",
    "data.train_examples": None,
    "data.label_noise": 0.0,
    "data.augmentation": "none",
    "model.width": 8,
    "model.blocks": [8, 8],
    "schedule.name": "cosine",
    "surface.points": 25,
}
CIFAR: dict[str, Any] = {
    **PLANE,
    "data.name": "cifar10",
    "data.train_examples": None,
    "data.label_noise": 0.0,
    "data.augmentation": "crop_flip",
    "model.width": 16,
    "model.blocks": [9, 9, 9],
    "schedule.name": "multi_step",
    "surface.points": 51,
}
NAMED_BY_CLAIMS: dict[str, dict[str, Any]] = {
    "skip": {**DIGITS, "model.skip": True, "trainer.max_steps": 165},
    "plain": {**DIGITS, "model.skip": False, "trainer.max_steps": 165},
    "plain-long": {**DIGITS, "model.skip": False, "trainer.max_steps": 660},
    "resnet56": {**CIFAR, "model.skip": True},
    "resnet56-plain": {**CIFAR, "model.skip": False},
}
"""By variant, the values that its settings must have."""
SMALL: dict[str, float] = {
    "surface.examples": 512,
    "curvature.examples": 512,
    "curvature_map.points": 7,
    "curvature_map.examples": 128,
    "curvature_map.lanczos_steps": 60,
}
LARGE: dict[str, float] = {
    "trainer.max_steps": 117_300,
    "surface.examples": 1024,
    "curvature.examples": 512,
    "curvature_map.points": 7,
    "curvature_map.examples": 128,
    "curvature_map.lanczos_steps": 60,
}
AT_LEAST = {
    variant: LARGE if variant.startswith("resnet") else SMALL for variant in NAMED_BY_CLAIMS
}
"""By variant, settings that may be larger than its claims ask for."""


def too_few_seeds(plan: Plan) -> dict[str, str]:
    """By variant of the small networks, that it has too few seeds; none where there are enough."""
    return {
        variant: f"{variant} has {len(plan.runs[variant])} of the {SEEDS} seeds that are needed"
        for variant in {*EQUAL, *LONG} & plan.runs.keys()
        if len(plan.runs[variant]) < SEEDS
    }
