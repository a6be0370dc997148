"""What is swept: the list of points, the same for the module and for the evidence. No torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from experiments.adam_memory.settings import AdamMemorySettings
from research.records.store import RunStore

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[float64]"

KEPT = 500
"""Values of a long curve that are kept for the figures."""

RULES = {
    "adam": "Adam (torch: bias-corrected)",
    "uncorrected": "Adam without bias correction",
    "amsgrad torch": "AMSGrad as torch has it",
    "amsgrad optax": "AMSGrad as optax has it",
    "amsgrad paper": "AMSGrad of the paper, no bias correction",
}
"""The rules that are compared, by their names here."""

SEQUENCES = {
    "constant": "always 1",
    "gaussian": "Gaussian noise",
    "cauchy": "Cauchy noise (heavy tails)",
    "alternating": "+1, −1, +1, …",
    "lone": "0, 0, …, then 1",
    "growing": "each β₂/β₁ times the last",
}
"""Gradient sequences that look for the largest single step."""

GAMES = {
    "every third": "C at every third step, −1 otherwise",
    "every 101st": "1010 at every 101st step, −10 otherwise",
}
"""Online linear losses over [-1, 1]; the best point of both is -1."""


@dataclass(frozen=True)
class Spike:
    """Ones, one large gradient, then zeros or ones: how far does the large one move the weight?"""

    rule: str
    after: float


@dataclass(frozen=True)
class Forgetting:
    """The same, followed until the rule takes full steps again."""

    rule: str


@dataclass(frozen=True)
class Largest:
    """The largest single step over a sequence of gradients."""

    sequence: str


@dataclass(frozen=True)
class Noise:
    """The mean step where gradients have mean 1 and this standard deviation."""

    ratio: float


@dataclass(frozen=True)
class Game:
    """An online problem, played by a rule from several starts."""

    problem: str
    rule: str


Point = Spike | Forgetting | Largest | Noise | Game
Kind = TypeVar("Kind", bound=Point)


def points(settings: AdamMemorySettings) -> list[Point]:
    """All points, in the order of their indices."""
    return [
        *(Spike(rule, after) for rule in RULES for after in (1.0, 0.0)),
        *(Forgetting(rule) for rule in ("adam", "amsgrad torch")),
        *(Largest(sequence) for sequence in SEQUENCES),
        *(Noise(ratio) for ratio in settings.noise_ratios),
        *(Game(problem, rule) for problem in GAMES for rule in ("uncorrected", "amsgrad paper")),
    ]


def metrics_of(
    run: RunStore, settings: AdamMemorySettings, kind: type[Kind]
) -> dict[Kind, Mapping[str, float]]:
    """The rows of one run that belong to points of a kind; those that are missing are left out."""
    rows = {int(row["step"]): row for row in run.metrics()}
    return {
        point: rows[index]
        for index, point in enumerate(points(settings))
        if isinstance(point, kind) and index in rows
    }


def array_of(run: RunStore, settings: AdamMemorySettings, point: Point, name: str) -> Array:
    """The array that belongs to a point."""
    return run.arrays(name)[points(settings).index(point)]


def spacing(count: int) -> int:
    """Every how many of `count` values a curve keeps one, from the first: about KEPT are kept."""
    return max(1, count // KEPT)
