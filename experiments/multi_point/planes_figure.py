"""The picture, the loss surface before and after training, and what can be read from it."""

from collections.abc import Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from experiments.multi_point.readings import Reading
from research.evidence.landscape_figures import Scale, colour_bar, shared_scale
from research.evidence.landscape_scale import COLOURS
from research.evidence.style import BLUE, GREY, VERMILLION, caption, slide

_PAPER, _INK = "#F1F3F4", BLUE
IMAGES = {
    "digits": "8 × 8 digits",
    "mnist": "MNIST",
    "fashion_mnist": "Fashion-MNIST",
    "cifar10": "CIFAR-10",
}
"""What sets of images are called."""
_WIDE = 1.6
"""Columns over rows, from which a picture has room for two beside each other."""


def planes_figure(readings: Sequence[Reading]) -> Figure:
    """Four panels of one run, the one of a variant whose agreement is the median.

    Args:
        readings: of one variant, at least one.
    """
    run = sorted(readings, key=lambda each: each.agreements[-1])[(len(readings) - 1) // 2]
    rows, columns = run.picture.shape
    is_wide = columns >= _WIDE * rows
    figure = slide() if is_wide else slide(height=4.8)
    asked, before, found, after = _panels(figure, is_wide)
    scale = shared_scale([run.start, run.loss["test"]], log=True)
    gap = " " if is_wide else "\n"
    last = f"after {run.steps[-1]:,.0f} steps"
    _cells(asked, run.picture, f"The picture{gap}that is asked for")
    _surface(before, run.start, scale, f"Test loss{gap}before training")
    _surface(after, run.loss["test"], scale, f"Test loss{gap}{last}")
    shown = run.loss["test"] <= run.threshold
    _cells(found, shown, f"Cells with a loss{gap}of at most {run.threshold:.2g}", run.picture)
    beside = [before, after] if is_wide else [asked, before, found, after]
    colour_bar(figure, beside, scale, f"mean loss over{gap}test images, nats")
    images = IMAGES[run.settings["data"]["name"]]
    caption(
        figure,
        f"{_network(run)} on {images}: a plane of {rows} × {columns} of them",
        f"Every cell is a network; its colour is its loss on the test images ({images}), on a"
        " logarithmic scale that both surfaces share. The plane was trained on training images to"
        " have a small loss where the picture is dark, and a large one elsewhere. Cells with a"
        " loss of at most the best threshold for the test images make a picture again; those on the"
        f" wrong side are red. Seed {run.store.seed}{_of_how_many(readings)}.",
    )
    return figure


def _of_how_many(readings: Sequence[Reading]) -> str:
    """Of an even number none is in the middle: the lower of the two is shown."""
    return f", by its agreement in the middle of {len(readings)}" if len(readings) > 1 else ""


def _panels(figure: Figure, is_wide: bool) -> tuple[Axes, Axes, Axes, Axes]:
    """Picture, surface before, cells below the threshold, surface after: two rows, or one."""
    if is_wide:
        (asked, before), (found, after) = figure.subplots(2, 2)
    else:
        asked, before, after, found = figure.subplots(1, 4)
    return asked, before, found, after


def _network(run: Reading) -> str:
    """Such as "MLP 64-64-64"; "CNN 8-32-64, batch norm"."""
    model = run.settings["model"]
    widths = model["widths"] if model["name"] == "mlp" else model["channels"]
    norm = ", batch norm" if model["batch_norm"] else ""
    return f"{model['name'].upper()} {'-'.join(str(width) for width in widths)}{norm}"


def _surface(axes: Axes, values: numpy.ndarray, scale: Scale, title: str) -> None:
    axes.imshow(values, cmap=COLOURS, norm=scale.norm(), interpolation="nearest")
    _bare(axes, title)


def _cells(
    axes: Axes, cells: numpy.ndarray, title: str, picture: numpy.ndarray | None = None
) -> None:
    """Good cells dark; red where they are not as in a picture."""
    kinds = cells.astype(int)
    if picture is not None:
        kinds = numpy.where(cells == picture, kinds, 2)
        share = 100 * (cells == picture).mean()
        handles = [Patch(color=VERMILLION, label=f"wrong: {100 - share:.1f} %")]
        axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, -0.02), fontsize=15)
    colours = ListedColormap([_PAPER, _INK, VERMILLION])
    axes.imshow(kinds, cmap=colours, vmin=0, vmax=2, interpolation="nearest")
    _bare(axes, title)


def _bare(axes: Axes, title: str) -> None:
    axes.set(xticks=[], yticks=[])
    axes.set_title(title)
    for spine in axes.spines.values():
        spine.set(visible=True, color=GREY)
