"""The figure of eigenvalues: the ends of the Hessian's spectrum of every network looked at.

Beside each name stands |lambda_min / lambda_max|, by which Li et al. (2018, arXiv:1712.09913) tell
how far a point is from where the loss is convex; and the trace, where it was measured.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.network_landscape.surfaces_figure import title
from research.evidence.landscape_scale import WIDE
from research.evidence.style import BLUE, GREY, VERMILLION, caption, slide
from research.evidence.surfaces import Curvature

if TYPE_CHECKING:
    from experiments.network_landscape.evidence import Network


def eigenvalues_figure(networks: "Sequence[Network]") -> Figure:
    """A row for each network, step and split, the eigenvalues as points."""
    rows = [
        (network.label if len(networks) > 1 else "", title(step, split), measured)
        for network in networks
        for (step, split), measured in network.curvature.items()
    ]
    traced = any("trace" in measured.metrics for _, _, measured in rows)
    figure = slide(height=max(3.5, 1.6 + (1.25 if traced else 0.95) * len(rows)))
    axes = figure.subplots()
    for height, (_, _, measured) in enumerate(rows):
        _draw(axes, height, measured)
    axes.set_yticks(range(len(rows)), [_name(*row) for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.axvline(0, color=GREY, linewidth=1.2, zorder=1)
    low, high = _ends([row[2] for row in rows])
    if high > WIDE * low:
        axes.set_xscale("symlog", linthresh=10.0 ** math.floor(math.log10(low)), linscale=0.7)
    axes.margins(x=0.08)
    axes.set_xlabel("eigenvalue of the Hessian of the mean loss")
    axes.grid(axis="x", color="#DADCE0")
    _legend(axes)
    text = (
        "By Lanczos' iteration. Bars are residuals |Hv - lambda v|: a true eigenvalue lies within. "
        "The ratio is |lambda_min / lambda_max|."
    )
    if traced:
        text += " The trace is a mean over random vectors, with its standard error."
    caption(figure, "Largest and smallest eigenvalues of the Hessian", text)
    return figure


def _draw(axes: Axes, height: int, measured: Curvature) -> None:
    for name, colour in (("largest", BLUE), ("smallest", VERMILLION)):
        if name in measured.arrays:
            values = measured.arrays[name]
            error = numpy.abs(measured.arrays[f"{name}_residuals"])
            heights = numpy.full(len(values), height)
            axes.errorbar(values, heights, xerr=error, fmt="o", color=colour, markersize=11)


def _legend(axes: Axes) -> None:
    kinds = [("largest", BLUE), ("smallest", VERMILLION)]
    dots = [
        Line2D([], [], marker="o", linestyle="", markersize=11, color=colour, label=label)
        for label, colour in kinds
    ]
    axes.legend(handles=dots, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)


def _name(label: str, moment: str, measured: Curvature) -> str:
    ratio = measured.metrics.get("ratio")
    beside = "" if ratio is None else f"|smallest / largest| = {ratio:.2g}"
    return "\n".join(part for part in (label, moment, beside, _trace(measured)) if part)


def _trace(measured: Curvature) -> str:
    """The trace and its standard error, which one random vector alone has none of; or ""."""
    if (trace := measured.metrics.get("trace")) is None:
        return ""
    error = measured.metrics.get("trace_standard_error", math.nan)
    return f"trace = {trace:.3g}" + (f" ± {error:.2g}" if math.isfinite(error) else "")


def _ends(measured: Sequence[Curvature]) -> tuple[float, float]:
    """The smallest and the largest absolute value that was found, but for zeros."""
    found = [
        numpy.abs(each.arrays[name])
        for each in measured
        for name in ("largest", "smallest")
        if name in each.arrays
    ]
    values = numpy.concatenate(found) if found else numpy.ones(1)
    positive = values[values > 0]
    return (float(positive.min()), float(positive.max())) if len(positive) else (1.0, 1.0)
