"""The figures of double_descent_features: errors, what is behind them, and the number of images."""

from collections.abc import Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from experiments.double_descent_features.curves import Curve, Floats
from research.evidence.style import (
    BLUE,
    GREEN,
    GREY,
    PURPLE,
    VERMILLION,
    LineLabel,
    caption,
    label_lines,
    slide,
)
from research.evidence.threshold_figure import draw_curve, mark_threshold, median

KINDS = {"fourier": "Fourier features", "relu": "ReLU features"}
COLOURS = {"": BLUE, "-noise": VERMILLION}
NAMES = {"": "clean\nlabels", "-noise": "15 % wrong\nlabels"}
FOUR = {
    "fourier": ("Fourier", BLUE, "-"),
    "fourier-noise": ("Fourier,\nnoise", VERMILLION, "-"),
    "relu": ("ReLU", GREEN, (0, (3, 1.5))),
    "relu-noise": ("ReLU,\nnoise", PURPLE, (0, (3, 1.5))),
}


def errors_figure(curves: Sequence[Curve], data: str) -> Figure:
    """Test error over N/n, one panel for each kind of features; training error dashed."""
    present = [kind for kind in KINDS if any(c.store.variant.startswith(kind) for c in curves)]
    figure = slide(height=6.4)
    panels = figure.subplots(1, len(present), sharey=True, squeeze=False)[0]
    for axes, kind in zip(panels, present, strict=True):
        _draw_errors(axes, curves, kind, NAMES)
        axes.set(xlabel="features per training image, N/n")
        axes.set_title(KINDS[kind])
        mark_threshold(axes, 1.0, "N = n", height=1.0)
    panels[0].set_ylabel("error, %")
    caption(
        figure,
        "Double descent of random features",
        f"Wrong answers on test images (solid) and on the {_size(curves, data)} (dashed)."
        " Least squares on one-hot labels, the solution of least norm. Thin lines are seeds, which"
        " draw images, noise and features; bold lines their median. The error peaks where N = n."
        f"{_shift(curves)} Beyond it there is a second descent.",
    )
    return figure


def _shift(curves: Sequence[Curve]) -> str:
    """A sentence on features that do not count, if there are any at N = n."""
    shares = [1 - curve.at("live", 1.0) / curve.at("features", 1.0) for curve in curves]
    if max(shares) <= 0.005:
        return ""
    return (
        f" Up to {max(shares):.0%} of the ReLU features are zero on all training images and do not"
        " count, which moves their peak to the right."
    )


def samples_figure(curves: Sequence[Curve], data: str) -> Figure:
    """Test error over n/N for a fixed number of features."""
    figure = slide(height=6.4)
    axes = figure.subplots()
    _draw_errors(axes, curves, "samples", NAMES)
    features = int(curves[0].unit)
    axes.set(xlabel=f"training images per feature, n/N (N = {features:,})", ylabel="error, %")
    axes.set_title("More images can hurt")
    mark_threshold(axes, 1.0, "n = N", height=1.0)
    caption(
        figure,
        "Double descent over the number of images",
        f"Wrong answers on test images (solid) and on training images (dashed) of {data}, over the"
        f" number of the latter, with {features:,} Fourier features. Thin lines are seeds, bold"
        " ones their median. Left of the line every label is fitted.",
    )
    return figure


def behind_figure(curves: Sequence[Curve], data: str) -> Figure:
    """Test loss, training loss and norm of the weights over N/n, all on a log scale."""
    figure = slide(height=6.4)
    panels = figure.subplots(1, 3)
    titles = {
        "test/loss": "Test loss",
        "train/loss": "Training loss",
        "norm": "Norm of the weights",
    }
    for axes, (metric, title) in zip(panels, titles.items(), strict=True):
        axes.set_yscale("log")
        ends = []
        for variant, (name, colour, line) in FOUR.items():
            own = [curve for curve in curves if curve.store.variant == variant]
            if own:
                x, values = _stacked(own, metric)
                draw_curve(axes, x, values, label=name, colour=colour, linestyle=line)
                ends.append(LineLabel(float(median(values)[-1]), name, colour))
        _ratio_axis(axes, curves)
        axes.set_title(title)
        mark_threshold(axes, 1.0, "N = n", height=1.0)
        if metric == "norm":
            label_lines(axes, ends, size=14, gap=0.13)
    panels[1].set_xlabel("features per training image, N/n")
    caption(
        figure,
        "What is behind the peak",
        f"With {_size(curves, data)}: the squared test loss and the norm of the weights peak"
        " where N = n, while the training loss falls to rounding: there is just one set of weights"
        " that fits, and it is a long one. With more features there is a choice, and the shortest"
        " is taken.",
    )
    return figure


def _draw_errors(axes: Axes, curves: Sequence[Curve], kind: str, names: dict[str, str]) -> None:
    ends = []
    for suffix, colour in COLOURS.items():
        own = [curve for curve in curves if curve.store.variant == kind + suffix]
        if not own:
            continue
        x, values = _stacked(own, "test/error")
        draw_curve(axes, x, 100 * values, label=names[suffix], colour=colour)
        _, fitted = _stacked(own, "train/error")
        axes.plot(x, 100 * median(fitted), "--", color=colour, linewidth=1.8)
        ends.append(LineLabel(100 * float(median(values)[-1]), names[suffix], colour))
    axes.set_ylim(-2, 100)
    _ratio_axis(axes, [curve for curve in curves if curve.store.variant.startswith(kind)])
    axes.plot([], [], "-", color=GREY, label="test")
    axes.plot([], [], "--", color=GREY, linewidth=1.8, label="training")
    handles, texts = axes.get_legend_handles_labels()
    axes.legend(handles[-2:], texts[-2:], loc="upper left", labelcolor=GREY)
    label_lines(axes, ends, size=14, gap=0.13)


def _ratio_axis(axes: Axes, curves: Sequence[Curve]) -> None:
    """A log axis with plain numbers on it."""
    axes.set_xscale("log")
    low, high = (f(f(curve.ratios) for curve in curves) for f in (min, max))
    axes.set_xlim(low, high)
    shown = [tick for tick in (0.05, 0.2, 0.5, 1, 2, 5, 20) if low <= tick <= high]
    axes.xaxis.set_major_locator(FixedLocator(shown))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _stacked(curves: Sequence[Curve], metric: str) -> tuple[Floats, Floats]:
    """Ratios, [points], and a metric, [seeds, points]; only curves over the same ratios."""
    x = curves[0].ratios
    same = [curve.rows[metric] for curve in curves if numpy.array_equal(curve.ratios, x)]
    return x, numpy.stack(same)


def _size(curves: Sequence[Curve], data: str) -> str:
    return f"{int(curves[0].unit):,} training images of {data}"
