"""Cost of a step of stacked two-layer networks, and from it the time of the preset `paper`.

Method: one process, one thread count, float32, random images. A stack takes turns with a stack of
one network, so that both see the same machine; "gain" is the time of that many networks one after
the other over the time of the stack. Then each width of `paper` takes turns of steps of its own, as
the experiment takes them, with the images drawn anew from all 4,000; its whole time is the median
seconds of a step times the steps of its schedule, summed over the widths.

    python -m scripts.bench.two_layer_stack [--networks 5] [--steps 200] [--turns 5] [--threads 1]
                                            [--device cpu]
"""

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from rich.console import Console
from rich.table import Table

from experiments.command_line.catalog import find
from experiments.double_descent_width.settings import DoubleDescentWidthSettings
from experiments.double_descent_width.training import train
from research.models.two_layer_stack import TwoLayerStack
from research.settings.document import read_document
from research.settings.resolve import resolve

SIZES = ((64, 4), (64, 24), (64, 53), (64, 200), (784, 5), (784, 12), (784, 50), (784, 250))
"""Numbers of an image, and hidden units."""


class Stepped:
    """One stack, and the seconds of a step in each of its turns.

    Args:
        networks: of the stack.
        inputs: numbers of an image.
        width: hidden units.
        settings: optimizer and batch size; of the data, how many images.
        device: where it is trained.
    """

    def __init__(
        self,
        networks: int,
        inputs: int,
        width: int,
        settings: DoubleDescentWidthSettings,
        device: str,
    ) -> None:
        self.device, self.settings = device, settings
        generator = torch.Generator(device).manual_seed(0)
        examples, classes = settings.data.train_size, settings.data.classes
        self.images = torch.rand(examples, inputs, generator=generator, device=device)
        self.targets = torch.rand(examples, classes, generator=generator, device=device)
        self.stack = TwoLayerStack(networks, inputs, width, classes, device)
        self.stack.draw(0.1, generator)
        self.generator = generator
        self.steps_of_an_epoch = -(-examples // (settings.batch_size or examples))
        self.seconds: list[float] = []

    def turn(self, steps: int) -> None:
        """Takes at least so many steps, in whole epochs, and notes the seconds of one."""
        epochs = -(-steps // self.steps_of_an_epoch)
        settings = self.settings.model_copy(update={"epochs": epochs})
        began = _now(self.device)
        train(self.stack, self.images, self.targets, settings, settings.schedule, self.generator)
        seconds = _now(self.device) - began
        self.seconds.append(seconds / (epochs * self.steps_of_an_epoch))

    @property
    def median(self) -> float:
        """Seconds of a step, of the median turn but the first, which warms up."""
        return statistics.median(self.seconds[1:] or self.seconds)


def paper() -> DoubleDescentWidthSettings:
    """The settings of the preset `paper`."""
    experiment = find("double_descent_width")
    document = read_document(experiment.config)
    command = resolve(document, DoubleDescentWidthSettings, "paper")
    return next(iter(command.variants.values())).settings


def stacking(networks: int, turns: Callable[[list[Stepped]], None], device: str) -> Table:
    """A table of stacks against one network after the other."""
    table = Table(title=f"A stack of {networks} against one network")
    for column in ("inputs", "width", "one, µs", f"{networks} stacked, µs", "gain"):
        table.add_column(column, justify="right")
    settings = DoubleDescentWidthSettings.model_validate(
        {"data": {"train_examples": 1000}, "batch_size": 100}
    )
    for inputs, width in SIZES:
        both = [Stepped(count, inputs, width, settings, device) for count in (1, networks)]
        turns(both)
        one, stacked = (each.median for each in both)
        numbers = (f"{1e6 * one:,.0f}", f"{1e6 * stacked:,.0f}", f"{networks * one / stacked:.2f}")
        table.add_row(str(inputs), str(width), *numbers)
    return table


def extrapolation(turns: Callable[[list[Stepped]], None], device: str) -> tuple[Table, float]:
    """A table of the widths of `paper`, and the seconds of them all."""
    settings = paper()
    inputs = settings.data.shape[0] * settings.data.shape[1] * settings.data.shape[2]
    stacks = [
        Stepped(settings.networks, inputs, width, settings, device) for width in settings.widths
    ]
    turns(stacks)
    steps = settings.epochs * stacks[0].steps_of_an_epoch
    table = Table(title=f"paper: {steps:,} steps of each width")
    for column in ("width", "step, µs", "minutes"):
        table.add_column(column, justify="right")
    for width, each in zip(settings.widths, stacks, strict=True):
        minutes = each.median * steps / 60
        table.add_row(str(width), f"{1e6 * each.median:,.0f}", f"{minutes:.1f}")
    return table, steps * sum(each.median for each in stacks)


def _now(device: str) -> float:
    """Seconds, once the device is done."""
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


def main() -> None:
    """Runs both benchmarks and prints their tables."""
    parser = argparse.ArgumentParser(description="Cost of a step of stacked networks.")
    parser.add_argument("--networks", type=int, default=5, help="networks of a stack")
    parser.add_argument("--steps", type=int, default=200, help="steps of a turn, at least")
    parser.add_argument("--turns", type=int, default=5, help="turns of each, after a first")
    parser.add_argument("--threads", type=int, default=1, help="torch threads")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    def take_turns(stacks: list[Stepped]) -> None:
        for _ in range(options.turns + 1):
            for each in stacks:
                each.turn(options.steps)

    console = Console(width=100)
    console.print(stacking(options.networks, take_turns, options.device))
    table, seconds = extrapolation(take_turns, options.device)
    console.print(table)
    console.print(f"one run of paper: {seconds / 60:.0f} minutes, {options.threads} threads")


if __name__ == "__main__":
    main()
