"""Panels without data say so: blank axes would look like a result, or like a mistake.

A figure has a panel for each thing that its experiment compares; a small preset, or `--variants`,
leaves some of them out.
"""

import numpy
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from research.evidence.style import GREY

TEXT = "nothing\nmeasured here"


def mark_empty_panels(figure: Figure) -> None:
    """Writes `TEXT` into every panel of a figure that shows no data.

    Lines, bars, points and images in data coordinates are data; a reference line across the panel
    (`axhline`) is none. A panel that has a text of its own already says what it wants to. Ticks go
    with it, except where other panels share them.
    """
    for axes in figure.axes:
        if not (axes.axison and axes.get_visible()) or axes.texts or has_data(axes):
            continue
        if not _shares_an_axis(axes):
            axes.set_axis_off()
        text = axes.text(0.5, 0.5, TEXT, ha="center", va="center", transform=axes.transAxes)
        text.set(color=GREY, size=15, style="italic")


def has_data(axes: Axes) -> bool:
    """Whether anything in a panel stands at a finite place in data coordinates."""
    return any(_shows_data(artist, axes) for artist in axes.get_children() if artist is not axes)


def _shows_data(artist: Artist, axes: Axes) -> bool:
    if artist is axes.patch or not artist.get_visible():
        return False
    match artist:
        case AxesImage():
            return True
        case Line2D():
            points = numpy.asarray(artist.get_xydata(), dtype=float)
            return _in_data(artist, axes) and bool(numpy.isfinite(points).all(axis=1).any())
        case Patch():
            return _in_data(artist, axes)
        case Collection():
            limits = artist.get_datalim(axes.transData)
            return bool(numpy.isfinite(limits.get_points()).all())
    return False


def _in_data(artist: Artist, axes: Axes) -> bool:
    """Whether both coordinates are data's; those of a line across the panel are not."""
    return all(artist.get_transform().contains_branch_seperately(axes.transData))


def _shares_an_axis(axes: Axes) -> bool:
    groups = (axes.get_shared_x_axes(), axes.get_shared_y_axes())
    return any(len(group.get_siblings(axes)) > 1 for group in groups)
