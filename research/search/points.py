"""Points that are known before the first trial: random, quasi-random, and those of a grid.

Point i of a random or quasi-random search depends on the seed and on i alone, so a table is the
same whoever computes it, and one that is extended keeps what it has. Bergstra & Bengio (2012,
JMLR 13:281) say when random points find more than those of a grid.
"""

import bisect
import itertools
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from research.search.space import Parameter, parameters
from research.seeds import derive
from research.settings.search import Domain, as_parameter

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

Space = Mapping[str, tuple[Domain, ...]]
DrawnSampler = Literal["random", "qmc", "grid"]


def draw(space: Space, sampler: DrawnSampler, count: int, seed: int) -> list[dict[str, Any]]:
    """The first points of a search, each by the names of the parameters that hold in it.

    Args:
        space: domains by dotted key.
        sampler: random, qmc (Sobol's sequence, scrambled by Owen's method) or grid.
        count: how many. A grid has no more than `grid_size`, and the first `count` of those.
        seed: of random and quasi-random points.

    Raises:
        SettingsError: the space's conditions can't be.
    """
    if sampler == "grid":
        return list(itertools.islice(_grid(with_grid_points(space, count)), count))
    all_parameters = parameters(space)
    rows = unit_points(sampler, len(all_parameters), count, seed)
    return [_point(all_parameters, row) for row in rows.tolist()]


def unit_points(
    sampler: Literal["random", "qmc"], dimensions: int, count: int, seed: int
) -> "NDArray[float64]":
    """Points of the unit cube.

    Args:
        sampler: random or qmc.
        dimensions: of the cube.
        count: how many.
        seed: of the sequence; its first points do not depend on `count`.

    Returns:
        Values in [0, 1): [count, dimensions].
    """
    import numpy

    if sampler == "random":
        key = derive(seed, "points of a search")
        rows = [numpy.random.default_rng([key, index]).random(dimensions) for index in range(count)]
        return numpy.array(rows, dtype=numpy.float64).reshape(count, dimensions)
    from scipy.stats import qmc

    sobol = qmc.Sobol(
        dimensions, scramble=True, rng=derive(seed, "points of a quasi-random search")
    )
    drawn: NDArray[float64] = sobol.random_base2(max(count - 1, 0).bit_length())
    return drawn[:count]


def from_unit(domain: Domain, unit: float) -> Any:
    """The parameter's value at a place in [0, 1): evenly, in the logarithm where `log` says so.

    Every choice, and every whole number of an even interval, has an equal share.
    """
    if domain.choices is not None:
        return as_parameter(domain.choices[int(unit * len(domain.choices))])
    if domain.low is None or domain.high is None:
        raise ValueError("a domain without choices has low and high")
    margin = 0.5 if domain.integer else 0.0
    low, high = domain.low - margin, domain.high + margin
    if domain.log:
        value = math.exp(math.log(low) + unit * (math.log(high) - math.log(low)))
    else:
        value = low + unit * (high - low)
    inside = min(max(value, domain.low), domain.high)
    return math.floor(inside + 0.5) if domain.integer else inside


def grid_values(domain: Domain, points: int) -> list[Any]:
    """All choices; of an interval the centres of so many equal cells, without repetition.

    A cell's centre stands for its share of the interval, as a random point does, and the ends are
    not favoured. Values that have to be exact are written as choices.
    """
    if domain.choices is not None:
        return [as_parameter(choice) for choice in domain.choices]
    centres = (from_unit(domain, (cell + 0.5) / points) for cell in range(points))
    return list(dict.fromkeys(centres))


def with_grid_points(space: Space, trials: int) -> dict[str, tuple[Domain, ...]]:
    """The space with `points` for every interval that has none: the most that the trials allow.

    All of them get the same number, at least 2. A study keeps them, so that its grid stays the same
    where it is extended.
    """
    points = 2
    if any(_lacks_points(each) for domains in space.values() for each in domains):
        points = _most_points(space, trials)
    return _filled(space, points)


def _most_points(space: Space, trials: int) -> int:
    """Found by halving: a grid of many points takes long to count."""

    def size(points: int) -> int:
        return grid_size(_filled(space, points))

    return max(2, 1 + bisect.bisect_right(range(2, trials + 1), trials, key=size))


def grid_size(space: Space) -> int:
    """How many points the grid has; intervals without `points` count as two.

    Raises:
        SettingsError: the space's conditions can't be.
    """
    filled = _filled(space, 2)
    asked = {key for domains in filled.values() for each in domains for key in each.when}
    return _size(parameters(filled), asked, {})


def _size(left: list[Parameter], asked: set[str], values: dict[str, Any]) -> int:
    """Multiplied out, but for the choices that conditions ask for."""
    if not left:
        return 1
    first, *rest = left
    if not first.is_active(values):
        return _size(rest, asked, values)
    choices = grid_values(first.domain, first.domain.points or 2)
    if first.key not in asked:
        return len(choices) * _size(rest, asked, values)
    settings = (first.setting(choice) for choice in choices)
    return sum(_size(rest, asked, {**values, first.key: each}) for each in settings)


def _filled(space: Space, points: int) -> dict[str, tuple[Domain, ...]]:
    return {
        key: tuple(
            each.model_copy(update={"points": points}) if _lacks_points(each) else each
            for each in domains
        )
        for key, domains in space.items()
    }


def _lacks_points(domain: Domain) -> bool:
    return domain.choices is None and domain.points is None


def _point(all_parameters: list[Parameter], row: list[float]) -> dict[str, Any]:
    """Each parameter has a column of its own, also where it does not hold."""
    point: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for each, unit in zip(all_parameters, row, strict=True):
        if each.is_active(values):
            point[each.name] = from_unit(each.domain, unit)
            values[each.key] = each.setting(point[each.name])
    return point


def _grid(space: Space) -> Iterator[dict[str, Any]]:
    """Every combination; the last parameter changes fastest."""
    yield from _branches(parameters(space), {}, {})


def _branches(
    left: list[Parameter], point: dict[str, Any], values: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    if not left:
        yield point
        return
    first, *rest = left
    if not first.is_active(values):
        yield from _branches(rest, point, values)
        return
    for value in grid_values(first.domain, first.domain.points or 2):
        yield from _branches(
            rest, {**point, first.name: value}, {**values, first.key: first.setting(value)}
        )
