"""The LightningModule base that owns the training loop, once for all experiments.

Lightning counts batches; this module counts optimizer steps. One "batch" of Lightning is a chunk of
many steps, one "epoch" the steps up to the next evaluation, so Lightning's own validation falls
where the experiment evaluates and its price is paid once a chunk. The data lives on the device,
losses stay there until the chunk ends, and nothing that Lightning keeps about its loops is needed
to resume: a checkpoint holds the step count, the loader's two integers and every random generator.
"""

from functools import partial
from typing import Any

import torch
import torch.distributed as distributed
from pytorch_lightning import Callback, LightningModule
from pytorch_lightning.utilities.types import STEP_OUTPUT
from torch import Tensor
from torch.optim import Optimizer

from research.data.loader import IndexLoader
from research.optim.optimizers import build_optimizer
from research.seeds import derive
from research.settings.training import TrainingSettings
from research.task import Batch, Task, size
from research.training import random_states
from research.training.evaluation import Statistics, evaluate
from research.training.interruption import Interruption
from research.training.loaders import Chunks, Splits
from research.training.observers import Observer, observe_all
from research.training.several_processes import agree_on_a_signal
from research.training.steps import TrainStep


class TrainingModule(LightningModule):
    """Trains a task; an experiment derives from it and says which.

    Args:
        settings: what to train and how.
        seed: the seed of the run; initialisation, order and training noise derive theirs from it.

    Attributes:
        task: the model, its data and its per-example loss.
        steps: optimizer steps done.
        evaluated_at: the step of the last evaluation.
        interruption: where a request to stop is noticed, if the caller has one.
        tracks_accuracy: whether every training step counts the examples it got right.
        evaluation_wanted: set it to have an evaluation before the next regular one.
        arrays: arrays to be kept beside the metrics; whoever stores them takes them out.
        observers: are shown every batch that is trained on or evaluated.
    """

    tracks_accuracy = False

    def __init__(self, settings: TrainingSettings, seed: int = 0) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.settings = settings
        self.seed = seed
        self.steps = 0
        self.evaluated_at = 0
        self.evaluation_wanted = False
        self.interruption: Interruption | None = None
        self.arrays: dict[str, Tensor] = {}
        self.observers: list[Observer] = []
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive(seed, "initialisation"))
            self.task = self.build_task()
        self.model = self.task.model
        self._unlogged: list[list[float]] = []
        self._loader_state: dict[str, int] | None = None
        self._random_states: list[dict[str, Any]] = []

    def build_task(self) -> Task:
        """The task that is trained; torch's generator is seeded for the initialisation."""
        raise TypeError(f"{type(self).__name__} does not say what it trains: define build_task")

    def extra_statistics(self, outputs: Tensor, batch: Batch) -> tuple[Statistics, Statistics]:
        """Further per-example values of an evaluation: those to average, those to maximise."""
        del outputs, batch
        return {}, {}

    def evaluated(self, metrics: dict[str, float]) -> dict[str, float]:
        """Called with the metrics of every evaluation; returns what the experiment adds to them."""
        del metrics
        return {}

    def watches(self) -> bool:
        """Whether `logged` wants rows at once, not at the end of a chunk; that costs a wait."""
        return False

    def logged(self, row: dict[str, float]) -> None:
        """Called with every row of training metrics."""

    def next_evaluation(self) -> int:
        """The step of the next evaluation: the next multiple of the interval, or the last step.

        It is the present step if an evaluation is wanted, or the run was interrupted before it.
        """
        if self.evaluation_wanted:
            return self.steps
        interval = self.settings.evaluation.every
        earliest = max(self.steps, self.evaluated_at + 1)
        following = -(-earliest // interval) * interval
        return min(following, self.max_steps) if self.max_steps > 0 else following

    def steps_to_next_evaluation(self) -> int:
        """How many steps are left until then."""
        return self.next_evaluation() - self.steps

    @property
    def max_steps(self) -> int:
        """Where the Trainer ends the run, -1 for nowhere."""
        return self.trainer.max_steps

    # What Lightning asks for

    def configure_optimizers(self) -> Optimizer:
        """The optimizer that the settings name."""
        return build_optimizer(self.settings.optimizer, self.model)

    def train_dataloader(self) -> Chunks:
        """Chunks of steps; the examples themselves never pass through Lightning."""
        return Chunks(self.steps_to_next_evaluation, self.settings.trainer.flush_every)

    def val_dataloader(self) -> Splits:
        """The names of the splits that an evaluation covers."""
        return Splits(self.task.splits)

    def setup(self, stage: str) -> None:
        """Puts the data on the device, to be trained on or evaluated."""
        del stage
        rank, world_size = self.trainer.global_rank, self.trainer.world_size
        self.data = {
            name: {column: values.to(self.device) for column, values in split.items()}
            for name, split in self.task.splits.items()
        }
        self.evaluated_data = {**self.data, "train": self._sample_of(self.data["train"])}
        self.loader = IndexLoader(
            size(self.data["train"]),
            self.settings.batch_size,
            self.seed,
            self.settings.last_batch,
            self.device,
            rank,
            world_size,
        )

    def on_train_start(self) -> None:
        """Sets every counter and generator to where the run stands."""
        evaluation_is_due = 0 < self.steps == self.next_evaluation() > self.evaluated_at
        # Lightning must not take a run for finished whose last evaluation is missing.
        self._count(self.steps - 1 if evaluation_is_due else self.steps)
        if self._loader_state is None:
            torch.manual_seed(derive(self.seed, "training", self.trainer.global_rank))
        else:
            self.loader.load_state_dict(self._loader_state)
            random_states.restore(self._random_states[self.trainer.global_rank])
        if self.trainer.world_size > 1:
            # Our step sums the gradients itself: many steps pass within one call of DDP's forward.
            assert self.trainer.strategy.model is not None
            self.trainer.strategy.model.require_backward_grad_sync = False  # type: ignore[assignment]
        if self.interruption:
            self.interruption.install()
        self._step = TrainStep(
            self.task,
            self.model,
            self._optimizer,
            self.data["train"],
            self.tracks_accuracy,
            self.trainer.world_size,
            self.settings.micro_batch_size,
            observe_all([each.trained for each in self.observers]),
        )
        self._before_update = [
            callback
            for callback in self.trainer.callbacks  # type: ignore[attr-defined]
            if type(callback).on_before_optimizer_step is not Callback.on_before_optimizer_step
        ]

    @property
    def _optimizer(self) -> Optimizer:
        optimizer = self.optimizers(use_pl_optimizer=False)
        assert isinstance(optimizer, Optimizer)
        return optimizer

    # The loop

    def training_step(self, chunk: int, batch_idx: int) -> STEP_OUTPUT:
        """Takes up to `chunk` optimizer steps; returns the loss before each: {"loss": [steps]}."""
        del batch_idx
        self._count(self.steps)
        optimizer, log_every = self._optimizer, self.settings.trainer.log_every
        values = torch.empty(chunk, 1 + self.tracks_accuracy, device=self.device)
        rates: dict[int, float] = {}
        done = logged = 0

        def before_update() -> None:
            for callback in self._before_update:
                callback.on_before_optimizer_step(self.trainer, self, optimizer)

        while done < chunk and not (self.evaluation_wanted or self._stop_requested()):
            indices, batch_size = self.loader.next()
            values[done] = self._step(indices, batch_size, before_update)
            done += 1
            self.steps += 1
            self._count(self.steps)
            if self.steps % log_every == 0:
                rates[self.steps] = optimizer.param_groups[0]["lr"]
                if self.watches():
                    self._log_steps(values[logged:done], rates)
                    logged = done
        self._log_steps(values[logged:done], rates)
        self._leave_if_asked()
        return {"loss": values[:done, 0]}

    def _count(self, steps: int) -> None:
        """Tells Lightning how many optimizer steps are done; trainer.global_step is this number."""
        progress = self.trainer.fit_loop.epoch_loop.manual_optimization.optim_step_progress.total
        progress.ready = progress.completed = steps

    def _log_steps(self, values: Tensor, rates: dict[int, float]) -> None:
        """Logs the means since the last row, at every logged step: one wait for the device.

        Args:
            values: loss, and accuracy where it is tracked, of the last steps: [steps, 1 or 2].
            rates: learning rates of the logged steps.
        """
        first = self.steps - len(values) + 1
        for step, row in enumerate(values.tolist(), start=first):
            self._unlogged.append(row)
            if step in rates:
                means = [sum(column) / len(column) for column in zip(*self._unlogged, strict=True)]
                names = ("batch/loss", "batch/accuracy")[: len(means)]
                self._unlogged = []
                self._log_row(step, {**dict(zip(names, means, strict=True)), "lr": rates[step]})

    def _log_row(self, step: int, row: dict[str, float]) -> None:
        for logger in self.trainer.loggers:
            logger.log_metrics(row, step=step)
        self.logged(row)

    def _stop_requested(self) -> bool:
        return (
            self.interruption is not None
            and self.interruption.requested
            and self.trainer.world_size == 1
        )

    def _leave_if_asked(self) -> None:
        """Ends the run if asked to; several processes agree on it at the end of a chunk."""
        if self.interruption is None:
            return
        if self.trainer.world_size > 1:
            agree_on_a_signal(self.interruption, self.device)
        self.interruption.raise_if_requested()

    # Evaluation

    def _sample_of(self, train: Batch) -> Batch:
        """The training examples that evaluations look at."""
        wanted = self.settings.evaluation.train_examples
        if wanted is None or wanted >= size(train):
            return train
        generator = torch.Generator().manual_seed(derive(0, "evaluation"))
        chosen = torch.randperm(size(train), generator=generator)[:wanted].to(self.device)
        return {name: column[chosen] for name, column in train.items()}

    def validation_step(self, split: str, batch_idx: int) -> None:
        """Evaluates one split."""
        del batch_idx
        measured = evaluate(
            self.task,
            self.model,
            self.evaluated_data[split],
            self.settings.evaluation.batch_size,
            self.extra_statistics,
            self.trainer.global_rank,
            self.trainer.world_size,
            observe_all([partial(each.evaluated, split) for each in self.observers]),
        )
        values = {f"{split}/{name}": value for name, value in measured.values().items()}
        self._metrics.update(values)

    def on_validation_epoch_start(self) -> None:
        """Begins an evaluation."""
        self._metrics: dict[str, float] = {}

    def on_validation_epoch_end(self) -> None:
        """Logs the evaluation on the axis of optimizer steps."""
        if self.trainer.sanity_checking:
            return
        self.evaluated_at = self.steps
        self.evaluation_wanted = False
        added = self.evaluated(self._metrics)
        values = {**self._metrics, **added, "step": float(self.steps)}
        self.log_dict(values, batch_size=1, sync_dist=True)

    # Checkpoints

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Adds what exact resume needs; drops Lightning's loops: this module counts itself."""
        states: list[dict[str, Any]] = [random_states.capture()]
        if self.trainer.world_size > 1:
            states = [{} for _ in range(self.trainer.world_size)]
            distributed.all_gather_object(states, random_states.capture())
        checkpoint.pop("loops", None)
        checkpoint["global_step"] = self.steps
        checkpoint["descent"] = {
            "steps": self.steps,
            "evaluated_at": self.evaluated_at,
            "evaluation_wanted": self.evaluation_wanted,
            "unlogged": self._unlogged,
            "loader": self.loader.state_dict(),
            "random_states": states,
            "experiment": self.state(),
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Takes up what `on_save_checkpoint` added."""
        kept = checkpoint["descent"]
        self.steps = kept["steps"]
        self.evaluated_at = kept["evaluated_at"]
        self.evaluation_wanted = kept["evaluation_wanted"]
        self._unlogged = kept["unlogged"]
        self._loader_state = kept["loader"]
        self._random_states = kept["random_states"]
        self.load_state(kept["experiment"])

    def state(self) -> dict[str, Any]:
        """What the experiment itself must remember over a resume, in plain types."""
        return {}

    def load_state(self, state: dict[str, Any]) -> None:
        """Takes up what `state` returned."""
