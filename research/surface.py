"""A measured line or plane of a loss, as those who measure and those who draw know it. No torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
PREVIEW = "bfloat16 preview"
"""Among the words on how a surface was computed, if two to three digits had to do."""


@dataclass(frozen=True)
class Surface:
    """A measured line, [nx], or plane, [nx, ny]; [i, j] lies at (axes[0][i], axes[1][j]).

    Attributes:
        name: of the surface.
        axes: coordinates along each direction.
        values: by measure, of the surface's shape: the means of what the objective measures, `rise`
            of the loss over the centre, and its `half_width`, NaN where nothing was measured.
        evaluated: which points were measured; the others are filled in by a spline.
        held_out_error: largest error of that spline where it was checked, as share of the range.
        about: what the surface is of, as plain types.
    """

    name: str
    axes: tuple[Values, ...]
    values: Mapping[str, Values]
    evaluated: NDArray[np.bool_]
    held_out_error: float = 0.0
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def loss(self) -> Values:
        """Mean loss of the examples."""
        return self.values["loss"]

    @property
    def accuracy(self) -> Values:
        """Share of the examples that are predicted right."""
        return self.values["accuracy"]

    @property
    def is_preview(self) -> bool:
        """Whether it was computed in bfloat16: to be labelled, and not to be published."""
        return PREVIEW in str(self.about.get("path", ""))

    @property
    def rise(self) -> Values:
        """Mean loss minus that of the centre."""
        return self.values["rise"]

    @property
    def half_width(self) -> Values:
        """Half the width of a 95 % interval of the rise, from paired differences."""
        return self.values["half_width"]
