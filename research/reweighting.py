"""Classes weighted against their frequency, in the loss that training minimises.

Where labels have heavy tails, most of the loss belongs to classes of which each is rare. Gradient
descent moves along a class at a speed in proportion to its share of the labels, Adam does not. With
weights against the frequencies rare classes count as much as frequent ones; if that closes the gap
between the two methods, the frequencies have made it (Kunstner et al. 2024, arXiv 2402.19449).

Only what is minimised is weighted: losses by class and the loss of evaluations stay the plain ones.
"""

import torch
from torch import Tensor

from research.settings.reweighting import POWERS, WEIGHTED_LOSS, Reweighting
from research.task import Batch, Task


def label_weights(counts: Tensor, power: float) -> Tensor:
    """The weight of a label of each class: w_k = p_k^-a / sum_j p_j^(1 - a), float64, [classes].

    p_k is the share of class k in the training labels. The scale makes the mean of w over the
    training labels, sum_k p_k w_k, 1, so that the loss of a uniform guess stays ln(classes). A
    class without training labels has the weight 0: the formula has no value for it, and no training
    label asks for one.

    Args:
        counts: training labels of each class, or their shares, in any unit: [classes].
        power: a; 0 leaves all weights at 1, 1/2 is 1/sqrt(p), 1 gives all classes the same sum.

    Raises:
        ValueError: a count is negative or not finite, or all are 0, or the power is negative.
    """
    counts = counts.double()
    if not (counts.isfinite() & (counts >= 0)).all() or not counts.any():
        raise ValueError("counts of classes are finite, none is negative, and some are above 0")
    if power < 0:
        raise ValueError(f"power is {power}, expected 0 or more")
    shares = counts / counts.sum()
    weights = torch.where(counts > 0, shares.pow(-power), 0.0)
    return weights / (shares * weights).sum()


class ClassWeights:
    """Multiplies losses by the weights of their labels' classes.

    Args:
        weights: one for each class: [classes].

    Attributes:
        weights: as given, in float32, on the device of the labels that were last asked for.
    """

    def __init__(self, weights: Tensor) -> None:
        self.weights = weights.float()

    def times(self, losses: Tensor, labels: Tensor) -> Tensor:
        """Losses times the weights of their labels, [labels]; a label below 0 has the loss 0."""
        self.weights = self.weights.to(labels.device)
        return losses * self.weights[labels.clamp(min=0)]


def class_weights(reweighting: Reweighting, labels: Tensor, classes: int) -> ClassWeights | None:
    """The weights that a setting asks for; None where classes are not weighted.

    Args:
        reweighting: the setting.
        labels: of the training split, of any shape; labels below 0 are ignored.
        classes: how many there are.
    """
    if reweighting == "none":
        return None
    counts = torch.bincount(labels[labels >= 0].flatten(), minlength=classes)
    return ClassWeights(label_weights(counts, POWERS[reweighting]))


def weighted_loss(task: Task, outputs: Tensor, batch: Batch) -> dict[str, Tensor]:
    """{"weighted_loss": what training minimises the mean of, [n]}, for `extra_statistics`."""
    losses = task.losses_by_label(outputs, batch)
    return {WEIGHTED_LOSS: task.minimised(losses, batch)}
