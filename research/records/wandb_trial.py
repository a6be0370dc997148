"""How W&B shows the trials of a study: what they are called, and what is told of them in the end.

A study is a group, a trial a run of it; of a trial with several seeds, each is a run. What was
searched stands together under `searched`, so that a dashboard finds it whatever else the settings
hold, and without the settings that a trial did not draw.
"""

import json
from collections.abc import Callable
from typing import Any

from research.records.errors import RecordError
from research.records.plan import Plan, TrialOf
from research.records.run_store import RunStore
from research.records.status import State
from research.settings.errors import SettingsError

LONGEST_TAG = 64
"""Characters; W&B refuses the run of a longer one."""
OBJECTIVE = "objective"
STATE = "state"
"""In the summary of a W&B run: the number that a trial is judged by, and how the run ended."""


def run_name(store: RunStore, plan: Plan) -> str:
    """What the W&B run is called: variant and seed, or the trial, with its seed if one of many."""
    if plan.trial is None:
        return f"{store.variant} seed {store.seed}"
    several = len(plan.pairs()) > 1
    return f"trial-{plan.trial.number:04}" + (f" seed {store.seed}" if several else "")


def trial_identity(plan: Plan) -> dict[str, Any]:
    """Arguments of `wandb.init` that only a trial has: its study as the group, and tags."""
    if plan.trial is None:
        return {}
    tags = dict.fromkeys(name[:LONGEST_TAG] for name in (plan.experiment, plan.trial.study))
    return {"group": plan.trial.study, "job_type": "trial", "tags": [tag for tag in tags if tag]}


def trial_config(plan: Plan) -> dict[str, Any]:
    """What a trial adds to the configuration of its W&B runs: study, trial, searched."""
    if plan.trial is None:
        return {}
    return {
        "study": plan.trial.study,
        "trial": plan.trial.number,
        "searched": searched(plan.trial),
    }


def searched(trial: TrialOf) -> dict[str, Any]:
    """The searched settings of a trial, nested as settings are; W&B takes a dot for nesting.

    Lists and null become text, since panels of W&B have no axis for them.
    """
    nested: dict[str, Any] = {}
    for key, value in trial.values.items():
        *groups, last = key.split(".")
        above = {".".join(groups[: end + 1]) for end in range(len(groups))}
        if above & set(trial.values):  # a group that is a value itself has no room for others
            groups, last = [], key
        place = nested
        for group in groups:
            place = place.setdefault(group, {})
        plain = isinstance(value, bool | int | float | str)
        place[last] = value if plain else json.dumps(value)
    return nested


def summary(
    store: RunStore, success: bool, objective: Callable[[], float] | None
) -> dict[str, str | float]:
    """What W&B keeps of a run besides the last values of its metrics.

    Args:
        store: the run, whose rows and status are written.
        success: whether it ended well, where its status does not say so yet.
        objective: the value of a trial's objective over this run, once it is done.
    """
    state: State = store.status().state
    if state == "running":  # of a run of several stages only the last stage is done by now
        state = "done" if success else "failed"
    if objective is None or state != "done":
        return {STATE: state}
    try:
        return {STATE: state, OBJECTIVE: objective()}
    except (SettingsError, RecordError):  # whoever runs the trial meets it too, and says it
        return {STATE: state}
