"""Time of one curve of double_descent_features beside the same curve in plain numpy.

Method: one process, float64, the same images, labels and random directions for
all. The three take turns, seed by seed, so that all see the same machine, and the ratio of their
total seconds holds where the times do not. Reading images is not timed; drawing the directions is,
in ours alone.

- ours: the experiment's own fits: one QR factorisation up to N = n, Gram matrices that grow beyond;
- lstsq: the straightforward way: for each N the features anew, then `numpy.linalg.lstsq`;
- eigh: features once, `numpy.linalg.lstsq` up to N = 1.5 n, beyond it the eigenvalues of the Gram
  matrix of each N.

Torch and numpy both take as many threads as there are cores, or OMP_NUM_THREADS.

    python -m scripts.bench.random_features [--data digits|mnist|fashion_mnist] [--examples 1000]
        [--features fourier|relu] [--label_noise 0] [--seeds 3] [--device cpu|cuda]
        [--data_folder DIR] [--only ours,lstsq,eigh]
"""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from experiments.double_descent_features.configurations import IMAGE_SETS
from experiments.double_descent_features.fits import FeatureFits
from experiments.double_descent_features.module import DoubleDescentFeatures
from experiments.double_descent_features.settings import DoubleDescentFeaturesSettings

Floats = NDArray[numpy.float64]
LARGEST_TEST = 3000


@dataclass(frozen=True)
class Problem:
    """What a plain version starts from: numpy arrays, and which N to go through."""

    counts: Sequence[int]
    train: Floats
    targets: Floats
    test: Floats
    labels: NDArray[numpy.int64]
    directions: Floats
    phases: Floats | None

    def features(self, x: Floats, count: int) -> Floats:
        """The first `count` features, [n, count]; no phases means ReLU."""
        projected: Floats = x @ self.directions[:count].T
        if self.phases is None:
            return numpy.maximum(projected, 0)
        return numpy.cos(projected + self.phases[:count])

    def measures(self, outputs: Floats) -> tuple[float, float]:
        """Test error in percent, and the squared test loss."""
        targets = numpy.eye(outputs.shape[1])[self.labels]
        error = (outputs.argmax(1) != self.labels).mean()
        return 100 * float(error), float(((outputs - targets) ** 2).sum(1).mean())


Curve = list[tuple[float, float]]
"""Test error and loss at each N."""


def lstsq(problem: Problem) -> Curve:
    """The straightforward version."""
    curve = []
    for count in problem.counts:
        seen = problem.features(problem.train, count)
        weights = numpy.linalg.lstsq(seen, problem.targets)[0]
        curve.append(problem.measures(problem.features(problem.test, count) @ weights))
    return curve


def eigh(problem: Problem) -> Curve:
    """A more careful version: features once, and eigenvalues of the Gram matrix from 1.5 n on."""
    all_seen = problem.features(problem.train, max(problem.counts))
    all_unseen = problem.features(problem.test, max(problem.counts))
    curve = []
    for count in problem.counts:
        seen = all_seen[:, :count]
        if count <= 1.5 * len(seen):
            weights = numpy.linalg.lstsq(seen, problem.targets)[0]
        else:
            values, vectors = numpy.linalg.eigh(seen @ seen.T)
            weights = seen.T @ (vectors @ ((vectors.T @ problem.targets) / values[:, None]))
        curve.append(problem.measures(all_unseen[:, :count] @ weights))
    return curve


PLAIN: Mapping[str, Callable[[Problem], Curve]] = {"lstsq": lstsq, "eigh": eigh}


class Ours:
    """The experiment's curve of one seed."""

    def __init__(self, settings: DoubleDescentFeaturesSettings, seed: int, device: str) -> None:
        self.module = DoubleDescentFeatures(settings, seed).to(device)
        fits = self.module.fits
        assert isinstance(fits, FeatureFits)
        self.fits = fits

    def __call__(self) -> Curve:
        """Test error and loss at each N; the device is waited for."""
        points = enumerate(self.module.points())
        rows = [self.module.compute(index, count).metrics for index, count in points]
        return [(100 * row["test/error"], row["test/loss"]) for row in rows]

    def problem(self) -> Problem:
        """The same for the plain versions."""
        fits, counts = self.fits, self.module.points()
        directions, phases = fits.features.drawn(0, max(counts))
        train, test = (images.cpu().numpy() for images in fits.images)
        return Problem(
            counts=counts,
            train=train,
            targets=fits.targets.cpu().numpy(),
            test=test,
            labels=self.module.labels["test"].cpu().numpy(),
            directions=directions.numpy(),
            phases=phases.numpy() if fits.features.kind == "fourier" else None,
        )


def settings_of(options: argparse.Namespace) -> DoubleDescentFeaturesSettings:
    """The experiment's settings."""
    data = {
        "name": options.data,
        "train_examples": options.examples,
        "test_examples": None if options.data == "digits" else LARGEST_TEST,
        "standardise": False,
        "label_noise": options.label_noise,
    }
    return DoubleDescentFeaturesSettings.model_validate(
        {
            "data": data,
            "data_folder": options.data_folder,
            "features": options.features,
        }
    )


def main() -> None:
    """Runs the benchmark and prints a table."""
    parser = argparse.ArgumentParser(description="Time of one curve over N, in turns.")
    parser.add_argument("--data", choices=IMAGE_SETS, default="digits")
    parser.add_argument("--data_folder", default=None)
    parser.add_argument("--examples", type=int, default=1000, help="n, training images")
    parser.add_argument("--features", choices=["fourier", "relu"], default="fourier")
    parser.add_argument("--label_noise", type=float, default=0.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--only", default="ours,lstsq,eigh", metavar="A,B")
    options = parser.parse_args()
    names = options.only.split(",")
    settings = settings_of(options)
    seconds: dict[str, float] = dict.fromkeys(names, 0.0)
    curves: dict[str, list[Curve]] = {name: [] for name in names}
    for seed in range(options.seeds):
        ours = Ours(settings, seed, options.device)
        problem = ours.problem() if set(names) & set(PLAIN) else None
        for name in names:
            began = time.perf_counter()
            if name == "ours":
                curves[name].append(ours())
            else:
                assert problem is not None
                curves[name].append(PLAIN[name](problem))
            seconds[name] += time.perf_counter() - began
    report(options, len(settings.counts), seconds, curves)


def report(
    options: argparse.Namespace,
    counts: int,
    seconds: Mapping[str, float],
    curves: Mapping[str, list[Curve]],
) -> None:
    """Seconds of all seeds, ratios to ours, and how far the curves are apart."""
    title = (
        f"{options.seeds} seeds, {counts} numbers of {options.features} features,"
        f" n = {options.examples} of {options.data}, label noise {options.label_noise:g},"
        f" {torch.get_num_threads()} threads, {options.device}"
    )
    table = Table(title=title)
    for head in ("version", "seconds", "ratio", "error differs by, points", "loss differs by"):
        table.add_column(head, justify="left" if head == "version" else "right")
    first = next(iter(seconds))
    for name, spent in seconds.items():
        ours, theirs = numpy.array(curves[first]), numpy.array(curves[name])
        error = numpy.abs(theirs - ours)[..., 0].max()
        loss = numpy.abs(theirs / ours - 1)[..., 1].max()
        row = (f"{spent:.2f}", f"{spent / seconds[first]:.2f}", f"{error:.2g}", f"{loss:.1e}")
        table.add_row(name, *row)
    Console().print(table)


if __name__ == "__main__":
    main()
