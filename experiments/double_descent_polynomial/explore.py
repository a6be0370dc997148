"""Fit and curve with a slider over the degree, to zoom and to step through by hand."""

from typing import TYPE_CHECKING, Any

import numpy

from experiments.double_descent_polynomial.drawing import HIGHEST, LOWEST, truth
from experiments.double_descent_polynomial.measured import Curve, Floats
from research.evidence.style import BLUE, GREY, VERMILLION

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

LARGE = 1e6
"""Fits are cut off here: what is larger is far outside of any window."""
TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Numbers of coefficients that are written at the axis."""
FIT, MARK = 2, 4
"""Positions of the two traces that the slider moves."""


def explore(curve: Curve) -> "Figure":
    """The first draw's fit at the left, the median test error at the right."""
    from plotly.subplots import make_subplots

    draws = curve.settings.draws
    error = "test error" if draws == 1 else f"test error, median of {draws} draws"
    figure = make_subplots(1, 2, subplot_titles=("one draw and its fit", error))
    shown = [int(parameters) for parameters in curve.parameters]
    start = shown.index(curve.best(curve.before)[0])
    for column, trace in _traces(curve, shown[start]):
        figure.add_trace(trace, row=1, col=column)
    figure.update_layout(
        title={"text": "Fit and test error of polynomials, by number of coefficients"},
        font={"size": 18},
        legend={"orientation": "h", "x": 0, "y": 1.08, "yanchor": "bottom"},
        margin={"t": 150},
        template="plotly_white",
        sliders=[
            {
                "active": start,
                "currentvalue": {"prefix": "coefficients P = "},
                "pad": {"t": 70},
                "steps": [_step(curve, parameters) for parameters in shown],
            }
        ],
        showlegend=True,
    )
    highest = HIGHEST[curve.settings.target]
    figure.update_annotations(font={"size": 20})  # the panels' titles
    figure.update_xaxes(title="x", row=1, col=1)
    figure.update_yaxes(range=(-highest, highest), title="y", row=1, col=1)
    axis = {"type": "log", "exponentformat": "power", "title": "test error (mean square)"}
    figure.update_yaxes(axis, dtick=_decades(curve), row=1, col=2)
    places = {"tickmode": "array", "tickvals": TICKS, "title": "coefficients P"}
    figure.update_xaxes(places, type="log", row=1, col=2)
    figure.add_vline(curve.examples, line={"dash": "dash", "color": GREY}, row=1, col=2)
    return figure


def _decades(curve: Curve) -> int:
    """Powers of ten between two ticks: at most eight intervals."""
    errors = numpy.maximum(curve.median, LOWEST)
    return max(1, round(float(numpy.log10(errors.max() / errors.min())) / 6))


def _traces(curve: Curve, start: int) -> list[tuple[int, Any]]:
    """All traces with their column; those at FIT and MARK as at the start."""
    from plotly.graph_objects import Scatter

    x, y = curve.examples_of_first_draw()
    places, fit = curve.fit(start)
    learned = truth(places, curve.settings.target)
    errors = numpy.maximum(curve.median, LOWEST)
    dots = {"color": BLUE, "size": 7}
    large = {"color": VERMILLION, "size": 13}
    now = [_error(curve, start)]
    return [
        (1, Scatter(x=places, y=_cut(learned), line={"color": GREY}, name="what is learned")),
        (1, Scatter(x=x, y=y, mode="markers", marker=dots, name="examples")),
        (1, Scatter(x=places, y=_cut(fit), line={"color": VERMILLION}, name="fit")),
        (2, Scatter(x=curve.parameters, y=errors, line={"color": BLUE}, name="test error")),
        (2, Scatter(x=[start], y=now, mode="markers", marker=large, name="this fit")),
    ]


def _step(curve: Curve, parameters: int) -> dict[str, Any]:
    """Puts another fit, and its error, in the place of those that are shown."""
    fit, error = _cut(curve.fit(parameters)[1]), _error(curve, parameters)
    places = numpy.linspace(-1, 1, len(fit))
    moved = {"x": [places.round(5).tolist(), [parameters]], "y": [fit, [error]]}
    return {"label": str(parameters), "method": "restyle", "args": [moved, [FIT, MARK]]}


def _error(curve: Curve, parameters: int) -> float:
    return max(float(curve.median[curve.parameters == parameters][0]), LOWEST)


def _cut(values: Floats) -> list[float]:
    """Five digits are more than a screen shows, and the file stays small."""
    return [float(f"{value:.5g}") for value in numpy.clip(values, -LARGE, LARGE)]
