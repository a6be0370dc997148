"""The settings that the claims are about: runs with others decide nothing."""

from collections.abc import Mapping
from typing import Any

from experiments.double_descent_features.settings import SIGMAS
from research.evidence.claimed_settings import difference
from research.records.store import Plan
from research.settings.images import ImageSet

IMAGE_SETS: tuple[ImageSet, ...] = ("digits", "mnist", "fashion_mnist")
"""Those that the claims are about, with the sigma that null stands for."""

NEEDED_RATIOS = (0.25, 0.5, 0.75, 1.0, 2.0)
"""Those that the claims name, or need to find a minimum below 1, and 20 where features vary."""

FEATURE_VARIANTS = ("fourier", "fourier-noise", "relu", "relu-noise")
SAMPLE_VARIANTS = ("samples", "samples-noise")


def wrong_settings(plan: Plan) -> dict[str, str]:
    """By variant, in which setting it is not what the claims are about; none where it is."""
    wrong = {}
    for variant in (*FEATURE_VARIANTS, *SAMPLE_VARIANTS):
        if variant in plan.variants:
            found = _difference(variant, plan.variants[variant].settings)
            if found is not None:
                wrong[variant] = f"{variant} has {found}"
    return wrong


def _difference(variant: str, settings: Mapping[str, Any]) -> str | None:
    kind, _, noise = variant.partition("-")
    name = settings["data"]["name"]
    if name not in IMAGE_SETS:
        return f"data.name {name}, the claims are about {', '.join(IMAGE_SETS)}"
    exactly = {
        "sweep": "samples" if kind == "samples" else "features",
        "features": "relu" if kind == "relu" else "fourier",
        "data.label_noise": 0.15 if noise else 0.0,
        "data.noisy_labels": "wrong",
        "data.standardise": False,
    }
    if exactly["features"] == "fourier" and settings["sigma"] is not None:
        exactly["sigma"] = SIGMAS[name]
    is_samples = kind == "samples"
    least = {"feature_count": 400} if is_samples else {"data.train_examples": 1000}
    found = difference(settings, exactly, {**least, "data.test_examples": 300})
    needed = NEEDED_RATIOS if is_samples else (*NEEDED_RATIOS, 20.0)
    missing = [ratio for ratio in needed if ratio not in settings["ratios"]]
    if found is None and missing:
        return f"no ratio {missing[0]:g}, which the claims need"
    return found
