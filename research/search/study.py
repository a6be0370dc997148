"""A study: its plan and its trials, in a storage that any number of workers share.

What Optuna's `Study.optimize` would do is done here step by step, each in one transaction, so that
a worker may be killed between any two of them: a trial is waiting, running or finished, always the
same trial with the same number and the same point.
"""

import dataclasses
import math
import secrets
from collections.abc import Mapping
from typing import Any, Self

from optuna.storages import get_storage
from optuna.trial import TrialState
from sqlalchemy import Connection, func, select

from research.records.study_table import StudyTable
from research.records.study_table import TrialState as StateName
from research.search import claims
from research.search.asking import next_point
from research.search.claims import Claim
from research.search.heartbeats import Heartbeats
from research.search.new_trials import NewTrial, add_and_claim
from research.search.owner import Owner
from research.search.space import parameters, values_of
from research.search.staleness import Running, Watch, read_running, take_back
from research.search.storage import Storage, study_lock
from research.search.study_creation import create_study, planned_trials, read_study
from research.search.tables import TRIALS
from research.search.trial_rows import STATE_NAMES, row_of
from research.settings.search import ADAPTIVE, StudyPlan

__all__ = ["Claim", "Owner", "Study"]

HEARTBEAT = 5.0
"""Seconds between two heartbeats of a worker."""
GRACE = 60.0
"""Seconds without one after which its trials are taken back."""
MOST_LOSSES = 10
"""A trial that is lost with its worker more often has failed: it may be what takes workers down."""


