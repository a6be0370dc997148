"""The bump: many searches of one sampler, each for a centre of its own."""

from dataclasses import dataclass

import numpy

from experiments.random_search.closed_forms import MOST_RELEVANT, grid_mean, random_mean
from experiments.random_search.searching import (
    Floats,
    adaptive_search,
    grid_points,
    grid_sizes,
)
from experiments.random_search.settings import BumpSettings
from research.search.points import unit_points
from research.seeds import derive
from research.settings.search import ADAPTIVE, Domain, SamplerName

SHOWN = 100
"""Searches whose points are kept, for a picture."""


@dataclass(frozen=True)
class Searches:
    """What the searches of one sampler found.

    Attributes:
        budgets: numbers of trials, [B].
        best: the best value after so many, [repeats, B].
        tried: points of the first searches at the last budget, [SHOWN, trials, d].
        centres: where the best point of these was, in the dimensions that matter, [SHOWN, m].
    """

    budgets: Floats
    best: Floats
    tried: Floats
    centres: Floats


def centre_of(bump: BumpSettings, seed: int, repeat: int) -> Floats:
    """c, uniform in the dimensions that matter, which are the first ones: [m]."""
    generator = numpy.random.default_rng(derive(seed, "centre of the bump", repeat))
    return generator.random(bump.relevant)


def values_at(points: Floats, centre: Floats, width: float) -> Floats:
    """exp(-sum ((x - c)/width)^2) over the first dimensions: [n] for [n, d]."""
    away = (points[:, : len(centre)] - centre) / width
    values: Floats = numpy.exp(-(away**2).sum(1))
    return values


def search_bump(
    bump: BumpSettings, sampler: SamplerName, trials: int, seed: int, repeats: range
) -> Searches:
    """Some searches of a sampler.

    Args:
        bump: the problem.
        sampler: how points are drawn.
        trials: of each search; a grid has its largest size that is no more, and all smaller ones.
        seed: of the run.
        repeats: which searches; the same ones have the same centre with every sampler.
    """
    centres = numpy.array([centre_of(bump, seed, repeat) for repeat in repeats])
    shown = centres[:SHOWN]
    if sampler == "grid":
        sizes = grid_sizes(bump.dimensions, trials)
        grids = [_as_array(bump, axis + 1) for axis in range(len(sizes))]
        highest = [[values_at(grid, c, bump.width).max() for grid in grids] for c in centres]
        tried = numpy.repeat(grids[-1][None], len(shown), 0)
        return Searches(numpy.array(sizes, float), numpy.array(highest), tried, shown)
    found = [
        _one_search(bump, sampler, trials, derive(seed, f"search by {sampler}", repeat), centre)
        for repeat, centre in zip(repeats, centres, strict=True)
    ]
    best = numpy.maximum.accumulate([values for _, values in found], axis=1)
    tried = numpy.array([points for points, _ in found[:SHOWN]])
    return Searches(numpy.arange(1.0, trials + 1), best, tried, shown)


def _one_search(
    bump: BumpSettings, sampler: SamplerName, trials: int, seed: int, centre: Floats
) -> tuple[Floats, Floats]:
    """Points, [trials, d], and their values, [trials]."""
    if sampler in ADAPTIVE:
        space = _space(bump)

        def evaluate(point: dict[str, float]) -> float:
            return float(values_at(numpy.array([list(point.values())]), centre, bump.width)[0])

        tried = adaptive_search(space, sampler, trials, seed, evaluate, "maximize")
        points = numpy.array([list(point.values()) for point, _ in tried])
        return points, numpy.array([value for _, value in tried])
    points = unit_points("random" if sampler == "random" else "qmc", bump.dimensions, trials, seed)
    return points, values_at(points, centre, bump.width)


def _space(bump: BumpSettings) -> dict[str, tuple[Domain, ...]]:
    return {f"x{index + 1}": (Domain(low=0.0, high=1.0),) for index in range(bump.dimensions)}


def _as_array(bump: BumpSettings, per_axis: int) -> Floats:
    points = grid_points(_space(bump), per_axis)
    return numpy.array([list(point.values()) for point in points])


def metrics_of(bump: BumpSettings, sampler: SamplerName, found: Searches) -> dict[str, float]:
    """The row of some searches: mean best value, and by how much random search is ahead.

    `random/over_grid` is its mean best value at the size of the largest grid, minus the mean that
    the grid has by its closed form; `random/off` is how far that is from its own closed form.
    """
    row = {f"{sampler}/best": float(found.best[:, -1].mean())}
    if sampler != "random":
        return row
    size = grid_sizes(bump.dimensions, len(found.budgets))[-1]
    per_axis = round(size ** (1 / bump.dimensions))
    mean = float(found.best[:, size - 1].mean())
    row["random/over_grid"] = mean - grid_mean(per_axis, bump.width, bump.relevant)
    if bump.relevant <= MOST_RELEVANT:
        row["random/off"] = mean - float(random_mean([size], bump.width, bump.relevant)[0])
    return row
