"""From the `sweep` of an experiment's file and the command line to what a study searches.

Precedence is that of settings: the file, then the command line. A setting that the command line
fixes is not searched, and conditions on it are answered once and for all. The whole is checked
before anything runs: that each key is a setting, that the ends of each interval and every choice
are values that it may have, and that the objective's metric is one that is logged.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from research.settings.base import Settings
from research.settings.document import Document
from research.settings.domain_forms import EXPECTED
from research.settings.errors import SettingsError, unknown
from research.settings.explain import validate
from research.settings.merge import Layer, Origin, merge
from research.settings.resolve import ResolvedVariant, read_experiment, refused, resolve
from research.settings.search import SearchSettings
from research.settings.search_checks import check_corners, check_direction, check_objective
from research.settings.search_space import parameters
from research.settings.written_space import WrittenSpace

S = TypeVar("S", bound=Settings)


def resolve_search(
    document: Document,
    model: type[S],
    preset: str,
    variant: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    search_overrides: Mapping[str, Any] | None = None,
) -> tuple[SearchSettings, ResolvedVariant[S]]:
    """What a study searches, and the settings that all of its trials start from.

    Args:
        document: the experiment's YAML file.
        model: the experiment's settings.
        preset: name of its size.
        variant: what trials start from; None takes the sweep's, or else the preset's first.
        overrides: settings of the command line by dotted key (`read_overrides`); each is fixed, and
            taken out of the space.
        search_overrides: flags about the search by dotted key with its group, as `parse_value`
            read them: {"space.optimizer.lr": "1e-4..1e-2 log", "space.optimizer.name": "none",
            "objective.metric": "train/loss", "pruner.name": "median"}; `none` takes a setting out.

    Returns:
        The search, `variant` filled in, without what is fixed; and that variant, resolved:
        `settings.model_dump(mode="json")` is a study's `base`.

    Raises:
        SettingsError: something can't be; each line with the file and line, or the flag.
    """
    file = read_experiment(document)
    if preset not in file.presets:
        raise unknown("preset", preset, list(file.presets))
    flags = dict(search_overrides or {})
    section = _section(document, file.sweep is not None, flags)
    space = WrittenSpace.read(document, flags, overrides or {})
    space.check_keys(model)
    domains = space.domains()
    head = _head(section, flags)
    name = variant or _named_variant(document, head, list(file.variants))
    name = name or next(iter(file.presets[preset].runs))
    base = resolve(document, model, preset, [name], None, overrides).variants[name]
    plain = base.settings.model_dump(mode="json")
    searched = space.answered(domains, plain)
    if not searched:
        raise SettingsError(f"{space.where}: nothing is left to search, expected a setting")
    found = head.data.get("variant")
    chosen = name if found is None or isinstance(found, str) else found  # no text is refused now
    search = _validated(Layer({**head.data, "variant": chosen, "space": searched}, head.origins))
    places = _origins_of(head)
    check_objective(search, base.settings, places)
    if not _says_direction(section, flags):
        check_direction(search.objective, places["objective.metric"])
    all_parameters = parameters(searched, space.leads())
    origins = {key: each.origin for key, each in space.entries.items()}
    check_corners(model, plain, all_parameters, overrides or {}, origins, space.where)
    return search, base


def _section(document: Document, is_there: bool, flags: Mapping[str, Any]) -> Layer:
    """The file's section, each origin saying that it is the sweep's.

    Raises:
        SettingsError: there is none, and the flags don't stand in for it.
    """
    if not is_there and not {"objective.metric"} <= set(flags):
        raise SettingsError(
            f"{document.name}: has no sweep, expected one, or --objective.metric NAME and "
            f"--space.KEY VALUES, which is {EXPECTED}"
        )
    if not is_there:
        return Layer({})
    part = Layer.of_document(document).part("sweep")
    origins = {path: Origin(f"{each.text}: sweep") for path, each in part.origins.items()}
    return Layer(part.data, origins)


def _head(section: Layer, flags: Mapping[str, Any]) -> Layer:
    """The section without its space, under the flags."""
    head = Layer(
        {key: value for key, value in section.data.items() if key != "space"}, section.origins
    )
    for key, value in flags.items():
        if not key.startswith("space."):
            head = merge(head, Layer.of_flag(key, value), SearchSettings)
    return head


def _named_variant(document: Document, head: Layer, variants: list[str]) -> str | None:
    """The variant that the file's sweep names."""
    name = head.data.get("variant")
    if name is None or not isinstance(name, str):  # what is no text is refused later
        return None
    if name not in variants:
        line = document.lines["sweep", "variant"]
        raise SettingsError(
            f"{document.name}:{line}: sweep.variant: {unknown('variant', name, variants)}"
        )
    return name


def _validated(layer: Layer) -> SearchSettings:
    search, problems = validate(SearchSettings, layer)
    if search is None:
        raise refused(problems)
    return search


def _says_direction(section: Layer, flags: Mapping[str, Any]) -> bool:
    """Whether the direction was written where the metric was: in the file, or by a flag."""
    if "objective.metric" in flags:
        return "objective.direction" in flags
    written = section.found(("objective", "direction"))
    return written is not None or "objective.direction" in flags


def _origins_of(head: Layer) -> Mapping[str, str]:
    """How an error about the metric and the pruner begins."""
    found = {}
    for key in ("objective.metric", "pruner.name"):
        origin = head.origin(tuple(key.split(".")))
        text = origin.text if origin is not None else ""
        found[key] = text if text == f"--{key}" else f"{text}.{key}".lstrip(".")
    return found