class Study:
    """A study.

    Its methods may be called from several threads. All raise StorageError if the database is away
    for longer than the storage is patient, full or damaged.

    Attributes:
        storage: where it is.
        name: its name there.
        plan: what is searched. `trials` may have grown since; `is_finished` looks.
        watch: who decides which trials are stale.

    Args:
        storage: where it is.
        name: its name there.
        study_id: its number there.
        plan: what is searched.
    """

    def __init__(self, storage: Storage, name: str, study_id: int, plan: StudyPlan) -> None:
        self.storage = storage
        self.name = name
        self.plan = plan
        self.watch = Watch(HEARTBEAT, GRACE)
        self._study_id = study_id
        self._cached = get_storage(storage)
        self._parameters = parameters(plan.space)
        self._held: dict[str, Claim] = {}

    @classmethod
    def create(cls, storage: Storage, name: str, plan: StudyPlan) -> Self:
        """Makes a study with the points that are known beforehand, or finds the same one again.

        More trials than it has extend it.

        Raises:
            SettingsError: there is one of this name with another plan; its differences are named.
        """
        return cls(storage, name, *create_study(storage, name, plan))

    @classmethod
    def open(cls, storage: Storage, name: str) -> Self:
        """Opens a study that is there.

        Raises:
            SettingsError: there is none of this name, or `descent sweep` has not made it.
        """
        return cls(storage, name, *read_study(storage, name))

    def claim(self, owner: Owner | None = None) -> Claim | None:
        """Takes the waiting trial with the least number, or else the next of an adaptive sampler.

        Args:
            owner: the process that works on it; this one by default.

        Returns:
            The claim, whose trial runs from now on; None if there is nothing to take at present.
        """
        owner, token = owner or Owner.here(), secrets.token_hex(8)
        claim = self.storage.transaction(
            lambda connection, again: (
                self._claimed_before(connection, again, token)
                or claims.claim_waiting(connection, self._study_id, owner, token)
            )
        )
        if claim is None and self.plan.sampler in ADAPTIVE:
            claim = self._claim_new(owner, token)
        if claim is None:
            return None
        claim = dataclasses.replace(claim, values=values_of(claim.params, self._parameters))
        self._held[token] = claim
        return claim

    def complete(
        self, claim: Claim, value: float, attributes: Mapping[str, Any] | None = None
    ) -> bool:
        """Tells the objective of a trial that went to its end; False if the claim was lost.

        Raises:
            ValueError: the objective is no finite number; such a trial has failed.
        """
        if not math.isfinite(value):
            raise ValueError(f"the objective of a complete trial is finite, found {value}")
        return self._end(claim, TrialState.COMPLETE, value, attributes or {})

    def prune(self, claim: Claim, attributes: Mapping[str, Any] | None = None) -> bool:
        """Tells that a trial was pruned; its value is the last it reported. False as above."""
        return self._end(claim, TrialState.PRUNED, None, attributes or {})

    def fail(self, claim: Claim, message: str, attributes: Mapping[str, Any] | None = None) -> bool:
        """Tells that a trial failed, and why, in one line. False as above."""
        return self._end(claim, TrialState.FAIL, None, {**(attributes or {}), "message": message})

    def release(self, claim: Claim, killed: bool = False) -> bool:
        """Lets a trial wait again, to be gone on with by whoever comes next.

        Args:
            claim: of the trial.
            killed: whether the process of a run was killed, which the next claim counts.

        Returns:
            False if the claim was lost.
        """
        changes = {"kills": claim.kills + 1} if killed else {}
        kept = self.storage.transaction(
            lambda connection, _: claims.give_back(connection, claim, changes)
        )
        self._held.pop(claim.token, None)
        return kept

    def heartbeats(self) -> Heartbeats:
        """A context in which the claims of this object are kept alive, by one thread."""
        return Heartbeats(lambda: self.beat(), self.watch.interval)

    def beat(self) -> list[Claim]:
        """Says that this process lives; returns claims that it has lost all the same."""
        held = dict(self._held)
        if not held:
            return []
        lost = self.storage.transaction(
            lambda connection, _: claims.beat(connection, held.values())
        )
        gone = (held[token] for token in lost if token in self._held)
        return sorted(gone, key=lambda claim: claim.number)

    def take_back_stale(self) -> list[int]:
        """Lets the trials wait again whose worker is gone, see `staleness`; returns their numbers.

        To be called every few seconds: what is seen twice decides.
        """
        now, running = self.storage.transaction(
            lambda connection, _: read_running(connection, self._study_id), reads=True
        )
        others = [trial for trial in running if trial.token not in self._held]
        stale = self.watch.stale(now, others)
        return [trial.number for trial in stale if self._take_back(trial)]

    def counts(self) -> dict[StateName, int]:
        """How many trials are in each state; those still to be drawn are waiting."""
        trials, states = self.storage.transaction(
            lambda connection, _: self._read_counts(connection), reads=True
        )
        counts: dict[StateName, int] = {name: states.get(of, 0) for of, name in STATE_NAMES.items()}
        counts["waiting"] += max(0, trials - sum(counts.values()))
        return counts

    def is_finished(self) -> bool:
        """Whether every trial is complete, pruned or failed."""
        counts = self.counts()
        return counts["waiting"] == 0 and counts["running"] == 0

    def table(self) -> StudyTable:
        """All trials as plain data, sorted by number."""
        trials = self._cached.get_all_trials(self._study_id, deepcopy=False)
        rows = tuple(row_of(trial, self._parameters) for trial in trials)
        return StudyTable(name=self.name, plan=self.plan, trials=rows)

    def _claim_new(self, owner: Owner, token: str) -> Claim | None:
        """Draws the next point, one worker at a time, since each looks at the ones before."""
        with study_lock(self.storage, self.name):
            claim = None
            while claim is None:
                trials = self._cached.get_all_trials(self._study_id, deepcopy=False)
                if len(trials) >= self._planned():
                    return None
                new = NewTrial(len(trials), *next_point(self.plan, trials))
                claim = self._claim_as(new, owner, token)
            return claim

    def _claim_as(self, new: NewTrial, owner: Owner, token: str) -> Claim | None:
        return self.storage.transaction(
            lambda connection, again: (
                self._claimed_before(connection, again, token)
                or add_and_claim(connection, self._study_id, new, owner, token)
            )
        )

    def _take_back(self, trial: Running) -> bool:
        return self.storage.transaction(
            lambda connection, _: take_back(connection, trial, MOST_LOSSES)
        )

    def _claimed_before(self, connection: Connection, again: bool, token: str) -> Claim | None:
        """What an earlier try has claimed, if only the word of it was lost."""
        return claims.claimed(connection, self._study_id, token) if again else None

    def _planned(self) -> int:
        """How many trials are wanted by now."""
        return self.storage.transaction(
            lambda connection, _: planned_trials(connection, self._study_id), reads=True
        )

    def _read_counts(self, connection: Connection) -> tuple[int, dict[TrialState, int]]:
        states = connection.execute(
            select(TRIALS.c.state, func.count(TRIALS.c.trial_id))
            .where(TRIALS.c.study_id == self._study_id)
            .group_by(TRIALS.c.state)
        )
        counts: dict[TrialState, int] = {state: number for state, number in states}  # noqa: C416
        return planned_trials(connection, self._study_id), counts

    def _end(
        self, claim: Claim, state: TrialState, value: float | None, attributes: Mapping[str, Any]
    ) -> bool:
        kept = self.storage.transaction(
            lambda connection, _: claims.end(connection, claim, state, value, attributes)
        )
        self._held.pop(claim.token, None)
        return kept
