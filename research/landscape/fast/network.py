"""The network that takes the place of the real one in an objective's measures."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

from research.landscape.fast.first_layer import FirstLayerSum
from research.landscape.fast.graph import Unrecognised
from research.landscape.objective import Measures
from research.landscape.weights import lent
from research.task import Batch


class FastNetwork(nn.Module):
    """The rest of a network, after its first layer where that is computed once.

    Args:
        rest: the network, or what is left of it.
        run: what it does; it may overwrite what it is called with.
        dtype: what it computes in; None for the examples' own.
        sums: the first layer's products, a batch each; None where it is part of the rest.
    """

    def __init__(
        self,
        rest: nn.Module,
        run: Callable[[Tensor], Tensor],
        dtype: torch.dtype | None,
        sums: Sequence[FirstLayerSum] | None,
    ) -> None:
        super().__init__()
        self.rest = rest
        self._run = run
        self.dtype = dtype
        self._sums = sums
        self._now: tuple[int, Sequence[float]] = (0, ())
        self.eval()

    def look_at(self, batch: int, coordinates: Sequence[float]) -> None:
        """Says which batch comes next, and where the point lies."""
        self._now = (batch, coordinates)

    def forward(self, x: Tensor) -> Tensor:
        """What the real network would return for this batch, at this point."""
        if self._sums is not None:
            batch, coordinates = self._now
            x = self._sums[batch].at(coordinates)
        if self.dtype is None:
            return self._run(x)
        return self._run(x.to(self.dtype)).to(torch.float32)


class _Listener(nn.Module):
    """Passes calls on, and keeps what it was called with."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.heard: list[Tensor] = []
        self.eval()

    def forward(self, *arguments: Tensor) -> Tensor:
        if len(arguments) != 1 or not isinstance(arguments[0], Tensor):
            raise Unrecognised("it is called with something else than one tensor")
        self.heard.append(arguments[0])
        outputs: Tensor = self.model(*arguments)
        return outputs


def inputs_of(model: nn.Module, measures: Measures, batches: Sequence[Batch]) -> list[Tensor]:
    """What an objective's measures call the network with, batch by batch.

    Raises:
        Unrecognised: that is not one call with one tensor of floating-point numbers.
    """
    with torch.no_grad(), lent(model):
        return [_input_of(model, measures, batch) for batch in batches]


def _input_of(model: nn.Module, measures: Measures, batch: Batch) -> Tensor:
    listener = _Listener(model)
    try:
        measures(listener, batch)
    except Unrecognised:
        raise
    except Exception as error:  # they may ask anything of a network that is not theirs
        reason = str(error) or type(error).__name__
        raise Unrecognised(f"its measures do more than call it ({reason})") from error
    if len(listener.heard) != 1 or not listener.heard[0].is_floating_point():
        raise Unrecognised("its measures don't call it once, with floating-point numbers")
    return listener.heard[0]


def channels_last(batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same batch, its images with channels last in memory."""
    return {
        name: column.contiguous(memory_format=torch.channels_last)
        if column.dim() == 4 and column.is_floating_point()
        else column
        for name, column in batch.items()
    }
