"""What the figures share: names and colours of methods, and panels with lines of equal loss."""

from collections.abc import Sequence

import numpy
from matplotlib.axes import Axes
from numpy.typing import NDArray

from experiments.test_functions.measured import Measured
from research.evidence.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILLION
from research.problems.test_functions import TestFunction

COLOURS = {
    "gd": BLUE,
    "heavy_ball": ORANGE,
    "nesterov": GREEN,
    "adam": VERMILLION,
    "rmsprop": PURPLE,
    "adagrad": SKY,
    "lbfgs": BLACK,
}
"""The methods that are compared in one panel; all others have panels of their own."""
NAMES = {
    "gd": "gradient descent",
    "heavy_ball": "heavy ball",
    "nesterov": "Nesterov",
    "normalized_sgd": "normalised GD",
    "sign_sgd": "sign descent",
    "lion": "Lion",
    "adagrad": "AdaGrad",
    "adadelta": "AdaDelta",
    "rmsprop": "RMSProp",
    "adam": "Adam",
    "adamw": "AdamW",
    "amsgrad": "AMSGrad",
    "nadam": "NAdam",
    "nadamw": "NadamW",
    "nadamp": "NadamP",
    "generalized_adam": "Generalized Adam",
    "radam": "RAdam",
    "adafactor": "Adafactor",
    "amos": "Amos",
    "shampoo": "Shampoo",
    "caspr": "CASPR",
    "lbfgs": "L-BFGS",
    "schedule_free_sgd": "schedule-free SGD",
    "schedule_free_adamw": "schedule-free AdamW",
    "prodigy": "Prodigy",
    "swats": "SWATS",
    "adam_then_sgd": "Adam, then SGD",
}
ORDER = ("square", "ill_conditioned", "normalised", "saddle", "rosenbrock", "beale")
LEVELS = 14


def name_of(method: str) -> str:
    """What figures call a method."""
    return NAMES.get(method, method.replace("_", " "))


def grid(
    function: TestFunction, points: int = 240
) -> tuple[NDArray[numpy.float64], NDArray[numpy.float64], NDArray[numpy.float64]]:
    """Over the function's window: x [n], y [n], and the gap to the least value [n, n]."""
    (left, right), (bottom, top) = function.window
    x, y = numpy.linspace(left, right, points), numpy.linspace(bottom, top, points)
    return x, y, function.value(x[None, :], y[:, None]) - function.least


def level_lines(axes: Axes, measured: Measured, levels: int = LEVELS, points: int = 160) -> None:
    """Grey lines of equal loss, evenly spaced in the cube root of the gap; start and minimiser."""
    function = measured.function
    x, y, gap = grid(function, points)
    heights = float(gap.max()) * (numpy.arange(1, levels + 1) / (levels + 1)) ** 3
    axes.contour(x, y, gap, levels=heights, colors="#C8CCD0", linewidths=0.9, zorder=0)
    axes.set(xlim=function.window[0], ylim=function.window[1])
    axes.plot(*measured.start, "o", color="black", markersize=7, zorder=5)
    axes.plot(*function.minimiser, "*", color="black", markersize=13, zorder=5)


def walked(axes: Axes, path: NDArray[numpy.float64], colour: str, width: float = 2.2) -> None:
    """One path, in its colour."""
    axes.plot(path[:, 0], path[:, 1], color=colour, lw=width, alpha=0.9, zorder=3)


def compared(measured: Measured) -> Sequence[str]:
    """The methods of `COLOURS` that have a path to show."""
    return [method for method in COLOURS if method in measured.rows and measured.shown(method)]
