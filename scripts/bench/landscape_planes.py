"""Planes refined level by level, beside the same planes in full."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from research.landscape.fast import fast_evaluator
from research.landscape.refinement import Filled, Refinement
from scripts.bench.landscape_cases import Case

TOLERANCE = 1e-3
"""Held-out error at which a plane is filled by its spline, as a share of its range."""


@dataclass(frozen=True)
class Refined:
    """A plane, refined and in full.

    Attributes:
        label: the network and its examples.
        filled: the refined plane.
        error: its largest difference from the plane in full, as a share of that one's range.
        seconds: of the refined plane, setting up included.
        seconds_in_full: of the plane in full, by the same evaluator.
    """

    label: str
    filled: Filled
    error: float
    seconds: float
    seconds_in_full: float


def refined_plane(case: Case, points: int, tolerance: float = TOLERANCE) -> Refined:
    """The plane [-1, 1] x [-1, 1] of a network, refined and in full.

    Args:
        case: the network.
        points: points of a side.
        tolerance: of the held-out error.
    """
    axis = np.linspace(-1, 1, points)
    began = time.perf_counter()
    evaluator = fast_evaluator(case.objective, case.origin, case.directions)

    def losses(cells: np.ndarray) -> np.ndarray:
        found = evaluator([(axis[i], axis[j]) for i, j in cells])["loss"]
        return found.double().mean(dim=1).cpu().numpy()

    refinement = Refinement((points, points), tolerance)
    values = np.full((points, points), np.nan)
    measured = np.zeros((points, points), dtype=bool)
    while len(cells := refinement.next_cells(values, measured)):
        values[tuple(cells.T)], measured[tuple(cells.T)] = losses(cells), True
    filled = refinement.fill(values, measured)
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    full = losses(np.argwhere(np.ones((points, points)))).reshape(points, points)
    error = float(np.abs(filled.values - full).max() / np.ptp(full))
    label = f"{case.network.label}, {case.network.examples} images"
    return Refined(label, filled, error, seconds, time.perf_counter() - began)


def report_planes(console: Console, planes: Mapping[str, Refined], points: int) -> None:
    """Prints evaluations, errors and seconds; errors are shares of the plane's range."""
    table = Table(title=f"Planes of {points} x {points} points, refined to {TOLERANCE:g}")
    heads = ("plane", "points", "fewer", "held-out error", "real error", "s", "s in full", "")
    for head in heads:
        table.add_column(head, justify="left" if head == "plane" else "right")
    for each in planes.values():
        filled = each.filled
        holds = filled.saving >= 10 and filled.held_out_error <= TOLERANCE
        table.add_row(
            each.label,
            f"{int(filled.measured.sum())}",
            f"{filled.saving:.1f}x",
            f"{filled.held_out_error:.1e}",
            f"{each.error:.1e}",
            f"{each.seconds:.1f}",
            f"{each.seconds_in_full:.1f}",
            f"≥ 10x {'holds' if holds else 'fails'}",
        )
    console.print(table)
