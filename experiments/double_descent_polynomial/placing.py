"""Where a text finds room in a panel: away from curves, from the threshold and from other texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from experiments.double_descent_polynomial.measured import Floats
from research.evidence.style import HALO

STEP = 0.02
"""Of the places that are tried, in shares of the panel."""
MARGIN = 0.015
"""That stays free around a text."""
HIGHER, TRIES = 1.08, 12
"""The axis grows by this factor, and so many times, where there is no room."""


@dataclass(frozen=True)
class Statement:
    """A text, and where its upper left corner would best be, in shares of the panel."""

    text: str
    corner: tuple[float, float]
    colour: str
    size: float = 15


def place(figure: Figure, axes: Axes, statements: Sequence[Statement]) -> list[Text]:
    """Writes each statement at the free place nearest to its corner.

    Args:
        figure: it is laid out here, so that the texts' sizes are known.
        axes: with all else that it shows. Its logarithmic axis of y grows until there is room.
        statements: the first chooses first.
    """
    texts = [_write(axes, each) for each in statements]
    if not texts:
        return []
    figure.canvas = canvas = FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    for _ in range(TRIES):
        if _find_room(axes, canvas, texts, statements):
            break
        low, high = axes.get_ylim()
        axes.set_ylim(low, low * (high / low) ** HIGHER)
    return texts


def _write(axes: Axes, statement: Statement) -> Text:
    return axes.text(
        *statement.corner,
        statement.text,
        transform=axes.transAxes,
        va="top",
        size=statement.size,
        weight="bold",
        color=statement.colour,
        path_effects=HALO,
        zorder=5,
    )


def _find_room(
    axes: Axes, canvas: FigureCanvasAgg, texts: Sequence[Text], statements: Sequence[Statement]
) -> bool:
    """Moves the texts; False where one of them has no free place."""
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    inverse = axes.transAxes.inverted()
    taken = [_dots(axes)]
    for other in axes.texts:
        if other not in texts:
            box = other.get_window_extent(renderer).transformed(inverse)
            taken.append(_grid(*box.min, *box.max))
    for text, statement in zip(texts, statements, strict=True):
        box = text.get_window_extent(renderer).transformed(inverse)
        found = _nearest(statement.corner, (box.width, box.height), numpy.concatenate(taken))
        if found is None:
            return False
        text.set_position(found)
        x, y = found
        taken.append(_grid(x, y - box.height, x + box.width, y))
    return True


def _nearest(
    corner: tuple[float, float], size: tuple[float, float], taken: Floats
) -> tuple[float, float] | None:
    """The upper left corner of a free box, nearest to the one that is asked for."""
    width, height = size
    lefts = numpy.arange(MARGIN, 1 - width, STEP)
    tops = numpy.arange(1 - MARGIN, height, -STEP)
    places = [corner, *((float(x), float(y)) for x in lefts for y in tops)]
    places = [each for each in places if each[0] + width <= 1]
    for x, y in sorted(places, key=lambda each: _distance(each, corner)):
        inside = (taken[:, 0] > x - MARGIN) & (taken[:, 0] < x + width + MARGIN)
        inside &= (taken[:, 1] > y - height - MARGIN) & (taken[:, 1] < y + MARGIN)
        if not inside.any():
            return x, y
    return None


def _distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2


def _dots(axes: Axes) -> Floats:
    """Points along all lines of a panel, close to each other, in shares of it: [points, 2]."""
    to_panel = axes.transAxes.inverted()
    dots = [numpy.empty((0, 2))]
    for line in axes.lines:
        vertices = line.get_transform().transform(line.get_xydata())
        vertices = to_panel.transform(vertices[numpy.isfinite(vertices).all(1)])
        for start, end in pairwise(vertices):
            count = int(numpy.abs(end - start).max() / MARGIN) + 2
            dots.append(numpy.linspace(start, end, min(count, 200)))
    return numpy.concatenate(dots)


def _grid(left: float, low: float, right: float, high: float) -> Floats:
    """Points all over a box."""
    x = numpy.linspace(left, right, 20)
    y = numpy.linspace(low, high, 20)
    return numpy.stack(numpy.meshgrid(x, y), axis=-1).reshape(-1, 2)
