"""Settings of how much each class counts in the loss that training minimises. No torch."""

from typing import Literal

from research.settings.base import Settings

Reweighting = Literal["none", "inverse_sqrt", "inverse"]

POWERS: dict[Reweighting, float] = {"none": 0.0, "inverse_sqrt": 0.5, "inverse": 1.0}
"""The power a of the weights p^-a, where p is a class's share of the training labels."""

WEIGHTED_LOSS = "weighted_loss"
"""The metric of a split: the mean of what training minimises."""


class ReweightsClasses(Settings):
    """What an experiment has whose training may weigh classes against their frequency."""

    reweighting: Reweighting = "none"
    """How the loss that training minimises weighs the labels of a class that holds the share p of
    the training labels: all alike, by 1/sqrt(p), or by 1/p, which makes all classes count alike.

    Weights are scaled to a mean of 1 over the training labels. Evaluations then log `weighted_loss`
    of each split beside the loss, which stays the plain one.
    """
