"""Speed of grokking's training: a plain hand-written step, our step alone, and our whole run.

Method: one process, one thread count, float32, the lecture's own model (configs/grokking.yaml,
preset quick, variant lecture-wd1), the same batches of 512. The whole run is `Trainer.fit` as
`descent run` calls it, from step 0: evaluations, record, checkpoints, status and the offline mirror
to W&B included. After every 100 of its steps it is paused, its clock stops, and the two others take
their turn on models of their own; so all three see the same machine, and the ratios, of total
steps over total seconds, hold where the times do not. First the two models' logits are compared.

    python -m scripts.bench.grokking [--steps 1500] [--threads 1] [--device cpu]
                                     [--set prefix_sharing=false ...]
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import torch
from pytorch_lightning import Callback, LightningModule, Trainer
from rich.console import Console
from rich.table import Table

from experiments.command_line.catalog import find
from experiments.command_line.computing import recorded_trainer
from experiments.grokking.module import Grokking
from experiments.grokking.settings import GrokkingSettings
from experiments.grokking.task import GrokkingTask
from research.data.loader import IndexLoader
from research.optim.optimizers import build_optimizer
from research.records.plan import Plan, VariantPlan
from research.records.store import Record
from research.settings.document import parse_value, read_document
from research.settings.optimizers import AdamWSettings
from research.settings.resolve import resolve
from research.training.steps import TrainStep
from scripts.bench.plain_transformer import plain_copy, plain_optimizer, plain_step

VARIANT = "lecture-wd1"
STEPS_BETWEEN_TURNS = 100


def main() -> None:
    """Runs the benchmark and prints a table."""
    parser = argparse.ArgumentParser(description="Speed of grokking's training step and run.")
    parser.add_argument("--steps", type=int, default=1500, help="optimizer steps of the whole run")
    parser.add_argument("--threads", type=int, default=1, help="torch threads")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--wandb", choices=["offline", "off"], default="offline")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", help="settings")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    settings = resolved_settings(options.steps, options.device, options.set)
    turns = Turns(settings, torch.device(options.device))
    with tempfile.TemporaryDirectory() as folder:
        seconds, steps = whole_run(settings, Path(folder) / "record", turns, options.wandb)
    report(options, turns, seconds, steps)


def resolved_settings(steps: int, device: str, changes: list[str]) -> GrokkingSettings:
    """The lecture's model as `descent run` resolves it, for so many steps and no early stop."""
    experiment = find("grokking")
    overrides = {
        "trainer.max_steps": steps,
        "trainer.accelerator": "gpu" if device == "cuda" else "cpu",
        "stop": None,
        **{key: parse_value(value) for key, _, value in (each.partition("=") for each in changes)},
    }
    document, model = read_document(experiment.config), experiment.settings_class()
    command = resolve(document, model, "quick", [VARIANT], [0], overrides)
    settings = command.variants[VARIANT].settings
    assert isinstance(settings, GrokkingSettings)
    return settings


