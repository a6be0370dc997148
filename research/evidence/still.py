"""What stands still in an animation, drawn once: a frame then adds only what moves."""

from collections.abc import Sequence

import numpy
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from research.evidence.gif import GIF_DOTS_PER_INCH


class Still(Artist):
    """Pixels of a whole figure, copied as they are: matplotlib's own images are resampled."""

    def __init__(self, pixels: NDArray[numpy.uint8]) -> None:
        super().__init__()
        self.pixels = numpy.ascontiguousarray(pixels[::-1])
        self.set_zorder(-1)

    def draw(self, renderer: RendererBase) -> None:
        """Below all panels."""
        renderer.draw_image(renderer.new_gc(), 0, 0, self.pixels)


def over_still(
    still: Figure, drawn: Sequence[Axes], sharpness: int = 1
) -> tuple[Figure, list[Axes]]:
    """A figure with another one as its background, and empty panels over it.

    Args:
        still: all that does not move.
        drawn: its panels in which something will; the empty ones have their limits and scales.
        sharpness: how many pixels there are for each of a GIF's usual density.
    """
    still.set_dpi(sharpness * GIF_DOTS_PER_INCH)
    canvas = FigureCanvasAgg(still)
    canvas.draw()  # type: ignore[no-untyped-call]  # matplotlib types neither of these two
    pixels = numpy.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    width, height = still.get_size_inches()
    size = (sharpness * width, sharpness * height)
    figure = Figure(figsize=size, dpi=GIF_DOTS_PER_INCH)
    figure.add_artist(Still(pixels))
    return figure, [_over(figure, axes) for axes in drawn]


def _over(figure: Figure, axes: Axes) -> Axes:
    panel = figure.add_axes(axes.get_position().bounds)
    panel.set(
        xscale=axes.get_xscale(),
        xlim=axes.get_xlim(),
        yscale=axes.get_yscale(),
        ylim=axes.get_ylim(),
    )
    panel.set_axis_off()
    return panel
