"""The numbers that decide the claims, each from the reading of one pair. No torch."""

from collections.abc import Callable

from experiments.mode_connectivity.readings import MOVED, Reading


def barrier(path: str, metric: str, scale: float = 1.0) -> Callable[[Reading], float]:
    """How far a metric rises along a path above the worse of its two ends; never below 0.

    max_t v(t) - max(v(0), v(1)), over the points that were measured, times `scale`.

    Args:
        path: "line" or "curve".
        metric: such as train/loss.
        scale: 100 makes per cent of a share.
    """

    def number(reading: Reading) -> float:
        values = reading.along(path, metric)
        return scale * float(values.max() - max(values[0], values[-1]))

    return number


def barrier_ratio(reading: Reading) -> float:
    """The barrier of the training loss along the curve over that along the straight line."""
    curve, line = (barrier(path, "train/loss")(reading) for path in ("curve", "line"))
    return curve / line if line else float("nan")


def length(reading: Reading) -> float:
    """The length of the curve over that of the straight line."""
    return float(reading.along("curve", "length")[-1])


def moved_excess(reading: Reading) -> float:
    """How much higher the training loss is along the curve with the ends' statistics, at most."""
    moved = reading.along("curve", f"train/loss{MOVED}")
    return float((moved - reading.along("curve", "train/loss")).max())
