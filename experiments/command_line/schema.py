"""The JSON Schema of an experiment's YAML file, so that editors complete and check it."""

import copy
from typing import Any

from research.settings.base import Settings
from research.settings.domain_forms import INTERVAL_PATTERN
from research.settings.resolve import ExperimentFile
from research.settings.search import SearchSettings

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEMPLATE = "#/$defs/{model}"
_OF_SWEEP = "Sweep"
"""Before the names of a sweep's definitions: an experiment may have a SearchSettings of its own."""


def file_schema(name: str, model: type[Settings]) -> dict[str, Any]:
    """The schema of the whole file.

    Each of its `settings` may leave keys out, since they lie over one another; unknown keys, types
    and bounds are checked everywhere.

    Args:
        name: the experiment's name.
        model: its settings.
    """
    schema = ExperimentFile.model_json_schema(ref_template=_TEMPLATE)
    settings = _partial(model.model_json_schema(ref_template=_TEMPLATE))
    definitions = schema.setdefault("$defs", {})
    definitions.update(settings.pop("$defs", {}))
    definitions[model.__name__] = settings
    reference = {"$ref": _TEMPLATE.format(model=model.__name__)}
    places = [schema, definitions["PresetEntry"], definitions["VariantEntry"]]
    for place in places:
        described = place["properties"]["settings"].get("description")
        place["properties"]["settings"] = {**reference, "description": described}
    described = schema["properties"]["sweep"].get("description")
    schema["properties"]["sweep"] = {**_sweep(definitions), "description": described}
    return {"$schema": DIALECT, "title": f"descent experiment {name}", **_without_title(schema)}


def _sweep(definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of a sweep, with domains in all their forms; adds what it refers to."""
    sweep = SearchSettings.model_json_schema(ref_template=f"#/$defs/{_OF_SWEEP}{{model}}")
    for name, each in sweep.pop("$defs").items():
        definitions[f"{_OF_SWEEP}{name}"] = each
    domain = {"$ref": f"#/$defs/{_OF_SWEEP}Domain"}
    choices = {"type": "array", "minItems": 1, "items": {"not": {"type": "object"}}}
    text = {"type": "string", "pattern": INTERVAL_PATTERN}
    values = {"anyOf": [text, choices], "description": "An interval as text, or choices."}
    definitions[f"{_OF_SWEEP}Domain"]["properties"]["values"] = values
    several = {"type": "array", "minItems": 1, "items": domain}
    forms = {"anyOf": [text, choices, domain, several]}
    sweep["properties"]["space"]["additionalProperties"] = forms
    return sweep


def _partial(schema: dict[str, Any]) -> dict[str, Any]:
    """A copy in which no key is required, not even the name of a choice."""
    partial = copy.deepcopy(schema)
    _relax(partial)
    return partial


def _relax(node: object) -> None:
    if isinstance(node, list):
        for item in node:
            _relax(item)
    elif isinstance(node, dict):
        if node.get("type") == "object":
            node.pop("required", None)
        if "discriminator" in node:
            del node["discriminator"]
            node["anyOf"] = node.pop("oneOf")
        for value in node.values():
            _relax(value)


def _without_title(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "title"}
