"""A worker: takes trials of a study, trains them side by side on this machine, tells the results.

Any number of workers, on any number of machines, work on one study; what each may take is decided
in the study's storage. All of them can be killed at any time: a trial that was not told is taken up
again, from its last checkpoint, by whoever comes next.
"""

import errno
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from experiments.command_line.catalog import find
from experiments.command_line.data_files import provide_data_of
from experiments.command_line.launch import SECONDS_BETWEEN_LOOKS, Ended, Pool, lock_record
from experiments.command_line.run_process import Job, Starter
from experiments.command_line.search.display import SearchDisplay, Standing
from experiments.command_line.search.environment import STORAGE_VARIABLE
from experiments.command_line.search.outcome import Ending, ending
from experiments.command_line.search.trial_record import (
    ClaimedTrial,
    note_time,
    open_trial,
    trial_plan,
    unfinished,
)
from research.records.display import RunProgress
from research.records.errors import RecordError
from research.records.provenance import now
from research.records.study_table import TrialRow
from research.search.errors import StorageError
from research.settings.base import Settings
from research.settings.errors import SettingsError
from research.training.interruption import Interruption

if TYPE_CHECKING:
    from research.search.study import Claim, Study

MOST_KILLS = 2
"""A trial whose process is killed more often has failed: it may take more memory than there is."""
_SECONDS_BETWEEN_CLAIMS = 0.5
_SECONDS_BETWEEN_SEARCHES = 5.0
_SECONDS_BETWEEN_TABLES = 1.0
_SHARE_OF_TABLES = 20
"""A look at all trials is taken after so many times what the last one took, at the earliest."""


