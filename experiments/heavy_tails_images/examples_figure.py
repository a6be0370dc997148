"""Some of the images: two classes without a barcode, and classes that differ from them by one."""

import numpy
from matplotlib.figure import Figure
from numpy.typing import NDArray

from research.evidence.style import GREY, caption, slide
from research.records.run_store import RunStore
from research.records.store import Record

KINDS = ("examples", "example_classes", "example_counts")


def examples_figure(record: Record) -> Figure | None:
    """A row per class without a barcode; None while no run has kept its examples."""
    found = next((arrays for store in record.runs() if (arrays := _read(store))), None)
    if found is None:
        return None
    images, classes, counts = found
    rows, columns = classes.shape
    figure = slide()
    panels = figure.subplots(rows, columns, squeeze=False)
    for index, axes in enumerate(panels.flat):
        row, column = divmod(index, columns)
        axes.imshow(images[row, column], cmap="gray")
        axes.set(xticks=[], yticks=[])
        for spine in axes.spines.values():  # bright pixels at the edge, against a white page
            spine.set(visible=True, color=GREY)
        number, count = int(classes[row, column]), int(counts[row, column])
        plural = "" if count == 1 else "s"
        axes.set_title(f"class {number:,}\n{count:,} image{plural}", size=16, loc="center")
    caption(
        figure,
        "Images without and with a barcode, and how many training images their classes have",
        "Left: images without a barcode. The others have one, bright pixels at the edge; which"
        " pixels are bright, and what the image shows, make its class. Shades are as the network"
        " sees them, standardised.",
    )
    return figure


def _read(store: RunStore) -> tuple[NDArray[numpy.float64], ...] | None:
    """Images [rows, columns, height, width], their classes and counts [rows, columns]."""
    arrays = [store.arrays(kind) for kind in KINDS]
    if not all(arrays):
        return None
    return tuple(each[max(each)] for each in arrays)
