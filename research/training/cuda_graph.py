"""The training step as a CUDA graph: its kernels, recorded once and replayed as a whole.

A small model's step is many short kernels, and starting them one by one takes longer than running
them. The replay computes the same numbers in the same order. (PyTorch documentation, "CUDA
Graphs".)
"""

from collections.abc import Callable

import torch
from torch import Tensor

from research.training.steps import TrainStep


class GraphedTrainStep:
    """A TrainStep that is recorded once for each batch size and then replayed.

    The first steps are taken one kernel at a time on a side stream, as a recording demands; they
    are real steps of the run. The optimizer must be capturable.

    Args:
        step: the plain step, of one process.
        warm_up: steps before the first recording.
    """

    def __init__(self, step: TrainStep, warm_up: int = 3) -> None:
        self.step = step
        self.left_to_warm_up = warm_up
        self.stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        self.recordings: dict[int, tuple[torch.cuda.CUDAGraph, Tensor, Tensor]] = {}

    def __call__(
        self, indices: Tensor, batch_size: int, before_update: Callable[[], None] | None = None
    ) -> Tensor:
        """Takes a step as TrainStep does; `before_update` is called before the whole step."""
        if before_update:
            before_update()
        if self.left_to_warm_up > 0:
            self.left_to_warm_up -= 1
            return self._warm_up(indices, batch_size)
        if batch_size not in self.recordings:
            self.recordings[batch_size] = self._record(indices, batch_size)
        graph, static_indices, static_values = self.recordings[batch_size]
        static_indices.copy_(indices)
        graph.replay()
        return static_values

    def _warm_up(self, indices: Tensor, batch_size: int) -> Tensor:
        self.stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self.stream):
            values = self.step(indices, batch_size)
        torch.cuda.current_stream().wait_stream(self.stream)
        return values

    def _record(
        self, indices: Tensor, batch_size: int
    ) -> tuple[torch.cuda.CUDAGraph, Tensor, Tensor]:
        graph = torch.cuda.CUDAGraph()
        static_indices = indices.clone()
        with torch.cuda.graph(graph, stream=self.stream):
            static_values = self.step(static_indices, batch_size)
        return graph, static_indices, static_values
