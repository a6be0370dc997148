"""The in-memory stateful loader: which examples each step sees, from (seed, epoch) alone.

The data itself stays on the device; the loader hands out indices. Its whole state is two integers,
so a run that was killed in mid-epoch goes on with exactly the batches that it had not seen.
"""

from typing import Literal

import torch
from torch import Tensor

from research.seeds import derive


class IndexLoader:
    """Endless epochs of shuffled mini-batches, as indices into the training set.

    The order of an epoch is a permutation drawn from derive(seed, "order", epoch). With several
    processes each takes every `world_size`-th index of the same global batch.

    Args:
        examples: size n of the training set.
        batch_size: examples of one step over all processes; None, or n and more, means full batch
            in natural order.
        seed: the seed of the run.
        last_batch: whether the short batch that ends an epoch is kept or dropped.
        device: where the indices are needed.
        rank: which process this is.
        world_size: how many processes share a batch.

    Raises:
        ValueError: if some process would get no example of a batch.
    """

    def __init__(
        self,
        examples: int,
        batch_size: int | None,
        seed: int,
        last_batch: Literal["keep", "drop"] = "keep",
        device: torch.device | str = "cpu",
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        self.examples = examples
        self.batch_size = min(batch_size or examples, examples)
        self.full_batch = self.batch_size == examples
        self.seed = seed
        self.device = torch.device(device)
        self.rank = rank
        self.world_size = world_size
        whole, rest = divmod(examples, self.batch_size)
        self.used = examples if last_batch == "keep" else whole * self.batch_size
        smallest = rest if rest and last_batch == "keep" else self.batch_size
        if smallest < world_size:
            raise ValueError(
                f"a batch of {smallest} examples is shared by {world_size} processes, expected at "
                "least one example each: change batch_size, or drop the last batch"
            )
        self.epoch = 0
        self.position = 0
        self._order: Tensor | None = None

    def next(self) -> tuple[Tensor, int]:
        """The indices of this process in the next batch, and the size of the whole batch."""
        if self.position >= self.used:
            self.epoch, self.position, self._order = self.epoch + 1, 0, None
        if self._order is None:
            self._order = self._draw()
        start, self.position = self.position, min(self.position + self.batch_size, self.used)
        indices = self._order[start : self.position]
        if self.world_size > 1:
            indices = indices[self.rank :: self.world_size]
        return indices, self.position - start

    def state_dict(self) -> dict[str, int]:
        """Where the loader stands: the epoch, and how many of its examples have been handed out."""
        return {"epoch": self.epoch, "position": self.position}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Goes on where another loader of the same settings stood."""
        self.epoch, self.position, self._order = state["epoch"], state["position"], None

    def _draw(self) -> Tensor:
        if self.full_batch:
            return torch.arange(self.examples, device=self.device)
        generator = torch.Generator().manual_seed(derive(self.seed, "order", self.epoch))
        return torch.randperm(self.examples, generator=generator).to(self.device)
