"""One search: a sampler's points, in their order, as a study of Optuna would try them.

Grid, random and quasi-random points are known before the first trial; TPE and Gaussian processes
look at the values of earlier ones, in a study that is kept in memory.
"""

import itertools
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy
from numpy.typing import NDArray

from research.search.points import draw, grid_values
from research.search.samplers import make_sampler
from research.search.space import parameters, suggest, values_of
from research.settings.search import Domain, SamplerName

Floats = NDArray[numpy.float64]
Space = Mapping[str, tuple[Domain, ...]]
"""Domains by name; none has a condition."""
Point = dict[str, Any]
"""A value for every name."""


def grid_sizes(dimensions: int, trials: int) -> list[int]:
    """Sizes k^d of the grids with as many values in every dimension, k = 1, 2, ..."""
    powers = (axis**dimensions for axis in itertools.count(1))
    return list(itertools.takewhile(lambda size: size <= trials, powers))


def grid_points(space: Space, per_axis: int) -> list[Point]:
    """Every combination of the centres of `per_axis` equal cells in each dimension."""
    axes = [grid_values(domains[0], per_axis) for domains in space.values()]
    return [dict(zip(space, values, strict=True)) for values in itertools.product(*axes)]


def drawn_points(
    space: Space, sampler: Literal["random", "qmc"], trials: int, seed: int
) -> list[Point]:
    """Random or quasi-random points, in their order."""
    known = parameters(space)
    return [values_of(point, known) for point in draw(space, sampler, trials, seed)]


def adaptive_search(
    space: Space,
    sampler: SamplerName,
    trials: int,
    seed: int,
    evaluate: Callable[[Point], float],
    direction: Literal["minimize", "maximize"],
) -> list[tuple[Point, float]]:
    """Points that are chosen by the values of earlier ones, each with its value."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=make_sampler(sampler, seed), direction=direction)
    known = parameters(space)
    tried = []
    for _ in range(trials):
        trial = study.ask()
        point = suggest(trial, known)
        value = evaluate(point)
        study.tell(trial, value)
        tried.append((point, value))
    return tried
