"""What losses by class cost a training step, as a ratio: with and without, at GPT-2's vocabulary.

Method: one process, one thread count, float32. A language model as small as it can be, an
embedding and a linear head of a small width, learns 50,257 classes from 32,768 random tokens a
step, in parts of 1,024 so that the logits fit into memory. A larger model makes the step dearer and
leaves the sums what they are, so the share can only fall. Steps with `PerClassLoss` and without
take turns, so that both see the same machine, and the order of a round alternates. "cost" is the
ratio of the quickest steps, less one, for neighbours only make one slower; "rounds" is the range of
the ratios within a round, which says how far the machine can be trusted. Then the sums of a step
are timed alone, and set against a step.

Most of a step on a CPU may be the system that zeroes memory for logits, again and again. Where
that is glibc's doing, MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000 before the command
have it keep the memory, and steps are alike.

On a GPU one more step is profiled: what it copies to the host, and how often it waits.

    python -m scripts.bench.per_class_loss [--tokens 32768] [--part 1024] [--classes 50257]
                                           [--width 16] [--rounds 5] [--threads 1] [--device cpu]
                                           [--batch-accuracy]
"""

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn
from torch.nn import functional as F

from callbacks.per_class_loss import PerClassLoss
from research.settings.watching import PerClassLossSettings
from research.task import Batch, Task
from research.training.class_sums import ClassSums
from research.training.steps import TrainStep

ALONE = 20
"""Turns of the sums alone."""


class Words(Task):
    """Predicts a random token from the one before it, which can't be learned, at full cost.

    Args:
        classes: tokens of the vocabulary; label k is about 1 / (k + 1) as frequent as label 0.
        tokens: examples.
        width: numbers of an embedding.
        device: where it all lies.
    """

    def __init__(self, classes: int, tokens: int, width: int, device: str) -> None:
        generator = torch.Generator().manual_seed(0)
        frequencies = 1.0 / torch.arange(1, classes + 1)
        both = torch.multinomial(frequencies, 2 * tokens, replacement=True, generator=generator)
        words, labels = both.to(device).view(2, tokens)
        self.classes = classes
        self.model = nn.Sequential(nn.Embedding(classes, width), nn.Linear(width, classes))
        self.model.to(device)
        self.splits = {"train": {"words": words, "labels": labels}}

    def outputs(self, model: nn.Module, batch: Batch) -> Tensor:
        """Logits: [n, classes]."""
        logits: Tensor = model(batch["words"])
        return logits

    def losses_of(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Cross entropy in nats: [n]."""
        return F.cross_entropy(outputs, batch["labels"], reduction="none")

    def labels(self, batch: Batch) -> Tensor:
        """The tokens that are to be predicted: [n]."""
        return batch["labels"]


class Stepped:
    """A training step, with or without losses by class.

    Args:
        task: what is learned.
        part: examples computed at once.
        settings: of the losses by class; None for a step without.
    """

    def __init__(self, task: Words, part: int, settings: PerClassLossSettings | None) -> None:
        self.tokens = len(task.splits["train"]["labels"])
        self.indices = torch.arange(self.tokens, device=task.splits["train"]["labels"].device)
        optimizer = torch.optim.SGD(task.model.parameters(), lr=1e-3)
        self.watching = PerClassLoss(settings)
        self.watching.task = task
        observe = None if settings is None else self.watching.trained
        data = task.splits["train"]
        self._step = TrainStep(task, task.model, optimizer, data, micro_batch=part, observe=observe)
        self._now = clock(self.indices.device.type)

    def turn(self) -> float:
        """Takes one step; its seconds."""
        began = self._now()
        self._step(self.indices, self.tokens)
        return self._now() - began


def clock(device: str) -> Callable[[], float]:
    """Seconds: of the processor where one thread computes, as neighbours don't count there."""
    if device == "cuda":
        return _synchronised
    return time.process_time if torch.get_num_threads() == 1 else time.perf_counter


def _synchronised() -> float:
    torch.cuda.synchronize()
    return time.perf_counter()


def sums_alone(task: Words, part: int) -> float:
    """Seconds that the scatter-adds of a step take: the median of some turns."""
    labels = task.splits["train"]["labels"]
    sums = ClassSums(task.classes, labels.device)
    losses = torch.rand(len(labels), device=labels.device)
    now = clock(labels.device.type)
    seconds = []
    for _ in range(ALONE):
        began = now()
        for start in range(0, len(labels), part):
            sums.add(losses[start : start + part], labels[start : start + part])
        seconds.append(now() - began)
    return statistics.median(seconds)


def waits(step: Stepped) -> int:
    """How often one step waits for a GPU, or copies from it, as the profiler saw it."""
    activities = [torch.profiler.ProfilerActivity.CPU, torch.profiler.ProfilerActivity.CUDA]
    torch.cuda.synchronize()
    with torch.profiler.profile(activities=activities) as profile:
        step._step(step.indices, step.tokens)
    names = ("cudaStreamSynchronize", "cudaDeviceSynchronize", "Memcpy DtoH", "aten::item")
    return sum(e.count for e in profile.key_averages() if e.key.startswith(names))


def memory_gib(device: str) -> float:
    """Most memory held so far: of the GPU, or of this process."""
    if device == "cuda":
        return torch.cuda.max_memory_allocated() / 2**30
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30


def measure(options: argparse.Namespace, console: Console) -> None:
    """Takes the turns and prints the table."""
    task = Words(options.classes, options.tokens, options.width, options.device)
    settings = PerClassLossSettings(batch_accuracy=options.batch_accuracy)
    both = [Stepped(task, options.part, each) for each in (None, settings)]
    for each in both:
        each.turn()  # warms up, and makes the sums
    rounds = []
    for number in range(options.rounds):
        order = both if number % 2 == 0 else both[::-1]
        seconds = {id(each): each.turn() for each in order}
        rounds.append([seconds[id(each)] for each in both])
    ratios = [watched / plain for plain, watched in rounds]
    plain, watched = (min(column) for column in zip(*rounds, strict=True))
    alone = sums_alone(task, options.part)
    table = Table(title=f"{options.classes:,} classes, {options.tokens:,} tokens, {options.device}")
    for column in ("step, s", "with, s", "cost", "rounds", "sums alone, ms", "of a step", "GiB"):
        table.add_column(column, justify="right")
    table.add_row(
        f"{plain:.3f}",
        f"{watched:.3f}",
        f"{watched / plain - 1:+.2%}",
        f"{min(ratios) - 1:+.2%} to {max(ratios) - 1:+.2%}",
        f"{1e3 * alone:.2f}",
        f"{alone / plain:.3%}",
        f"{memory_gib(options.device):.1f}",
    )
    console.print(table)
    if options.device == "cuda":
        without, watching = (waits(each) for each in both)
        console.print(f"waits for the GPU in a step: {without} without, {watching} with")


def main() -> None:
    """Reads the options, measures, prints."""
    parser = argparse.ArgumentParser(description="Cost of losses by class in a training step.")
    parser.add_argument("--tokens", type=int, default=32_768, help="labels of a step")
    parser.add_argument("--part", type=int, default=1024, help="of them computed at once")
    parser.add_argument("--classes", type=int, default=50_257)
    parser.add_argument("--width", type=int, default=16, help="of the embedding")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1, help="torch threads")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--batch-accuracy", action="store_true", help="right answers too")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    measure(options, Console(width=100))


if __name__ == "__main__":
    main()
