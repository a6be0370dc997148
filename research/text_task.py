"""The task of text: which token comes next?"""

from torch import Tensor, nn
from torch.nn import functional as F

from research.data.text.tokens import load_text
from research.models.transformer import Transformer
from research.reweighting import class_weights
from research.settings.models import TransformerSettings
from research.settings.reweighting import Reweighting
from research.settings.text import TextSettings
from research.task import Batch, Task


class TextTask(Task):
    """Prediction of every token of a piece from those before it, by cross entropy.

    An example is a piece of text, {"tokens": [n, context + 1]}, whose labels are its tokens but the
    first. Its loss is their mean, since all pieces are equally long: so the mean over examples is
    the mean over tokens. The model's initial values come from torch's global generator.

    Args:
        data: the text.
        model: the network; it has one class for each token of the vocabulary.
        data_folder: folder of data files; None means $DESCENT_DATA or the cache folder.
        reweighting: how tokens are weighted in what training minimises.

    Attributes:
        tokens: the vocabulary, by class: [classes].

    Raises:
        SettingsError: a data file is missing or damaged.
    """

    model: Transformer

    def __init__(
        self,
        data: TextSettings,
        model: TransformerSettings,
        data_folder: str | None = None,
        reweighting: Reweighting = "none",
    ) -> None:
        text = load_text(data, data_folder)
        self.tokens = text.tokens
        self.splits = dict(text.splits)
        labels = self.splits["train"]["tokens"][:, 1:]
        self.weights = class_weights(reweighting, labels, len(self.tokens))
        self.model = Transformer(model, len(self.tokens), data.context)

    def outputs(self, model: nn.Module, batch: Batch) -> Tensor:
        """Logits at every position: [n, context, classes]."""
        inputs = batch["tokens"][:, :-1]
        logits: Tensor = model(inputs, answers=inputs.shape[1])
        return logits

    def losses_of(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Mean cross entropy of a piece's tokens in nats: [n]."""
        return self.by_example(self.losses_by_label(outputs, batch), batch)

    def labels(self, batch: Batch) -> Tensor:
        """The token that follows at each position: [n * context]."""
        return batch["tokens"][:, 1:].long().flatten()

    def losses_by_label(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Cross entropy of each token in nats: [n * context]."""
        return F.cross_entropy(outputs.flatten(0, 1), self.labels(batch), reduction="none")

    def correct(self, outputs: Tensor, batch: Batch) -> Tensor:
        """The share of a piece's tokens that are predicted right: [n]."""
        return self.by_example(self.correct_by_label(outputs, batch).float(), batch)

    def correct_by_label(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Which tokens are predicted right: [n * context]."""
        return outputs.flatten(0, 1).argmax(dim=-1) == self.labels(batch)

    def by_example(self, losses: Tensor, batch: Batch) -> Tensor:
        """The mean over each piece: [n * context] -> [n]."""
        return losses.view(len(batch["tokens"]), -1).mean(dim=1)

    def minimised(self, losses: Tensor, batch: Batch) -> Tensor:
        """The mean over each piece, tokens weighted where they are: [n * context] -> [n]."""
        if self.weights is not None:
            losses = self.weights.times(losses, self.labels(batch))
        return self.by_example(losses, batch)

    def class_names(self) -> tuple[str, ...]:
        """The tokens."""
        return self.tokens
