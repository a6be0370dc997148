"""The LightningModule of grokking: trains the task, and measures what its literature looks at."""

from typing import Any

from pytorch_lightning import Callback
from torch import Tensor

from callbacks.standard import standard_callbacks
from callbacks.weight_norms import WeightNorms
from experiments.grokking.diagnostics import (
    fourier_power,
    gini,
    largest_logit,
    saturated_rows,
    top_share,
    weight_norms,
)
from experiments.grokking.settings import GrokkingSettings
from experiments.grokking.task import GrokkingTask
from research.data.modular_arithmetic import cyclic_order
from research.models.transformer import Transformer
from research.task import Batch
from research.training.evaluation import Statistics
from research.training.module import TrainingModule

MEMORISED = 0.99
"""Accuracy at which a split counts as learned."""


class Grokking(TrainingModule):
    """A transformer on the equations of one binary operation (Power et al., 2022).

    Beside loss and accuracy it logs the largest logit and the share of saturated softmax rows, how
    concentrated the embedding's Fourier power is, and once each the steps at which training and
    validation accuracy reach 99 %.

    Args:
        settings: data, model and training.
        seed: the seed of the run; the split has its own.
    """

    settings: GrokkingSettings
    tracks_accuracy = True
    task: GrokkingTask
    model: Transformer

    def __init__(self, settings: GrokkingSettings, seed: int = 0) -> None:
        super().__init__(settings, seed)
        self.reached: dict[str, int] = {}
        self.cyclic_order = cyclic_order(settings.data)

    def build_task(self) -> GrokkingTask:
        """The equations, split, and the transformer."""
        return GrokkingTask(self.settings.data, self.settings.model, self.settings.prefix_sharing)

    def configure_callbacks(self) -> list[Callback]:
        """Schedule, divergence, early stop, and weight norms by group."""
        return [*standard_callbacks(self.settings), WeightNorms(weight_norms)]

    def watches(self) -> bool:
        """Until the training set is memorised, since the step at which it is decides claims."""
        return "train" not in self.reached

    def logged(self, row: dict[str, float]) -> None:
        """Has the splits evaluated as soon as training batches are answered right."""
        if self.watches() and row["batch/accuracy"] >= MEMORISED:
            self.evaluation_wanted = True

    def extra_statistics(self, outputs: Tensor, batch: Batch) -> tuple[Statistics, Statistics]:
        """The share of saturated softmax rows, and the largest logit."""
        del batch
        return {"saturated_rows": saturated_rows(outputs)}, {
            "largest_logit": largest_logit(outputs)
        }

    def evaluated(self, metrics: dict[str, float]) -> dict[str, float]:
        """Milestones, and the spectrum of the embedding."""
        added: dict[str, float] = {}
        power = self.spectrum()
        for split in ("train", "validation"):
            if split not in self.reached and metrics[f"{split}/accuracy"] >= MEMORISED:
                self.reached[split] = self.steps
                added[f"milestone/{split}_99"] = float(self.steps)
                if power is not None:
                    self.arrays["embedding_fourier"] = power
                if len(self.reached) == 2:
                    added["delay_ratio"] = self.reached["validation"] / self.reached["train"]
        if power is not None:
            added["fourier/top_share"] = float(top_share(power))
            added["fourier/gini"] = float(gini(power))
        return added

    def spectrum(self) -> Tensor | None:
        """Fourier power of the embedding, [frequencies]; None where elements lie on no circle."""
        if self.cyclic_order is None:
            return None
        return fourier_power(self.model.token_embedding.weight.detach()[self.cyclic_order])

    def on_train_end(self) -> None:
        """Keeps the last spectrum."""
        power = self.spectrum()
        if power is not None:
            self.arrays["embedding_fourier"] = power

    def state(self) -> dict[str, Any]:
        """The milestones."""
        return {"reached": self.reached}

    def load_state(self, state: dict[str, Any]) -> None:
        """Takes up the milestones."""
        self.reached = state["reached"]
