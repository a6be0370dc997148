"""The LightningModule of double_descent_width: one point per width, all networks of it at once."""

from torch import Generator, Tensor
from torch.nn.functional import one_hot

from callbacks.divergence import Diverged
from experiments.double_descent_width.settings import DoubleDescentWidthSettings
from experiments.double_descent_width.training import error, squared_loss, train
from research.data.images import load_images
from research.models.two_layer_stack import TwoLayerStack
from research.training.sweep import Result, SweepModule


class DoubleDescentWidth(SweepModule):
    """Trains the networks of each width, some from the weights of the next narrower ones.

    The images and the noise of their labels are the same in all runs; the run's seed draws initial
    weights and orders.
    """

    settings: DoubleDescentWidthSettings

    def points(self) -> tuple[int, ...]:
        """The widths."""
        return self.settings.widths

    def needs(self, index: int) -> tuple[int, ...]:
        """The next narrower width, where its weights are taken over."""
        return (index - 1,) if self.settings.reuses(index) else ()

    def setup(self, stage: str) -> None:
        """Puts the images on the device."""
        super().setup(stage)
        splits = load_images(self.settings.data, self.settings.data_folder)
        self.images = {
            name: split["images"].flatten(1).to(self.device) for name, split in splits.items()
        }
        self.labels = {name: split["labels"].to(self.device) for name, split in splits.items()}
        self.targets = {
            name: one_hot(labels, self.settings.data.classes).float()
            for name, labels in self.labels.items()
        }

    def compute(self, index: int, point: int) -> Result:
        """The trained networks of one width.

        Arrays: by network, [networks], train_loss, train_error, test_loss, test_error and norm, the
        Euclidean length of all weights; where the next width takes them over, weights, [networks,
        parameters]. Metrics: width, parameters, and medians over the networks, as train/loss.

        Raises:
            Diverged: the loss of one of the networks is not a finite number.
        """
        generator = self.generator(index)
        stack = self._start(index, point, generator)
        beyond = self.settings.parameters(point) > self.settings.threshold
        schedule = self.settings.schedule_beyond if beyond else None
        train(
            stack,
            self.images["train"],
            self.targets["train"],
            self.settings,
            schedule or self.settings.schedule,
            generator,
        )
        arrays = self._measure(stack)
        losses = arrays["train_loss"]
        if not losses.isfinite().all():
            worst = float(losses[~losses.isfinite()][0])
            raise Diverged(index, worst, f"width {point}")
        metrics = {
            name.replace("_", "/"): float(values.median()) for name, values in arrays.items()
        }
        metrics.update(width=point, parameters=self.settings.parameters(point))
        if self.settings.reuses(index + 1):
            arrays["weights"] = stack.weights.detach()
        return Result(metrics, arrays)

    def _start(self, index: int, width: int, generator: Generator) -> TwoLayerStack:
        """Networks with their initial weights; as much is drawn, whether or not some are reused."""
        settings = self.settings
        inputs = self.images["train"].shape[1]
        stack = TwoLayerStack(settings.networks, inputs, width, settings.data.classes, self.device)
        stack.draw(settings.initial_deviation, generator)
        if settings.reuses(index):
            narrower = self.earlier(index - 1, "weights").float()
            stack.take_over(narrower, settings.widths[index - 1])
        return stack

    def _measure(self, stack: TwoLayerStack) -> dict[str, Tensor]:
        """By name, one number of each network."""
        measured = {"norm": stack.weights.detach().norm(dim=1)}
        for split, images in self.images.items():
            measured[f"{split}_loss"] = squared_loss(stack, images, self.targets[split])
            measured[f"{split}_error"] = error(stack, images, self.labels[split])
        return measured
