"""Curvature of a trained network: eigenvalues, trace, density, and what a product costs.

Method: the network of `loss_landscape` is trained by that experiment's settings, then its Hessian
is measured over fixed training images: the largest eigenvalues with their residuals, the trace with
its standard error, the density of all eigenvalues. Then the ways to compute a product with the
Hessian take turns with a gradient, over the same images, in one process: a ratio is the median over
rounds of a way's seconds over the gradient's of the same round. How far a way's product is from
the same one in float64 is told too, as a share of its length.

    python -m scripts.bench.curvature [--preset quick] [--variant plain] [--seed 0]
        [--examples 512] [--eigenvalues 5] [--trace_probes 100] [--density_probes 8]
        [--density_steps 50] [--rounds 15] [--threads 1] [--device cpu|cuda] [--figure FILE.png]
        [--data_folder DIR]
"""

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table

from experiments.command_line.catalog import find
from experiments.loss_landscape.settings import LossLandscapeSettings
from experiments.loss_landscape.training import Network
from research.landscape.curvature.density import Density
from research.landscape.curvature.hessian import Hessian
from research.landscape.curvature.measure import Curvature, measure_curvature
from research.landscape.curvature.operator import random_vector
from research.landscape.objective import Objective, task_objective
from research.settings.document import read_document
from research.settings.errors import SettingsError
from research.settings.resolve import resolve
from research.training.trainer import build_trainer
from scripts.bench.curvature_figure import draw_density
from scripts.bench.curvature_ways import (
    GRADIENT,
    PLAIN_GRADIENT,
    Way,
    build_ways,
    ratio,
    take_turns,
)


def settings_of(preset: str, variant: str, data_folder: str | None) -> LossLandscapeSettings:
    """The settings of one variant of loss_landscape.

    Raises:
        SettingsError: there is no such preset or variant.
    """
    document = read_document(find("loss_landscape").config)
    variants = resolve(document, LossLandscapeSettings, preset).variants
    if variant not in variants:
        raise SettingsError(f"variant {variant}, expected one of {', '.join(variants)}")
    settings: LossLandscapeSettings = variants[variant].settings
    return settings.model_copy(update={"data_folder": data_folder})


def trained(settings: LossLandscapeSettings, seed: int) -> Network:
    """The network, trained as the experiment does."""
    network = Network(settings, seed)
    with tempfile.TemporaryDirectory() as folder:
        build_trainer(settings.trainer, Path(folder)).fit(network)
    return network


def objective_of(network: Network, examples: int, device: str) -> Objective:
    """Cross entropy over random training images."""
    network.model.to(device).eval()
    objective = task_objective(network.task, network.task.splits["train"], examples)
    placed = {name: column.to(device) for name, column in objective.examples.items()}
    return replace(objective, examples=placed)


def measured(objective: Objective, options: argparse.Namespace) -> tuple[Curvature, float]:
    """The curvature, and the seconds that it took."""
    began = time.perf_counter()
    found = measure_curvature(
        objective,
        largest=options.eigenvalues,
        smallest=1,
        trace_probes=options.trace_probes,
        density_probes=options.density_probes,
        density_steps=options.density_steps,
        sharpness_radius=0.05,
        adaptive_radius=0.5,
        noise_scale=True,
    )
    return found, time.perf_counter() - began


def spectrum(found: Curvature) -> Table:
    """Eigenvalues with what vouches for them."""
    table = Table(title="Eigenvalues v of the Hessian H, with unit vectors u")
    for column in ("eigenvalue", "value", "|Hu - vu|", "share of the largest"):
        table.add_column(column, justify="right")
    top = abs(float(found.arrays["largest"][0]))
    for end in ("largest", "smallest"):
        pairs = zip(found.arrays[end].tolist(), found.arrays[f"{end}_residuals"], strict=True)
        for index, (value, residual) in enumerate(pairs, start=1):
            name = f"{end} {index}" if end == "largest" else end
            table.add_row(name, f"{value:.4f}", f"{residual:.1e}", f"{residual / top:.1e}")
    return table


