"""The JSON Schema of an experiment's YAML file, so that editors complete and check it."""

import copy
from typing import Any

from research.settings.base import Settings
from research.settings.resolve import ExperimentFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEMPLATE = "#/$defs/{model}"


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
    return {"$schema": DIALECT, "title": f"descent experiment {name}", **_without_title(schema)}


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
