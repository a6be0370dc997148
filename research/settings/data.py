"""Settings of the data sets."""

import math
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import Settings, refuse

Operation = Literal[
    "x+y",
    "x-y",
    "x*y",
    "x/y",
    "x/y if y odd else x-y",
    "x^2+y^2",
    "x^2+xy+y^2",
    "x^2+xy+y^2+x",
    "x^3+xy",
    "x^3+xy^2+y",
    "xy in S5",
    "xyx^-1 in S5",
    "xyx in S5",
]
"""The binary operations of Power et al. (2022), appendix A.1.1."""

FractionOfExamples = Annotated[float, Field(gt=0, lt=1)]


class ModularArithmeticSettings(Settings):
    """All equations x ∘ y = z of one binary operation, split at random."""

    operation: Operation = "x/y"
    """The operation; the elements are 0..modulus-1, for S5 the 120 permutations of five things."""
    modulus: int = Field(default=97, ge=2, le=10_000)
    """Number of elements p; prime where the operation divides; not used for S5."""
    train_fraction: FractionOfExamples = 0.5
    """Share of all equations that is trained on; the rest is validation."""
    train_size_rounding: Literal["floor", "round", "ceil"] = "round"
    """How train_fraction x equations becomes a whole number; public versions differ."""
    split_seed: int = Field(default=0, ge=0)
    """Seed of the split; the run's own seed changes initialisation and order only."""
    supervise_end: bool = False
    """Predict z and a closing <end> from `<end> x o y = z` (openai/grok), not z from `x o y =`."""

    @property
    def is_permutation_group(self) -> bool:
        """Whether the elements are permutations, not residues."""
        return self.operation.endswith("in S5")

    @property
    def elements(self) -> int:
        """Number of elements that x, y and z range over."""
        return 120 if self.is_permutation_group else self.modulus

    @property
    def vocabulary(self) -> int:
        """Number of tokens: elements, operator, equals sign, and <end> if supervised."""
        return self.elements + 2 + self.supervise_end

    @property
    def equations(self) -> int:
        """Number of equations x ∘ y = z; division by zero is none."""
        return self.elements * (self.elements - (self.operation == "x/y"))

    @property
    def train_size(self) -> int:
        """Number of equations that are trained on: train_fraction x equations, rounded."""
        exact = (
            Fraction(str(self.train_fraction)) * self.equations
        )  # 0.07 x 100 is 7, not 7.000000000000001
        match self.train_size_rounding:
            case "floor":
                return math.floor(exact)
            case "ceil":
                return math.ceil(exact)
            case "round":
                return round(exact)

    @model_validator(mode="after")
    def _both_splits_have_examples(self) -> Self:
        if not 0 < self.train_size < self.equations:
            refuse(
                "train_fraction",
                self.train_fraction,
                f"one that leaves examples on both sides of {self.equations} equations",
            )
        return self

    @model_validator(mode="after")
    def _division_needs_a_prime(self) -> Self:
        if "/" in self.operation and not is_prime(self.modulus):
            refuse("modulus", self.modulus, f"a prime, because {self.operation} divides")
        return self


def is_prime(number: int) -> bool:
    """Whether `number` is prime, by trial division."""
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))
