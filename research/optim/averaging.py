"""Averages of the weights along a run, and the steps at which they look at them.

An average is fed the weights and asked for its own; it changes neither the weights nor the training
that goes on from them.
"""

import math
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from research.settings.averaging import AveragingSettings, EmaSettings, LawaQueueSettings


class WeightAverage(ABC):
    """An average of the weights that it was fed, each time in the same order."""

    @abstractmethod
    def add(self, weights: list[Tensor]) -> None:
        """Takes the present weights into the average; copies what it keeps."""

    @abstractmethod
    def value(self) -> list[Tensor] | None:
        """The average of each weight, on its device; None while there is none yet."""

    @abstractmethod
    def state_dict(self) -> dict[str, Any]:
        """All that it remembers, as tensors and plain types."""

    @abstractmethod
    def load_state_dict(self, state: dict[str, Any], device: torch.device) -> None:
        """Takes up what `state_dict` returned, on the device of the weights to come."""


class ExponentialAverage(WeightAverage):
    """a = w the first time, then a = decay a + (1 - decay) w.

    The first weights count in full, so no correction for a start at zero is needed.

    Args:
        decay: share of the average that stays, in [0, 1).
    """

    def __init__(self, decay: float) -> None:
        self.decay = decay
        self.average: list[Tensor] = []

    def add(self, weights: list[Tensor]) -> None:
        """Moves the average towards the weights."""
        if self.average:
            torch._foreach_lerp_(self.average, weights, 1 - self.decay)
        else:
            self.average = [weight.clone() for weight in weights]

    def value(self) -> list[Tensor] | None:
        """The average; None before the first weights."""
        return self.average or None

    def state_dict(self) -> dict[str, Any]:
        """The average."""
        return {"average": self.average}

    def load_state_dict(self, state: dict[str, Any], device: torch.device) -> None:
        """Takes up the average."""
        self.average = _on(device, state["average"])


class QueueAverage(WeightAverage):
    """The mean of the last `length` weights; nothing until there are so many, as in AlgoPerf.

    It keeps all of them, in memory and in every checkpoint.

    Args:
        length: how many.
    """

    def __init__(self, length: int) -> None:
        self.queue: deque[list[Tensor]] = deque(maxlen=length)

    def add(self, weights: list[Tensor]) -> None:
        """Appends a copy of the weights; the oldest leaves a full queue."""
        self.queue.append([weight.clone() for weight in weights])

    def value(self) -> list[Tensor] | None:
        """The mean over the queue; None while it is not full."""
        if len(self.queue) != self.queue.maxlen:
            return None
        first, *rest = self.queue
        total = [weight.clone() for weight in first]
        for snapshot in rest:
            torch._foreach_add_(total, snapshot)
        return [each / len(self.queue) for each in total]

    def state_dict(self) -> dict[str, Any]:
        """The queue, oldest first."""
        return {"queue": list(self.queue)}

    def load_state_dict(self, state: dict[str, Any], device: torch.device) -> None:
        """Takes up the queue."""
        self.queue.clear()
        self.queue.extend(_on(device, snapshot) for snapshot in state["queue"])


def build_average(settings: AveragingSettings) -> WeightAverage:
    """The average that the settings name."""
    if isinstance(settings, LawaQueueSettings):
        return QueueAverage(settings.length)
    return ExponentialAverage(settings.decay)


def is_due(settings: AveragingSettings, step: int, total: int) -> bool:
    """Whether the average takes the weights after `step` updates.

    It does from step start * total on, at multiples of every * total, both rounded up; `ema` takes
    every update's. The weights before the first update count for none.

    Args:
        settings: the average.
        step: updates done.
        total: updates of the whole run.
    """
    every = 1 if isinstance(settings, EmaSettings) else max(_rounded_up(settings.every * total), 1)
    return step > 0 and step >= _rounded_up(settings.start * total) and step % every == 0


def _rounded_up(steps: float) -> int:
    """0.07 * 100 is a little above 7 in floating point, and means 7."""
    return math.ceil(round(steps, 9))


def _on(device: torch.device, tensors: Iterable[Tensor]) -> list[Tensor]:
    return [tensor.to(device) for tensor in tensors]
