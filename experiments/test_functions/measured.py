"""What a record holds about one variant: its methods, their rows and their paths."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from research.problems.test_functions import TEST_FUNCTIONS, TestFunction
from research.records.store import Record

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

FOUND = "found"
"""Name of the path at a share of the largest stable rate."""


@dataclass(frozen=True)
class Measured:
    """One variant, as far as it is computed.

    Attributes:
        run: "variant/seed".
        label: what figures call the variant.
        settings: its settings, as plain types.
        rows: the metrics of each method.
        paths: by name and method: [updates + 1, variables + 1], the loss last.
    """

    run: str
    label: str
    settings: Mapping[str, Any]
    rows: Mapping[str, Mapping[str, float]]
    paths: "Mapping[str, Mapping[str, NDArray[float64]]]"

    @property
    def function(self) -> TestFunction:
        """What was minimised."""
        return TEST_FUNCTIONS[self.settings["function"]]

    @property
    def start(self) -> tuple[float, ...]:
        """Where every method began."""
        return tuple(self.settings["start"] or self.function.start)

    @property
    def has_own_start(self) -> bool:
        """Whether that is the function's own start, as the claims ask for."""
        return self.start == self.function.start

    def rate_name(self, rate: float) -> str | None:
        """The name of the paths at a given rate, or None."""
        rates = list(self.settings["rates"])
        return f"rate{rates.index(rate)}" if rate in rates else None

    def path(self, method: str, name: str | None) -> "NDArray[float64] | None":
        """One path, or None."""
        return self.paths.get(name or "", {}).get(method)

    def diverged(self, method: str, name: str) -> bool:
        """Whether a path was broken off."""
        return bool(self.rows[method][f"{name}/updates"] < self.settings["steps"])

    def shown(self, method: str) -> "tuple[NDArray[float64], float, bool] | None":
        """The path that figures show, its rate, and whether that is the first of the given rates.

        Where the method diverges at that rate, or none is given, it is a share of the largest
        stable rate.
        """
        given = self.path(method, "rate0")
        if given is not None and not self.diverged(method, "rate0"):
            return given, self.rows[method]["rate0/lr"], True
        found = self.path(method, FOUND)
        return None if found is None else (found, self.rows[method]["found/lr"], False)


def read_all(record: Record) -> dict[str, Measured]:
    """The variants that have results, by name; of several seeds the first, since all are alike."""
    return {measured.run.split("/")[0]: measured for measured in _each(record)}


def _each(record: Record) -> Iterator[Measured]:
    for variant, seeds in record.plan.runs.items():
        if not seeds:
            continue
        store, plan = record.run(variant, seeds[0]), record.plan.variants[variant]
        methods = list(plan.settings["methods"])
        rows = {methods[int(row["step"])]: row for row in store.metrics()}
        names = [FOUND, *(f"rate{number}" for number in range(len(plan.settings["rates"])))]
        paths = {
            name: {methods[index]: path for index, path in store.arrays(name).items()}
            for name in names
        }
        if rows:
            yield Measured(f"{variant}/{seeds[0]}", plan.label, plan.settings, rows, paths)
