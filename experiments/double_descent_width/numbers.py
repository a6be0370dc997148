"""The numbers that decide the claims, from the readings of one seed. No torch."""

import numpy
from numpy.typing import NDArray

from experiments.double_descent_width.readings import Floats, Reading
from research.evidence.bounded_claim import NotDecided

NEAR = (0.75, 1.25)
"""What counts as near a number of parameters: within 25 % of it."""


def near(reading: Reading, share: float = 1.0) -> NDArray[numpy.bool_]:
    """Which widths are within 25 % of share * nK parameters: [W].

    Raises:
        NotDecided: there is none, or none on either side of them.
    """
    low, high = (bound * share for bound in NEAR)
    found = (reading.shares >= low) & (reading.shares <= high)
    if not found.any() or found[0] or found[-1]:
        raise NotDecided(f"{reading.name} has no widths around {share:g} nK parameters")
    return found


def peak_share(reading: Reading) -> Floats:
    """Parameters over nK at each network's peak: [m].

    The peak is the largest test loss from the first minimum on, the smallest below 0.75 nK: the
    narrowest networks fit nothing, and would be a peak at the edge.
    """
    return _peaks(reading, reading.whole("test_loss"), 1.0)


def peak_over_reuse(reading: Reading) -> Floats:
    """The same in units of where reuse stops, with the first minimum below 0.75 of that: [m].

    Raises:
        NotDecided: the widths end there, or nothing is reused.
    """
    stop = reading.settings.reuse_until
    return _peaks(reading, reading.whole("test_loss"), stop) / stop


def _peaks(reading: Reading, loss: Floats, share: float) -> Floats:
    """Parameters over nK where each row, [W], is largest from its first minimum on: [rows]."""
    first = int(near(reading, share).argmax())
    is_later = numpy.arange(len(reading.shares)) >= loss[:, :first].argmin(axis=1)[:, None]
    where: Floats = reading.shares[numpy.where(is_later, loss, -numpy.inf).argmax(axis=1)]
    return where


def peak_height(reading: Reading) -> Floats:
    """Largest test loss near nK over the smallest of the narrower networks: [m]."""
    loss, place = reading.whole("test_loss"), near(reading)
    height: Floats = loss[:, place].max(axis=1) / loss[:, : place.argmax()].min(axis=1)
    return height


def second_descent(reading: Reading) -> Floats:
    """Test loss of the widest network over the smallest below 0.75 nK: [m]."""
    loss, place = reading.whole("test_loss"), near(reading)
    ratio: Floats = loss[:, -1] / loss[:, : place.argmax()].min(axis=1)
    return ratio


def height_without_reuse(scratch: Reading, reusing: Reading) -> Floats:
    """Largest test loss near nK without reuse, over the median of those with it: [m]."""
    heights = [each.whole("test_loss")[:, near(each)].max(axis=1) for each in (scratch, reusing)]
    return numpy.asarray(heights[0] / numpy.median(heights[1]))


def median_peak_share(reading: Reading) -> Floats:
    """Parameters over nK at the peak of the median test loss over networks: [1]."""
    return _peaks(reading, _middle(reading), 1.0)


def median_bump(reading: Reading) -> Floats:
    """The peak of the median test loss over the larger of the smallest ones on both sides: [1]."""
    [middle], [share] = _middle(reading), median_peak_share(reading)
    top = int(numpy.flatnonzero(reading.shares == share)[0])
    feet = max(middle[: top + 1].min(), middle[top:].min())
    return numpy.array([middle[top] / feet])


def _middle(reading: Reading) -> Floats:
    """The median test loss over networks, as one row: [1, W]."""
    return numpy.median(reading.whole("test_loss"), axis=0, keepdims=True)
