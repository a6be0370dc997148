"""Follows methods over one function: at given rates, and at a share of the largest stable one."""

import math
from collections.abc import Sequence

from torch import Tensor

from experiments.test_functions.paths import Path, follow
from experiments.test_functions.settings import TestFunctionsSettings
from experiments.test_functions.stable_rate import is_stable, largest_stable_rate
from research.problems.test_functions import TEST_FUNCTIONS
from research.training.sweep import Result, SweepModule

NEAR = 1e-6
"""Share of the initial gap to the least value at which a path counts as arrived."""


class TestFunctions(SweepModule):
    """One point per method.

    Metrics: `largest_rate` and `unstable_rate` bracket the largest stable rate; `found/...`
    describes the path at a share of it, which is followed where there is no given rate, or the
    method diverges at the first; `rate0/...`, `rate1/...` those at the given rates: `loss`
    at its end, `updates` made, and `arrived`, the first update with gap <= 1e-6 of the first gap
    (NaN if never). Arrays: `found`, `rate0`, ...: [updates + 1, variables + 1], loss last.
    """

    __test__ = False  # pytest takes every class called Test... for its own

    settings: TestFunctionsSettings

    def points(self) -> Sequence[str]:
        """The methods."""
        return self.settings.methods

    def compute(self, index: int, point: str) -> Result:
        """Searches and follows one method; nothing is random."""
        del index
        metrics: dict[str, float] = {}
        arrays: dict[str, Tensor] = {}
        rates = {f"rate{number}": rate for number, rate in enumerate(self.settings.rates)}
        if search := self.settings.search:
            found = largest_stable_rate(
                lambda rate: is_stable(
                    self._follow(point, rate, search.steps).losses, search.steps
                ),
                search,
            )
            metrics |= {"largest_rate": found.stable, "unstable_rate": found.unstable}
            if found.stable:
                rates["found"] = found.stable * search.fraction
        for name, rate in rates.items():
            if name == "found" and metrics.get("rate0/updates") == self.settings.steps:
                continue
            path = self._follow(point, rate, self.settings.steps)
            metrics |= {f"{name}/{what}": value for what, value in self._describe(path).items()}
            metrics[f"{name}/lr"] = rate
            arrays[name] = path.tensor()
        return Result(metrics, arrays)

    def _follow(self, method: str, rate: float, steps: int) -> Path:
        function = TEST_FUNCTIONS[self.settings.function]
        start = self.settings.start or function.start
        return follow(function, method, rate, steps, start)

    def _describe(self, path: Path) -> dict[str, float]:
        least = TEST_FUNCTIONS[self.settings.function].least
        near = least + NEAR * (path.losses[0] - least)
        arrived = next((step for step, loss in enumerate(path.losses) if loss <= near), math.nan)
        return {
            "loss": path.losses[-1],
            "updates": len(path.losses) - 1,
            "arrived": arrived,
        }
