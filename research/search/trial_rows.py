"""Trials of Optuna as the rows of a study's table."""

import math
from collections.abc import Mapping
from typing import Any

from optuna.trial import FrozenTrial, TrialState

from research.records.study_table import TrialRow
from research.records.study_table import TrialState as StateName
from research.search.space import Parameter, values_of

STATE_NAMES: Mapping[TrialState, StateName] = {
    TrialState.WAITING: "waiting",
    TrialState.RUNNING: "running",
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
}
"""Optuna's states by the names that a table has for them."""


def row_of(trial: FrozenTrial, all_parameters: list[Parameter]) -> TrialRow:
    """One trial as plain data."""
    noted = trial.user_attrs
    return TrialRow(
        number=trial.number,
        state=STATE_NAMES[trial.state],
        values=values_of(trial.params, all_parameters),
        value=_finite(trial.value),
        reached=noted.get("reached", True),
        message=noted.get("message", ""),
        step=noted.get("step", 0),
        seconds=noted.get("seconds", _seconds(trial)),
        intermediate={
            step: value for step, value in trial.intermediate_values.items() if math.isfinite(value)
        },
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _seconds(trial: FrozenTrial) -> Any:
    if trial.datetime_start is None or trial.datetime_complete is None:
        return None
    return (trial.datetime_complete - trial.datetime_start).total_seconds()
