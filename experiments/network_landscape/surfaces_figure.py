"""The figure of one network's surfaces: a panel for each step and split, all on one scale."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from research.evidence.landscape_figures import (
    Scale,
    Trajectory,
    colour_bar,
    contour,
    line,
    shared_scale,
)
from research.evidence.style import PALETTE, caption, slide
from research.evidence.surfaces import reservations
from research.surface import Surface

if TYPE_CHECKING:
    from experiments.network_landscape.evidence import Network

UNITS = {
    "filter": "1 = as long as each filter's weights",
    "layer": "1 = as long as each layer's weights",
    "tensor": "1 = as long as each tensor's weights",
    "none": "units of the drawn direction",
}


def surfaces_figure(network: "Network") -> Figure:
    """Planes from above, steps side by side; or lines, a panel for each split."""
    first = next(iter(network.surfaces.values()))
    figure = _planes(network) if len(first.axes) == 2 else _lines(network)
    about = first.about
    more = reservations(network.surfaces.values())
    if len(first.axes) == 1:
        more += " Bands are 95 % intervals of the rise over the middle, from paired examples."
    caption(
        figure,
        f"Loss around the weights: {network.label}",
        f"Mean loss of {about['examples']} examples of each split along {_directions(about)}. "
        f"Batch norm: {about['batch_norm']}.{more}",
    )
    return figure


def _directions(about: Mapping[str, Any]) -> str:
    if "trajectory" in about:
        shares = " and ".join(f"{share:.0%}" for share in about["trajectory"]["shares"])
        return (
            f"the principal directions of the trajectory of {about['record']}, which have {shares} "
            "of its variance"
        )
    return (
        f"random directions from {about['record']}. Directions: normalisation "
        f"{about.get('normalisation', 'none')}, vectors {about.get('vectors', '')}, seed "
        f"{about.get('seed', '')}"
    )


def _planes(network: "Network") -> Figure:
    steps = list(dict.fromkeys(step for step, _ in network.surfaces))
    splits = list(dict.fromkeys(split for _, split in network.surfaces))
    across = len(steps) > 1  # before and after stand side by side
    rows, columns = (len(splits), len(steps)) if across else (1, len(splits))
    figure = slide(max(5.2 * columns + 2.2, 8.0), 5.2 * rows + 1.3)
    alike = not any("trajectory" in each.about for each in network.surfaces.values())
    panels = figure.subplots(rows, columns, squeeze=False, sharex=alike, sharey=alike)
    scale = shared_scale([surface.loss for surface in network.surfaces.values()])
    for number, split in enumerate(splits):
        for column, step in enumerate(steps):
            panel = panels[number][column] if across else panels[0][number]
            if (step, split) not in network.surfaces:
                panel.set_visible(False)
                continue
            surface = network.surfaces[step, split]
            _one_plane(panel, surface, scale)
            low, high = surface.loss.min(), surface.loss.max()
            panel.set_title(f"{title(step, split)}\n{low:.3g} to {high:.3g}", size=16)
    for panel in panels[:, 0]:
        panel.set_ylabel("second direction")
    figure.supxlabel(f"first direction ({_unit(network)})", size=17)
    colour_bar(figure, panels.ravel().tolist(), scale, "mean loss")
    figure.suptitle(network.label, weight="bold", size=20)
    return figure


def _one_plane(panel: Axes, surface: Surface, scale: Scale) -> None:
    """One plane, on the scale of all."""
    contour(panel, surface, scale=scale, trajectory=trajectory_of(surface))
    panel.xaxis.set_major_locator(MaxNLocator(4))
    panel.yaxis.set_major_locator(MaxNLocator(4))


def trajectory_of(surface: Surface) -> Trajectory | None:
    """The points of a run's trajectory in the plane, where the plane is theirs."""
    kept = surface.about.get("trajectory")
    return Trajectory(kept["coordinates"], kept["distances"]) if kept else None


def _lines(network: "Network") -> Figure:
    splits = list(dict.fromkeys(split for _, split in network.surfaces))
    steps = list(dict.fromkeys(step for step, _ in network.surfaces))
    figure = slide(6.0 * len(splits) + 1.2, 6.0)
    panels = figure.subplots(1, len(splits), squeeze=False, sharey=True)[0]
    for panel, split in zip(panels, splits, strict=True):
        for colour, step in zip(_colours(len(steps)), steps, strict=True):
            if (step, split) in network.surfaces:
                _one_line(panel, network.surfaces[step, split], step, colour)
        panel.set(title=split.capitalize(), xlabel=f"along the direction\n({_unit(network)})")
        panel.axvline(0, color="#DADCE0", linewidth=1.5, zorder=0)
        panel.xaxis.set_major_locator(MaxNLocator(5))
    panels[0].set_ylabel("mean loss")
    panels[-1].legend()
    figure.suptitle(network.label, weight="bold", size=20)
    return figure


def _one_line(panel: Axes, surface: Surface, step: int, colour: str) -> None:
    line(
        panel,
        surface.axes[0],
        surface.loss,
        colour=colour,
        label=_moment(step),
        half_width=surface.half_width,
    )


def title(step: int, split: str) -> str:
    """What a panel is of."""
    return f"{split.capitalize()}, {_moment(step)}"


def _moment(step: int) -> str:
    return f"after step {step:,}" if step else "before training"


def _unit(network: "Network") -> str:
    about = next(iter(network.surfaces.values())).about
    if "trajectory" in about:
        return "distance in weight space"
    return UNITS[str(about.get("normalisation", "none"))]


def _colours(count: int) -> list[str]:
    return [PALETTE[index % len(PALETTE)] for index in range(count)]
