"""The planes of all networks side by side on one scale, from above and as reliefs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.skip_connections.naming import names_of, networks_of, one_of_each
from experiments.skip_connections.readings import Reading
from research.evidence.landscape_figures import (
    Scale,
    colour_bar,
    contour,
    plotly_surface,
    relief,
    relief_panel,
    shared_scale,
)
from research.evidence.style import SLIDE, caption, slide
from research.evidence.surfaces import reservations
from research.surface import Surface

if TYPE_CHECKING:
    from plotly.graph_objects import Figure as Interactive

HIGHEST = 1e4
"""Losses above it have one colour: the walls of a plane would take the colours of its floor."""


def planes_figure(readings: Sequence[Reading]) -> Figure:
    """Level lines of the loss around the end points of one seed."""
    shown, names = _shown(readings)
    figure = slide(height=height_for(len(shown)))
    panels = figure.subplots(1, len(shown), squeeze=False, sharey=True)[0]
    scale = _scale(shown)
    for axes, (reading, plane) in zip(panels, shown, strict=True):
        contour(axes, plane, scale=scale, levels=7, labelled=False)
        title = f"{names[reading.store.variant]}\ntraining loss {reading.train_loss:.2g}"
        axes.set_title(title, size=title_size(len(shown)))
        axes.set_xlabel("first direction")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    panels[0].set_ylabel("second direction")
    colour_bar(figure, list(panels), scale, "training loss")
    caption(figure, "The loss around networks with and without skips", _text(readings, shown))
    return figure


def reliefs_figure(readings: Sequence[Reading]) -> Figure:
    """The same as reliefs."""
    shown, names = _shown(readings)
    figure = slide(height=height_for(len(shown)))
    scale = _scale(shown)
    panels = []
    for index, (reading, plane) in enumerate(shown, start=1):
        panels.append(relief_panel(figure, 1, len(shown), index))
        relief(panels[-1], plane, scale=scale)
        panels[-1].set_title(names[reading.store.variant], size=title_size(len(shown)))
    colour_bar(figure, panels, scale, "training loss")
    caption(figure, "The same planes as reliefs", _text(readings, shown))
    return figure


def planes_to_turn(readings: Sequence[Reading]) -> "Interactive":
    """The same, one at a time, to turn by hand."""
    shown, names = _shown(readings)
    return plotly_surface(
        {names[reading.store.variant]: plane for reading, plane in shown},
        title="The training loss around networks with and without skips",
        scale=_scale(shown),
        quantity="training loss",
    )


def height_for(panels: int) -> float:
    """Height of a slide, in inches, on which so many square panels stand side by side."""
    return (SLIDE[0] - 2.0) / max(panels, 2) + 1.3


def title_size(panels: int) -> float:
    """Points of the titles of so many panels side by side."""
    return {1: 18.0, 2: 18.0, 3: 15.0}.get(panels, 12.0)


def _shown(readings: Sequence[Reading]) -> tuple[list[tuple[Reading, Surface]], dict[str, str]]:
    done = one_of_each([each for each in readings if each.plane is not None])
    return [(each, each.plane) for each in done if each.plane is not None], names_of(done)


def _scale(shown: Sequence[tuple[Reading, Surface]]) -> Scale:
    return shared_scale([plane.loss for _, plane in shown], log=True, top=HIGHEST)


def _text(readings: Sequence[Reading], shown: Sequence[tuple[Reading, Surface]]) -> str:
    settings = shown[0][0].settings.surface
    seeds = sorted({reading.store.seed for reading, _ in shown})
    of_all = "all" if settings.examples is None else f"{settings.examples:,} fixed"
    return (
        f"Networks of {networks_of(readings)}; seed {' and '.join(map(str, seeds))}. Mean loss of"
        f" {of_all} training images in the plane of two random directions, each normalised by"
        f" {settings.directions.normalisation}; batch norm's statistics are"
        f" {settings.batch_norm}. The cross is the end of training. One logarithmic scale;"
        f" losses above {HIGHEST:,.0f} have the colour of that."
        f"{reservations(plane for _, plane in shown)}"
    )
