"""The figure of losses by class: a panel for each variant, its groups from frequent to rare.

It is that of Kunstner et al. (2024, figure 1). It is drawn for every record whose runs watched
losses by class; an experiment that draws one of the same name replaces it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from research.evidence.class_losses import ClassLosses, mean_over_runs, read_class_losses
from research.evidence.style import BLACK, caption, slide, wrapped
from research.evidence.tuned_rates import grid_method
from research.evidence.watched_curvature_figure import stores_of, watches
from research.records.store import Record

NAME = "per_class_loss"
COLUMNS = 4
MOST = 12
"""Panels of a figure, at most."""
WIDE = 30.0
"""Largest over smallest loss from which the axis is logarithmic."""


def group_colours(groups: int) -> list[str]:
    """Colours of groups from frequent, dark, to rare, bright; even in lightness."""
    shades = matplotlib.colormaps["plasma"](numpy.linspace(0.0, 0.9, max(groups, 1)))
    return [matplotlib.colors.to_hex(shade) for shade in shades]


def groups_panel(axes: Axes, losses: ClassLosses, title: str = "", log: bool = False) -> None:
    """One panel: a line for each group over the steps, and the mean over all labels, dashed.

    Args:
        axes: the panel.
        losses: of one run, or the mean of several.
        title: of the panel.
        log: whether the axis of losses is logarithmic.
    """
    marker = "o" if len(losses.steps) == 1 else ""
    # The rare ones first: where lines meet, the few frequent classes stay visible.
    for index in reversed(range(len(losses.shares))):
        colour = group_colours(len(losses.shares))[index]
        axes.plot(losses.steps, losses.loss[:, index], color=colour, linewidth=2, marker=marker)
    dashes: dict[str, Any] = {"color": BLACK, "linestyle": (0, (3, 1.5)), "marker": marker}
    axes.plot(losses.steps, losses.overall, label="all classes", **dashes)
    if log:
        axes.set_yscale("log")
    axes.set_title(title, size=17)
    axes.set_xlabel("step")
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))


def groups_key(figure: Figure, panels: Sequence[Axes], groups: int) -> None:
    """The scale of colours beside the panels, from the frequent group to the rare one."""
    norm = BoundaryNorm(numpy.arange(groups + 1) + 0.5, groups)
    mappable = ScalarMappable(norm, ListedColormap(group_colours(groups)))
    bar = figure.colorbar(mappable, ax=list(panels), ticks=[1, groups], aspect=30, pad=0.02)
    bar.ax.set_yticklabels(["frequent\nclasses", "rare\nclasses"] if groups > 1 else ["all"] * 2)
    bar.ax.invert_yaxis()
    bar.minorticks_off()
    bar.ax.tick_params(length=0)
    bar.outline.set_visible(False)


def is_wide(all_losses: Sequence[ClassLosses]) -> bool:
    """Whether losses span so much that an axis should be logarithmic."""
    values = numpy.concatenate([each.loss.ravel() for each in all_losses])
    values = values[numpy.isfinite(values)]
    return len(values) > 0 and 0 < WIDE * values.min() < values.max()


def class_losses_figures(record: Record) -> dict[str, Figure]:
    """The figures `per_class_loss`, of the training set, and `per_class_loss_SPLIT` of another."""
    figures = {}
    for split, name in (("train", NAME), ("validation", f"{NAME}_validation")):
        found = _read(record, split)
        if found:
            figures[name] = _figure(record, found, split)
    return figures


def _read(record: Record, split: str) -> dict[str, ClassLosses]:
    """The mean over the seeds of each variant, or of each of its stages, by name."""
    runs: dict[str, list[ClassLosses]] = {}
    for run in record.runs():
        if not watches(record.plan.variants[run.variant], NAME):
            continue
        for store in stores_of(run):
            losses = read_class_losses(store, split)
            if losses is not None and len(losses.shares):
                stage = "" if store.folder == run.folder else f", {store.folder.name}"
                runs.setdefault(f"{run.variant}{stage}", []).append(losses)
    return {name: mean_over_runs(each) for name, each in runs.items()}


def chosen(found: Mapping[str, ClassLosses]) -> tuple[dict[str, ClassLosses], str]:
    """The variants that have a panel, and what a caption has to say of the others.

    Of a grid of learning rates each method has one: its lowest last loss over all labels.
    """
    whole_runs = [name for name in found if ", " not in name]
    methods = {name: method for name in whole_runs if (method := grid_method(name))}
    if len(methods) < len(found) or len(set(methods.values())) == len(found):
        some = dict(list(found.items())[:MOST])
        rest = len(found) - len(some)
        return some, f" {rest} further variants are not shown." if rest else ""
    best: dict[str, str] = {}
    for name, method in methods.items():
        if _last(found[name]) < (_last(found[best[method]]) if method in best else numpy.inf):
            best[method] = name
    some = {name: found[name] for name in list(best.values())[:MOST]}
    text = " Of each method the learning rate with the lowest last loss over all labels is shown."
    return some, text


def _last(losses: ClassLosses) -> float:
    """The last loss over all labels; that of a run that diverged is never the lowest."""
    last = losses.overall[-1] if len(losses.overall) else numpy.nan
    return float(last) if numpy.isfinite(last) else numpy.inf


def _figure(record: Record, found: Mapping[str, ClassLosses], split: str) -> Figure:
    some, others = chosen(found)
    rows = -(-len(some) // COLUMNS)
    columns = -(-len(some) // rows)
    figure = slide(width=max(9.0, 3.6 * columns + 2.4), height=4.4 * rows + 1.0)
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
    panels: list[Axes] = list(grid.ravel())
    log = is_wide(list(some.values()))
    groups = max(len(each.shares) for each in some.values())
    for panel, (name, losses) in zip(panels, some.items(), strict=False):
        groups_panel(panel, losses, wrapped(_label(record, name), 22), log)
    for panel in panels[len(some) :]:
        panel.set_visible(False)
    for panel in grid[:, 0]:
        panel.set_ylabel(f"{split} loss" + (" (log scale)" if log else ""))
    dashed, labels = panels[0].get_legend_handles_labels()
    figure.legend(dashed, labels, loc="outside upper right", fontsize=14, handlelength=2.6)
    groups_key(figure, panels, groups)
    caption(figure, f"Loss class by class: {split}", _text(list(some.values()), split) + others)
    return figure


def _label(record: Record, name: str) -> str:
    variant, comma, stage = name.partition(", ")
    return f"{record.plan.variants[variant].label or variant}{comma}{stage}"


def _text(shown: Sequence[ClassLosses], split: str) -> str:
    """What is drawn."""
    first = shown[0]
    sizes = ", ".join(f"{count:,}" for count in first.classes)
    shares = ", ".join(f"{100 * share:.0f}" for share in first.shares)
    return (
        f"Mean loss of {split} labels by group of classes, dashed over all of them; the mean over "
        "seeds. The classes are sorted by how often they are training labels and cut into groups "
        f"of about as many labels each. Classes by group, from frequent to rare: {sizes}; percent "
        f"of the training labels: {shares}."
    )
