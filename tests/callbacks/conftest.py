"""A LightningModule as anybody writes one: automatic optimization, Lightning's own batches."""

import pytest
import torch
from pytorch_lightning import LightningModule, Trainer

from research.task import size
from research.training.checkpoints import DurableCheckpointIO
from tests.parity.module import ParityTask


class Batches:
    """What Lightning iterates over: a list of batches (a list itself would be many loaders)."""

    def __init__(self, *batches):
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        return iter(self.batches)


class Ordinary(LightningModule):
    """Not ours: all it has is a `task`; an evaluation follows every fifth step."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.task = ParityTask(dropout=0.0)
        self.network = self.task.model  # not called `model`, as ours are

    def training_step(self, batch, batch_idx):
        return self.task.losses(self.network, batch).mean()

    def validation_step(self, batch, batch_idx):
        outputs = self.task.outputs(self.network, batch)
        loss = self.task.losses_of(outputs, batch).mean()
        accuracy = self.task.correct(outputs, batch).float().mean()
        values = {"validation/loss": loss, "validation/accuracy": accuracy}
        self.log_dict(values, batch_size=size(batch))

    def configure_optimizers(self):
        first, *rest = self.network.parameters()
        groups = [{"params": [first], "lr": 0.1}, {"params": rest, "lr": 0.01}]
        return torch.optim.SGD(groups, momentum=0.9)

    def train_dataloader(self):
        train = self.task.splits["train"]
        starts = range(0, size(train), 8)
        return Batches(*({key: x[i : i + 8] for key, x in train.items()} for i in starts))

    def val_dataloader(self):
        return Batches(self.task.splits["validation"])


class Counting(DurableCheckpointIO):
    """Says what was written, in order."""

    def __init__(self):
        super().__init__()
        self.written = []

    def save_checkpoint(self, checkpoint, path, storage_options=None):
        super().save_checkpoint(checkpoint, path, storage_options)
        self.written.append(checkpoint["global_step"])


def users_trainer(callbacks, max_steps, **options):
    """A Trainer as anybody makes one, but silent."""
    quiet = {"enable_progress_bar": False, "enable_model_summary": False, "logger": False}
    return Trainer(
        accelerator="cpu",
        max_steps=max_steps,
        callbacks=callbacks,
        log_every_n_steps=1,
        enable_checkpointing=any(hasattr(each, "kept") for each in callbacks),
        **{**quiet, **options},
    )


@pytest.fixture
def fit():
    """fit(module, callback, ..., max_steps=) trains, and returns the Trainer."""

    def run(module, *callbacks, max_steps=20, checkpoint=None, **options):
        trainer = users_trainer(list(callbacks), max_steps, **options)
        trainer.fit(module, ckpt_path=checkpoint, weights_only=True)
        return trainer

    return run


def poison(task, step, value):
    """Multiplies the losses of one training step by NaN or infinity."""
    losses_of, taken = task.losses_of, []

    def poisoned(outputs, batch):
        losses = losses_of(outputs, batch)
        if task.model.training:
            taken.append(1)
        return losses * value if task.model.training and len(taken) == step else losses

    task.losses_of = poisoned
