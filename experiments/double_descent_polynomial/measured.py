"""What a record holds about one run: errors of all draws over the number of coefficients."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy
from numpy.typing import NDArray

from experiments.double_descent_polynomial.settings import DoubleDescentPolynomialSettings
from research.records.store import Record, RunStore

Floats = NDArray[numpy.float64]


@dataclass(frozen=True)
class Curve:
    """One run, as far as it is computed.

    Attributes:
        store: the run.
        settings: its settings.
        indices: of the points that are there, [points].
        parameters: coefficients P at each, [points].
        test: test error, [draws, points]; `train` and `norm`, of the coefficients, alike.
    """

    store: RunStore
    settings: DoubleDescentPolynomialSettings
    indices: NDArray[numpy.int64]
    parameters: NDArray[numpy.int64]
    test: Floats
    train: Floats
    norm: Floats

    @property
    def examples(self) -> int:
        """n, where the threshold is."""
        return self.settings.examples

    @cached_property
    def median(self) -> Floats:
        """The median test error over draws, [points]."""
        middle: Floats = numpy.median(self.test, axis=0)
        return middle

    def at(self, parameters: int) -> Floats | None:
        """The test error of all draws with so many coefficients, [draws]; None if not measured."""
        [found] = numpy.nonzero(self.parameters == parameters)
        return self.test[:, found[0]] if len(found) else None

    @property
    def median_at_threshold(self) -> float:
        """The median test error at P = n, of a complete run."""
        return float(self.median[self.parameters == self.examples][0])

    @property
    def is_complete(self) -> bool:
        """Whether every point is done."""
        return len(self.parameters) == len(self.settings.parameters)

    @property
    def has_fits(self) -> bool:
        """Whether the fits of the first draw were kept."""
        return self.settings.keep_fits

    @property
    def before(self) -> NDArray[numpy.bool_]:
        """Which points have fewer coefficients than examples."""
        return self.parameters < self.examples

    @property
    def beyond(self) -> NDArray[numpy.bool_]:
        """Which have more."""
        return self.parameters > self.examples

    def best(self, where: NDArray[numpy.bool_]) -> tuple[int, float]:
        """The coefficients with the least median test error among some points, and that error."""
        middle = numpy.where(where, self.median, numpy.inf)
        return int(self.parameters[middle.argmin()]), float(middle.min())

    @property
    def descends_twice(self) -> bool:
        """Whether between the best points on both sides of n the error is twice that of each."""
        if not (self.before.any() and self.beyond.any()):
            return False
        (first, low), (last, end) = self.best(self.before), self.best(self.beyond)
        between = (self.parameters >= first) & (self.parameters <= last)
        return float(self.median[between].max()) > 2 * max(low, end)

    def examples_of_first_draw(self) -> tuple[Floats, Floats]:
        """Places and noisy targets, [n] each."""
        x, y = self.store.array("examples", 0)
        return x, y

    def fit(self, parameters: int) -> tuple[Floats, Floats]:
        """Places and the first draw's fit there, [curve_points] each."""
        index = self.indices[numpy.nonzero(self.parameters == parameters)[0][0]]
        y = self.store.array("fit", int(index))
        return numpy.linspace(-1, 1, len(y)), y

    def exact(self) -> Floats | None:
        """The test error at P = n that exact arithmetic would give, [draws]."""
        found = self.store.arrays("exact")
        return next(iter(found.values()), None)

    @staticmethod
    def read(store: RunStore, settings: dict[str, Any]) -> "Curve | None":
        """The curve of a run; None where no point is done."""
        typed = DoubleDescentPolynomialSettings.model_validate(settings)
        rows, draws = store.metrics(), store.arrays("draws")
        indices = [int(row["step"]) for row in rows if row["step"] in draws]
        if not indices:
            return None
        parameters = numpy.array(typed.parameters)[indices]
        test, train, norm = numpy.stack([draws[index] for index in indices], axis=-1)
        return Curve(store, typed, numpy.array(indices), parameters, test, train, norm)


def read_curves(record: Record, variant: str | None = None) -> list[Curve]:
    """All runs of a record, or of one variant, that have points, in the order of its plan."""
    plans = record.plan.variants
    runs = [run for run in record.runs() if variant in (None, run.variant)]
    curves = [Curve.read(run, dict(plans[run.variant].settings)) for run in runs]
    return [curve for curve in curves if curve is not None]


def first_of_each(curves: list[Curve]) -> dict[str, Curve]:
    """The first complete run of each variant, which is what figures show."""
    first: dict[str, Curve] = {}
    for curve in curves:
        if curve.is_complete:
            first.setdefault(curve.store.variant, curve)
    return first


def leading(curves: dict[str, Curve]) -> Curve | None:
    """The variant that has a figure of its own: the lecture's, else the first that there is."""
    return curves.get("lecture") or next(iter(curves.values()), None)
