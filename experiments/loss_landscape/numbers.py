"""The numbers of claims and figures, from the lines of a run. No torch."""

from collections.abc import Callable

import numpy

from experiments.loss_landscape.naming import MATCHED, START, TRAINED
from experiments.loss_landscape.readings import Floats, Lines, Reading
from research.evidence.bounded_claim import NotDecided

MATCH = 0.1
"""Training losses that are compared at differ by no more than this share."""


def curvature(lines: Lines) -> Floats:
    """Second derivative of the least-squares parabola through each line, [directions].

    It is the mean curvature over the whole line, not that at its middle: with a direction as long
    as the weights, in units of the loss.
    """
    slopes = numpy.polyfit(lines.coordinates, lines.losses.T, 2)  # [3, directions]
    return numpy.asarray(2 * slopes[0])


def mean_curvature(reading: Reading, point: str, split: str) -> float:
    """The mean over directions."""
    return float(curvature(reading.whole(point, split)).mean())


def curvature_ratio(split: str) -> Callable[[Reading, Reading], float]:
    """Mean curvature at the trained weights: that of the first run over that of the second."""
    return lambda first, second: _ratio(first, second, TRAINED, split)


def _ratio(first: Reading, second: Reading, point: str, split: str) -> float:
    """The same at any point.

    Raises:
        NotDecided: the second is not curved upwards, so that a ratio would not say which is less.
    """
    least = mean_curvature(second, point, split)
    if least <= 0:
        raise NotDecided(
            f"{second.name} has a mean curvature of {least:.3g}, expected one above 0 to compare to"
        )
    return mean_curvature(first, point, split) / least


def matched_ratio(first: Reading, second: Reading) -> float:
    """The same at weights of one training loss.

    Raises:
        NotDecided: one never came that far, or their losses there are too different.
    """
    lower, higher = sorted(_matched_losses(first, second))
    if higher > (1 + MATCH) * lower:
        raise NotDecided(
            f"{first.name} and {second.name} have training losses {lower:.3g} and {higher:.3g}"
            f" where they are compared, expected at most {MATCH:.0%} between them"
        )
    return _ratio(first, second, MATCHED, "train")


def _matched_losses(*readings: Reading) -> list[float]:
    losses = [reading.whole(MATCHED, "train").training_loss for reading in readings]
    return [loss for loss in losses if loss is not None]


def matched_note(first: Reading, second: Reading) -> str:
    """The training losses of a seed where they are compared."""
    losses = " and ".join(f"{loss:.4f}" for loss in _matched_losses(first, second))
    return f"training losses there in the deciding seed: {losses}"


def flatness(*readings: Reading) -> float:
    """Range of the loss along a line at the first weights over that at the last, in %.

    Means over directions, of the training loss; the largest of the runs.
    """
    return max(
        100 * _mean_range(each.whole(START, "train")) / _mean_range(each.whole(TRAINED, "train"))
        for each in readings
    )


def _mean_range(lines: Lines) -> float:
    return float(numpy.ptp(lines.losses, axis=1).mean())


def convex_share(*readings: Reading) -> float:
    """Second differences of the training loss that are positive at the last weights, in %.

    Of the line, of all runs and directions, that has the fewest.
    """
    shares = [
        (numpy.diff(each.whole(TRAINED, "train").losses, n=2, axis=1) > 0).mean(axis=1)
        for each in readings
    ]
    return float(100 * numpy.concatenate(shares).min())


def farthest_minimum(*readings: Reading) -> float:
    """Grid steps from the last weights to the smallest training loss of a line: the largest."""
    steps = []
    for each in readings:
        lines = each.whole(TRAINED, "train")
        steps.append(_steps_from_centre(lines, lines.losses))
    return float(numpy.concatenate(steps).max())


def minimum_of_mean(*readings: Reading) -> float:
    """The same for the mean over all lines of a run: the largest of the runs."""
    steps = []
    for each in readings:
        lines = each.whole(TRAINED, "train")
        steps.append(_steps_from_centre(lines, lines.losses.mean(axis=0, keepdims=True)))
    return float(numpy.concatenate(steps).max())


def _steps_from_centre(lines: Lines, losses: Floats) -> Floats:
    """[lines], of losses [lines, points]."""
    centre = int(numpy.abs(lines.coordinates).argmin())
    return numpy.asarray(numpy.abs(losses.argmin(axis=1) - centre), dtype=numpy.float64)


def largest_cosine(*readings: Reading) -> float:
    """The largest |cosine| of two directions before normalisation, times √P for P weights."""
    return max(float(numpy.abs(each.cosines()).max() * each.weights() ** 0.5) for each in readings)
