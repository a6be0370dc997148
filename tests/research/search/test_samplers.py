"""Samplers that look at earlier trials: what they draw depends on the seed and on what they see."""

from statistics import median

import optuna
import pytest

from research.search.samplers import STARTUP_TRIALS, make_sampler
from research.search.space import parameters, suggest
from research.settings.search import Domain

SPACE = {
    "name": (Domain(choices=("a", "b")),),
    "x": (Domain(low=0, high=1),),
    "y": (Domain(low=1e-3, high=1, log=True, when={"name": "a"}),),
}


@pytest.fixture(autouse=True)
def quiet():
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    yield
    optuna.logging.set_verbosity(optuna.logging.INFO)


def objective(trial):
    values = suggest(trial, parameters(SPACE))
    return (values["x"] - 0.3) ** 2 + values.get("y", 1.0)


def searched(name, seed, *parts):
    """Points of a study whose process is started again for every part."""
    study = optuna.create_study()
    for count in parts:
        study.sampler = make_sampler(name, seed)
        study.optimize(objective, n_trials=count)
    return study.trials


def points(name, seed, *parts):
    return [trial.params for trial in searched(name, seed, *parts)]


def test_a_search_that_is_started_again_draws_what_it_would_have_drawn():
    whole = points("tpe", 0, 16)
    assert points("tpe", 0, 3, 9, 4) == whole
    assert points("tpe", 1, 16) != whole
    assert len({str(point) for point in whole}) == 16


def test_gaussian_processes_too():
    count = STARTUP_TRIALS + 2
    assert points("gp", 0, count) == points("gp", 0, STARTUP_TRIALS + 1, 1)


def test_it_learns():
    """Later trials are better than the random ones at the start."""
    values = [trial.value for trial in searched("tpe", 0, 60)]
    assert median(values[30:]) < 0.3 * median(values[:STARTUP_TRIALS])


def test_parameters_without_conditions_are_drawn_together():
    study = optuna.create_study(sampler=make_sampler("tpe", 0))
    study.optimize(objective, n_trials=STARTUP_TRIALS)
    trial = study.ask()
    suggest(trial, parameters(SPACE))
    assert set(trial.relative_params) == {"name", "x"}


def test_other_names_are_refused():
    with pytest.raises(ValueError, match="sampler is grid, expected tpe or gp"):
        make_sampler("grid", 0)
