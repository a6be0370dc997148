"""The LightningModule of double_descent_features: one point for each number of features or images.

One decomposition serves all ten outputs of a point, and most of it is shared by the points.
"""

import math
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional as F

from experiments.double_descent_features.fits import WAYS, FeatureFits, Fits, SampleFits
from experiments.double_descent_features.settings import DoubleDescentFeaturesSettings
from research.data.images import Images, load_images
from research.problems.random_features import RandomFeatures
from research.seeds import derive
from research.training.sweep import Result, SweepModule


class DoubleDescentFeatures(SweepModule):
    """The squared loss on one-hot labels, at the solution of least norm, in float64.

    Metrics of a point: features, examples and live (see `Fit`); train/error and test/error, shares
    of wrong answers, the training labels as they are with their noise; train/loss and test/loss,
    the squared distance to the one-hot label, summed over the outputs, mean over the images; norm,
    of the weights of features scaled by sqrt(2/N), so that it has a limit for many features; way,
    an index of `fits.WAYS`; lost, the relative error of the weights by rounding, as estimated.

    Args:
        settings: the images, the features, and what is swept.
        seed: draws which images there are, which labels are noisy, and the features.
    """

    settings: DoubleDescentFeaturesSettings

    def points(self) -> tuple[int, ...]:
        """Numbers of features, or of training images, ascending."""
        return self.settings.counts

    def compute(self, index: int, point: int) -> Result:
        """The fit of one number of features, or of images."""
        del index
        fit = self.fits.fit(point)
        features = point if self.settings.sweep == "features" else self.settings.feature_count
        train, test = self.labels["train"][: len(fit.train)], self.labels["test"]
        return Result(
            {
                "features": features,
                "examples": len(fit.train),
                "live": fit.live,
                **_measures("train", fit.train, train),
                **_measures("test", fit.test, test),
                "norm": fit.norm * (features / 2) ** 0.5,
                "way": WAYS.index(fit.way),
                "lost": fit.lost,
            }
        )

    @cached_property
    def labels(self) -> dict[str, Tensor]:
        """The labels by split, with their noise: [n] each."""
        return {name: split["labels"].to(self.device) for name, split in self._images.items()}

    @cached_property
    def fits(self) -> Fits:
        """The curve, with images and features on `self.device`."""
        settings, inputs = self.settings, math.prod(self.settings.data.shape)
        train, test = (
            self._images[name]["images"].flatten(1).to(self.device, torch.float64)
            for name in ("train", "test")
        )
        targets = F.one_hot(self.labels["train"], settings.data.classes).to(torch.float64)
        features = RandomFeatures(settings.features, inputs, settings.kernel_width, self.seed)
        if settings.sweep == "features":
            return FeatureFits(features, train, targets, test, settings.counts)
        count = settings.feature_count
        return SampleFits(features, count, train, targets, test, settings.counts)

    @cached_property
    def _images(self) -> dict[str, Images]:
        settings = self.settings
        is_sample_wise = settings.sweep == "samples"
        wanted = settings.counts[-1] if is_sample_wise else settings.data.train_examples
        data = settings.data.model_copy(
            update={
                "train_examples": wanted,
                "split_seed": derive(self.seed, "images", settings.data.split_seed),
                "label_seed": derive(self.seed, "noisy labels", settings.data.label_seed),
            }
        )
        return load_images(data, settings.data_folder)


def _measures(split: str, outputs: Tensor, labels: Tensor) -> dict[str, float]:
    """Share of wrong answers, and squared distance to the one-hot label."""
    targets = F.one_hot(labels, outputs.shape[1])
    return {
        f"{split}/error": float((outputs.argmax(1) != labels).double().mean()),
        f"{split}/loss": float((outputs - targets).square().sum(1).mean()),
    }
