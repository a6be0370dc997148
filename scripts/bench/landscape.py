"""Speed of loss surfaces: the ways to compute one plane, in turns, on the same model and images.

Method: one thread, float32. A turn is one small plane around a briefly trained network, along two
filter-normalised directions, at the very points where the PyPI package `loss-landscapes` 3.0.6
evaluates; the package takes the same directions as end points of its `planar_interpolation`. Each
way has a process of its own that has loaded the network, and in each round every way has one turn,
while the others wait: so all see the same machine. A ratio is the median over rounds of the
package's seconds over a way's. With one thread seconds are the processor's, so that neighbours
count less. Setting up (tracing, folding, the first layer's products, a comparison with the plain
evaluator) and compiling are timed apart. How far a way's mean losses are from the package's is told
too, as a share of them.

How many floating-point operations a second that is, is set against one 3 x 3 convolution of 16
channels by itself, which takes turns too.

Then planes of 49 x 49 points are refined level by level and compared with the same planes in full.

    python -m scripts.bench.landscape [--networks resnet,cnn,mlp] [--rounds 15] [--threads 1]
        [--device cpu|cuda] [--only package,fast,...] [--planes mlp,cnn] [--in_one_process]
        [--images real|random] [--data_folder DIR]

It needs the package: pip install --constraint constraints.txt '.[bench]'
"""

import argparse
import importlib.util
import statistics

import torch
from rich.console import Console
from rich.table import Table
from torch.nn import functional as F

from research.settings.errors import SettingsError
from scripts.bench.landscape_cases import NETWORKS, Case, build_case
from scripts.bench.landscape_planes import refined_plane, report_planes
from scripts.bench.landscape_processes import Timed, clock, runners
from scripts.bench.landscape_ways import LABELS

LARGEST_DIFFERENCE = {"preview": 5e-4}
"""What a way's mean losses may differ by from the package's, as a share; 5e-7 if not here."""


def main() -> None:
    """Runs the benchmark and prints its tables."""
    options = parsed()
    torch.set_num_threads(options.threads)
    console = Console(width=126)
    for name in options.networks:
        case = the_case(name, options)
        report(console, options, case, *measure(case, options))
    planes = {
        name: refined_plane(the_case(name, options), options.points) for name in options.planes
    }
    if planes:
        report_planes(console, planes, options.points)


def parsed() -> argparse.Namespace:
    """The command line; exits with 2 where the package is wanted and missing."""
    parser = argparse.ArgumentParser(description="Speed of loss surfaces.")
    parser.add_argument("--networks", default=",".join(NETWORKS), metavar="A,B")
    parser.add_argument("--only", default=",".join(LABELS), metavar="A,B", help="ways")
    parser.add_argument("--planes", default="mlp,cnn", metavar="A,B", help="networks to refine")
    parser.add_argument("--points", type=int, default=49, help="points of a plane's side")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1, help="torch threads")
    parser.add_argument(
        "--in_one_process", action="store_true", help="all ways where the network was trained"
    )
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--images", choices=["real", "random"], default="real")
    parser.add_argument("--data_folder", default=None)
    options = parser.parse_args()
    for key, known in (("networks", NETWORKS), ("only", LABELS), ("planes", NETWORKS)):
        names = [name for name in getattr(options, key).split(",") if name]
        for name in names:
            if name not in known:
                parser.error(f"--{key}: {name}, expected some of {', '.join(known)}")
        setattr(options, key, names)
    needs_package = options.networks and any(name.startswith("package") for name in options.only)
    if needs_package and importlib.util.find_spec("loss_landscapes") is None:
        parser.error("the package is missing: pip install --constraint constraints.txt '.[bench]'")
    return options


def the_case(name: str, options: argparse.Namespace) -> Case:
    """A network to measure; exits with one line where its images are missing."""
    try:
        is_random = options.images == "random"
        return build_case(name, is_random, options.data_folder, options.device)
    except SettingsError as error:
        raise SystemExit(f"{error}; or --images random") from error


