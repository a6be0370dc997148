"""Trials whose worker is gone: how a watcher tells them from those of one that is slow.

Three signs. Its owner was a process of this machine and is dead. Or its heartbeat is older than the
grace period by the clock of the database, and no new one has come while the watcher watched: after
a database was away, all heartbeats are old for a moment. Or it never had a heartbeat, as when
another program took it, and the watcher has seen it so for a grace period by its own clock.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from optuna.trial import TrialState
from sqlalchemy import Connection, func, select

from research.search.claims import set_state
from research.search.owner import Owner
from research.search.tables import ATTRIBUTES, HEARTBEATS, TRIALS
from research.search.trial_attributes import attributes_of, set_attributes


@dataclass(frozen=True)
class Running:
    """A trial that runs, as it was seen.

    Attributes:
        trial_id: of the trial in the database.
        number: of the trial.
        token: of its claim; "" if it has none.
        owner: whose it is; None if nobody said so.
        heartbeat: the last one; None if there was none.
    """

    trial_id: int
    number: int
    token: str
    owner: Owner | None
    heartbeat: datetime | None


def read_running(connection: Connection, study_id: int) -> tuple[datetime, list[Running]]:
    """The time by the database's clock, and all trials that run."""
    now: datetime = connection.execute(select(func.now())).scalar_one()
    token, owner = ATTRIBUTES.alias(), ATTRIBUTES.alias()
    found = connection.execute(
        select(
            TRIALS.c.trial_id,
            TRIALS.c.number,
            token.c.value_json,
            owner.c.value_json,
            HEARTBEATS.c.heartbeat,
        )
        .outerjoin(token, (token.c.trial_id == TRIALS.c.trial_id) & (token.c.key == "token"))
        .outerjoin(owner, (owner.c.trial_id == TRIALS.c.trial_id) & (owner.c.key == "owner"))
        .outerjoin(HEARTBEATS, HEARTBEATS.c.trial_id == TRIALS.c.trial_id)
        .where(TRIALS.c.study_id == study_id, TRIALS.c.state == TrialState.RUNNING)
        .order_by(TRIALS.c.number)
    )
    return now.replace(tzinfo=None), [
        Running(
            trial_id,
            number,
            json.loads(token_text or '""'),
            Owner.model_validate(of) if (of := json.loads(owner_text or "null")) else None,
            heartbeat,
        )
        for trial_id, number, token_text, owner_text, heartbeat in found
    ]


class Watch:
    """What one watcher has seen.

    Args:
        interval: seconds between heartbeats.
        grace: seconds without one after which a trial is stale.
        clock: seconds that only ever grow.
    """

    _INTERVALS = 3
    """An owner that lives is heard of in so many intervals."""

    def __init__(
        self, interval: float, grace: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.interval = interval
        self.grace = grace
        self._clock = clock
        self._since: dict[Running, float] = {}

    def stale(self, now: datetime, running: list[Running]) -> list[Running]:
        """Those that are stale; the rest is remembered for the next look."""
        seen = self._clock()
        self._since = {each: self._since.get(each, seen) for each in running}
        return [each for each in running if self._is_stale(each, now, seen - self._since[each])]

    def _is_stale(self, trial: Running, now: datetime, watched: float) -> bool:
        if trial.owner is not None and trial.owner.is_dead():
            return True
        if trial.heartbeat is None:
            return watched > self.grace
        old = (now - trial.heartbeat).total_seconds() > self.grace
        return old and watched >= min(self._INTERVALS * self.interval, self.grace)


def take_back(connection: Connection, trial: Running, most: int) -> bool:
    """Lets a stale trial wait again; False if it is no longer as it was seen.

    Args:
        connection: in a transaction.
        trial: as it was seen.
        most: a trial that is lost more often has failed.
    """
    state = connection.execute(
        select(TRIALS.c.state).where(TRIALS.c.trial_id == trial.trial_id).with_for_update()
    ).scalar_one()
    noted = attributes_of(connection, trial.trial_id)
    heartbeat = connection.execute(
        select(HEARTBEATS.c.heartbeat).where(HEARTBEATS.c.trial_id == trial.trial_id)
    ).scalar_one_or_none()
    as_seen = (noted.get("token", ""), heartbeat) == (trial.token, trial.heartbeat)
    if state is not TrialState.RUNNING or not as_seen:
        return False
    losses = noted.get("losses", 0) + 1
    changes = {"token": "", "owner": None, "losses": losses}
    if losses > most:
        changes["message"] = f"lost with its worker {losses} times, last on {noted.get('host')}"
    set_attributes(connection, trial.trial_id, noted, changes)
    failed = losses > most
    set_state(connection, trial.trial_id, TrialState.FAIL if failed else TrialState.WAITING)
    return True
