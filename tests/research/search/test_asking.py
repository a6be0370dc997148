"""What an adaptive sampler sees of a study, and so learns from."""

import math

import optuna
import pytest
from optuna.trial import TrialState, create_trial

from research.search.asking import next_point
from research.search.samplers import STARTUP_TRIALS
from research.settings.search import Domain, ObjectiveSettings, StudyPlan

LIMIT = 0.1
"""Learning rates above it diverge: half of the space."""


@pytest.fixture(autouse=True)
def quiet():
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    yield
    optuna.logging.set_verbosity(optuna.logging.INFO)


def plan(sampler="tpe", direction="minimize"):
    return StudyPlan(
        experiment="toy",
        preset="quick",
        variant="plain",
        base={},
        space={"lr": (Domain(low=1e-4, high=100, log=True),), "decay": (Domain(low=0, high=1),)},
        objective=ObjectiveSettings(metric="loss", direction=direction),
        sampler=sampler,
        trials=100,
    )


def searched(plan, count):
    """A study whose trials diverge beyond the limit, and are best not far below it."""
    sign = 1 if plan.objective.direction == "minimize" else -1
    trials = []
    for number in range(count):
        point, distributions = next_point(plan, trials)
        diverged = point["lr"] > LIMIT
        value = sign * ((math.log10(point["lr"]) + 1.3) ** 2 + 0.1 * point["decay"])
        trial = create_trial(
            state=TrialState.FAIL if diverged else TrialState.COMPLETE,
            value=None if diverged else value,
            params=point,
            distributions=distributions,
        )
        trial.number = number
        trials.append(trial)
    return trials


def failed(trials):
    return sum(trial.state is TrialState.FAIL for trial in trials)


@pytest.mark.parametrize(("sampler", "count"), [("tpe", 50), ("gp", 26)])
def test_a_search_learns_where_trials_diverge(sampler, count):
    """At random half of them would; a sampler that does not see them tries there ever again."""
    later = searched(plan(sampler), count)[-10:]
    assert failed(later) < 5


def test_failed_trials_are_the_worst_in_either_direction():
    points = [
        [trial.params for trial in searched(plan(direction=direction), 40)]
        for direction in ("minimize", "maximize")
    ]
    assert points[0] == points[1]


def test_they_do_not_count_before_there_is_something_to_compare_with():
    """Of nothing but failures some would be the best tenth, and be looked for."""
    trials = searched(plan(), 60)
    failures = [trial for trial in trials if trial.state is TrialState.FAIL]
    few = [trial for trial in trials if trial.state is TrialState.COMPLETE][: STARTUP_TRIALS - 1]
    at_random = next_point(plan(), failures[:20])
    assert next_point(plan(), [*failures[: 20 - len(few)], *few]) == at_random
