"""A trial of a real Optuna study: what is reported, and a run that ends where it is pruned."""

import optuna
import pytest

from callbacks.optuna_trial import OptunaTrial, pruning
from callbacks.recorder import Recorder
from research.records.run_store import RunStore
from research.search.pruners import make_pruner
from research.settings.errors import SettingsError
from research.settings.search import (
    HyperbandPrunerSettings,
    MedianPrunerSettings,
    NoPrunerSettings,
    SuccessiveHalvingPrunerSettings,
)
from tests.callbacks.conftest import Ordinary
from tests.parity.module import Parity
from tests.research.training.conftest import parity_settings

LOSS = "validation/loss"


def study_with(earlier, pruner, trials=5):
    """A study whose earlier trials all had the same value at steps 5, 10, ..."""
    study = optuna.create_study(pruner=pruner, sampler=optuna.samplers.RandomSampler(seed=0))
    for _ in range(trials):
        trial = study.ask()
        for step in range(5, 105, 5):
            trial.report(earlier, step)
        study.tell(trial, earlier)
    return study


def median(warmup=0):
    return make_pruner(MedianPrunerSettings(startup_trials=5, warmup_steps=warmup), 100)


@pytest.mark.parametrize("warmup", [0, 12])
def test_a_run_worse_than_the_median_ends_at_the_first_evaluation_that_counts(fit, warmup):
    trial = study_with(-1.0, median(warmup)).ask()
    callback = OptunaTrial(trial, LOSS)
    trainer = fit(Ordinary(), callback, max_steps=100)
    assert trainer.global_step == (5 if warmup == 0 else 15)
    assert callback.pruned.startswith(f"pruned at step {trainer.global_step}, where {LOSS} is ")
    assert pruning(trainer) == callback.pruned


def test_a_run_better_than_the_median_goes_on_and_every_evaluation_is_reported(fit):
    study = study_with(1000.0, median())
    callback = OptunaTrial(study.ask(), LOSS)
    trainer = fit(Ordinary(), callback, max_steps=30)
    reported = study.trials[-1].intermediate_values
    assert trainer.global_step == 30 and not callback.pruned and pruning(trainer) == ""
    assert list(reported) == [5, 10, 15, 20, 25, 30]
    assert reported[30] == pytest.approx(float(trainer.callback_metrics[LOSS]))


def test_steps_are_the_optimizer_s_and_not_chunks(fit):
    """Ours takes 7 steps a batch of Lightning's; its evaluations are every 20."""
    study = study_with(1000.0, median())
    fit(Parity(parity_settings(flush_every=7)), OptunaTrial(study.ask(), LOSS), max_steps=60)
    assert list(study.trials[-1].intermediate_values) == [20, 40, 60]


def test_at_its_last_step_a_run_is_whole_and_not_pruned(fit):
    callback = OptunaTrial(study_with(-1.0, median(warmup=30)).ask(), LOSS)
    assert fit(Ordinary(), callback, max_steps=30).global_step == 30
    assert callback.pruned == ""


def test_the_record_says_so(fit, tmp_path):
    store = RunStore(tmp_path / "run", "trial", 0)
    callback = OptunaTrial(study_with(-1.0, median()).ask(), LOSS)
    fit(Ordinary(), callback, Recorder(store), max_steps=100)
    status = store.status()
    assert (status.state, status.step, status.message) == ("pruned", 5, callback.pruned)


def test_a_run_that_goes_on_after_a_kill_reports_no_step_twice(fit, tmp_path):
    """It goes on from a checkpoint at 10, after which it had reported 15 and 20."""
    study = study_with(1000.0, median())
    trial, path = study.ask(), tmp_path / "10.ckpt"
    fit(Ordinary(), OptunaTrial(trial, LOSS), max_steps=10).save_checkpoint(path)
    for step in (15, 20):
        trial.report(0.0, step)
    again = optuna.trial.Trial(study, trial._trial_id)
    fit(Ordinary(), OptunaTrial(again, LOSS), max_steps=30, checkpoint=path)
    reported = study.trials[-1].intermediate_values
    assert list(reported) == [5, 10, 15, 20, 25, 30]
    assert reported[15] == 0.0 != reported[25]


def test_a_pruned_run_does_not_go_on_when_resumed(fit, tmp_path):
    """Even where the study would by now let it."""
    path, study, mild = tmp_path / "5.ckpt", study_with(-1.0, median()), study_with(1e3, median())
    fit(Ordinary(), OptunaTrial(study.ask(), LOSS), max_steps=100).save_checkpoint(path)
    resumed = fit(Ordinary(), OptunaTrial(mild.ask(), LOSS), max_steps=100, checkpoint=path)
    assert resumed.global_step == 5


def test_a_metric_that_nothing_logs_is_refused(fit):
    callback = OptunaTrial(study_with(1.0, median()).ask(), "validation/los")
    with pytest.raises(SettingsError, match=r"^objective.metric is validation/los, expected one"):
        fit(Ordinary(), callback, max_steps=10)


def test_pruners_by_name():
    assert isinstance(make_pruner(NoPrunerSettings(), 10), optuna.pruners.NopPruner)
    halving = SuccessiveHalvingPrunerSettings(least_steps=5, reduction=2)
    assert isinstance(make_pruner(halving, 10), optuna.pruners.SuccessiveHalvingPruner)
    hyperband = make_pruner(HyperbandPrunerSettings(least_steps=5, reduction=2), 80)
    study = optuna.create_study(pruner=hyperband, sampler=optuna.samplers.RandomSampler(seed=0))
    trial = study.ask()
    trial.report(1.0, 5)
    trial.should_prune()
    assert len(hyperband._pruners) == 5, "rungs from 5, 10, 20, 40, 80 steps on"


def test_successive_halving_keeps_one_of_so_many(fit):
    """Four trials stood better at the first rung of 5 steps; of two one goes on."""
    halving = make_pruner(SuccessiveHalvingPrunerSettings(least_steps=5, reduction=2), 100)
    study = study_with(-1.0, optuna.pruners.NopPruner(), trials=0)
    study.pruner = halving
    for _ in range(4):
        trial = study.ask()
        trial.report(-1.0, 5)
        trial.should_prune()
        study.tell(trial, -1.0)
    callback = OptunaTrial(study.ask(), LOSS)
    assert fit(Ordinary(), callback, max_steps=100).global_step == 5
    assert callback.pruned
