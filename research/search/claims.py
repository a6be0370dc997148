"""The steps of a trial in the database, each a part of one transaction: claimed, told, given back.

A claim has a token, kept with the trial. Who works on a trial that was taken back holds an old
token, so that what it tells is dropped; and a step that was done, with only the word of it lost, is
known by its token when it is tried again.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from optuna.distributions import json_to_distribution
from optuna.trial import TrialState
from sqlalchemy import BindParameter, Connection, DateTime, bindparam, func, insert, select, update

from research.search.owner import Owner
from research.search.tables import (
    ATTRIBUTES,
    HEARTBEATS,
    PARAMS,
    REPORTS,
    TRIALS,
    VALUES,
    reported_value,
    stored_value,
)
from research.search.trial_attributes import attributes_of, set_attributes

# Made once: SQLAlchemy takes longer to put a statement together than SQLite to execute it.
_OF: BindParameter[int] = bindparam("of")
_WAITING = (
    select(TRIALS.c.trial_id, TRIALS.c.number)
    .where(TRIALS.c.study_id == _OF, TRIALS.c.state == TrialState.WAITING)
    .order_by(TRIALS.c.number)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_START = (
    update(TRIALS)
    .where(TRIALS.c.trial_id == _OF)
    .values(
        state=TrialState.RUNNING,
        datetime_start=func.coalesce(TRIALS.c.datetime_start, bindparam("now", type_=DateTime())),
    )
)
_LOCK = select(TRIALS.c.state).where(TRIALS.c.trial_id == _OF).with_for_update()
_SET_STATE = update(TRIALS).where(TRIALS.c.trial_id == _OF)
_POINT = (
    select(PARAMS.c.param_name, PARAMS.c.param_value, PARAMS.c.distribution_json)
    .where(PARAMS.c.trial_id == _OF)
    .order_by(PARAMS.c.param_id)
)
_SET_VALUE = insert(VALUES)
_LAST_REPORT = (
    select(REPORTS.c.intermediate_value, REPORTS.c.intermediate_value_type)
    .where(REPORTS.c.trial_id == _OF)
    .order_by(REPORTS.c.step.desc())
    .limit(1)
)
_FIRST_BEAT = insert(HEARTBEATS)
_BEAT = (
    update(HEARTBEATS)
    .where(HEARTBEATS.c.trial_id.in_(bindparam("all", expanding=True)))
    .values(heartbeat=func.current_timestamp())
)
_TOKENS = select(ATTRIBUTES.c.value_json).where(
    ATTRIBUTES.c.trial_id.in_(bindparam("all", expanding=True)), ATTRIBUTES.c.key == "token"
)
_WITH_TOKEN = (
    select(TRIALS.c.trial_id, TRIALS.c.number)
    .join(ATTRIBUTES, ATTRIBUTES.c.trial_id == TRIALS.c.trial_id)
    .where(TRIALS.c.study_id == _OF, TRIALS.c.state == TrialState.RUNNING)
    .where(ATTRIBUTES.c.key == "token", ATTRIBUTES.c.value_json == bindparam("token"))
)


@dataclass(frozen=True)
class Claim:
    """A trial that a worker may work on.

    Attributes:
        number: of the trial, which is the index of its point.
        params: values by the names of Optuna's parameters.
        values: the searched settings by dotted key.
        token: of this claim; nobody else has it.
        attempt: 1 for the first claim of the trial, then 2, ...
        kills: how often the process of one of its runs was killed.
        trial_id: of the trial in the database.
    """

    number: int
    params: Mapping[str, Any]
    values: dict[str, Any]
    token: str
    attempt: int
    kills: int
    trial_id: int = field(repr=False)


def claim_waiting(connection: Connection, study_id: int, owner: Owner, token: str) -> Claim | None:
    """Claims the waiting trial with the least number; None if none waits."""
    waiting = connection.execute(_WAITING, {"of": study_id}).first()
    return claim_trial(connection, *waiting, owner, token) if waiting is not None else None


def claim_trial(
    connection: Connection, trial_id: int, number: int, owner: Owner, token: str
) -> Claim:
    """Claims a trial that waits and is locked; its first heartbeat comes with it."""
    before = attributes_of(connection, trial_id)
    changes = {
        "token": token,
        "owner": owner.model_dump(),
        "host": owner.host,
        "attempts": before.get("attempts", 0) + 1,
    }
    set_attributes(connection, trial_id, before, changes)
    connection.execute(_START, {"of": trial_id, "now": _now()})
    if before.get("attempts", 0) == 0 or not _beat_for(connection, [trial_id]):
        connection.execute(_FIRST_BEAT, {"trial_id": trial_id})
    return _claim(connection, trial_id, number, {**before, **changes})


def claimed(connection: Connection, study_id: int, token: str) -> Claim | None:
    """The claim that has this token already; None if there is none."""
    found = connection.execute(_WITH_TOKEN, {"of": study_id, "token": json.dumps(token)}).first()
    if found is None:
        return None
    return _claim(connection, *found, attributes_of(connection, found.trial_id))


def end(
    connection: Connection,
    claim: Claim,
    state: TrialState,
    value: float | None,
    changes: Mapping[str, Any],
) -> bool:
    """Ends a trial; False if the claim was lost."""
    current, noted = _locked(connection, claim)
    if noted.get("token") != claim.token:
        return False
    if current.is_finished():
        return True
    if state is TrialState.PRUNED and value is None:
        value = _last_report(connection, claim.trial_id)
    if value is not None:
        stored, kind = stored_value(value)
        row = {"trial_id": claim.trial_id, "objective": 0, "value": stored, "value_type": kind}
        connection.execute(_SET_VALUE, row)
    set_attributes(connection, claim.trial_id, noted, changes)
    set_state(connection, claim.trial_id, state)
    return True


def give_back(connection: Connection, claim: Claim, changes: Mapping[str, Any]) -> bool:
    """Lets a trial wait again, with the same number and point; False if the claim was lost."""
    current, noted = _locked(connection, claim)
    if noted.get("token") != claim.token or current.is_finished():
        return False
    set_attributes(connection, claim.trial_id, noted, {**changes, "token": "", "owner": None})
    set_state(connection, claim.trial_id, TrialState.WAITING)
    return True


def set_state(connection: Connection, trial_id: int, state: TrialState) -> None:
    """Sets the state of a locked trial, and the time of its end where it has ended."""
    values: dict[str, Any] = {"state": state}
    if state.is_finished():
        values["datetime_complete"] = _now()
    connection.execute(_SET_STATE, {"of": trial_id, **values})


def beat(connection: Connection, claims: Iterable[Claim]) -> set[str]:
    """Says that the owner of these claims lives; returns the tokens of those that were lost."""
    of_token = {claim.token: claim.trial_id for claim in claims}
    found = connection.execute(_TOKENS, {"all": list(of_token.values())})
    held = {json.loads(text) for (text,) in found} & of_token.keys()
    _beat_for(connection, [of_token[token] for token in held])
    return of_token.keys() - held


def _beat_for(connection: Connection, trial_ids: list[int]) -> bool:
    return connection.execute(_BEAT, {"all": trial_ids}).rowcount > 0


def _claim(connection: Connection, trial_id: int, number: int, noted: Mapping[str, Any]) -> Claim:
    rows = connection.execute(_POINT, {"of": trial_id})
    return Claim(
        number=number,
        params={
            name: json_to_distribution(text).to_external_repr(value) for name, value, text in rows
        },
        values={},
        token=noted["token"],
        attempt=noted["attempts"],
        kills=noted.get("kills", 0),
        trial_id=trial_id,
    )


def _locked(connection: Connection, claim: Claim) -> tuple[TrialState, dict[str, Any]]:
    """The state of a claim's trial, which nobody else changes now, and what is noted about it."""
    state: TrialState = connection.execute(_LOCK, {"of": claim.trial_id}).scalar_one()
    return state, attributes_of(connection, claim.trial_id)


def _last_report(connection: Connection, trial_id: int) -> float | None:
    """The value that was reported last, which is what Optuna takes for that of a pruned trial."""
    last = connection.execute(_LAST_REPORT, {"of": trial_id}).first()
    value = reported_value(*last) if last is not None else math.nan
    return None if math.isnan(value) else value


def _now() -> datetime:
    """The time as Optuna's tables have it: in UTC, without saying so."""
    return datetime.now(UTC).replace(tzinfo=None)
