"""Grokking's task: predict z in x ∘ y = z with a small transformer."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from research.data.modular_arithmetic import split
from research.models.prefix_sharing import PrefixSharing
from research.models.transformer import Transformer
from research.settings.data import ModularArithmeticSettings
from research.settings.models import TransformerSettings
from research.task import Batch, Task


class GrokkingTask(Task):
    """Modular arithmetic, or products of permutations, as next-token prediction.

    With n elements the tokens are the elements 0..n-1, the operator n, = n+1, and <end> n+2 where
    it is supervised. Sequences are `x o y =` with z predicted at the last position (Power et al.,
    2022), or `<end> x o y = z` with z and a closing <end> predicted at the last two positions
    (openai/grok, where both count in loss and accuracy).

    Attributes:
        elements: n.
        sequence: one entry a position: the column or the token that stands there.
        answers: number of supervised positions, 1 or 2; they are the last.
    """

    model: Transformer

    def __init__(
        self, data: ModularArithmeticSettings, model: TransformerSettings, prefix_sharing: bool
    ) -> None:
        """Builds the data and the model, whose initial values come from torch's global generator.

        Args:
            data: the operation and its split.
            model: the transformer.
            prefix_sharing: compute what examples share once: the same numbers, sooner.
        """
        self.elements = data.elements
        operator, equals, end = range(self.elements, self.elements + 3)
        if data.supervise_end:
            self.sequence: tuple[str | int, ...] = (
                end,
                "left",
                operator,
                "right",
                equals,
                "answer",
            )
            self._closing: tuple[int, ...] = (end,)
        else:
            self.sequence = ("left", operator, "right", equals)
            self._closing = ()
        self.answers = 1 + len(self._closing)
        self.model = Transformer(model, data.vocabulary, context=len(self.sequence))
        self.splits = dict(split(data))
        self._sharing = PrefixSharing(self.sequence, self.elements) if prefix_sharing else None

    def outputs(self, model: nn.Module, batch: Batch) -> Tensor:
        """Logits at the supervised positions: [n, answers, classes].

        Prefixes are shared in a plain `Transformer`; another module that wraps one, which has no
        blocks to reach into, is called as it is: the same numbers.
        """
        if self._sharing is not None and isinstance(model, Transformer):
            return self._sharing.logits(model, batch, self.answers)
        logits: Tensor = model(self.tokens(batch), self.answers)
        return logits

    def losses_of(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Cross entropy, averaged over the supervised tokens of an example: [n]."""
        targets = self.targets(batch)
        losses = F.cross_entropy(outputs.flatten(0, 1), targets.flatten(), reduction="none")
        return losses.view(-1, self.answers).mean(dim=1)

    def labels(self, batch: Batch) -> Tensor:
        """The answers z: [n]."""
        return batch["answer"]

    def correct(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Whether every supervised token of an example has the largest logit: [n], bool."""
        return (outputs.argmax(dim=-1) == self.targets(batch)).all(dim=1)

    def tokens(self, batch: Batch) -> Tensor:
        """The sequences: [n, positions]."""
        return self._fill(self.sequence, batch)

    def targets(self, batch: Batch) -> Tensor:
        """The supervised tokens: [n, answers]."""
        return self._fill(("answer", *self._closing), batch)

    @staticmethod
    def _fill(entries: tuple[str | int, ...], batch: Batch) -> Tensor:
        some = batch["answer"]
        columns = [batch[e] if isinstance(e, str) else torch.full_like(some, e) for e in entries]
        return torch.stack(columns, dim=1)
