"""The LightningModule base of sweeps: one result per point, under Trainer.predict.

A point is a learning rate, a test function, a batch size: whatever the experiment compares without
training a task. Each point's row is written as soon as it is there, and after its arrays, so a row
says that its point is done. A run that was killed goes on with the points that have no row; since
every point draws from a generator of its own, it ends with the same numbers. A point that builds
upon an earlier one reads that one's arrays back from where they are stored, in a run that was
killed as in one that was not.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from pytorch_lightning import LightningModule
from torch import Generator, Tensor

from research.seeds import derive
from research.settings.sweep import SweepSettings
from research.training.interruption import Interruption


@dataclass(frozen=True)
class Result:
    """What was computed at one point.

    Attributes:
        metrics: one row of the record's metrics, at step = index of the point.
        arrays: by name, of any shape; kept in float64 as arrays/<name>/<index>.npy.
    """

    metrics: Mapping[str, float]
    arrays: Mapping[str, Tensor] = field(default_factory=dict)


class Indices:
    """The indices that Lightning iterates over in place of examples.

    It has no length: Lightning skips a loop over nothing, and then nobody hears that the run is
    done.
    """

    def __init__(self, indices: Iterable[int]) -> None:
        self.indices = list(indices)

    def __iter__(self) -> Iterator[int]:
        return iter(self.indices)


class SweepModule(LightningModule):
    """Computes one result per point; an experiment derives from it and says which.

    Args:
        settings: what is swept.
        seed: the seed of the run; every point derives its own from it.

    Attributes:
        done: indices of the points that have their row; whoever resumes a run fills it in.
        interruption: where a request to stop is noticed between two points, if the caller has one.
        arrays: arrays of the point just computed; whoever stores them takes them out.
        arrays_step: index of that point.
        read_array: reads an array back, by name and index; whoever stores them gives it.
    """

    def __init__(self, settings: SweepSettings, seed: int = 0) -> None:
        super().__init__()
        self.settings = settings
        self.seed = seed
        self.done: set[int] = set()
        self.interruption: Interruption | None = None
        self.arrays: dict[str, Tensor] = {}
        self.arrays_step = 0
        self.read_array: Callable[[str, int], Any] | None = None
        self._remembered: dict[tuple[str, int], Tensor] = {}
        self._points: Sequence[Any] = ()

    def points(self) -> Sequence[Any]:
        """What is swept: the same list at every call, in every process."""
        raise TypeError(f"{type(self).__name__} does not say what it sweeps: define points")

    def compute(self, index: int, point: Any) -> Result:
        """The result of one point, computed on `self.device`; gradients may be taken.

        Randomness comes from `self.generator(index)`. Torch's own generator, which layers are
        initialised from, is seeded for the point and put back afterwards.
        """
        del index, point
        raise TypeError(f"{type(self).__name__} does not say what it computes: define compute")

    def generator(self, index: int) -> Generator:
        """A new generator on `self.device` for one point, from the run's seed and the index."""
        return torch.Generator(self.device).manual_seed(derive(self.seed, "point", index))

    def earlier(self, index: int, name: str) -> Tensor:
        """An array of a point that is done: float64, on `self.device`.

        Args:
            index: of the point.
            name: of its array.

        Raises:
            ValueError: that point is not done, or computed no such array.
            RecordError: the record has no such array, or a damaged one.
        """
        if index not in self.done:
            raise ValueError(f"array {name} of point {index} is asked for, which is not done")
        if self.read_array is not None:
            values = torch.from_numpy(self.read_array(name, index))
        elif (name, index) in self._remembered:
            values = self._remembered[name, index]
        else:
            raise ValueError(f"point {index} has no array {name}")
        return values.to(self.device)

    # What Lightning asks for

    def setup(self, stage: str) -> None:
        """Lists the points."""
        del stage
        self._points = self.points()

    def predict_dataloader(self) -> Indices:
        """The indices of the points that have no row yet."""
        return Indices(index for index in range(len(self._points)) if index not in self.done)

    def progress(self) -> tuple[int, int]:
        """How many points are done, and how many there are."""
        return len(self.done), len(self._points)

    def on_predict_start(self) -> None:
        """Takes the signals back, which Lightning has put its own handlers on."""
        if self.interruption:
            self.interruption.install()

    def predict_step(self, index: int, batch_idx: int) -> dict[str, Any]:
        """Computes one point.

        Returns:
            {"index": its index, "metrics": its row, "arrays": its arrays}.

        Raises:
            ValueError: a metric is called "step", the name of the row's own index.
            RuntimeError: `compute` raised StopIteration, which Lightning would take for the end.
        """
        del batch_idx
        with (
            torch.inference_mode(False),
            torch.enable_grad(),
            torch.random.fork_rng(devices=[]),
        ):
            torch.manual_seed(derive(self.seed, "point's own layers", index))
            try:
                result = self.compute(index, self._points[index])
            except StopIteration as error:
                raise RuntimeError(f"compute raised StopIteration at point {index}") from error
        if "step" in result.metrics:
            raise ValueError(f"point {index} has a metric step, expected another name")
        self._row = {name: float(value) for name, value in result.metrics.items()}
        self.arrays = {name: values.detach() for name, values in result.arrays.items()}
        self.arrays_step = index
        if self.read_array is None:  # nobody stores them
            self._remember(index)
        return {"index": index, "metrics": self._row, "arrays": dict(self.arrays)}

    def _remember(self, index: int) -> None:
        """Keeps the arrays of a point as a record would, for `earlier`."""
        for name, values in self.arrays.items():
            self._remembered[name, index] = values.to("cpu", torch.float64, copy=True)

    def on_predict_batch_end(
        self, outputs: Any, batch: int, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        """Writes the row; callbacks, called before this, have stored the arrays.

        Raises:
            Interrupted: the run was asked to stop.
        """
        del outputs, batch_idx, dataloader_idx
        for logger in self.trainer.loggers:
            logger.log_metrics(self._row, step=batch)
        self.done.add(batch)
        if self.interruption:
            self.interruption.raise_if_requested()
