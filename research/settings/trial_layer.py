"""The settings of a trial: the study's own, and over them what was drawn for it, as flags would."""

from collections.abc import Mapping
from typing import Any

from research.settings.base import Settings
from research.settings.merge import Layer, Origin, merge


def trial_layer(
    model: type[Settings],
    base: Mapping[str, Any],
    values: Mapping[str, Any],
    overrides: Mapping[str, Any] | None = None,
    origins: Mapping[str, Origin] | None = None,
) -> Layer:
    """The layers over one another, before validation.

    A drawn `optimizer.name` replaces the optimizer with all of its settings, if it is another one;
    so names are laid before what belongs to them, and flags, which hold for every trial, again
    above them.

    Args:
        model: the experiment's settings.
        base: the settings that all trials start from, resolved, as plain types.
        values: what was drawn, by dotted key.
        overrides: settings of the command line, which are part of `base` already.
        origins: where each drawn setting's domain was written, for errors.
    """
    layers = [_layer(key, value, (origins or {}).get(key)) for key, value in values.items()]
    layers += [Layer.of_flag(key, value) for key, value in (overrides or {}).items()]
    merged = Layer(dict(base))
    for layer in sorted(layers, key=_names_first):
        merged = merge(merged, layer, model)
    return merged


def _layer(key: str, value: Any, origin: Origin | None) -> Layer:
    layer = Layer.of_flag(key, value)
    return layer if origin is None else Layer(layer.data, dict.fromkeys(layer.origins, origin))


def _names_first(layer: Layer) -> tuple[bool, int]:
    """A choice by name before all others, and an outer one before an inner one."""
    named = [len(path) for path in layer.origins if path[-1] == "name"]
    return not named, min(named, default=0)
