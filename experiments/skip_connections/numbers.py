"""The numbers that decide the claims, and that the figures show. No torch."""

import numpy
from numpy.typing import NDArray
from scipy.interpolate import RectBivariateSpline

from experiments.skip_connections.readings import Floats, Reading
from research.evidence.bounded_claim import NotDecided

NOT_CONVEX = 0.1
"""|lambda_min / lambda_max| above which a point of the plane counts as not convex."""


def loss_ratio(skip: Reading, plain: Reading) -> float:
    """Training loss at the end without skips, over that with them."""
    return plain.train_loss / skip.train_loss


def lambda_ratio(skip: Reading, plain: Reading) -> float:
    """Largest eigenvalue at the end without skips, over that with them."""
    return plain.lambda_max / skip.lambda_max


def share_difference(skip: Reading, plain: Reading) -> float:
    """Share of points that are not convex without skips, minus that with them, in points."""
    return 100 * (not_convex(plain) - not_convex(skip))


def roughness_ratio(skip: Reading, plain: Reading) -> float:
    """Roughness of the plane without skips, over that with them."""
    return roughness(plain) / roughness(skip)


def not_convex(reading: Reading) -> float:
    """The share of the curvature map's points with |lambda_min / lambda_max| > 0.1.

    Raises:
        NotDecided: there is no map, or an eigenvalue of it is not a finite number.
    """
    if reading.map is None:
        raise NotDecided(f"{name_of(reading)} has no curvature map")
    if not numpy.isfinite(reading.map.ratio).all():
        raise NotDecided(f"{name_of(reading)}: a ratio of its map is not a finite number")
    return float(numpy.mean(reading.map.ratio > NOT_CONVEX))


def roughness(reading: Reading) -> float:
    """How far a spline through every second point is off at the others, by the log of the loss.

    r = rms over points (i, j) of (s - log10 L)(i, j), over max log10 L - min log10 L

    where s is the bicubic spline of log10 L through the lattice of every second point, and the mean
    is over the points it has not seen. The logarithm, because the losses of a plane span orders of
    magnitude: on a linear scale one corner would be all that counts.

    Raises:
        NotDecided: there is no plane, or one of which not all points were measured, or a loss is
            not a finite number.
    """
    plane = reading.plane
    if plane is None:
        raise NotDecided(f"{name_of(reading)} has no plane")
    if not plane.evaluated.all():
        raise NotDecided(f"{name_of(reading)}: a spline has filled in a part of its plane")
    if not numpy.isfinite(plane.loss).all():
        raise NotDecided(f"{name_of(reading)}: a loss of its plane is not a finite number")
    return spline_error((plane.axes[0], plane.axes[1]), numpy.log10(plane.loss))


def spline_error(axes: tuple[Floats, Floats], values: Floats) -> float:
    """Root mean square error of a spline through every second point, as share of the range.

    Args:
        axes: coordinates, [nx] and [ny]; at least 3 each.
        values: [nx, ny].
    """
    rows, columns = (_every_second(len(axis)) for axis in axes)
    unseen = numpy.ones(values.shape, dtype=bool)
    unseen[numpy.ix_(rows, columns)] = False
    spline = RectBivariateSpline(
        axes[0][rows],
        axes[1][columns],
        values[numpy.ix_(rows, columns)],
        kx=min(3, len(rows) - 1),
        ky=min(3, len(columns) - 1),
        s=0,
    )
    errors = (spline(*axes) - values)[unseen]
    span = float(numpy.ptp(values))
    return float(numpy.sqrt(numpy.mean(errors**2))) / span if span else 0.0


def _every_second(size: int) -> NDArray[numpy.int64]:
    """Every second index, and the last."""
    return numpy.union1d(numpy.arange(0, size, 2), [size - 1])


def name_of(reading: Reading) -> str:
    """variant/seed."""
    return f"{reading.store.variant}/{reading.store.seed}"
