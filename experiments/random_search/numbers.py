"""The numbers that claims are about, from the readings of one seed."""

import numpy

from experiments.random_search.closed_forms import grid_mean, random_mean
from experiments.random_search.readings import Floats, Mean, Reading
from experiments.random_search.settings import SEARCHED
from research.evidence.bounded_claim import NotDecided
from research.settings.search import SamplerName

BINS = 8
"""Parts of a searched setting, of equally many trials, between which errors are compared."""


def chance_random_reaches_grid_of_16(reading: Reading) -> float:
    """Share of searches in which 16 random trials do as well as the grid of 16."""
    return _chance(reading, 16)


def chance_random_reaches_grid_of_81(reading: Reading) -> float:
    """The same with 81."""
    return _chance(reading, 81)


def _chance(reading: Reading, trials: int) -> float:
    random, grid = (reading.best_at(sampler, trials) for sampler in ("random", "grid"))
    return float((random >= grid).mean())


def control(reading: Reading) -> float:
    """Mean best value of the grid minus that of random search, the smaller of 16 and 64 trials."""
    return min(_ahead(reading, "grid", "random", trials) for trials in (16, 64))


def quasi_random_gain(reading: Reading) -> float:
    """Mean best value of 16 quasi-random trials minus that of 16 random ones."""
    return _ahead(reading, "qmc", "random", 16)


def tpe_gain(reading: Reading) -> float:
    """Mean best value of 81 trials of TPE minus that of 81 random ones."""
    return _ahead(reading, "tpe", "random", 81)


def tpe_over_grid(reading: Reading) -> float:
    """Mean best value of 81 trials of TPE minus that of the grid of 81."""
    return _ahead(reading, "tpe", "grid", 81)


def _ahead(reading: Reading, first: SamplerName, second: SamplerName, trials: int) -> float:
    """Mean difference over the searches that both have made."""
    left, right = (reading.best_at(sampler, trials) for sampler in (first, second))
    both = min(len(left), len(right))
    return float((left[:both] - right[:both]).mean())


def off_the_closed_forms(*readings: Reading) -> float:
    """Largest distance of a mean best value from its closed form, in standard errors.

    Of random search and the grid, at all sizes of the grid but the first: one point of either is
    no search.
    """
    return max(_off(reading) for reading in readings)


def _off(reading: Reading) -> float:
    bump = reading.bump
    sizes = reading.budgets("grid")[1:].astype(int).tolist()
    if not sizes:
        raise NotDecided(f"{reading.name} has no grid of more than one point")
    grid, random = Mean.of(reading.best("grid")[:, 1:]), Mean.of(reading.best("random"))
    at_sizes = numpy.array(sizes) - 1
    exact_grid = numpy.array(
        [grid_mean(axis + 2, bump.width, bump.relevant) for axis in range(len(sizes))]
    )
    exact_random = random_mean(sizes, bump.width, bump.relevant)
    off = numpy.concatenate(
        [
            (grid.value - exact_grid) / grid.error,
            (random.value[at_sizes] - exact_random) / random.error[at_sizes],
        ]
    )
    return float(numpy.abs(off).max())


def grid_error_over_random(reading: Reading) -> float:
    """Mean over the searches of the grid's least validation error minus random search's, of 16."""
    return -_ahead(reading, "random", "grid", 16)


def random_error_over_grid(reading: Reading) -> float:
    """The same difference the other way round."""
    return _ahead(reading, "random", "grid", 16)


def share_of_learning_rate(reading: Reading) -> float:
    """Share of the variance of random trials' errors that their learning rates explain."""
    return shares(reading)["lr"]


def largest_other_share(reading: Reading) -> float:
    """The largest share of the three other settings."""
    return max(share for name, share in shares(reading).items() if name != "lr")


def shares(reading: Reading) -> dict[str, float]:
    """By searched setting the share of the errors' variance that it explains by itself."""
    errors = reading.errors("random").ravel()
    tried = reading.tried("random").reshape(len(errors), -1)
    if len(errors) < 4 * BINS:
        raise NotDecided(f"{reading.name} has {len(errors)} random trials, too few for shares")
    return {name: explained(tried[:, column], errors) for column, name in enumerate(SEARCHED)}


def explained(values: Floats, errors: Floats) -> float:
    """Share of the variance of errors that lies between eighths of sorted values.

    Omega squared, which is 0 on average where they have nothing to do with each other:
    (between - (bins - 1) within) / (total + within), `within` the mean square inside a bin.
    Hays (1963), Statistics for Psychologists.
    """
    order = numpy.argsort(values, kind="stable")
    parts = numpy.array_split(errors[order], BINS)
    total = float(((errors - errors.mean()) ** 2).sum())
    inside = sum(float(((part - part.mean()) ** 2).sum()) for part in parts)
    within = inside / (len(errors) - BINS)
    return (total - inside - (BINS - 1) * within) / (total + within)
