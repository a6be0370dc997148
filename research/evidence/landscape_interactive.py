"""Loss surfaces to turn by hand: one page with a menu of surfaces, all on one scale."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy
from numpy.typing import ArrayLike

from research.evidence.landscape_scale import COLOURS, Grid, Scale, shared_scale

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def plotly_surface(
    surfaces: Mapping[str, Grid],
    *,
    title: str,
    values: Mapping[str, ArrayLike] | None = None,
    scale: Scale | None = None,
    log: bool | None = None,
    quantity: str = "loss",
    axis_titles: tuple[str, str] = ("first direction", "second direction"),
) -> "Figure":
    """Reliefs to turn, one at a time, chosen from a menu by name.

    Args:
        surfaces: by name in the menu; the first is shown.
        title: of the page.
        values: what is drawn, by the same names, [nx, ny]; None means the losses.
        scale: of heights and colours; None means one for all of these.
        log: where there is no scale, whether it is logarithmic; None means where it should be.
        quantity: what the values are.
        axis_titles: of the two directions.

    Raises:
        ValueError: there are no surfaces.
    """
    from plotly import graph_objects

    if not surfaces:
        raise ValueError("no surfaces to draw, expected one at least")
    drawn = {name: _values(surface, values, name) for name, surface in surfaces.items()}
    scale = shared_scale(drawn.values(), log=log) if scale is None else scale
    figure = graph_objects.Figure()
    for position, (name, surface) in enumerate(surfaces.items()):
        trace = _trace(surface, drawn[name], scale, quantity)
        figure.add_trace(trace.update(name=name, visible=position == 0))
    menu = {"buttons": _buttons(list(surfaces)), "x": 0.0, "xanchor": "left", "y": 1.0}
    low, high = scale.heights([scale.low, scale.high])
    figure.update_layout(
        title={"text": title},
        template="plotly_white",
        updatemenus=[menu] if len(surfaces) > 1 else [],
        scene={
            "xaxis": {"title": {"text": axis_titles[0]}},
            "yaxis": {"title": {"text": axis_titles[1]}},
            "zaxis": {
                "title": {"text": f"{quantity} (log scale)" if scale.log else quantity},
                "range": [float(low), float(high)],
                **_ticks(scale),
            },
            "aspectratio": {"x": 1, "y": 1, "z": 0.7},
            "camera": {"eye": {"x": -1.2, "y": -1.6, "z": 0.9}},
        },
    )
    return figure


def _values(surface: Grid, values: Mapping[str, ArrayLike] | None, name: str) -> Any:
    return numpy.asarray(surface.loss if values is None else values[name], dtype=numpy.float64)


def _trace(surface: Grid, values: Any, scale: Scale, quantity: str) -> Any:
    """One relief; plotly wants rows along y, and single precision halves the file."""
    from plotly import graph_objects

    low, high = scale.heights([scale.low, scale.high])
    x, y = (numpy.asarray(axis, dtype=numpy.float64) for axis in surface.axes)
    return graph_objects.Surface(
        x=x.astype(numpy.float32),
        y=y.astype(numpy.float32),
        z=scale.heights(values).T.astype(numpy.float32),
        customdata=values.T.astype(numpy.float32),
        cmin=float(low),
        cmax=float(high),
        colorscale=COLOURS,
        colorbar={"title": {"text": quantity}, "len": 0.6, **_ticks(scale)},
        hovertemplate=f"%{{x:.3g}}, %{{y:.3g}}: {quantity} %{{customdata:.4g}}<extra></extra>",
    )


def _ticks(scale: Scale) -> dict[str, Any]:
    """The same ticks at heights and colours, as values."""
    levels = scale.levels(5)
    return {"tickvals": scale.heights(levels).tolist(), "ticktext": scale.texts(levels)}


def _buttons(names: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "label": name,
            "method": "restyle",
            "args": [{"visible": [other == name for other in names]}],
        }
        for name in names
    ]
