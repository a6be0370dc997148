"""One random instance with all that is known of it: its minimiser and its constants."""

import dataclasses
from dataclasses import dataclass

import torch
from torch import Tensor

from research.problems.finite_sum_constants import Constants, constants, minimiser
from research.problems.finite_sums import FiniteSumProblem, draw_problem
from research.problems.stochastic_gradient import Observations
from research.seeds import derive
from research.settings.finite_sums import FiniteSumProblemSettings


@dataclass(frozen=True)
class Instance:
    """A finite sum that is solved.

    Attributes:
        problem: the sum.
        minimum: w*, [n].
        constants: L, mu, sigma^2 and the like, computed from the instance.
    """

    problem: FiniteSumProblem
    minimum: Tensor
    constants: Constants

    def gaps(self, values: Tensor) -> Tensor:
        """Values of f minus f*."""
        return values - self.constants.minimum

    def metrics(self) -> dict[str, float]:
        """The constants, by name."""
        plain = dataclasses.asdict(self.constants)
        return {f"constant/{name}": value for name, value in plain.items()}


def draw_instance(settings: FiniteSumProblemSettings, seed: int, device: torch.device) -> Instance:
    """The instance of a seed: the same whatever is measured on it, and on whatever device.

    Raises:
        ValueError: the sum has no minimiser.
    """
    generator = torch.Generator().manual_seed(derive(seed, "instance"))
    drawn = draw_problem(settings, generator)
    problem = dataclasses.replace(
        drawn, features=drawn.features.to(device), targets=drawn.targets.to(device)
    )
    w = minimiser(problem)
    return Instance(problem, w, constants(problem, w))


def mean_and_error(numbers: Tensor, chains: int) -> tuple[Tensor, Tensor]:
    """Mean over the chains and its standard error.

    Args:
        numbers: [..., chains, methods].
        chains: their number; chains are independent.

    Returns:
        Both [..., methods].
    """
    return numbers.mean(-2), numbers.std(-2) / chains**0.5


def path_noise(seen: Observations, batch: int) -> tuple[Tensor, Tensor]:
    """Largest expected second moment and variance of a batch's gradient along the path.

    E||g_k||^2 = E||grad f(w_k)||^2 + E sigma^2(w_k)/b, where the outer expectation is over chains.

    Returns:
        max_k E||g_k||^2 and max_k E sigma^2(w_k)/b, both [methods].
    """
    variance = seen.variance.mean(1) / batch
    moment = seen.gradient.mean(1) + variance
    return moment.amax(0), variance.amax(0)
