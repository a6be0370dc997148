"""kill -9 of a run whose evaluated weights are not those it trains: resumed, it is the same run."""

from pathlib import Path

from research.records.run_store import RunStore
from research.training.checkpoints import load, newest_valid
from tests.faults.conftest import run_script, what_came_of
from tests.faults.die_in_training import trainer_of
from tests.parity.module import Parity
from tests.parity.settings import ParitySettings

SCRIPT = Path(__file__).parent / "die_in_training.py"
RUNS = {
    "WeightAveraging": {"averaging": {"name": "lawa_queue", "length": 4, "every": 0.05}},
    "ScheduleFreeWeights": {"optimizer": {"name": "schedule_free_adamw", "lr": 0.01}},
}
"""What is trained, by the callback that keeps the trained weights."""


def settings_of(changes):
    return ParitySettings.model_validate(
        {
            "batch_size": 8,
            "trainer": {"max_steps": 100, "checkpoint_every": 40, "accelerator": "cpu"},
            "evaluation": {"every": 20},
            **changes,
        }
    )


def go_on(store, settings):
    """Trains to the end, from the newest checkpoint if there is one."""
    found = newest_valid(store.checkpoints)
    store.keep_until(found.step)
    module = Parity(settings, seed=0)
    trainer_of(store, settings).fit(module, ckpt_path=found.path, weights_only=True)


def test_kill_between_two_evaluations_and_resume(tmp_path, descent_command):
    """The step is no evaluation, and no snapshot either; the checkpoint is of step 40."""
    for callback, changes in RUNS.items():
        (tmp_path / callback).mkdir()
        text = settings_of(changes).model_dump_json()
        (tmp_path / callback / "settings.json").write_text(text)
    folders = [tmp_path / callback for callback in RUNS]
    done = run_script(descent_command, SCRIPT, 73, *folders)
    assert done.returncode == 0, done.stderr
    for callback, changes in RUNS.items():
        killed = RunStore(tmp_path / callback, "plain", 0)
        kept = load(newest_valid(killed.checkpoints).path)
        assert kept["global_step"] == 40 and "trained" in kept["callbacks"][callback]
        alone = RunStore(tmp_path / f"{callback} alone", "plain", 0)
        go_on(killed, settings_of(changes))
        go_on(alone, settings_of(changes))
        assert what_came_of(killed) == what_came_of(alone)
