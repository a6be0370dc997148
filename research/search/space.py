"""A space as Optuna knows it: distributions, suggestions, and the way back to settings."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from research.settings.search import Domain, as_parameter
from research.settings.search_space import Parameter, parameters, settings_of

if TYPE_CHECKING:
    from optuna import Trial
    from optuna.distributions import BaseDistribution

__all__ = ["Parameter", "distribution", "parameters", "suggest", "values_of"]


def distribution(domain: Domain) -> "BaseDistribution":
    """Optuna's distribution of a domain. A choice that is a list is held as its JSON text."""
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if domain.choices is not None:
        return CategoricalDistribution([as_parameter(choice) for choice in domain.choices])
    if domain.low is None or domain.high is None:
        raise ValueError("a domain without choices has low and high")
    if domain.integer:
        return IntDistribution(int(domain.low), int(domain.high), log=domain.log)
    return FloatDistribution(domain.low, domain.high, log=domain.log)


def suggest(trial: "Trial", all_parameters: list[Parameter]) -> dict[str, Any]:
    """Draws the parameters that hold, one after the other, from the trial's sampler.

    Args:
        trial: a running trial; what it has already is kept.
        all_parameters: of the space, in order.

    Returns:
        The settings by dotted key, as plain data.
    """
    values: dict[str, Any] = {}
    for each in all_parameters:
        if each.is_active(values):
            values[each.key] = each.setting(_suggested(trial, each))
    return values


def _suggested(trial: "Trial", parameter: Parameter) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    match wanted := distribution(parameter.domain):
        case CategoricalDistribution():
            return trial.suggest_categorical(parameter.name, wanted.choices)
        case IntDistribution():
            return trial.suggest_int(parameter.name, wanted.low, wanted.high, log=wanted.log)
        case FloatDistribution():
            return trial.suggest_float(parameter.name, wanted.low, wanted.high, log=wanted.log)
    raise TypeError(f"a domain has no distribution {type(wanted).__name__}")


def values_of(params: Mapping[str, Any], all_parameters: list[Parameter]) -> dict[str, Any]:
    """The settings by dotted key for a trial's `params`, as plain data.

    Whole numbers are ints, and lists are lists.

    Raises:
        ValueError: a value is none of the choices.
    """
    return settings_of(params, all_parameters)
