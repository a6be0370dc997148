"""What a run recorded, and the numbers that claims and figures take from it. No torch."""

from dataclasses import dataclass
from functools import cached_property

import numpy
from numpy.typing import NDArray

from experiments.random_search.blocks import blocks
from experiments.random_search.settings import (
    BumpSettings,
    NetworkSettings,
    RandomSearchSettings,
)
from research.evidence.bounded_claim import NotDecided
from research.records.store import Record, RunStore
from research.settings.search import SamplerName

Floats = NDArray[numpy.float64]


@dataclass(frozen=True)
class Mean:
    """A mean over searches, with its standard error; NaN for one search alone."""

    value: Floats
    error: Floats

    @classmethod
    def of(cls, values: Floats) -> "Mean":
        """Over the first axis."""
        with numpy.errstate(invalid="ignore"):  # one search has no spread
            spread = values.std(0, ddof=1) if len(values) > 1 else numpy.nan * values[0]
        return cls(values.mean(0), spread / len(values) ** 0.5)


@dataclass(frozen=True)
class Reading:
    """One run.

    Attributes:
        store: its folder.
        settings: what was searched.
    """

    store: RunStore
    settings: RandomSearchSettings

    @property
    def name(self) -> str:
        """variant/seed."""
        return f"{self.store.variant}/{self.store.seed}"

    @property
    def bump(self) -> BumpSettings:
        """The bump; asked for only where that is what was searched.

        Raises:
            NotDecided: a network was searched.
        """
        if isinstance(self.settings.problem, NetworkSettings):
            raise NotDecided(f"{self.name} has searched a network, expected the bump")
        return self.settings.problem

    @cached_property
    def samplers(self) -> list[SamplerName]:
        """Those that have begun, in the order of the settings."""
        known = self.store.arrays("best")
        found = (
            block.sampler for index, block in enumerate(blocks(self.settings)) if index in known
        )
        return list(dict.fromkeys(found))

    def budgets(self, sampler: SamplerName) -> Floats:
        """Numbers of trials, [B]."""
        return self._arrays(sampler, "budgets")[0]

    def best(self, sampler: SamplerName) -> Floats:
        """The best after each of these numbers: [searches, B]."""
        return numpy.concatenate(self._arrays(sampler, "best"))

    def best_at(self, sampler: SamplerName, trials: int) -> Floats:
        """The best after a number of trials: [searches].

        Raises:
            NotDecided: the sampler has not been stopped there, or not been tried.
        """
        (found,) = numpy.nonzero(self.budgets(sampler) == trials)
        if not len(found):
            raise NotDecided(f"{self.name} has no {sampler} of {trials} trials")
        column: Floats = self.best(sampler)[:, found[0]]
        return column

    def tried(self, sampler: SamplerName) -> Floats:
        """The points of the bump's first searches, of all of a network: [searches, trials, d].

        Raises:
            NotDecided: the sampler has not been tried.
        """
        return numpy.concatenate(self._arrays(sampler, "tried"))

    def errors(self, sampler: SamplerName) -> Floats:
        """The validation error of every network: [searches, trials]."""
        return numpy.concatenate(self._arrays(sampler, "errors"))

    def centres(self) -> Floats:
        """Where the best point of the first searches was, in what matters: [searches, m]."""
        return self._arrays(self.samplers[0], "centres")[0]

    def shifts(self, sampler: SamplerName) -> Floats:
        """Decades by which each search of a network shifted the learning rates: [searches]."""
        of_sampler = {
            index for index, block in enumerate(blocks(self.settings)) if block.sampler == sampler
        }
        rows = self.store.metrics()
        return numpy.array([row["shift"] for row in rows if row["step"] in of_sampler])

    def _arrays(self, sampler: SamplerName, name: str) -> list[Floats]:
        arrays = self.store.arrays(name)
        found = [
            arrays[index]
            for index, block in enumerate(blocks(self.settings))
            if block.sampler == sampler and index in arrays
        ]
        if not found:
            raise NotDecided(f"{self.name} has not tried {sampler}")
        return found


def read(record: Record) -> list[Reading]:
    """The runs of a record, in the order of its plan."""
    return [
        Reading(
            store,
            RandomSearchSettings.model_validate(record.plan.variants[store.variant].settings),
        )
        for store in record.runs()
    ]