class Turns(Callback):
    """Pauses the whole run now and then, and times the two other steps meanwhile.

    Attributes:
        rates: steps/s of "plain" and "step", a number a turn.
        taken: steps and seconds of all their turns.
        paused: seconds in which the whole run stood still.
        began: when the whole run's first step began.
    """

    def __init__(self, settings: GrokkingSettings, device: torch.device) -> None:
        task = GrokkingTask(settings.data, settings.model, settings.prefix_sharing)
        task.model.to(device)
        self.device = device
        self.data = {name: column.to(device) for name, column in task.splits["train"].items()}
        self.batches = self._batches(settings)
        self.actions: dict[str, tuple[int, Callable[[], object]]] = {
            "plain": (STEPS_BETWEEN_TURNS // 3, self._plain(task, settings)),
            "step": (STEPS_BETWEEN_TURNS, self._ours(task, settings)),
        }
        self.rates: dict[str, list[float]] = {name: [] for name in self.actions}
        self.taken = {name: [0.0, 0.0] for name in self.actions}
        self.paused = self.began = 0.0

    def _batches(self, settings: GrokkingSettings) -> Iterator[tuple[torch.Tensor, int]]:
        examples = len(self.data["answer"])
        loader = IndexLoader(examples, settings.batch_size, 0, settings.last_batch, self.device)
        while True:
            yield loader.next()

    def _plain(self, task: GrokkingTask, settings: GrokkingSettings) -> Callable[[], object]:
        model = plain_copy(task.model)
        tokens, answers = task.tokens(self.data), self.data["answer"]
        with torch.no_grad():
            difference = (model(tokens)[:, -1] - task.outputs(task.model, self.data)[:, 0]).abs()
        assert float(difference.max()) < 1e-4, "the models differ"
        chosen = settings.optimizer
        assert isinstance(chosen, AdamWSettings)
        optimizer = plain_optimizer(model, chosen.lr, chosen.betas, chosen.weight_decay)

        def step() -> None:
            indices, _ = next(self.batches)
            plain_step(model, optimizer, tokens[indices], answers[indices])

        return step

    def _ours(self, task: GrokkingTask, settings: GrokkingSettings) -> Callable[[], object]:
        optimizer = build_optimizer(settings.optimizer, task.model.parameters())
        step = TrainStep(task, task.model, optimizer, self.data)
        return lambda: step(*next(self.batches))

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Warms the two others up, then starts the clock of the whole run."""
        for _, action in self.actions.values():
            self._time(20, action)
        self.began = self._now()

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Gives the two others their turn."""
        if trainer.global_step % STEPS_BETWEEN_TURNS:
            return
        paused = self._now()
        with torch.inference_mode(False), torch.enable_grad():
            for name, (steps, action) in self.actions.items():
                seconds = self._time(steps, action)
                self.rates[name].append(steps / seconds)
                self.taken[name][0] += steps
                self.taken[name][1] += seconds
        self.paused += self._now() - paused

    def _time(self, steps: int, action: Callable[[], object]) -> float:
        began = self._now()
        for _ in range(steps):
            action()
        return self._now() - began

    def _now(self) -> float:
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter()


def whole_run(
    settings: GrokkingSettings, folder: Path, turns: Turns, wandb: Literal["offline", "off"]
) -> tuple[float, int]:
    """Seconds of a whole run, without its pauses, and its steps."""
    plan = Plan(
        experiment="grokking",
        wandb=wandb,
        variants={VARIANT: VariantPlan(label="", settings=settings.model_dump(mode="json"))},
        runs={VARIANT: [0]},
    )
    record = Record.create(folder, plan, {})
    module = Grokking(settings)
    trainer = recorded_trainer(record, record.run(VARIANT, 0), settings.trainer, turns)
    trainer.fit(module)
    return time.perf_counter() - turns.began - turns.paused, module.steps


def report(options: argparse.Namespace, turns: Turns, seconds: float, steps: int) -> None:
    """Prints steps/s and the two ratios that count."""
    plain, step = (turns.taken[name][0] / turns.taken[name][1] for name in ("plain", "step"))
    whole = steps / seconds
    device = torch.cuda.get_device_name() if options.device == "cuda" else "CPU"
    settings = " ".join(options.set)
    table = Table(
        title=f"{device}, {options.threads} threads, torch {torch.__version__} {settings}",
        caption=f"{len(turns.rates['step'])} turns of {STEPS_BETWEEN_TURNS} steps, interleaved",
    )
    for column in ("what", "steps/s", "slowest and fastest turn", "ratio"):
        table.add_column(column, justify="left" if column == "what" else "right")
    span = {name: f"{min(rates):.1f} to {max(rates):.1f}" for name, rates in turns.rates.items()}
    table.add_row("plain hand-written step", f"{plain:.1f}", span["plain"], "1.00x")
    table.add_row("our step, alone", f"{step:.1f}", span["step"], f"{step / plain:.2f}x plain")
    ratios = f"{whole / plain:.2f}x plain, {step / whole:.3f}x the time of our step"
    table.add_row("our whole run", f"{whole:.1f}", "", ratios)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
