"""Cost of one optimizer step: every optimizer by name, as a ratio to fused AdamW.

Method: one process, one thread count, float32, four 500 x 500 matrices with biases: 1.002 million
parameters, as bare tensors, default settings. Only `optimizer.step()` is timed; gradients are put
in place before, with the clock off. The optimizers take turns, and before each of its turns fused
AdamW takes one of its own: so both see the same machine, and the ratio, of total seconds a step,
holds where the times do not.

L-BFGS computes the loss within its step. It gets one iteration and a diagonal quadratic, whose
gradient costs one multiplication a weight.

    python -m scripts.bench.optimizers [--turns 8] [--seconds 0.1] [--threads 1] [--device cpu]
                                       [--only muon,shampoo]
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import get_args

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn
from torch.optim import Optimizer

from research.optim.optimizers import build_optimizer, needs_closure
from research.settings.optimizers import AdamWSettings, BaseOptimizerSettings, LBFGSSettings
from research.settings.optimizers import OptimizerSettings as Union

SHAPES = [shape for _ in range(4) for shape in ((500, 500), (500,))]
WARMUP = 3


class Stepped:
    """One optimizer over parameters of its own, and the seconds of each of its steps."""

    def __init__(self, build: Callable[[list[nn.Parameter]], Optimizer], device: str) -> None:
        self.device = device
        generator = torch.Generator().manual_seed(0)
        drawn = [torch.randn(2, *shape, generator=generator).to(device) for shape in SHAPES]
        self.parameters = [nn.Parameter(0.05 * each[0]) for each in drawn]
        self.gradients = [1e-3 * each[1] for each in drawn]
        self.curvatures = [each[1].abs() for each in drawn]
        self.optimizer = build(self.parameters)
        self.seconds: list[float] = []
        for _ in range(WARMUP):
            self.step()
        self.seconds.clear()

    def step(self) -> None:
        """Takes one step and notes its seconds."""
        for parameter, gradient in zip(self.parameters, self.gradients, strict=True):
            parameter.grad = gradient.clone()
        closure = self._quadratic if needs_closure(self.optimizer) else None
        began = now(self.device)
        self.optimizer.step(closure)  # type: ignore[arg-type]
        self.seconds.append(now(self.device) - began)

    def turn(self, seconds: float) -> None:
        """Takes steps for so long, and at least one."""
        end = now(self.device) + seconds
        self.step()
        while now(self.device) < end:
            self.step()

    @torch.no_grad()
    def _quadratic(self) -> Tensor:
        for parameter, curvature in zip(self.parameters, self.curvatures, strict=True):
            parameter.grad = curvature * parameter
        return torch.zeros(())


def now(device: str) -> float:
    """Seconds, once the device is done."""
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


def default_of(kind: type[BaseOptimizerSettings]) -> BaseOptimizerSettings:
    """Default settings; one iteration for L-BFGS."""
    if kind is LBFGSSettings:
        return LBFGSSettings(max_iter=1, line_search=None)
    return kind()


def candidates() -> dict[str, Callable[[list[nn.Parameter]], Optimizer]]:
    """How to build each, by its name in the table."""

    def builder(settings: BaseOptimizerSettings) -> Callable[[list[nn.Parameter]], Optimizer]:
        return lambda parameters: build_optimizer(settings, parameters)

    kinds = get_args(get_args(Union)[0])
    found = {str(k.model_fields["name"].default): builder(default_of(k)) for k in kinds}
    found["adamw, foreach"] = lambda parameters: torch.optim.AdamW(parameters, foreach=True)
    found["adamw, loop"] = lambda parameters: torch.optim.AdamW(parameters, foreach=False)
    return found


def main() -> None:
    """Runs the benchmark and prints a table."""
    parser = argparse.ArgumentParser(description="Cost of one optimizer step.")
    parser.add_argument("--turns", type=int, default=8, help="turns of each optimizer")
    parser.add_argument("--seconds", type=float, default=0.1, help="seconds of a turn, at least")
    parser.add_argument("--threads", type=int, default=1, help="torch threads")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--only", default="", metavar="A,B", help="names; all if left out")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    builders = candidates()
    names = options.only.split(",") if options.only else list(builders)
    stepped = {name: Stepped(builders[name], options.device) for name in names}
    references = {name: Stepped(fused_adamw, options.device) for name in names}
    for _ in range(options.turns):
        for name in names:
            references[name].turn(options.seconds)
            stepped[name].turn(options.seconds)
    report(options, stepped, references)


def fused_adamw(parameters: list[nn.Parameter]) -> Optimizer:
    """What every other is compared with."""
    return build_optimizer(AdamWSettings(), parameters)


def report(
    options: argparse.Namespace, stepped: dict[str, Stepped], references: dict[str, Stepped]
) -> None:
    """Prints milliseconds a step and the ratio, cheapest first."""
    device = torch.cuda.get_device_name() if options.device == "cuda" else "CPU"
    table = Table(
        title=f"{device}, {options.threads} threads, torch {torch.__version__}",
        caption=f"{options.turns} turns of {options.seconds:g} s, each after one of fused AdamW",
    )
    for column in ("optimizer", "steps", "median ms", "least ms", "ratio to fused AdamW"):
        table.add_column(column, justify="left" if column == "optimizer" else "right")
    ratios = {name: mean(each) / mean(references[name]) for name, each in stepped.items()}
    for name in sorted(ratios, key=ratios.__getitem__):
        seconds = stepped[name].seconds
        median, least = 1e3 * statistics.median(seconds), 1e3 * min(seconds)
        row = (f"{len(seconds):,}", f"{median:.3g}", f"{least:.3g}", f"{ratios[name]:.2f}")
        table.add_row(name, *row)
    Console(width=100).print(table)


def mean(stepped: Stepped) -> float:
    """Seconds a step, over all turns."""
    return statistics.fmean(stepped.seconds)


if __name__ == "__main__":
    main()