def measure(case: Case, options: argparse.Namespace) -> tuple[dict[str, Timed], list[float]]:
    """All ways of a network in turns, and the rate of a convolution, FLOP/s, turn by turn."""
    names = [name for name in options.only if name != "package_channels_last" or is_conv(case)]
    rates = []
    with runners(names, case, options.threads, options.in_one_process) as ways:
        for _ in range(options.rounds):
            rates.append(convolution_rate(options.device, options.threads))
            for runner in ways.values():
                runner.timed.seconds.append(runner.turn())
        return {name: runner.timed for name, runner in ways.items()}, rates


def is_conv(case: Case) -> bool:
    """Whether the network has convolutions."""
    return any(isinstance(module, torch.nn.Conv2d) for module in case.model.modules())


def convolution_rate(device: str, threads: int) -> float:
    """FLOP/s of one 3 x 3 convolution, the best of ten: 16 channels last, 32 images 32 x 32."""
    layout, now = torch.channels_last, clock(device, threads)
    x = torch.randn(32, 16, 32, 32, device=device).to(memory_format=layout)
    weight = torch.randn(16, 16, 3, 3, device=device).to(memory_format=layout)
    best = float("inf")
    with torch.inference_mode():
        for _ in range(10):
            began = now()
            F.conv2d(x, weight, padding=1)
            best = min(best, now() - began)
    return 2 * 9 * 16**2 * 32**2 * 32 / best


def report(
    console: Console,
    options: argparse.Namespace,
    case: Case,
    ways: dict[str, Timed],
    rates: list[float],
) -> None:
    """Prints points/s, ratios to the package, differences and verdicts."""
    points = case.network.steps**2
    device = torch.cuda.get_device_name() if options.device == "cuda" else "CPU"
    title = (
        f"{case.network.label}, {case.network.examples} images ({options.images}):"
        f" {device}, {options.threads} threads, torch {torch.__version__}"
    )
    rate = statistics.median(rates)
    caption = (
        f"{options.rounds} rounds of {points} points; a 3 x 3 convolution of 16 channels by itself:"
        f" {rate / 1e9:.0f} GFLOP/s"
    )
    table = Table(title=title, caption=caption)
    heads = ("way", "points/s", "ratio", "of rounds", "differs by", "set-up s", "of the conv.", "")
    for head in heads:
        table.add_column(head, justify="left" if head == "way" else "right")
    reference = ways.get("package", next(iter(ways.values())))
    for name, timed in ways.items():
        table.add_row(LABELS[name], *row_of(name, timed, reference, case, rate))
    console.print(table)
    for name, timed in ways.items():
        if timed.path:
            console.print(f"  {LABELS[name]}: {timed.path}")


def row_of(name: str, timed: Timed, reference: Timed, case: Case, rate: float) -> list[str]:
    """One way's numbers; a verdict where one was asked for."""
    pairs = zip(reference.seconds, timed.seconds, strict=True)
    ratios = [theirs / seconds for theirs, seconds in pairs]
    ratio = statistics.median(ratios)
    per_second = len(timed.losses) / statistics.median(timed.seconds)
    difference = float((timed.losses / reference.losses - 1).abs().max())
    wanted, verdict = case.network.wanted.get(name), ""
    if wanted is not None and timed is not reference:
        is_equal = difference <= LARGEST_DIFFERENCE.get(name, 5e-7)
        holds = ratio >= wanted and is_equal
        verdict = f"≥ {wanted:g} {'holds' if holds else 'fails'}"
    return [
        f"{per_second:.1f}",
        f"{ratio:.2f}",
        f"{min(ratios):.2f} to {max(ratios):.2f}",
        f"{difference:.1e}",
        f"{timed.setup:.1f}",
        f"{per_second * case.operations() / rate:.0%}" if is_conv(case) else "–",
        verdict,
    ]


if __name__ == "__main__":
    main()
