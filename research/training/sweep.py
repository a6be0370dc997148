"""The LightningModule base of sweeps: one result per point, under Trainer.predict.

A point is a learning rate, a test function, a batch size: whatever the experiment compares without
training a task. Each point's row is written as soon as it is there, and after its arrays, so a row
says that its point is done. A run that was killed goes on with the points that have no row; since
every point draws from a generator of its own, it ends with the same numbers. A point that builds
upon an earlier one reads that one's arrays back from where they are stored, in a run that was
killed as in one that was not.

Several devices share the points: in every round each computes one, and the first writes them down.
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
from research.training.several_processes import agree_on_a_signal, exchange, groups, own_share


@dataclass(frozen=True)
class Result:
    """What was computed at one point.

    Attributes:
        metrics: one row of the record's metrics, at step = index of the point.
        arrays: by name, of any shape; kept in float64 as arrays/<name>/<index>.npy.
    """

    metrics: Mapping[str, float]
    arrays: Mapping[str, Tensor] = field(default_factory=dict)

    def on_processor(self) -> "Result":
        """The same, its arrays in the processor's memory."""
        return Result(self.metrics, {name: values.cpu() for name, values in self.arrays.items()})


Points = int | tuple[int, ...]
"""The index of a point; under several processes, those that are computed at once."""


class Indices:
    """The indices that Lightning iterates over in place of examples.

    It has no length: Lightning skips a loop over nothing, and then nobody hears that the run is
    done.
    """

    def __init__(self, indices: Iterable[Points]) -> None:
        self.indices = list(indices)

    def __iter__(self) -> Iterator[Points]:
        return iter(self.indices)


class SweepModule(LightningModule):
    """Computes one result per point; an experiment derives from it and says which.

    Args:
        settings: what is swept.
        seed: the seed of the run; every point derives its own from it.

    Attributes:
        done: indices of the points that have their row; whoever resumes a run fills it in.
        interruption: where a request to stop is noticed between two points, if the caller has one.
        arrays: arrays of the points just computed, by index of the point; whoever stores them takes
            them out.
        read_array: reads an array back, by name and index; whoever stores them gives it.
    """

    def __init__(self, settings: SweepSettings, seed: int = 0) -> None:
        super().__init__()
        self.settings = settings
        self.seed = seed
        self.done: set[int] = set()
        self.interruption: Interruption | None = None
        self.arrays: dict[int, dict[str, Tensor]] = {}
        self.read_array: Callable[[str, int], Any] | None = None
        self._remembered: dict[tuple[str, int], Tensor] = {}
        self._points: Sequence[Any] = ()
        self._rows: dict[int, dict[str, float]] = {}

    def points(self) -> Sequence[Any]:
        """What is swept: the same list at every call, in every process."""
        raise TypeError(f"{type(self).__name__} does not say what it sweeps: define points")

    def needs(self, index: int) -> Iterable[int]:
        """The points that a point asks for by `earlier`: they are done before it is begun.

        One process computes points in their order, and needs not know.
        """
        del index
        return ()

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
            raise ValueError(
                f"array {name} of point {index} is asked for, which is not done; where several "
                "devices share the points, `needs` has to say which come first"
            )
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
        """The indices of the points that have no row yet; for several processes, in groups."""
        left = [index for index in range(len(self._points)) if index not in self.done]
        world_size = self.trainer.world_size
        return Indices(groups(left, self.needs, world_size) if world_size > 1 else left)

    def progress(self) -> tuple[int, int]:
        """How many points are done, and how many there are."""
        return len(self.done), len(self._points)

    def on_predict_start(self) -> None:
        """Takes the signals back, which Lightning has put its own handlers on."""
        if self.interruption:
            self.interruption.install()

    def predict_step(self, points: Points, batch_idx: int) -> Any:
        """Computes one point; with several processes, one in each.

        Returns:
            {"index": its index, "metrics": its row, "arrays": its arrays}; a list of them where
            there are several processes.

        Raises:
            ValueError: a metric is called "step", the name of the row's own index.
            RuntimeError: `compute` raised StopIteration, which Lightning would take for the end.
        """
        del batch_idx
        self._rows, self.arrays = {}, {}
        if isinstance(points, int):
            return self._take_up(points, self._computed(points))
        mine = own_share(points, self.trainer.global_rank)
        results = exchange(lambda: None if mine is None else self._computed(mine).on_processor())
        return [
            self._take_up(index, result) for index, result in zip(points, results, strict=False)
        ]

    def _computed(self, index: int) -> Result:
        """The result of one point; see `predict_step`."""
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
        return Result(
            {name: float(value) for name, value in result.metrics.items()},
            {name: values.detach() for name, values in result.arrays.items()},
        )

    def _take_up(self, index: int, result: Result) -> dict[str, Any]:
        """Has the result of a point stored, by whoever does that."""
        self._rows[index] = dict(result.metrics)
        self.arrays[index] = dict(result.arrays)
        if self.read_array is None:  # nobody stores them
            self._remember(index)
        return {"index": index, "metrics": self._rows[index], "arrays": dict(result.arrays)}

    def _remember(self, index: int) -> None:
        """Keeps the arrays of a point as a record would, for `earlier`."""
        for name, values in self.arrays[index].items():
            self._remembered[name, index] = values.to("cpu", torch.float64, copy=True)

    def on_predict_batch_end(
        self, outputs: Any, batch: Points, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        """Writes the rows; callbacks, called before this, have stored the arrays.

        Raises:
            Interrupted: the run was asked to stop.
        """
        del outputs, batch, batch_idx, dataloader_idx
        for index, row in self._rows.items():
            for logger in self.trainer.loggers:
                logger.log_metrics(row, step=index)
            self.done.add(index)
        if self.trainer.world_size > 1:
            self._meet()
        if self.interruption:
            self.interruption.raise_if_requested()

    def _meet(self) -> None:
        """No process goes on before the first one has written what the others may need."""
        if self.interruption:
            agree_on_a_signal(self.interruption, self.device)  # which waits for all of them
        else:
            self.trainer.strategy.barrier()
