"""Trains the tiny experiment and dies by kill -9, once for each settings file that is named.

`python die_in_training.py STEP FOLDER...` with FOLDER/settings.json; each run is a process of its
own, forked once everything is imported.
"""

import os
import signal
import sys
from pathlib import Path

from pytorch_lightning import Trainer

from callbacks.durable_checkpoint import DurableCheckpoint
from research.records.record_logger import RecordLogger
from research.records.run_store import RunStore
from research.training.trainer import build_trainer
from tests.parity.module import Kill, Parity
from tests.parity.settings import ParitySettings


def trainer_of(store: RunStore, settings: ParitySettings, *callbacks) -> Trainer:
    checkpoints = DurableCheckpoint(store.checkpoints, settings.trainer.checkpoint_every)
    watchers = [*callbacks, checkpoints]
    return build_trainer(settings.trainer, store.folder, watchers, [RecordLogger(store)])


def main(step: int, folders: list[Path]) -> int:
    """How many did not die as they should have."""
    survived = 0
    for folder in folders:
        settings = ParitySettings.model_validate_json((folder / "settings.json").read_text())
        child = os.fork()
        if child == 0:
            store = RunStore(folder, "plain", 0)
            trainer_of(store, settings, Kill(step, signal.SIGKILL)).fit(Parity(settings, seed=0))
            os._exit(0)
        survived += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != -signal.SIGKILL
    return survived


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), [Path(name) for name in sys.argv[2:]]))
