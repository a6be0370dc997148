"""One run as several stages: a network is trained, then its landscape is computed.

Each stage is a LightningModule of its own, fitted or predicted by a Trainer of its own, with its
own rows, arrays and checkpoints. A stage is built only when the earlier ones are done, from what
they have left: on disk where a record is kept, so that a killed run goes on in the stage that it
was in; in memory in a notebook:

    run = LossLandscape(settings, seed=0)
    training = run.build("training", Done())
    Trainer(max_steps=1000).fit(training)
    surfaces = run.build("landscape", Done(training=training))
    results = Trainer().predict(surfaces)
"""

from typing import ClassVar

import torch
from torch import Tensor

from research.records.errors import RecordError
from research.records.run_store import RunStore
from research.settings.base import Settings
from research.training.checkpoints import CheckpointError, load, newest_valid
from research.training.module import TrainingModule
from research.training.sweep import SweepModule

Stage = TrainingModule | SweepModule
"""What a stage is: something to fit, or something to predict."""


class Done:
    """What the stages of a run that are done have left, by name of the stage.

    Args:
        stages: the folder of a stage, or in a notebook the module that was fitted or predicted.
    """

    def __init__(self, **stages: RunStore | Stage) -> None:
        self._stages = stages

    def stage(self, name: str) -> RunStore:
        """The folder of a stage that is done.

        Raises:
            RecordError: the stage is not done, or has no folder.
        """
        found = self._find(name)
        if not isinstance(found, RunStore):
            raise RecordError(f"stage {name} has no folder: it was computed without a record")
        return found

    def weights(self, name: str) -> dict[str, Tensor]:
        """The `state_dict` of the model that a stage has trained, on the processor.

        It is that of the last checkpoint; with an average of the weights, the average.

        Raises:
            CheckpointError: there is none, or it is damaged.
            RecordError: the stage is not done, or has trained nothing.
        """
        found = self._find(name)
        if isinstance(found, RunStore):
            return last_weights(found)
        if not isinstance(found, TrainingModule):
            raise RecordError(f"stage {name} has trained nothing, expected a stage of training")
        state = found.model.state_dict()
        return {key: value.detach().cpu().clone() for key, value in state.items()}

    def array(self, stage: str, name: str, index: int) -> Tensor:
        """An array that a stage has left: float64, on the processor.

        Args:
            stage: of the run.
            name: of the array.
            index: point of a sweep, or step of a training.

        Raises:
            RecordError: the stage is not done, or there is no such array.
        """
        found = self._find(stage)
        if isinstance(found, RunStore):
            return torch.from_numpy(found.array(name, index))
        if not isinstance(found, SweepModule):
            raise RecordError(f"stage {stage} keeps no arrays without a record")
        try:
            return found.earlier(index, name).cpu()
        except ValueError as error:
            raise RecordError(f"stage {stage}: {error}") from error

    def _find(self, name: str) -> RunStore | Stage:
        if name not in self._stages:
            done = ", ".join(self._stages) or "none"
            raise RecordError(f"stage {name} is asked for, which is not done; done: {done}")
        return self._stages[name]


class StagedRun:
    """A run of several stages; an experiment derives its module class from it and says which.

    Args:
        settings: of the experiment. Its `trainer` says on which devices every stage computes; how
            long a stage of training is, its own module says.
        seed: the seed of the run.

    Attributes:
        stages: names of the stages in their order; each becomes a folder.
    """

    stages: ClassVar[tuple[str, ...]] = ()

    def __init__(self, settings: Settings, seed: int = 0) -> None:
        self.settings = settings
        self.seed = seed

    def build(self, name: str, done: Done) -> Stage:
        """The module of one stage; the same at every call with the same `done`.

        Args:
            name: one of `stages`.
            done: what the stages before it have left.
        """
        del name, done
        raise TypeError(f"{type(self).__name__} does not say what its stages are: define build")


def last_weights(store: RunStore) -> dict[str, Tensor]:
    """The `state_dict` of the model in the last checkpoint of a training, on the processor.

    Raises:
        CheckpointError: there is none, or it is damaged: an earlier one would be another model.
    """
    found = newest_valid(store.checkpoints)
    if found.damaged:
        raise CheckpointError(found.damaged[0])
    if found.path is None:
        raise CheckpointError(f"{store.checkpoints}: no checkpoint, expected the last of a run")
    return model_weights(load(found.path)["state_dict"])


def model_weights(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """What a model takes up by `load_state_dict`, from the `state_dict` of its TrainingModule."""
    start = "model."
    return {name.removeprefix(start): v for name, v in state.items() if name.startswith(start)}
