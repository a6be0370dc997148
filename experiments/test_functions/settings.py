"""Settings of the test functions."""

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, TypeAdapter, model_validator

from research.settings.base import Settings, refuse
from research.settings.errors import nearest
from research.settings.optimizers import BaseOptimizerSettings, OptimizerSettings
from research.settings.sweep import SweepSettings

FunctionName = Literal["square", "ill_conditioned", "normalised", "saddle", "rosenbrock", "beale"]
Rate = Annotated[float, Field(gt=0)]
Rates = Annotated[tuple[Rate, ...], Field(strict=False)]
Names = Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
Coordinates = Annotated[tuple[float, ...], Field(strict=False, min_length=1, max_length=2)]

NEED_A_MATRIX = frozenset({"muon"})
"""Methods whose rule is one for matrices; here there are vectors only, on which they are AdamW."""

SWITCH_AT = 250
"""Update at which Adam-then-SGD switches: in the middle of a usual trial."""


class SearchSettings(Settings):
    """How the largest stable learning rate of a method is found."""

    steps: int = Field(default=500, ge=10)
    """Updates of each trial."""
    first: Rate = 1e-4
    """The smallest rate that is tried."""
    last: Rate = 100.0
    """The largest rate that is tried."""
    factor: float = Field(default=3.1623, gt=1)
    """From one rate to the next until one is unstable: half a decade."""
    precision: float = Field(default=0.01, gt=0, lt=1)
    """Relative width at which the bisection between the last two stops."""
    fraction: float = Field(default=0.5, gt=0, lt=1)
    """Share of the largest stable rate that is drawn where no path at a given rate is."""


class TestFunctionsSettings(SweepSettings):
    """Optimizers on one function, each from the same start; one point of the sweep per method."""

    __test__ = False  # pytest takes every class called Test... for its own

    function: FunctionName = "rosenbrock"
    """The function; formulas stand in research/problems/test_functions.py."""
    start: Coordinates | None = None
    """Where every method begins; null means the function's own start."""
    methods: Names = ("gd", "adam")
    """Optimizers by name, each with its own defaults but for the rate and no weight decay."""
    rates: Rates = ()
    """Learning rates at which every method's path is drawn too."""
    steps: int = Field(default=500, ge=10)
    """Updates of each path."""
    search: SearchSettings | None = SearchSettings()
    """Null means no search, and the paths at the given rates only."""

    @model_validator(mode="after")
    def _methods_exist(self) -> Self:
        for name in self.methods:
            if name not in METHODS:
                hint = nearest(name, METHODS)
                meant = f"; did you mean {hint}?" if hint else ""
                refuse("methods", name, f"names of optimizers for vectors{meant}")
        if len(set(self.methods)) < len(self.methods):
            refuse("methods", list(self.methods), "each method once")
        return self

    @model_validator(mode="after")
    def _start_has_as_many_numbers_as_variables(self) -> Self:
        wanted = 1 if self.function == "square" else 2
        if self.start is not None and len(self.start) != wanted:
            refuse("start", list(self.start), f"a list of {wanted}, one per variable")
        return self

    @model_validator(mode="after")
    def _there_is_something_to_draw(self) -> Self:
        if self.search is None and not self.rates:
            refuse("rates", [], "at least one, since there is no search")
        return self


def _methods() -> dict[str, type[BaseOptimizerSettings]]:
    union, _ = get_args(OptimizerSettings)
    return {
        each.model_fields["name"].default: each
        for each in get_args(union)
        if each.model_fields["name"].default not in NEED_A_MATRIX
    }


METHODS = _methods()
"""The settings of every optimizer that takes vectors, by name."""


def method_settings(name: str, rate: float) -> BaseOptimizerSettings:
    """A method with its defaults and the given rate; weight decay, which moves the minimum, is off.

    Adam-then-SGD has two rates and a moment to switch: both rates are the given one.

    Raises:
        KeyError: there is none of that name.
    """
    kind = METHODS[name]
    values: dict[str, object] = {"name": name, "lr": rate}
    if "weight_decay" in kind.model_fields:
        values["weight_decay"] = 0.0
    if name == "adam_then_sgd":
        values |= {"sgd_lr": rate, "switch_at": SWITCH_AT}
    return TypeAdapter(kind).validate_python(values)
