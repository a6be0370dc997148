"""The common look of all figures: readable from the back row, and for the colour-blind.

Figures are plain `matplotlib.figure.Figure` objects, never pyplot's, so that no window, no backend
and no global list of figures is involved.
"""

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY = "#5F6368"
PALETTE = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK)
"""Okabe and Ito (2008), without yellow, which vanishes on a projector; in the order of use."""
TRAINING, VALIDATION = BLUE, VERMILLION

HALO = (withStroke(linewidth=4, foreground="white"),)
"""Path effects that keep a text readable where lines pass behind it."""

SLIDE = (13.333, 7.5)
"""Inches of a 16:9 slide: point sizes are those that the slide will show."""

SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so that figures are alike everywhere
    "font.size": 17,
    "axes.titlesize": 18,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.labelsize": 17,
    "axes.labelcolor": "#202124",
    "axes.edgecolor": GREY,
    "axes.linewidth": 1.2,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=PALETTE),
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelsize": 15,
    "ytick.labelsize": 15,
    "xtick.labelcolor": "#202124",
    "ytick.labelcolor": "#202124",
    "text.color": "#202124",
    "lines.linewidth": 3,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.fonttype": "path",  # the reader's fonts can't move a label
    "svg.hashsalt": "descent",  # the same record gives the same file
    "path.simplify": True,
}


@contextmanager
def lecture_style() -> Iterator[None]:
    """The look, in a `with` or as a decorator of what draws; elsewhere nothing changes."""
    with matplotlib.rc_context(SETTINGS):
        yield


def slide(width: float = SLIDE[0], height: float = SLIDE[1]) -> Figure:
    """An empty figure with room between its panels, in inches."""
    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12, wspace=0.04, hspace=0.04)
    return Figure(figsize=(width, height), layout=layout)


def wrapped(text: str, characters: int) -> str:
    """Text in lines of at most so many characters, broken after commas where that is enough."""
    lines: list[str] = []
    for part in text.split(", "):
        if lines and len(lines[-1]) + len(part) + 2 <= characters:
            lines[-1] += f", {part}"
        else:
            lines.append(part)
    parts = [f"{line}," for line in lines[:-1]] + lines[-1:]
    return "\n".join(textwrap.fill(part, characters) for part in parts)


def caption(figure: Figure, title: str, text: str) -> None:
    """Says what a figure shows: the report prints it, and a screen reader reads the title."""
    figure.set_label(f"{title}\n{text}")


def read_caption(figure: Figure) -> tuple[str, str]:
    """Title and text that `caption` gave a figure; empty if it did not."""
    title, _, text = str(figure.get_label()).partition("\n")
    return title, text


@dataclass(frozen=True)
class LineLabel:
    """A name that stands at the end of a line, in place of a legend."""

    height: float
    """Where the line ends, in data coordinates."""
    text: str
    colour: str


def label_lines(
    axes: Axes, labels: Sequence[LineLabel], size: float = 15, gap: float = 0.085
) -> list[Text]:
    """Writes names to the right of the panel, at the height of each line's end, pushed apart.

    Args:
        axes: the panel, with its final limits and scale.
        labels: the names.
        size: points.
        gap: least distance between two names, as a share of the panel's height.
    """
    to_panel = axes.transData + axes.transAxes.inverted()
    left = axes.get_xlim()[1]
    ordered = sorted(labels, key=lambda label: label.height)
    heights = [float(to_panel.transform((left, label.height))[1]) for label in ordered]
    return [
        axes.text(
            1.02,
            height,
            label.text,
            color=label.colour,
            size=size,
            weight="bold",
            va="center",
            transform=axes.transAxes,
        )
        for label, height in zip(ordered, pushed_apart(heights, gap), strict=True)
    ]


def pushed_apart(heights: Sequence[float], gap: float) -> list[float]:
    """Sorted heights in [0, 1], moved so that neighbours are at least `gap` apart."""
    moved: list[float] = []
    for height in heights:
        moved.append(max(height, moved[-1] + gap) if moved else max(height, 0.02))
    excess = moved[-1] - 1 if moved else 0.0
    for index in range(len(moved) - 1, -1, -1):  # what was pushed over the top comes down again
        if excess <= 0:
            break
        moved[index] -= excess
        excess = moved[index - 1] + gap - moved[index] if index else 0.0
    return moved
