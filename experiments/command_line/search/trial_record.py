"""The record of a trial: made once, found again by whoever takes the trial up after it."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from experiments.command_line.run_process import Job
from experiments.command_line.search.outcome import FULL
from research.records.errors import RecordError
from research.records.plan import Plan, TrialOf, VariantPlan
from research.records.provenance import finish, now
from research.records.status import FINISHED
from research.records.store import Record, RunStore
from research.records.study_table import StudyFolder
from research.settings.base import Settings
from research.settings.search import NoPrunerSettings, StudyPlan

if TYPE_CHECKING:
    from research.search.study import Claim

TRIAL = "trial"
"""Name of the one variant of a trial's record."""


@dataclass
class ClaimedTrial:
    """A trial that a worker has claimed.

    Attributes:
        claim: what the study gave.
        record: of the trial.
        lock: keeps others off the record; None while a process of an earlier attempt has it.
        is_awaited: whether it was said that the record is waited for.
        left: its runs that wait or are being trained.
        killed: whether the process of one was killed.
        began: when it was taken up, as ISO 8601.
    """

    claim: "Claim"
    record: Record
    lock: TextIO | None = None
    is_awaited: bool = False
    left: list[Job] = field(default_factory=list)
    killed: bool = False
    began: str = field(default_factory=now)

    @property
    def has_ended(self) -> bool:
        """Whether none of its runs is left."""
        return self.lock is not None and not self.left

    def let_go(self) -> None:
        """Frees its record."""
        if self.lock is not None:
            self.lock.close()


def open_trial(folder: Path, plan: Plan, provenance: Mapping[str, Any]) -> Record:
    """The record of a trial; a new one appears whole or not at all, whenever its maker is killed.

    Args:
        folder: of the study.
        plan: of the trial's record.
        provenance: where a new record's results come from.

    Raises:
        RecordError: another trial lies there, or the record can't be written.
        OSError: the disk is full.
    """
    assert plan.trial is not None
    place = StudyFolder(folder).trial(plan.trial.number).absolute()
    if not place.exists():
        _make(place, plan, provenance)
    record = Record.open(place)
    if _what_it_trains(record.plan) != _what_it_trains(plan):
        raise RecordError(
            f"{place} is a record of something else, expected trial {plan.trial.number} of "
            f"{plan.trial.study}; choose another folder with --out"
        )
    return record


def _make(place: Path, plan: Plan, provenance: Mapping[str, Any]) -> None:
    """Makes it beside its place, and moves it there; nothing where another worker was faster."""
    draft = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        Record.create(draft, plan, provenance)
        draft.rename(place)
    except (OSError, RecordError) as error:
        shutil.rmtree(draft, ignore_errors=True)
        if place.exists():
            return
        if isinstance(error.__cause__, OSError) and error.__cause__.errno in FULL:
            raise error.__cause__ from None
        raise


def _what_it_trains(plan: Plan) -> tuple[object, ...]:
    """What two workers, maybe on two machines, must agree in to work on one record."""
    return plan.trial, plan.experiment, plan.variants, plan.runs


def trial_plan(
    study: StudyPlan, name: str, number: int, values: Mapping[str, Any], settings: Settings
) -> Plan:
    """The plan of a trial's record.

    Args:
        study: what is searched.
        name: of the study.
        number: of the trial.
        values: the searched settings that it has, by dotted key.
        settings: all of its settings.
    """
    variant = VariantPlan(label=f"trial {number}", settings=settings.model_dump(mode="json"))
    return Plan(
        experiment=study.experiment,
        folder=study.folder,
        preset=study.preset,
        overrides=study.overrides,
        threads=study.threads,
        wandb=study.wandb,
        variants={TRIAL: variant},
        runs={TRIAL: list(study.seeds)},
        trial=TrialOf(
            study=name,
            number=number,
            values=dict(values),
            objective=study.objective,
            prunes=not isinstance(study.pruner, NoPrunerSettings),
        ),
    )


def unfinished(record: Record) -> list[RunStore]:
    """The runs of a trial that have something left to compute, noted as waiting.

    None where one has diverged or was pruned: what the others would give can't matter any more.
    """
    states = {run.status().state for run in record.runs()}
    if states & {"diverged", "pruned"}:
        return []
    runs = [run for run in record.runs() if run.status().state not in FINISHED]
    for run in runs:
        run.write_status(replace(run.status(), state="waiting", message="", pid=0))
    return runs


def note_time(trial: ClaimedTrial) -> None:
    """Adds the time of this attempt to the record's, so that pauses between two do not count."""
    ended = finish(trial.began)
    seconds = (trial.record.read_provenance().get("seconds") or 0.0) + ended["seconds"]
    trial.record.update_provenance({**ended, "seconds": seconds})
