"""Trials that are added to a study, each with its whole point."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from optuna.distributions import BaseDistribution, distribution_to_json
from optuna.trial import TrialState
from sqlalchemy import Connection, func, insert, select

from research.search.claims import Claim, claim_trial
from research.search.owner import Owner
from research.search.tables import PARAMS, STUDIES, TRIALS

Point = Mapping[str, Any]
"""Values by the names of Optuna's parameters."""
Distributions = Mapping[str, BaseDistribution]


@dataclass(frozen=True)
class NewTrial:
    """A trial to be made, with its point."""

    number: int
    point: Point
    distributions: Distributions


def add_and_claim(
    connection: Connection, study_id: int, new: NewTrial, owner: Owner, token: str
) -> Claim | None:
    """Makes the trial of a number and claims it; None if another worker has made it meanwhile."""
    if count_locked(connection, study_id) != new.number:
        return None
    add_trials(connection, study_id, new.number, [new.point], new.distributions)
    trial_id = connection.execute(
        select(TRIALS.c.trial_id).where(
            TRIALS.c.study_id == study_id, TRIALS.c.number == new.number
        )
    ).scalar_one()
    return claim_trial(connection, trial_id, new.number, owner, token)


def add_trials(
    connection: Connection,
    study_id: int,
    first: int,
    points: Iterable[Point],
    distributions: Distributions,
) -> None:
    """Adds waiting trials with their points, numbered from `first`, which has been locked."""
    numbered = dict(enumerate(points, first))
    if not numbered:
        return
    connection.execute(
        insert(TRIALS),
        [
            {"study_id": study_id, "number": number, "state": TrialState.WAITING}
            for number in numbered
        ],
    )
    made = connection.execute(
        select(TRIALS.c.trial_id, TRIALS.c.number).where(
            TRIALS.c.study_id == study_id, TRIALS.c.number >= first
        )
    )
    as_json = {name: distribution_to_json(each) for name, each in distributions.items()}
    connection.execute(
        insert(PARAMS),
        [
            {
                "trial_id": trial_id,
                "param_name": name,
                "param_value": distributions[name].to_internal_repr(value),
                "distribution_json": as_json[name],
            }
            for trial_id, number in made
            for name, value in numbered[number].items()
        ],
    )


def count_locked(connection: Connection, study_id: int) -> int:
    """How many trials a study has; no other transaction adds one until this one ends."""
    connection.execute(
        select(STUDIES.c.study_id).where(STUDIES.c.study_id == study_id).with_for_update()
    ).one()
    counted = select(func.count(TRIALS.c.trial_id)).where(TRIALS.c.study_id == study_id)
    return int(connection.execute(counted).scalar_one())
