"""The figures of double_descent_features: errors, what is behind them, and the number of images."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from experiments.double_descent_features.captions import (
    behind_text,
    errors_text,
    is_exact,
    rises,
    shift_text,
)
from experiments.double_descent_features.curves import Curve
from experiments.double_descent_features.series import (
    KIND_COLOURS,
    KINDS,
    PANEL_COLOURS,
    Series,
    colours,
    features_name,
    names,
    place,
    series_of,
)
from research.evidence.style import GREY, LineLabel, caption, label_lines, slide
from research.evidence.threshold_figure import draw_curve, mark_threshold

MARGIN = 1.06
"""Room for a marker at either end of an axis of ratios, as a factor."""
LINES = {"fourier": "-", "relu": (0, (3, 1.5))}
ROUNDING = 1e-12
"""A training loss below this is rounding: how far below says nothing."""


def errors_figure(curves: Sequence[Curve]) -> Figure:
    """Test error over N/n, one panel for each kind of features; training error dashed."""
    series = series_of(curves)
    present = [kind for kind in KINDS if any(each.kind == kind for each in series)]
    figure = slide(height=6.4)
    _head(figure, place(series))
    panels = figure.subplots(1, len(present), sharey=True, squeeze=False)[0]
    for axes, kind in zip(panels, present, strict=True):
        own = [each for each in series if each.kind == kind]
        _draw_errors(axes, own)
        axes.set(xlabel="features per training image, N/n")
        axes.set_title(features_name(own))
        mark_threshold(axes, 1.0, "N = n", height=1.0)
    panels[0].set_ylabel("error, %")
    _test_and_training(figure)
    caption(
        figure,
        "Error of random features over their number",
        f"Wrong answers on test images (solid) and on training images (dashed); {place(series)}."
        " Least squares on one-hot labels, the solution of least norm. Thin lines are seeds, which"
        " draw images, noise and features; bold lines their median."
        f"{errors_text(series, 'N = n')}{shift_text(series)}",
    )
    return figure


def samples_figure(curves: Sequence[Curve]) -> Figure:
    """Test error over n/N for a fixed number of features."""
    series = series_of(curves)
    figure = slide(height=6.4)
    axes = figure.subplots()
    _draw_errors(axes, series)
    axes.set(xlabel="training images per feature, n/N", ylabel="error, %")
    hurts = any(rises(each) for each in series)
    axes.set_title("More images can hurt" if hurts else "Error over the number of images")
    _head(figure, f"{place(series)} {features_name(series)}")
    mark_threshold(axes, 1.0, "n = N", height=1.0)
    _test_and_training(figure)
    is_fitted = all(is_exact(each) for each in series)
    caption(
        figure,
        "Error of random features over the number of images",
        f"Wrong answers on test images (solid) and on training images (dashed); {place(series)}"
        f" {features_name(series)}. Thin lines are seeds, bold ones their median."
        f"{errors_text(series, 'n = N')}"
        f"{' Left of the line every label is fitted.' if is_fitted else ''}",
    )
    return figure


def behind_figure(curves: Sequence[Curve]) -> Figure:
    """Test loss, training loss and norm of the weights over N/n, all on a log scale."""
    series = series_of(curves)
    figure = slide(height=6.4)
    _head(figure, place(series))
    panels = figure.subplots(1, 3)
    titles = {
        "test/loss": "Test loss",
        "train/loss": "Training loss",
        "norm": "Norm of the weights",
    }
    for axes, (metric, title) in zip(panels, titles.items(), strict=True):
        ends = _draw_metric(axes, series, metric)
        axes.set_title(title)
        if metric == "train/loss":
            _cut_rounding_off(axes)
        mark_threshold(axes, 1.0, "N = n", height=1.0)
        if metric == "norm":
            _label(axes, ends)
    panels[1].set_xlabel("features per training image, N/n")
    caption(figure, "What is behind the errors", f"{place(series)}.{behind_text(series)}")
    return figure


def _draw_metric(axes: Axes, series: Sequence[Series], metric: str) -> list[LineLabel]:
    """One panel on a log scale, and where the names of its lines belong."""
    axes.set_yscale("log")
    ends = []
    called = names(series, with_kind=True)
    by_kind = {
        kind: iter(colours([each for each in series if each.kind == kind], palette))
        for kind, palette in KIND_COLOURS.items()
    }
    for each, name in zip(series, called, strict=True):
        colour = next(by_kind[each.kind])
        look = {"linestyle": LINES[each.kind], "marker": "o", "markersize": 5}
        draw_curve(axes, each.x, each.values(metric), label=name, colour=colour, **look)
        ends.append(LineLabel(float(each.median(metric)[-1]), name, colour))
    _ratio_axis(axes, series)
    return ends


def _draw_errors(axes: Axes, series: Sequence[Series]) -> None:
    """Test errors and training errors of one panel."""
    ends = []
    called = names(series, with_kind=len({each.kind for each in series}) > 1)
    for each, name, colour in zip(series, called, colours(series, PANEL_COLOURS), strict=True):
        test, dashed = 100 * each.values("test/error"), 100 * each.median("train/error")
        draw_curve(axes, each.x, test, label=name, colour=colour, marker="o", markersize=6)
        axes.plot(each.x, dashed, "--o", color=colour, linewidth=1.8, markersize=3.5)
        ends.append(LineLabel(100 * float(each.median("test/error")[-1]), name, colour))
    axes.set_ylim(-2, 100)
    _ratio_axis(axes, series)
    _label(axes, ends)


def _label(axes: Axes, ends: Sequence[LineLabel]) -> None:
    """Names at the right, with room for that of most lines."""
    lines = max(end.text.count("\n") + 1 for end in ends)
    label_lines(axes, ends, size=14, gap=0.065 * lines)


def _cut_rounding_off(axes: Axes) -> None:
    """Ends the panel where losses are rounding, if there are any."""
    if axes.get_ylim()[0] >= ROUNDING:
        return
    axes.set_ylim(bottom=ROUNDING)
    axes.text(
        0.98, 0.02, "below:\nrounding", color=GREY, size=14, ha="right", transform=axes.transAxes
    )


def _test_and_training(figure: Figure) -> None:
    """What solid and dashed lines are, below the panels, where no curve passes."""
    solid = Line2D([], [], color=GREY, marker="o", markersize=6, label="test")
    dashed = Line2D([], [], color=GREY, linestyle="--", linewidth=1.8, label="training")
    figure.legend(
        handles=[solid, dashed], loc="outside lower right", ncols=2, labelcolor=GREY, fontsize=15
    )


def _head(figure: Figure, text: str) -> None:
    """Which images, above all panels."""
    figure.suptitle(text, x=0.01, ha="left", color=GREY, size=17)


def _ratio_axis(axes: Axes, series: Sequence[Series]) -> None:
    """A log axis with plain numbers on it."""
    axes.set_xscale("log")
    low, high = (f(f(each.x) for each in series) for f in (min, max))
    axes.set_xlim(low / MARGIN, high * MARGIN)
    shown = [tick for tick in (0.05, 0.2, 0.5, 1, 2, 5, 20) if low <= tick <= high]
    axes.xaxis.set_major_locator(FixedLocator(shown))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