class Worker:
    """Works on a study until all of its trials are done, also those of other workers.

    Args:
        study: the study.
        url: of its storage; the environment of the runs tells it to them, nothing else does.
        folder: of the study; trials/ in it holds the records.
        slots: runs at a time.
        console: where the display goes; None shows nothing.
        provenance: what every trial's record says of where its results come from.
    """

    def __init__(
        self,
        study: "Study",
        url: str,
        folder: Path,
        slots: int,
        console: Console | None,
        provenance: Mapping[str, Any],
    ) -> None:
        self.study = study
        self.folder = folder
        self.slots = slots
        self.display = SearchDisplay(console, study.plan.objective)
        self._provenance = dict(provenance)
        self._model = find(study.plan.folder or study.plan.experiment).settings_class()
        like_all = trial_plan(study.plan, study.name, 0, {}, self._settings_of({}))
        starter = Starter(like_all, self.display.say, {STORAGE_VARIABLE: url})
        self._pool = Pool(starter, slots)
        self._waiting: list[Job] = []
        self._trials: list[ClaimedTrial] = []
        self._next_claim = self._next_search = self._next_table = 0.0
        self._standing = Standing.of_table(study.table())

    def run(self) -> int:
        """Works until nothing is left to do, or a signal comes.

        Returns:
            0; or 128 + the signal, once every run has written its checkpoint.

        Raises:
            OSError: the disk is full, or can't be written; the trials can be gone on with.
            StorageError: the same of the storage.
        """
        if self.study.is_finished():
            return 0
        with Interruption() as interruption, self.display, self.study.heartbeats():
            self.study.storage.give_up = lambda: interruption.requested
            try:
                while not interruption.requested and self._advance():
                    time.sleep(SECONDS_BETWEEN_LOOKS)
            except StorageError:
                if not interruption.requested:
                    raise
            finally:
                self._stop(interruption.signal_number or signal.SIGTERM)
        return 128 + interruption.signal_number if interruption.signal_number else 0

    def _advance(self) -> bool:
        """One look at everything; whether anything is left to do, here or elsewhere."""
        for ended in self._pool.advance(self._waiting):
            self._note(ended)
        for trial in [each for each in self._trials if each.lock is None]:
            self._take_up(trial)
        for trial in [each for each in self._trials if each.has_ended]:
            self._tell(trial)
        self._look_for_stale()
        claimed_all = self._fill()
        self._show()
        return not claimed_all or bool(self._trials) or not self.study.is_finished()

    def _fill(self) -> bool:
        """Claims trials for the slots that are free; whether there was none left to claim."""
        if time.monotonic() < self._next_claim:
            return False
        while self._free() > 0 and self._pool.starter.is_ready(self.study.plan.base):
            claim = self.study.claim()
            if claim is None:
                self._next_claim = time.monotonic() + _SECONDS_BETWEEN_CLAIMS
                return True
            self._begin(claim)
        return False

    def _free(self) -> int:
        """Slots for other trials; less than 0 where a trial has more seeds than there are slots."""
        blocked = sum(trial.lock is None for trial in self._trials)
        return self.slots - self._pool.busy - len(self._waiting) - blocked

    def _begin(self, claim: "Claim") -> None:
        """Makes the record of a trial, or finds it; settings that can't be are its end."""
        provenance = {**self._provenance, "started": now()}
        try:
            settings = self._settings_of(claim.values)
            if any(key.startswith("data") for key in claim.values):
                provenance["data"] = provide_data_of({"data.name": settings}, None)
        except SettingsError as error:
            self._tell_ending(claim, Ending("failed", message="; ".join(error.problems)))
            return
        plan = trial_plan(self.study.plan, self.study.name, claim.number, claim.values, settings)
        try:
            record = open_trial(self.folder, plan, provenance)
        except BaseException:
            self.study.release(claim)
            raise
        self._trials.append(ClaimedTrial(claim, record))
        self._take_up(self._trials[-1])

    def _settings_of(self, values: Mapping[str, Any]) -> Settings:
        from research.search.trial_settings import trial_settings

        plan = self.study.plan
        return trial_settings(self._model, plan.base, values, plan.overrides)

    def _take_up(self, trial: ClaimedTrial) -> None:
        """Hands the runs of a trial to the pool, once no process of an earlier attempt is left."""
        try:
            trial.lock = lock_record(trial.record)
        except RecordError:  # also that of a worker that stands still, for as long as it does
            if not trial.is_awaited:
                trial.is_awaited = True
                words = "its record is in use by another process, which is waited for"
                self.display.say(f"trial {trial.claim.number}: {words}")
            return
        lock = trial.lock.fileno()
        trial.left = [Job(trial.record, run, lock) for run in unfinished(trial.record)]
        self._waiting += trial.left

    def _note(self, ended: Ended) -> None:
        """Takes an ended run off its trial; one that decides the trial's end stops the others."""
        trial = next(each for each in self._trials if each.record is ended.job.record)
        trial.left = [job for job in trial.left if job is not ended.job]
        trial.killed |= ended.killed
        if ended.job.run.status().state != "done":
            self._waiting = [job for job in self._waiting if job.record is not trial.record]
            trial.left = self._pool.training(trial.record)
            self._pool.ask_to_stop(trial.record)

    def _tell(self, trial: ClaimedTrial) -> None:
        """Tells the study how a trial ended, and lets go of its record."""
        found = ending(self.study.plan.objective, trial.record.runs(), trial.killed)
        if found.end == "disk full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(trial.record.folder))
        note_time(trial)
        trial.let_go()
        self._trials.remove(trial)
        self._tell_ending(trial.claim, found)

    def _tell_ending(self, claim: "Claim", found: Ending) -> None:
        """Tells the study; of a trial that another worker has taken up meanwhile it takes no word.

        Raises:
            StorageError: the storage is away; the record keeps what was to be told.
        """
        if found.end == "again" and claim.kills >= MOST_KILLS:
            message = f"killed {claim.kills + 1} times: {found.message}"
            found = Ending("failed", message=message, attributes=found.attributes)
        match found.end:
            case "complete":
                taken = self.study.complete(claim, found.value, found.attributes)
            case "pruned":
                taken = self.study.prune(claim, {**found.attributes, "message": found.message})
            case "failed":
                taken = self.study.fail(claim, found.message, found.attributes)
            case _:
                taken = self.study.release(claim, killed=True)
                self._next_claim = 0.0
        self._next_table = 0.0
        if not taken:
            self.display.say(f"trial {claim.number}: taken up by another worker, not told")
        elif found.end in ("complete", "pruned", "failed"):
            self._standing = self.display.trial_ended(_row(claim, found), self._standing)
        else:
            self.display.say(f"trial {claim.number}: {found.message}; it is gone on with")

    def _stop(self, number: int) -> None:
        """Stops what trains, and gives back all trials, so that anybody can take them up."""
        try:
            self._pool.stop(number)
        finally:
            self.study.storage.give_up = lambda: True  # what is not told now, the next command sees
            for trial in self._trials:
                trial.let_go()
                with suppress(StorageError):
                    self.study.release(trial.claim)
            self._trials.clear()
            self.study.storage.give_up = lambda: False

    def _look_for_stale(self) -> None:
        """Has trials taken back whose workers are gone."""
        if time.monotonic() >= self._next_search:
            self._next_search = time.monotonic() + _SECONDS_BETWEEN_SEARCHES
            for number in self.study.take_back_stale():
                self.display.say(f"trial {number}: its worker is gone; it is gone on with")
                self._next_claim = 0.0

    def _show(self) -> None:
        """Reads how the study stands, now and then, and shows it."""
        began = time.monotonic()
        if began >= self._next_table:
            self._standing = Standing.of_table(self.study.table())
            took = time.monotonic() - began
            self._next_table = began + max(_SECONDS_BETWEEN_TABLES, _SHARE_OF_TABLES * took)
        self.display.refresh(self._standing, self._progress)

    def _progress(self) -> list[RunProgress]:
        """How the runs of this worker's trials stand, each called by its trial."""
        return [
            RunProgress(str(trial.claim.number), run.seed, run.status())
            for trial in self._trials
            for run in trial.record.runs()
        ]


def _row(claim: "Claim", found: Ending) -> TrialRow:
    """What a display says about a trial that has ended."""
    return TrialRow(
        number=claim.number,
        state="complete"
        if found.end == "complete"
        else "pruned"
        if found.end == "pruned"
        else "failed",
        values=claim.values,
        value=found.value if found.end == "complete" else None,
        reached=found.attributes.get("reached", True),
        message=found.message,
        step=found.attributes.get("step", 0),
        seconds=found.attributes.get("seconds"),
    )
