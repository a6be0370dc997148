"""The samplers that look at earlier trials: TPE and Gaussian processes, by name.

Each is made anew for every trial from (seed, number of the trial), so what it draws depends on the
seed, the number and the trials that it sees, and not on how often its process was started: one
worker that is killed and started again draws what it would have drawn.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, TrialState

from research.seeds import derive

if TYPE_CHECKING:
    from optuna import Study

STARTUP_TRIALS = 10
"""Random trials before a sampler has something to learn from."""


def make_sampler(name: str, seed: int) -> BaseSampler:
    """A sampler by name.

    Args:
        name: tpe (Bergstra et al. 2011, here over all parameters at once as Falkner et al. 2018,
            with running trials counted as bad ones) or gp (a Gaussian process, expected
            improvement; takes torch).
        seed: of the search.

    Raises:
        ValueError: the name is of no sampler that looks at earlier trials.
    """
    if name not in ("tpe", "gp"):
        raise ValueError(f"sampler is {name}, expected tpe or gp")
    return SeededByTrial(name, seed)


class SeededByTrial(BaseSampler):
    """Hands every question on to a sampler that is made for the trial.

    Args:
        name: tpe or gp.
        seed: of the search.
    """

    def __init__(self, name: str, seed: int) -> None:
        self._name = name
        self._seed = seed
        self._made: tuple[int, BaseSampler] | None = None

    def infer_relative_search_space(
        self, study: "Study", trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """The parameters that are drawn together."""
        return self._of(trial).infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: "Study", trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Their values."""
        return self._of(trial).sample_relative(study, trial, search_space)

    def sample_independent(
        self,
        study: "Study",
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """The value of a parameter that is drawn alone: one with a condition, or the first ones."""
        return self._of(trial).sample_independent(study, trial, param_name, param_distribution)

    def before_trial(self, study: "Study", trial: FrozenTrial) -> None:
        """Hands on."""
        self._of(trial).before_trial(study, trial)

    def after_trial(
        self,
        study: "Study",
        trial: FrozenTrial,
        state: TrialState,
        values: Sequence[float] | None,
    ) -> None:
        """Hands on."""
        self._of(trial).after_trial(study, trial, state, values)

    def _of(self, trial: FrozenTrial) -> BaseSampler:
        if self._made is None or self._made[0] != trial.number:
            seed = derive(self._seed, f"sampler {self._name}", trial.number) % 2**32
            self._made = trial.number, _sampler(self._name, seed)
        return self._made[1]


def _sampler(name: str, seed: int) -> BaseSampler:
    """Optuna's own, its options spelled out: their defaults have changed between its versions."""
    if name == "gp":
        from optuna.samplers import GPSampler

        return GPSampler(
            seed=seed,
            n_startup_trials=STARTUP_TRIALS,
            deterministic_objective=False,
            warn_independent_sampling=False,
        )
    from optuna.samplers import TPESampler

    return TPESampler(
        seed=seed,
        n_startup_trials=STARTUP_TRIALS,
        n_ei_candidates=24,
        multivariate=True,
        constant_liar=True,
    )
