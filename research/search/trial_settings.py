"""The validated settings of one trial."""

from collections.abc import Mapping
from typing import Any, TypeVar

from research.settings.base import Settings
from research.settings.errors import SettingsError
from research.settings.explain import validate
from research.settings.trial_layer import trial_layer

S = TypeVar("S", bound=Settings)


def trial_settings(
    model: type[S],
    base: Mapping[str, Any],
    values: Mapping[str, Any],
    overrides: Mapping[str, Any] | None = None,
) -> S:
    """The settings that a trial runs with: what was drawn lies over the study's own, as flags do.

    Args:
        model: the experiment's settings.
        base: `StudyPlan.base`.
        values: the searched settings by dotted key (`values_of`).
        overrides: `StudyPlan.overrides`, so that a flag holds also where another optimizer is
            drawn, which brings its own settings.

    Raises:
        SettingsError: the combination can't be.
    """
    settings, problems = validate(model, trial_layer(model, base, values, overrides))
    if settings is None:
        raise SettingsError(*problems)
    return settings
