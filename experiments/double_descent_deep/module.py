"""The LightningModule of double descent in trained networks: one network, its errors by epoch."""

from pytorch_lightning import Callback
from torch import Tensor

from callbacks.standard import standard_callbacks
from experiments.double_descent_deep.settings import DoubleDescentDeepSettings
from research.image_task import ImageTask
from research.task import Batch
from research.training.batch_statistics import measure_statistics
from research.training.evaluation import Statistics, evaluate
from research.training.module import TrainingModule


class DoubleDescentDeep(TrainingModule):
    """A convolutional network on images, some of them with wrong labels.

    Beside loss and accuracy an evaluation has `epoch`, the passes over the training set so far, and
    of the training set, as shares of those images:

    - `train/error_on_clean`: of the images with the right label, answered otherwise;
    - `train/error_on_noisy`: of the images with a wrong label, answered otherwise;
    - `train/truth_on_noisy`: of the images with a wrong label, answered with the right one.

    With `fresh_statistics`, batch norm's statistics are measured on the training images before
    every evaluation, and `test/accuracy_lagging` is the accuracy that was there before.

    Args:
        settings: data, model and training.
        seed: the seed of the run; images and noise have their own.
    """

    settings: DoubleDescentDeepSettings
    task: ImageTask

    def build_task(self) -> ImageTask:
        """The images, with their label noise, and the network."""
        return ImageTask(self.settings.data, self.settings.model, self.settings.data_folder)

    def configure_callbacks(self) -> list[Callback]:
        """The schedule, and what else the settings name."""
        return standard_callbacks(self.settings)

    def setup(self, stage: str) -> None:
        """Counts how large the noisy part is, of the images that evaluations look at."""
        super().setup(stage)
        train = self.evaluated_data["train"]
        self.noisy_share = float((train["labels"] != train["true_labels"]).double().mean())

    def on_validation_epoch_start(self) -> None:
        """Measures batch norm's statistics, and first how the network does without that."""
        super().on_validation_epoch_start()
        if not self.settings.fresh_statistics or self.trainer.sanity_checking:
            return
        at_once = self.settings.evaluation.batch_size
        rank, world_size = self.trainer.global_rank, self.trainer.world_size
        lagging = evaluate(
            self.task, self.model, self.data["test"], at_once, rank=rank, world_size=world_size
        )
        self._metrics["test/accuracy_lagging"] = lagging.values()["accuracy"]
        measure_statistics(self.task, self.model, self.evaluated_data["train"], at_once)

    def extra_statistics(self, outputs: Tensor, batch: Batch) -> tuple[Statistics, Statistics]:
        """Shares of a part as means over all: each value is divided by the size of its part."""
        if "true_labels" not in batch:
            return {}, {}
        answers, truth = outputs.argmax(dim=-1), batch["true_labels"]
        is_noisy, is_wrong = batch["labels"] != truth, answers != batch["labels"]
        values: dict[str, Tensor] = {}
        if self.noisy_share < 1:
            values["error_on_clean"] = (is_wrong & ~is_noisy).double() / (1 - self.noisy_share)
        if self.noisy_share > 0:
            values["error_on_noisy"] = (is_wrong & is_noisy).double() / self.noisy_share
            values["truth_on_noisy"] = ((answers == truth) & is_noisy).double() / self.noisy_share
        return values, {}

    def evaluated(self, metrics: dict[str, float]) -> dict[str, float]:
        """The axis of the figure: passes over the training set."""
        del metrics
        return {"epoch": self.loader.epoch + self.loader.position / self.loader.used}
