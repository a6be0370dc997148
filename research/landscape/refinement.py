"""Which cells of a grid are worth an evaluation: a coarse lattice first, finer while it surprises.

Most of a smooth surface can be told from a few of its points. So a lattice of about 7 x 7 cells is
evaluated first; its spline predicts the rest of the grid. The prediction is then *checked* on some
cells of the next lattice, which are evaluated but not shown to the spline. Where it is within the
tolerance, the rest is filled by the spline; where not, the rest of the finer lattice follows, and
the question is put again. A rough surface never passes, and is evaluated in full.

What comes next depends on the values alone, so a surface that was interrupted goes on where it was:

    refinement = Refinement((51, 51), tolerance=0.001)
    while len(cells := refinement.next_cells(values, measured)):
        for i, j in cells:
            values[i, j], measured[i, j] = loss(i, j), True
    filled = refinement.fill(values, measured)
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import make_interp_spline

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]
Cells = NDArray[np.int64]

_FIRST = 7
_DEGREE = 3


@dataclass(frozen=True)
class Filled:
    """A surface of which some cells were measured and the others filled in.

    Attributes:
        values: the surface, [nx, ny]; what was measured is kept to the bit.
        measured: which cells were measured, [nx, ny].
        held_out_error: largest |spline - measured| over the checked cells, none of which the spline
            has seen, as a share of the range of what was measured; 0 where no cell was filled in.
            It is a sample: on surfaces of which all was known, the largest error over all cells
            was up to 2.7 times this.
        checked: number of those cells.
    """

    values: Values
    measured: Mask
    held_out_error: float
    checked: int

    @property
    def saving(self) -> float:
        """Cells of the grid per cell that was measured."""
        return float(self.measured.size / self.measured.sum())


class Refinement:
    """The order in which the cells of a rectangular grid are evaluated, and when to stop.

    Args:
        shape: (nx, ny) of the grid; any sizes.
        tolerance: of the held-out error, as a share of the range.
        axes: coordinates of the grid's rows and columns, increasing; None means evenly spaced.
        checks: how many cells a prediction is checked on. Half of them are those where the spline
            changed most when the lattice was last refined, the others are drawn.
        seed: draws them.

    Attributes:
        levels: by level, the indices of the lattice along each axis. The first level has seven,
            denser towards the ends, where splines are worst; each further one halves the intervals
            of the one before, and the last is the whole grid (51 points: 7, 13, 25, 51).
    """

    def __init__(
        self,
        shape: tuple[int, int],
        tolerance: float,
        *,
        axes: Sequence[Sequence[float]] | None = None,
        checks: int = 48,
        seed: int = 0,
    ) -> None:
        if len(shape) != 2 or min(shape) < 1:
            raise ValueError(f"a grid of shape {tuple(shape)}, expected (nx, ny), both at least 1")
        if tolerance < 0:
            raise ValueError(f"tolerance {tolerance}, expected at least 0")
        if checks < 1:
            raise ValueError(f"checks {checks}, expected at least 1")
        self.shape = tuple(shape)
        self.tolerance = tolerance
        self.axes = _coordinates(shape, axes)
        self.levels = lattices(shape)
        self._checks = checks
        self._seed = seed

    @property
    def stage_sizes(self) -> tuple[int, ...]:
        """How many cells each answer of `next_cells` has, if the refinement never stops."""
        sizes, done = [], 0
        for level, (rows, columns) in enumerate(self.levels):
            size = len(rows) * len(columns)
            sizes.append(size - done)
            done = size
            if level + 1 < len(self.levels):
                sizes.append(self._checks_of(level))
                done += sizes[-1]
        return tuple(size for size in sizes if size)

    def next_cells(self, values: Values, measured: Mask) -> Cells:
        """The cells to evaluate next, [k, 2], in a fixed order; none where all is done.

        Args:
            values: what is known of the surface, [nx, ny]; anything where nothing is known.
            measured: which cells are known, [nx, ny]: all that was asked for before.
        """
        return self._where(values, measured)[1]

    def fill(self, values: Values, measured: Mask) -> Filled:
        """The whole surface, once `next_cells` has no more to ask for.

        Raises:
            ValueError: there are cells to evaluate yet.
        """
        level, missing = self._where(values, measured)
        if len(missing):
            raise ValueError(f"{len(missing)} cells are not measured yet")
        if level == len(self.levels) - 1:
            return Filled(values.astype(np.float64), measured.copy(), 0.0, 0)
        checks = self._check_cells(level, values)
        filled = np.where(measured, values, self.predict(values, level))
        error = self._error(level, checks, values)
        return Filled(filled, measured.copy(), error, len(checks))

    def predict(self, values: Values, level: int) -> Values:
        """What the spline through the lattice of a level says of the whole grid, [nx, ny]."""
        return self._spline(values, self.levels[level])

    def _where(self, values: Values, measured: Mask) -> tuple[int, Cells]:
        """The level that the refinement has come to, and the cells it lacks there."""
        for level in range(len(self.levels) - 1):
            missing = self._unmeasured(self._lattice(level), measured)
            if len(missing):
                return level, missing
            checks = self._check_cells(level, values)
            missing = self._unmeasured(checks, measured)
            if len(missing) or self._error(level, checks, values) <= self.tolerance:
                return level, missing
        last = len(self.levels) - 1
        return last, self._unmeasured(self._lattice(last), measured)

    def _lattice(self, level: int) -> Cells:
        rows, columns = self.levels[level]
        return np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)

    def _unmeasured(self, cells: Cells, measured: Mask) -> Cells:
        return cells[~measured[cells[:, 0], cells[:, 1]]]

    def _checks_of(self, level: int) -> int:
        new = len(self._lattice(level + 1)) - len(self._lattice(level))
        return min(self._checks, new)

    def _new_cells(self, level: int) -> Cells:
        """The cells of the next lattice that are not of this one."""
        of_this = np.zeros(self.shape, dtype=bool)
        of_this[np.ix_(*self.levels[level])] = True
        return self._unmeasured(self._lattice(level + 1), of_this)

    def _check_cells(self, level: int, values: Values) -> Cells:
        """Cells of the next lattice to check the spline on; from values on the lattice alone."""
        candidates = self._new_cells(level)
        count = self._checks_of(level)
        rows, columns = self.levels[level]
        coarser = _every_second(rows), _every_second(columns)
        change = np.abs(self.predict(values, level) - self._spline(values, coarser))
        change = np.nan_to_num(change[candidates[:, 0], candidates[:, 1]], nan=0.0)
        order = np.argsort(-change, kind="stable")
        suspects, others = order[: count // 2], order[count // 2 :]
        drawn = np.random.default_rng([self._seed, level]).permutation(np.sort(others))
        chosen: Cells = candidates[np.concatenate([suspects, drawn[: count - len(suspects)]])]
        return chosen

    def _error(self, level: int, cells: Cells, values: Values) -> float:
        """Largest error of a level's spline on cells, as a share of the range of all known."""
        at = cells[:, 0], cells[:, 1]
        known = np.concatenate([values[np.ix_(*self.levels[level])].ravel(), values[at]])
        if not np.isfinite(known).all():
            return np.inf
        residual = float(np.abs(self.predict(values, level)[at] - values[at]).max())
        span = float(np.ptp(known))
        return residual / span if span else 0.0

    def _spline(self, values: Values, lattice: tuple[Cells, Cells]) -> Values:
        grid = values[np.ix_(*lattice)].astype(np.float64)
        if not np.isfinite(grid).all():
            return np.full(self.shape, np.nan)
        for axis, (indices, coordinates) in enumerate(zip(lattice, self.axes, strict=True)):
            grid = _along(grid, coordinates[indices], coordinates, axis)
        return grid


