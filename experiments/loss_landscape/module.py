"""The run of loss_landscape: a network is trained, then its loss is measured around its weights."""

from typing import ClassVar

from torch import Tensor

from experiments.loss_landscape import training
from experiments.loss_landscape.naming import MATCHED, START, TRAINED
from experiments.loss_landscape.settings import LossLandscapeSettings
from experiments.loss_landscape.surfaces import build_surfaces
from experiments.loss_landscape.training import Network
from research.landscape.weights import unflatten, weights_of
from research.records.errors import RecordError
from research.training.landscape import LandscapeModule
from research.training.stages import Done, Stage, StagedRun


class LossLandscape(StagedRun):
    """The stages are `training` and `landscape`: the lines and planes around its weights.

    Args:
        settings: data, network, training, lines and planes.
        seed: the seed of the run.
    """

    stages: ClassVar[tuple[str, ...]] = ("training", "landscape")
    settings: LossLandscapeSettings

    def __init__(self, settings: LossLandscapeSettings, seed: int = 0) -> None:
        super().__init__(settings, seed)
        self._trained: Network | None = None

    def build(self, name: str, done: Done) -> Stage:
        """The module of one stage."""
        if name == "training":
            self._trained = Network(self.settings, self.seed)
            return self._trained
        return self._landscape(done)

    def _landscape(self, done: Done) -> LandscapeModule:
        fresh = Network(self.settings, self.seed)  # with the weights that training began with
        points = {START: weights_of(fresh.model)}
        losses: dict[str, float] = {}
        if (matched := self._matched(done)) is not None:
            like = weights_of(fresh.model)
            points[MATCHED] = unflatten(matched[0].to(next(iter(like.values()))), like)
            losses[MATCHED] = matched[1]
        fresh.model.load_state_dict(done.weights("training"))
        points[TRAINED] = weights_of(fresh.model)
        return build_surfaces(self.settings, self.seed, fresh.task, points, losses)

    def _matched(self, done: Done) -> tuple[Tensor, float] | None:
        """The weights with the training loss that is compared at; from the record, if it is one."""
        try:
            folder = done.stage("training")
        except RecordError:
            return self._trained.matched if self._trained else None
        steps = list(folder.arrays(training.MATCHED))
        if not steps:
            return None
        vector = done.array("training", training.MATCHED, steps[0])
        return vector, float(done.array("training", training.MATCHED_LOSS, steps[0]))