def numbers(found: Curvature, size: int) -> Table:
    """All that is not an eigenvalue."""
    metrics = found.metrics
    table = Table(title=f"Over {metrics['examples']:.0f} training images, {size:,} weights")
    table.add_column("measure")
    table.add_column("value", justify="right")
    rows = {
        "loss": f"{metrics['loss']:.4f}",
        "length of the gradient": f"{metrics['gradient_norm']:.4f}",
        "products for the eigenvalues": f"{metrics['products']:.0f}",
        "trace": f"{metrics['trace']:.2f} ± {metrics['trace_standard_error']:.2f}",
        "rise within 0.05, SAM": f"{metrics['sharpness']:.4f}",
        "rise within 0.5, adaptive SAM": f"{metrics['adaptive_sharpness']:.4f}",
        "gradient noise scale, images": f"{metrics['noise_scale']:.0f}",
    }
    largest = found.arrays["largest"]
    share = 100 * float(largest.sum()) / metrics["trace"]
    rows[f"share of the {len(largest)} largest in the trace, %"] = f"{share:.0f}"
    chosen = found.arrays["density_nodes"] >= 0.1 * float(largest[0])
    shares = 100 * (found.arrays["density_weights"] * chosen).sum(dim=1)
    error = float(shares.std()) / len(shares) ** 0.5 if len(shares) > 1 else float("nan")
    rows["eigenvalues above 10 % of the largest, %"] = f"{float(shares.mean()):.3f} ± {error:.3f}"
    for label, value in rows.items():
        table.add_row(label, value)
    return table


def costs(objective: Objective, ways: list[Way]) -> Table:
    """What a product costs, in gradients."""
    exact = Hessian(objective, precision=torch.float64, memory=0)
    single = Hessian(objective)
    product, slope = exact.product(random_vector(single, seed=0)), exact.gradient()
    gradient, *_ = (way for way in ways if way.label == GRADIENT)
    table = Table(title="Seconds of a product with the Hessian, over those of a gradient")
    for column in ("way", "ms, median", "ratio", "off float64"):
        table.add_column(column, justify="left" if column == "way" else "right")
    for way in ways:
        median = sorted(way.seconds)[len(way.seconds) // 2]
        reference = slope if way.label in (GRADIENT, PLAIN_GRADIENT) else product
        off = (way.result.double() - reference).norm() / reference.norm()
        table.add_row(
            way.label, f"{1e3 * median:.1f}", f"{ratio(way, gradient):.2f}", f"{float(off):.0e}"
        )
    return table


def main() -> None:
    """Trains, measures and prints."""
    options = _parsed()
    torch.set_num_threads(options.threads)
    console = Console(width=100)
    try:
        network = trained(
            settings_of(options.preset, options.variant, options.data_folder), options.seed
        )
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    objective = objective_of(network, options.examples, options.device)
    found, seconds = measured(objective, options)
    console.print(spectrum(found))
    console.print(numbers(found, Hessian(objective).size))
    console.print(f"measured in {seconds:.0f} s, {options.threads} threads, {options.device}")
    if options.figure:
        density = Density(found.arrays["density_nodes"], found.arrays["density_weights"])
        draw_density(density, found.arrays["largest"], options.figure)
    ways = build_ways(objective)
    take_turns(ways, options.rounds)
    console.print(costs(objective, ways))


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Curvature of a trained network, and its cost.")
    parser.add_argument("--preset", default="quick", help="of loss_landscape")
    parser.add_argument("--variant", default="plain", help="of loss_landscape")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--examples", type=int, default=512, help="training images")
    parser.add_argument("--eigenvalues", type=int, default=5)
    parser.add_argument("--trace_probes", type=int, default=100)
    parser.add_argument("--density_probes", type=int, default=8)
    parser.add_argument("--density_steps", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--figure", type=Path, help="writes the density there, as PNG")
    parser.add_argument("--data_folder", help="of data files; else $DESCENT_DATA")
    options = parser.parse_args()
    for key in ("eigenvalues", "trace_probes", "density_probes", "rounds", "threads"):
        if (found := getattr(options, key)) < 1:
            parser.error(f"--{key} is {found}, expected at least 1")
    return options


if __name__ == "__main__":
    main()
