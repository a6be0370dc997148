"""The module, and what the environment asks of the run of one place.

SEARCHED_FAULTS='{"2": ["kill", 7]}' kills the run of place 2 before its 8th step, "2/1" only that
of seed 1; `fail` raises instead, `diverge` makes its weights no numbers, `full` lets its process
write no file of more than 8000 bytes from then on. SEARCHED_WAIT=0.01 waits in each step, and
SEARCHED_STEPS names a file that gets a line for every step: place, step, process.
"""

import json
import os
import resource
import signal
import time
from pathlib import Path

from pytorch_lightning import Callback

from callbacks.standard import standard_callbacks
from research.training.module import TrainingModule
from tests.parity.module import ParityTask

from .settings import SearchedSettings


class Faults(Callback):
    """Does to a run what the environment says."""

    def __init__(self, place, seed):
        self.place = place
        faults = json.loads(os.environ.get("SEARCHED_FAULTS", "{}"))
        of_all = faults.get(str(place), ("none", -1))
        self.fault, self.at = faults.get(f"{place}/{seed}", of_all)

    def on_before_optimizer_step(self, trainer, pl_module, optimizer):
        if steps := os.environ.get("SEARCHED_STEPS"):
            with Path(steps).open("a") as file:
                file.write(f"{self.place} {trainer.global_step} {os.getpid()}\n")
        time.sleep(float(os.environ.get("SEARCHED_WAIT", "0")))
        if trainer.global_step == self.at:
            self._strike(pl_module)

    def _strike(self, module):
        match self.fault:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "fail":
                raise ValueError("as it should")
            case "diverge":
                next(module.parameters()).data.fill_(float("nan"))
            case "full":
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (8000, resource.RLIM_INFINITY))


class Searched(TrainingModule):
    """Trains the network."""

    settings: SearchedSettings

    def build_task(self):
        return ParityTask(self.settings.hidden + self.settings.place, dropout=0.2)

    def configure_callbacks(self):
        return [*standard_callbacks(self.settings), Faults(self.settings.place, self.seed)]
