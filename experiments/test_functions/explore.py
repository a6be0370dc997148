"""All paths over their function, to zoom, to point at, and to switch on and off by name."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy

from experiments.test_functions.drawing import COLOURS, grid, name_of
from experiments.test_functions.measured import Measured

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

POINTS = 300
"""Most points of one path that the file keeps; the first hundred updates always."""
OTHERS = "#8A8F94"
LARGE = 1e30
"""What is larger is written as this: beyond it single precision overflows."""


def explore(measured: Mapping[str, Measured]) -> "Figure | None":
    """One view per function, chosen from a menu; None if the record has no paths in the plane."""
    from plotly import graph_objects

    views = {
        name: _traces(measured[name])
        for name in ("rosenbrock", "beale", "saddle", "ill_conditioned", "normalised")
        if name in measured
    }
    if not views:
        return None
    figure = graph_objects.Figure()
    for position, traces in enumerate(views.values()):
        for trace in traces:
            shown = trace.visible if position == 0 else False
            figure.add_trace(trace.update(visible=shown, meta=trace.visible))
    first = next(iter(views))
    figure.update_layout(
        title={"text": "Optimizers on test functions"},
        template="plotly_white",
        xaxis={"range": measured[first].function.window[0]},
        yaxis={"range": measured[first].function.window[1]},
        updatemenus=[
            {
                "buttons": [_button(name, measured, views) for name in views],
                "x": 0.0,
                "xanchor": "left",
                "y": 1.08,
            }
        ],
    )
    return figure


def _traces(measured: Measured) -> list[Any]:
    """Level lines, then one path per method; those outside `COLOURS` are off until asked for."""
    from plotly import graph_objects

    x, y, gap = grid(measured.function, 120)
    traces = [
        graph_objects.Contour(
            x=x.astype(numpy.float32),
            y=y.astype(numpy.float32),
            z=numpy.cbrt(gap).astype(numpy.float32),  # spaced as in the other figures
            contours={"coloring": "lines"},
            colorscale=[[0, "#5F6368"], [1, "#DADCE0"]],
            ncontours=20,
            showscale=False,
            hoverinfo="skip",
            name="lines of equal loss",
            visible=True,
        ),
        graph_objects.Scatter(
            x=[measured.start[0], measured.function.minimiser[0]],
            y=[measured.start[1], measured.function.minimiser[1]],
            mode="markers",
            marker={"symbol": ["circle", "star"], "size": [11, 15], "color": "black"},
            text=["start", "minimiser"],
            hoverinfo="text",
            showlegend=False,
            visible=True,
        ),
    ]
    for method in measured.rows:
        if shown := measured.shown(method):
            path, rate, _ = shown
            kept = _thinned(len(path))
            traces.append(
                graph_objects.Scatter(
                    x=numpy.clip(path[kept, 0], -LARGE, LARGE).astype(numpy.float32),
                    y=numpy.clip(path[kept, 1], -LARGE, LARGE).astype(numpy.float32),
                    customdata=numpy.stack([kept, numpy.minimum(path[kept, -1], LARGE)], axis=1),
                    hovertemplate="update %{customdata[0]}, loss %{customdata[1]:.3g}",
                    mode="lines+markers",
                    marker={"size": 4},
                    line={"width": 2, "color": COLOURS.get(method, OTHERS)},
                    name=f"{name_of(method)}, lr {rate:.2g}",
                    visible=True if method in COLOURS else "legendonly",
                )
            )
    return traces


def _thinned(length: int) -> Any:
    """Indices of the points that are kept: [at most POINTS]."""
    late = numpy.geomspace(100, max(length - 1, 100), POINTS - 100).round().astype(int)
    return numpy.unique(numpy.minimum(numpy.concatenate([numpy.arange(100), late]), length - 1))


def _button(
    name: str, measured: Mapping[str, Measured], views: Mapping[str, list[Any]]
) -> dict[str, Any]:
    """Shows the traces of one function, and its window."""
    visible = [
        trace.meta if view == name else False for view, traces in views.items() for trace in traces
    ]
    (left, right), (bottom, top) = measured[name].function.window
    ranges = {"xaxis.range": [left, right], "yaxis.range": [bottom, top]}
    return {
        "label": measured[name].label,
        "method": "update",
        "args": [{"visible": visible}, ranges],
    }
