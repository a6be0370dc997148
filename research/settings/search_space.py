"""A space as a list of parameters, each with its own name, in the order in which they are drawn.

A setting that has several domains, one for each optimizer for example, is several parameters: a
sampler that learns must not take a rate of SGD for one of Adam. What a condition asks for is drawn
before what depends on it.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from research.settings.errors import SettingsError, did_you_mean, shown
from research.settings.search import Domain, as_parameter, holds, wanted_values


@dataclass(frozen=True)
class Parameter:
    """One domain of a searched setting.

    Attributes:
        name: what a study calls it: the key, and the condition where the key has several domains.
        key: dotted key of the setting.
        domain: its values.
    """

    name: str
    key: str
    domain: Domain

    def is_active(self, values: Mapping[str, Any]) -> bool:
        """Whether it is drawn, given the values of the settings drawn before it, by dotted key."""
        return holds(self.domain.when, values)

    def setting(self, value: Any) -> Any:
        """The value of the setting, as plain data, for a value of the parameter.

        Raises:
            ValueError: it is none of the choices.
        """
        domain = self.domain
        if domain.choices is None:
            return int(value) if domain.integer else float(value)
        for choice in domain.choices:
            if as_parameter(choice) == value:
                return list(choice) if isinstance(choice, tuple) else choice
        raise ValueError(f"{self.name} is {shown(value)}, which is none of its choices")

    def corners(self) -> list[Any]:
        """The ends of the interval, or all choices, as plain settings values."""
        domain = self.domain
        if domain.choices is not None:
            return [self.setting(as_parameter(choice)) for choice in domain.choices]
        return [self.setting(domain.low), self.setting(domain.high)]


def parameters(
    space: Mapping[str, tuple[Domain, ...]], where: Mapping[str, str] | None = None
) -> list[Parameter]:
    """The parameters of a space: those that conditions ask for first, else in the space's order.

    Args:
        space: domains by dotted key.
        where: how an error about a key begins; else with `space.` and the key.

    Raises:
        SettingsError: a condition names no searched setting, or no choice of one; conditions go in
            a circle; two domains of a setting may hold at once.
    """
    for key, domains in space.items():
        lead = (where or {}).get(key, f"space.{key}")
        for domain in domains:
            _check_conditions(key, domain, space, lead)
        for one, other in itertools.combinations(domains, 2):
            if not _exclude_each_other(one, other):
                raise SettingsError(
                    f"{lead} has two domains that can hold at once, expected `when` with "
                    "different values of one setting"
                )
    return [
        Parameter(_name(key, domain, len(space[key])), key, domain)
        for key in _ordered(space, where or {})
        for domain in space[key]
    ]


def settings_of(values: Mapping[str, Any], all_parameters: list[Parameter]) -> dict[str, Any]:
    """The settings by dotted key for values by the name of the parameter.

    Raises:
        ValueError: a value is none of the choices.
    """
    return {
        each.key: each.setting(values[each.name]) for each in all_parameters if each.name in values
    }


def _check_conditions(
    key: str, domain: Domain, space: Mapping[str, tuple[Domain, ...]], lead: str
) -> None:
    for other, wanted in domain.when.items():
        where = f"{lead}.when"
        if other not in space or other == key:
            others = [each for each in space if each != key]
            listed = f": one of {', '.join(others)}" if others else ""
            raise SettingsError(
                f"{where} names {other}, expected another searched setting{listed}"
                f"{did_you_mean(other, others)}"
            )
        known = [choice for each in space[other] for choice in each.choices or ()]
        for value in wanted_values(wanted):
            if not any(holds({other: value}, {other: choice}) for choice in known):
                choices = ", ".join(map(shown, known)) or "choices, which it has not"
                raise SettingsError(f"{where}.{other} is {shown(value)}, expected one of {choices}")


def _exclude_each_other(one: Domain, other: Domain) -> bool:
    return any(
        not any(holds({key: other.when[key]}, {key: value}) for value in wanted_values(wanted))
        for key, wanted in one.when.items()
        if key in other.when
    )


def _ordered(space: Mapping[str, tuple[Domain, ...]], where: Mapping[str, str]) -> Iterator[str]:
    """Keys so that each follows those that its conditions name."""
    needs = {key: {k for each in domains for k in each.when} for key, domains in space.items()}
    left = list(space)
    while left:
        free = [key for key in left if not needs[key] & set(left)]
        if not free:
            lead = where.get(left[0], f"space.{left[0]}")
            raise SettingsError(f"{lead}: the conditions of {', '.join(left)} go in a circle")
        yield free[0]
        left.remove(free[0])


def _name(key: str, domain: Domain, of: int) -> str:
    """Such as `optimizer.lr`, or `optimizer.lr[optimizer.name=sgd|heavy_ball]`."""
    if of == 1:
        return key
    conditions = (
        f"{other}={'|'.join(map(_word, wanted_values(wanted)))}"
        for other, wanted in domain.when.items()
    )
    return f"{key}[{', '.join(conditions)}]"


def _word(value: Any) -> str:
    return value if isinstance(value, str) else shown(value)
