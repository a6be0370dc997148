"""What a record of cnn_vs_transformer holds: each network's best rates, and the gap between them.

A variant NETWORK-OPTIMIZER-lrRATE, such as cnn-sgdm-lr0.1, is a point of an optimizer's grid for
one network. The relative gap of a network is the part of what Adam learned that SGD with momentum
did not learn,

    gap = (L_sgdm - L_adam) / (H - L_adam),

L the training loss after the last step, each at its best learning rate, and H the entropy of the
training labels: the loss of a network that has learned nothing but how frequent the classes are. It
is 0 where both end alike, 1 where SGD learned no more than frequencies, and negative where SGD ends
lower. It has no unit, so networks with other data and numbers of classes can be compared.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from research.evidence.tuned_rates import Choice, Trial, choose, methods_of, read_trials
from research.records.store import Record

SGD, ADAM = "sgdm", "adam"


@dataclass(frozen=True)
class Network:
    """One network and its data, with the runs of all optimizers.

    Attributes:
        name: the first part of its variants, such as cnn.
        settings: those of its first run, as plain data.
        trials: all of its runs; their method is NETWORK-OPTIMIZER.
        entropy: that of the training labels, in nats; NaN while no run has been evaluated.
    """

    name: str
    settings: Mapping[str, Any]
    trials: tuple[Trial, ...]
    entropy: float

    @property
    def is_cnn(self) -> bool:
        """Whether it is a convolutional network on images."""
        return bool(self.settings["model"]["name"] == "cnn")

    @property
    def optimizers(self) -> list[str]:
        """The optimizers that it was trained by, in the order of the plan."""
        return [optimizer_of(method) for method in methods_of(self.trials)]

    def choice(self, optimizer: str) -> Choice:
        """The best learning rate of an optimizer."""
        return choose(self.trials, f"{self.name}-{optimizer}")

    def gaps(self) -> dict[int, float]:
        """The relative gap of every seed that both optimizers have at their best rate."""
        sgd, adam = (
            {trial.seed: trial.loss for trial in self.choice(each).trials} for each in (SGD, ADAM)
        )
        return {
            seed: relative_gap(sgd[seed], adam[seed], self.entropy)
            for seed in sorted(sgd.keys() & adam.keys())
        }


def relative_gap(sgd: float, adam: float, entropy: float) -> float:
    """(L_sgd - L_adam) / (H - L_adam), of losses and an entropy in nats.

    NaN where Adam learned nothing beyond frequencies: there is nothing that SGD could have missed.
    """
    return (sgd - adam) / (entropy - adam) if entropy > adam else math.nan


def optimizer_of(method: str) -> str:
    """The optimizer of NETWORK-OPTIMIZER."""
    return method.rpartition("-")[2]


def read_networks(record: Record) -> list[Network]:
    """The networks of a record, in the order of its plan."""
    groups: dict[str, list[Trial]] = {}
    for trial in read_trials(record):
        groups.setdefault(trial.method.rpartition("-")[0], []).append(trial)
    return [_network(record, name, trials) for name, trials in groups.items()]


def _network(record: Record, name: str, trials: Sequence[Trial]) -> Network:
    settings = record.plan.variants[trials[0].variant].settings
    return Network(name, settings, tuple(trials), _entropy(record, trials))


def _entropy(record: Record, trials: Sequence[Trial]) -> float:
    """The same number in all runs of a network: the first that is there."""
    for trial in trials:
        _, values = record.run(trial.variant, trial.seed).column("label_entropy")
        if len(values):
            return float(values[0])
    return float("nan")
