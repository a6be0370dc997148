"""The figure of surfaces that were watched while a network trained: steps beside each other.

It is drawn for every run whose settings watch surfaces, whatever the experiment.
"""

import numpy
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from research.evidence.landscape_figures import colour_bar, contour, line, shared_scale
from research.evidence.style import PALETTE, caption, slide
from research.evidence.surfaces import read_surface, reservations, surface_names
from research.evidence.watched_curvature_figure import stores_of, watches
from research.records.store import Record, RunStore
from research.surface import Surface

MOST = 5
"""Steps that are shown; of more, so many from the first to the last."""

BySplit = dict[str, dict[int, Surface]]


def watched_surfaces_figures(record: Record) -> dict[str, Figure]:
    """Figures `watched_surfaces-<variant>-<seed>`, of runs that have watched surfaces."""
    drawn = {}
    for run in record.runs():
        variant = record.plan.variants[run.variant]
        if not watches(variant, "surfaces"):
            continue
        for store in stores_of(run):
            if surfaces := _read(store):
                places = (
                    run.variant,
                    str(run.seed),
                    *([] if store is run else [store.folder.name]),
                )
                title = f"{variant.label or run.variant}, seed {run.seed}"
                drawn["-".join(("watched_surfaces", *places))] = _figure(surfaces, title)
    return drawn


def _read(store: RunStore) -> BySplit:
    """The surfaces by split and step that callbacks.surfaces has kept; others have other names."""
    found: BySplit = {}
    for name in surface_names(store):
        split, _, step = name.rpartition("-")
        surface = read_surface(store, name) if split and step.isdecimal() else None
        if surface and (surface.about.get("split"), surface.about.get("step")) == (
            split,
            int(step),
        ):
            found.setdefault(split, {})[int(step)] = surface
    return {split: _some(dict(sorted(steps.items()))) for split, steps in sorted(found.items())}


def _some(steps: dict[int, Surface]) -> dict[int, Surface]:
    if len(steps) <= MOST:
        return steps
    chosen = numpy.linspace(0, len(steps) - 1, MOST).round().astype(int)
    return {step: steps[step] for step in numpy.array(list(steps))[chosen].tolist()}


def _figure(surfaces: BySplit, title: str) -> Figure:
    first = next(surface for steps in surfaces.values() for surface in steps.values())
    figure = _planes(surfaces) if len(first.axes) == 2 else _lines(surfaces)
    figure.suptitle(title, weight="bold", size=20)
    about = first.about
    bands = " Bands are 95 % intervals of the rise over the middle." * (len(first.axes) == 1)
    caption(
        figure,
        f"Loss around the weights during training: {title}",
        f"Mean loss of {about['examples']} examples of each split along the same random directions,"
        f" whose lengths follow the weights. Directions: normalisation {about['normalisation']}, "
        f"vectors {about['vectors']}, seed {about['seed']}. Batch norm: {about['batch_norm']}."
        f"{bands}{reservations(each for steps in surfaces.values() for each in steps.values())}",
    )
    return figure


def _planes(surfaces: BySplit) -> Figure:
    """A row for each split, a column for each step, on one scale."""
    columns = max(len(steps) for steps in surfaces.values())
    figure = slide(max(4.4 * columns + 2.0, 8.0), 4.6 * len(surfaces) + 1.4)
    panels = figure.subplots(len(surfaces), columns, squeeze=False, sharex=True, sharey=True)
    scale = shared_scale([each.loss for steps in surfaces.values() for each in steps.values()])
    for row, (split, steps) in zip(panels, surfaces.items(), strict=True):
        for panel, (step, surface) in zip(row, steps.items(), strict=False):
            contour(panel, surface, scale=scale, labelled=False)
            panel.set_title(f"{split}, step {step:,}", size=17)
            panel.xaxis.set_major_locator(MaxNLocator(3))
            panel.yaxis.set_major_locator(MaxNLocator(3))
        for panel in row[len(steps) :]:
            panel.set_visible(False)
        row[0].set_ylabel("second direction")
    figure.supxlabel("first direction", size=17)
    colour_bar(figure, panels.ravel().tolist(), scale, "mean loss")
    return figure


def _lines(surfaces: BySplit) -> Figure:
    """A panel for each split, a line for each step."""
    figure = slide(max(6.0 * len(surfaces) + 1.2, 8.0), 6.0)
    panels = figure.subplots(1, len(surfaces), squeeze=False, sharey=True)[0]
    for panel, (split, steps) in zip(panels, surfaces.items(), strict=True):
        for number, (step, surface) in enumerate(steps.items()):
            colour, label = PALETTE[number % len(PALETTE)], f"step {step:,}"
            half_width = surface.half_width
            line(
                panel,
                surface.axes[0],
                surface.loss,
                colour=colour,
                label=label,
                half_width=half_width,
            )
        panel.set(title=split, xlabel="along the direction")
        panel.xaxis.set_major_locator(MaxNLocator(5))
    panels[0].set_ylabel("mean loss")
    panels[-1].legend()
    return figure
