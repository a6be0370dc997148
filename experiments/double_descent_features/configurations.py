"""The settings that the claims are about: runs with others decide nothing."""

from collections.abc import Mapping
from typing import Any

from research.evidence.claimed_settings import difference
from research.records.store import Plan

SIGMAS = {"digits": 1.5, "mnist": 5.0, "fashion_mnist": 5.0}
"""By image set the width that was looked at: half the median distance of two of its images."""

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
    if name not in SIGMAS:
        return f"data.name {name}, the claims are about {', '.join(SIGMAS)}"
    exactly = {
        "sweep": "samples" if kind == "samples" else "features",
        "features": "relu" if kind == "relu" else "fourier",
        "data.label_noise": 0.15 if noise else 0.0,
        "data.noisy_labels": "wrong",
        "data.standardise": False,
    }
    if exactly["features"] == "fourier":
        exactly["sigma"] = SIGMAS[name]
    is_samples = kind == "samples"
    least = {"feature_count": 400} if is_samples else {"data.train_examples": 1000}
    found = difference(settings, exactly, {**least, "data.test_examples": 300})
    needed = NEEDED_RATIOS if is_samples else (*NEEDED_RATIOS, 20.0)
    missing = [ratio for ratio in needed if ratio not in settings["ratios"]]
    if found is None and missing:
        return f"no ratio {missing[0]:g}, which the claims need"
    return found
