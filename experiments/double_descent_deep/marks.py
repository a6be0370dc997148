"""What the figures write into their panels: the peak of a curve, or that there is none."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from experiments.double_descent_deep.bump import Bump, Values
from research.evidence.style import GREY, HALO
from research.evidence.threshold_figure import mark_threshold

LEAST = 2.0
"""Points that an error must rise and fall for a figure to speak of a second descent."""


def mark_bump(
    axes: Axes, x: Values | Sequence[float], bump: Bump | None, of: str, is_over: bool
) -> float | None:
    """A dashed line at the peak with rise and fall, or a note that there is no second descent.

    Args:
        axes: the panel, with its final limits and scale.
        x: what the curve is drawn over.
        bump: the highest of the curve; None if it is too short to have one, which says nothing.
        of: which curve that is, such as "20 % wrong, smoothed"; may be empty.
        is_over: whether all of its runs were trained to their ends.

    Returns:
        Where the line is, or None.
    """
    if bump is None:
        return None
    if bump.height < LEAST:
        which, when = f"{of}: " if of else "", "" if is_over else " so far"
        note(axes, f"{which}no second descent{when}")
        return None
    peak = float(x[bump.peak])
    which = f"peak ({of}):\n" if of else "peak: "
    mark_threshold(axes, peak, f"{which}up by {bump.rise:.1f} points, down by {bump.fall:.1f}")
    return peak


def note(axes: Axes, text: str) -> None:
    """A remark in the upper right corner of a panel, in the room that `headroom` leaves."""
    axes.text(
        0.99,
        0.97,
        text,
        transform=axes.transAxes,
        ha="right",
        va="top",
        color=GREY,
        size=14,
        path_effects=HALO,
    )


def headroom(axes: Axes, share: float = 0.12) -> None:
    """Room above all curves for what is said of the peak."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + share * (high - low))


def nothing(axes: Axes) -> None:
    """Says so where a panel has no line."""
    axes.text(0.5, 0.5, "nothing measured", transform=axes.transAxes, ha="center", color=GREY)
