"""How a study begins, and how the same command finds it again: its plan, and its points.

The plan is in the database before the first point, in one transaction. Points follow in parts, and
each part goes on where the last one ended, so a command that was killed on the way is repeated.
"""

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from optuna.study import StudyDirection
from sqlalchemy import Connection, insert, select, update

from research.search.new_trials import add_trials, count_locked
from research.search.points import draw
from research.search.space import distribution, parameters
from research.search.storage import Storage, study_lock
from research.search.tables import DIRECTIONS, STUDIES, STUDY_ATTRIBUTES
from research.settings.domain_forms import written_space
from research.settings.errors import SettingsError, shown, unknown
from research.settings.search import StudyPlan

_MAY_CHANGE = ("trials", "wandb")
"""Parts of a plan that make no other study: how long it is, and where it is mirrored."""
_PLAN = "plan"
"""The attribute of a study that holds its plan."""
_AT_ONCE = 500
"""Points of one transaction."""
_DIFFERENCES = 5
"""So many are named."""


def create_study(storage: Storage, name: str, plan: StudyPlan) -> tuple[int, StudyPlan]:
    """Makes a study, or finds the one with this name and plan; returns its number and its plan.

    The plan is that of the study, in whose order settings are drawn, with the trials of `plan`.

    Raises:
        SettingsError: there is one of this name with another plan.
        StorageError: the database is away for too long, full or damaged.
    """
    if plan.sampler == "grid":
        _points(plan)
    with study_lock(storage, name):
        study_id, plan = storage.transaction(
            lambda connection, _: _found_or_made(connection, name, plan)
        )
        points = _points(plan)
        while not storage.transaction(
            lambda connection, _: _add_points(connection, study_id, plan, points)
        ):
            pass
    return study_id, plan


def read_study(storage: Storage, name: str) -> tuple[int, StudyPlan]:
    """The number and the plan of a study.

    Raises:
        SettingsError: there is none of this name, or `descent sweep` has not made it.
    """

    def read(connection: Connection, _: bool) -> tuple[int, str | None]:
        study_id = _study_id(connection, name)
        if study_id is None:
            names = connection.execute(select(STUDIES.c.study_name)).scalars().all()
            raise unknown(f"study in {storage.shown}", name, names)
        return study_id, _plan_text(connection, study_id)

    study_id, text = storage.transaction(read, reads=True)
    return study_id, _plan(text, name)


def planned_trials(connection: Connection, study_id: int) -> int:
    """How many trials a study is to have by now."""
    return int(json.loads(_plan_text(connection, study_id) or "{}")["trials"])


def differences(before: StudyPlan, now: StudyPlan) -> Iterator[tuple[str, Any, Any]]:
    """Every setting of two plans that is not the same: its dotted key and both values."""
    old, new = (dict(_leaves(_written(each))) for each in (before, now))
    for key in dict.fromkeys([*old, *new]):
        if old.get(key) != new.get(key):
            yield key, old.get(key), new.get(key)


def _points(plan: StudyPlan) -> list[dict[str, Any]]:
    """Those that are known beforehand; none of an adaptive sampler.

    Raises:
        SettingsError: a grid has fewer than the trials.
    """
    if plan.sampler == "tpe" or plan.sampler == "gp":
        return []
    points = draw(plan.space, plan.sampler, plan.trials, plan.seed)
    if len(points) < plan.trials:
        raise SettingsError(
            f"trials: found {plan.trials}, expected at most {len(points)}, the points of the grid"
        )
    return points


def _found_or_made(connection: Connection, name: str, plan: StudyPlan) -> tuple[int, StudyPlan]:
    study_id = _study_id(connection, name)
    if study_id is None:
        return _made(connection, name, plan), plan
    before = _plan(_plan_text(connection, study_id), name)
    _check(name, before, plan)
    grown = before.model_copy(update={key: getattr(plan, key) for key in _MAY_CHANGE})
    if grown != before:
        connection.execute(
            update(STUDY_ATTRIBUTES)
            .where(STUDY_ATTRIBUTES.c.study_id == study_id, STUDY_ATTRIBUTES.c.key == _PLAN)
            .values(value_json=_as_text(grown))
        )
    return study_id, grown


def _made(connection: Connection, name: str, plan: StudyPlan) -> int:
    connection.execute(insert(STUDIES).values(study_name=name))
    study_id = connection.execute(
        select(STUDIES.c.study_id).where(STUDIES.c.study_name == name)
    ).scalar_one()
    direction = StudyDirection[plan.objective.direction.upper()]
    row = {"study_id": study_id, "objective": 0, "direction": direction}
    connection.execute(insert(DIRECTIONS).values(row))
    noted = {"study_id": study_id, "key": _PLAN, "value_json": _as_text(plan)}
    connection.execute(insert(STUDY_ATTRIBUTES).values(noted))
    return int(study_id)


def _check(name: str, before: StudyPlan, plan: StudyPlan) -> None:
    """Refuses another plan than the study's; more trials are none."""
    problems = [
        f"{key}: study {name} has {shown(old)}, found {shown(new)}"
        for key, old, new in differences(before, plan)
        if key not in _MAY_CHANGE
    ]
    if problems:
        more = len(problems) - _DIFFERENCES
        raise SettingsError(
            *problems[:_DIFFERENCES],
            *([f"and {more} more"] if more > 0 else []),
            f"study {name} is another one; expected the same settings, or another name (--study)",
        )
    if plan.trials < before.trials:
        raise SettingsError(
            f"trials: study {name} has {before.trials}, found {plan.trials}; expected no fewer"
        )
    if plan.sampler == "grid" and _points(plan)[: before.trials] != _points(before):
        raise SettingsError(
            f"trials: study {name} is a grid for {before.trials}, found {plan.trials}, for which "
            "the grid has other points; expected another name (--study)"
        )


def _add_points(
    connection: Connection, study_id: int, plan: StudyPlan, points: list[dict[str, Any]]
) -> bool:
    """Adds the next part of the points; whether all are there."""
    first = count_locked(connection, study_id)
    distributions = {each.name: distribution(each.domain) for each in parameters(plan.space)}
    part = itertools.islice(points, first, first + _AT_ONCE)
    add_trials(connection, study_id, first, part, distributions)
    return first + _AT_ONCE >= len(points)


def _study_id(connection: Connection, name: str) -> int | None:
    found = connection.execute(select(STUDIES.c.study_id).where(STUDIES.c.study_name == name))
    return found.scalar_one_or_none()


def _plan_text(connection: Connection, study_id: int) -> str | None:
    found = connection.execute(
        select(STUDY_ATTRIBUTES.c.value_json).where(
            STUDY_ATTRIBUTES.c.study_id == study_id, STUDY_ATTRIBUTES.c.key == _PLAN
        )
    )
    return found.scalar_one_or_none()


def _plan(text: str | None, name: str) -> StudyPlan:
    try:
        return StudyPlan.model_validate_json(text or "")
    except ValueError:
        raise SettingsError(
            f"study {name} has no plan, expected one that `descent sweep` has made"
        ) from None


def _as_text(plan: StudyPlan) -> str:
    return json.dumps(plan.model_dump(mode="json"))


def _written(plan: StudyPlan) -> dict[str, Any]:
    """A plan as plain types, its space as a file would say it."""
    return {**plan.model_dump(mode="json"), "space": written_space(plan.space)}


def _leaves(plain: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in plain.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
