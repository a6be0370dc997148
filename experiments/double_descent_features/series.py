"""What is drawn as one line: the seeds of one setting, named by what they were run with. No torch.

The name of a variant says nothing here: a flag may have changed what it was meant to be.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy

from experiments.double_descent_features.curves import CLOSE, Curve, Floats
from research.evidence.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    wrapped,
)
from research.evidence.threshold_figure import median
from research.settings.images import ImageSet, ImageSettings

KINDS = {"fourier": "Fourier features", "relu": "ReLU features"}
DATA: dict[ImageSet, str] = {
    "digits": "digits",
    "mnist": "MNIST",
    "fashion_mnist": "Fashion-MNIST",
    "cifar10": "CIFAR-10",
}
PANEL_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK)
KIND_COLOURS = {"fourier": (BLUE, VERMILLION, ORANGE, BLACK), "relu": (GREEN, PURPLE, SKY, GREY)}

NEAR = 0.1
"""A peak this near to ratio 1 is at the threshold, as in the claims."""
NAME_WIDTH = 18
"""Characters in a line of a name at the right of a panel."""


@dataclass(frozen=True)
class Climb:
    """How a curve rises to its peak, and how far it falls again."""

    at: float
    """The ratio at the peak."""
    low: float
    high: float
    end: float

    @property
    def is_at_threshold(self) -> bool:
        """Whether the peak is where there are as many features as images, or near it."""
        return abs(self.at - 1) <= NEAR + CLOSE


@dataclass(frozen=True)
class Series:
    """Curves of the same settings, one for each seed."""

    curves: Sequence[Curve]

    @property
    def kind(self) -> str:
        """A key of KINDS."""
        return self.curves[0].settings.features

    @property
    def is_noisy(self) -> bool:
        """Whether some labels were drawn anew."""
        return self.curves[0].settings.data.label_noise > 0

    @property
    def x(self) -> Floats:
        """Ratios, [points]."""
        return self.curves[0].ratios

    def values(self, metric: str) -> Floats:
        """[seeds, points]."""
        return numpy.stack([curve.rows[metric] for curve in self.curves])

    def median(self, metric: str) -> Floats:
        """Over the seeds, [points]."""
        return median(self.values(metric))

    def climb(self, metric: str) -> Climb:
        """From the least median left of ratio 1 to the largest one that follows."""
        x, values = self.x, self.median(metric)
        low = int(values[: max(1, (x < 1 - CLOSE).sum())].argmin())
        high = low + int(values[low:].argmax())
        end = float(values[high:].min())
        return Climb(float(x[high]), float(values[low]), float(values[high]), end)


def series_of(curves: Sequence[Curve]) -> list[Series]:
    """Curves by their settings, in the order of the plan; a seed that is there twice once."""
    found: dict[object, dict[int, Curve]] = {}
    for curve in curves:
        found.setdefault(curve.settings, {}).setdefault(curve.store.seed, curve)
    return [Series(list(by_seed.values())) for by_seed in found.values()]


def noise_name(data: ImageSettings) -> str:
    """What is wrong with the labels, in two lines."""
    if not data.label_noise:
        return "clean\nlabels"
    word = "wrong" if data.noisy_labels == "wrong" else "random"
    return f"{100 * data.label_noise:.4g} % {word}\nlabels"


def names(series: Sequence[Series], with_kind: bool) -> list[str]:
    """A name for each, in lines; the label of the variant where settings alike would share one."""

    def plain(each: Series) -> str:
        noise = noise_name(each.curves[0].settings.data)
        return f"{KINDS[each.kind].split()[0]},\n{noise}" if with_kind else noise

    all_plain = [plain(each) for each in series]
    return [
        wrapped(each.curves[0].label, NAME_WIDTH) if all_plain.count(name) > 1 else name
        for each, name in zip(series, all_plain, strict=True)
    ]


def colours(series: Sequence[Series], palette: Sequence[str]) -> list[str]:
    """The first colour for clean labels, the second for others, then those that are left."""
    chosen: list[str] = []
    for each in series:
        wanted = [palette[int(each.is_noisy)], *palette[2:], *palette[:2]]
        chosen.append(next((colour for colour in wanted if colour not in chosen), GREY))
    return chosen


def place(series: Sequence[Series]) -> str:
    """Which images, and how many or how many features: "MNIST, n = 1,000"."""
    found = []
    for settings in (each.curves[0].settings for each in series):
        letter = "n" if settings.sweep == "features" else "N"
        found.append(f"{DATA[settings.data.name]}, {letter} = {settings.unit:,}")
    return "; ".join(dict.fromkeys(found))


def features_name(series: Sequence[Series]) -> str:
    """What the features are: "Fourier features, σ = 5"."""
    found = []
    for each in series:
        sigma = f", σ = {each.curves[0].settings.kernel_width:g}" if each.kind == "fourier" else ""
        found.append(KINDS[each.kind] + sigma)
    return "; ".join(dict.fromkeys(found))
