"""A trial on two processes that its study gives up: process zero decides, and both of them stop."""

from optuna.storages import get_storage

from research.records.store import Record
from research.search.storage import open_storage
from research.search.study import Study
from research.settings.search import MedianPrunerSettings, StudyPlan
from tests.faults.conftest import PARITY, Descent
from tests.parity.settings import ParitySettings

TRAINER = {"max_steps": 200, "accelerator": "cpu", "devices": 2, "strategy": "ddp"}
EVERY = 20


def plan():
    settings = ParitySettings(trainer=TRAINER, evaluation={"every": EVERY}, batch_size=8)
    return StudyPlan(
        experiment="parity",
        folder=str(PARITY),
        preset="quick",
        variant="plain",
        base=settings.model_dump(mode="json"),
        space={"optimizer.lr": ({"choices": (0.01, 0.001)},)},
        objective={"metric": "validation/loss"},
        sampler="grid",
        pruner=MedianPrunerSettings(startup_trials=1, warmup_steps=2 * EVERY),
        trials=2,
        wandb="off",
    )


def begun(url):
    """A study whose first trial is complete, and was better at every step than any can be."""
    study = Study.create(open_storage(url), "parity", plan())
    claim = study.claim()
    storage = get_storage(study.storage)
    for step in range(EVERY, 201, EVERY):
        storage.set_trial_intermediate_value(claim.trial_id, step, 0.0)
    assert claim.number == 0 and study.complete(claim, 0.0)
    return study


def test_both_processes_of_a_pruned_trial_stop(tmp_path):
    """Both import everything themselves, and Lightning starts the second, as outside of tests."""
    descent = Descent(tmp_path)
    url = f"sqlite:///{descent.folder / 'study.db'}"
    study = begun(url)
    done = descent("worker", "--study", "parity", "--storage", url, "--out", "study")
    assert done.returncode == 0, done.stdout + done.stderr
    trial = study.table().trials[1]
    assert trial.state == "pruned" and list(trial.intermediate) == [20, 40]
    assert trial.value == trial.intermediate[40] > 0
    record = Record.open(descent.folder / "study" / "trials" / "0001")
    (run,) = record.runs()
    assert record.plan.variants["trial"].settings["trainer"]["devices"] == 2
    assert (run.status().state, run.status().step) == ("pruned", 40)
    assert run.status().message.startswith("pruned at step 40, where validation/loss is ")
    assert run.metrics()[-1]["step"] == 40
    assert "1 pruned" in done.stdout