def lattices(shape: tuple[int, int]) -> tuple[tuple[Cells, Cells], ...]:
    """By level, the indices of the lattice along each axis; the last level is the whole grid."""
    by_axis = [_indices(size) for size in shape]
    depth = max(len(levels) for levels in by_axis)
    first, second = ([*levels, *[levels[-1]] * (depth - len(levels))] for levels in by_axis)
    return tuple(zip(first, second, strict=True))


def _indices(size: int) -> list[Cells]:
    """The nested indices of one axis, coarse to fine; from intervals of 3 on, all of them.

    The first are half way between evenly spaced ones, u in [-1, 1], and Chebyshev's, sin(pi u / 2).
    """
    whole = np.arange(size)
    if size <= _FIRST:
        return [whole]
    even = np.linspace(-1, 1, _FIRST)
    places = (even + np.sin(np.pi * even / 2)) / 2
    levels = [np.unique(np.round((places + 1) * (size - 1) / 2).astype(np.int64))]
    while np.diff(levels[-1]).max() > 3:
        middles = (levels[-1][1:] + levels[-1][:-1]) // 2
        levels.append(np.union1d(levels[-1], middles))
    return [*levels, whole]


def _every_second(indices: Cells) -> Cells:
    """Every second index, and the last."""
    return np.unique(np.append(indices[::2], indices[-1]))


def _along(values: Values, known: Values, wanted: Values, axis: int) -> Values:
    """The interpolating spline along one axis: cubic, or of the degree that the points allow."""
    if len(known) == 1:
        return np.repeat(values, len(wanted), axis=axis)
    spline = make_interp_spline(known, values, k=min(_DEGREE, len(known) - 1), axis=axis)
    return np.asarray(spline(wanted), dtype=np.float64)


def _coordinates(
    shape: tuple[int, int], axes: Sequence[Sequence[float]] | None
) -> tuple[Values, Values]:
    """The coordinates of rows and columns.

    Raises:
        ValueError: they don't have the grid's sizes, or don't increase.
    """
    if axes is None:
        return np.arange(shape[0], dtype=np.float64), np.arange(shape[1], dtype=np.float64)
    first, second = (np.asarray(axis, dtype=np.float64) for axis in axes)
    if (len(first), len(second)) != tuple(shape):
        found = (len(first), len(second))
        raise ValueError(f"axes of {found[0]} and {found[1]} points, expected {tuple(shape)}")
    if any((np.diff(axis) <= 0).any() for axis in (first, second)):
        raise ValueError("axes that do not increase, expected increasing coordinates")
    return first, second
