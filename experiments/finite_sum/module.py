"""The LightningModule of finite sums: one point per measurement."""

from collections.abc import Callable

from torch import Generator

from experiments.finite_sum.adagrad import measure_adagrad
from experiments.finite_sum.averages import measure_averages
from experiments.finite_sum.decreasing import measure_decreasing
from experiments.finite_sum.deterministic import measure_deterministic
from experiments.finite_sum.floors import measure_floors
from experiments.finite_sum.instance import Instance, draw_instance
from experiments.finite_sum.minibatches import measure_descent, measure_replacement
from experiments.finite_sum.settings import FiniteSumSettings, Measurement
from research.training.sweep import Result, SweepModule

MEASURES: dict[Measurement, Callable[[Instance, FiniteSumSettings, Generator], Result]] = {
    "deterministic": measure_deterministic,
    "floors": measure_floors,
    "decreasing": measure_decreasing,
    "replacement": measure_replacement,
    "descent": measure_descent,
    "averages": measure_averages,
    "adagrad": measure_adagrad,
}


class FiniteSum(SweepModule):
    """Gradient methods on one random finite sum, many seeds of the batches at once.

    Every row has the constants of the instance beside what was measured.

    Args:
        settings: the instance, and what is measured on it.
        seed: draws the instance, and the batches of every measurement.
    """

    settings: FiniteSumSettings

    def __init__(self, settings: FiniteSumSettings, seed: int = 0) -> None:
        super().__init__(settings, seed)

    def points(self) -> tuple[Measurement, ...]:
        """The measurements."""
        return self.settings.measure

    def compute(self, index: int, point: Measurement) -> Result:
        """One measurement on the seed's instance."""
        instance = draw_instance(self.settings.problem, self.seed, self.device)
        result = MEASURES[point](instance, self.settings, self.generator(index))
        return Result({**instance.metrics(), **result.metrics}, result.arrays)
