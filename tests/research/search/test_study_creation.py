import optuna
import pytest

from research.search import study_creation
from research.search.points import draw
from research.search.study import Study
from research.settings.errors import SettingsError
from tests.studies import SPACE, toy_plan


def points(study):
    return [trial.values for trial in study.table().trials]


@pytest.mark.parametrize("sampler", ["random", "qmc"])
def test_the_same_command_finds_the_same_study_and_more_trials_extend_it(
    storage, sampler, monkeypatch
):
    monkeypatch.setattr(study_creation, "_AT_ONCE", 4)
    plan = toy_plan(sampler=sampler)
    study = Study.create(storage, "toy", plan)
    claim = study.claim()
    study.complete(claim, 1.0)
    assert points(Study.create(storage, "toy", plan)) == points(study)
    turned = dict(reversed(plan.space.items()))  # as another order of the same words gives it
    more = plan.model_copy(update={"trials": 11, "space": turned})
    longer = Study.create(storage, "toy", more)
    assert points(longer)[:6] == points(study)[:6] and len(points(longer)) == 11
    other = Study.create(storage, "other", toy_plan(sampler=sampler, trials=11))
    assert points(other) == points(longer)
    drawn = draw(plan.space, sampler, 11, plan.seed)
    assert [
        trial.params for trial in optuna.load_study(study_name="other", storage=storage).trials
    ] == drawn
    assert Study.open(storage, "toy").plan.trials == 11
    assert study.counts()["waiting"] == 10  # who opened it before sees what has come


def test_an_adaptive_study_grows_while_a_worker_has_it_open(storage):
    plan = toy_plan(sampler="tpe", trials=2)
    study = Study.create(storage, "toy", plan)
    for _ in range(2):
        study.complete(study.claim(), 1.0)
    assert study.claim() is None and study.is_finished()
    Study.create(storage, "toy", plan.model_copy(update={"trials": 3}))
    assert not study.is_finished() and study.claim().number == 2


def test_where_trials_are_mirrored_makes_no_other_study(storage, study):
    other = "offline" if study.plan.wandb != "offline" else "off"
    moved = Study.create(storage, "toy", study.plan.model_copy(update={"wandb": other}))
    assert points(moved) == points(study)
    assert Study.open(storage, "toy").plan.wandb == other


def test_another_plan_is_refused_with_its_differences(storage, study):
    space = {**SPACE, "optimizer.lr": [{"low": 1e-3, "high": 1e-1, "log": True}]}
    base = {"optimizer": {"lr": 0.1, "name": "adam"}, "width": 3, "betas": [0.9, 0.99]}
    other = toy_plan(space=space, base=base, seed=1)
    with pytest.raises(SettingsError) as refused:
        Study.create(storage, "toy", other)
    *named, last = refused.value.problems
    assert [line.split(":")[0] for line in named] == [
        "base.optimizer.name",
        "space.optimizer.lr",
        "seed",
    ]
    assert named[0] == 'base.optimizer.name: study toy has "sgd", found "adam"'
    assert last.endswith("expected the same settings, or another name (--study)")
    assert study.counts()["waiting"] == 6


def test_only_the_first_differences_are_named(storage, study):
    base = {f"setting_{number}": number for number in range(9)}
    with pytest.raises(SettingsError) as refused:
        Study.create(storage, "toy", toy_plan(base=base))
    assert len(refused.value.problems) == 7 and "more" in refused.value.problems[5]


def test_fewer_trials_and_a_study_of_somebody_else_are_refused(storage, study):
    with pytest.raises(SettingsError, match="trials: study toy has 6, found 5; expected no fewer"):
        Study.create(storage, "toy", toy_plan(trials=5))
    optuna.create_study(storage=storage, study_name="theirs")
    for command in (
        lambda: Study.create(storage, "theirs", toy_plan()),
        lambda: Study.open(storage, "theirs"),
    ):
        with pytest.raises(SettingsError, match="study theirs has no plan, expected one that"):
            command()
    with pytest.raises(SettingsError, match='"toi"; did you mean toy') as refused:
        Study.open(storage, "toi")
    assert "secret" not in str(refused.value)


def test_a_grid_has_as_many_trials_as_points_and_does_not_grow_into_another(storage):
    space = {"width": [{"choices": [1, 2]}], "optimizer.lr": [{"choices": [0.1, 0.2, 0.3]}]}
    plan = toy_plan(sampler="grid", space=space, trials=4)
    Study.create(storage, "grid", plan)
    whole = Study.create(storage, "grid", plan.model_copy(update={"trials": 6}))
    assert len({tuple(point.values()) for point in points(whole)}) == 6
    with pytest.raises(SettingsError, match="trials: found 7, expected at most 6"):
        Study.create(storage, "grid", plan.model_copy(update={"trials": 7}))
    interval = {"optimizer.lr": [{"low": 0.0, "high": 1.0}]}
    Study.create(storage, "line", toy_plan(sampler="grid", space=interval, trials=4))
    with pytest.raises(SettingsError, match="study line is a grid for 4, found 5"):
        Study.create(storage, "line", toy_plan(sampler="grid", space=interval, trials=5))
