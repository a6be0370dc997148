"""From an experiment's file, a preset and the command line to the settings of every run.

Precedence: settings < preset < variant < command line. The result is validated as a whole, variant
by variant, and each problem is reported with the file and line, or the flag, that holds it.
"""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import Field

from research.settings.base import Settings
from research.settings.document import Document
from research.settings.errors import SettingsError, shown, unknown
from research.settings.explain import validate
from research.settings.labels import relabelled
from research.settings.merge import Layer, merge

S = TypeVar("S", bound=Settings)

MOST_PROBLEMS = 5
"""So many are told one by one; of the others only the number."""

_FOLDER_NAME = re.compile(r"[^\s,/\\.-][^\s,/\\]{0,99}")


class VariantEntry(Settings):
    """One variant of the file."""

    label: str
    """What the figure calls it."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """What it changes."""


class PresetEntry(Settings):
    """One preset of the file."""

    runs: dict[str, list[int]] = Field(min_length=1)
    """Seeds of each variant that it runs."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """What it changes."""


class ExperimentFile(Settings):
    """The keys of an experiment's YAML file."""

    summary: str
    """One line for `descent list`."""
    experiment: str | None = None
    """Of a file that is run by its path: the experiment's name, or its folder from the file's."""
    threads: int | None = Field(default=None, ge=1)
    """Threads of each run, for results that are the same everywhere; null shares the cores."""
    settings: dict[str, Any]
    """Settings that every preset and variant starts from."""
    variants: dict[str, VariantEntry] = Field(min_length=1)
    """What the figure compares, by name."""
    presets: dict[str, PresetEntry] = Field(min_length=1)
    """Sizes of the experiment, by name."""
    sweep: dict[str, Any] | None = None
    """What `descent sweep` searches; null where nothing is said."""


@dataclass(frozen=True)
class ResolvedVariant(Generic[S]):
    """One variant with its settings, all validated."""

    name: str
    label: str
    settings: S
    layer: Layer

    def where(self, key: str) -> str:
        """How an error about a dotted key begins: with its flag, or its file and line."""
        origin = self.layer.origin(tuple(key.split(".")))
        if origin is None or origin.text == f"--{key}":
            return f"--{key}" if origin else key
        return f"{origin.text}: {key}"


@dataclass(frozen=True)
class ResolvedCommand(Generic[S]):
    """What one command runs."""

    summary: str
    preset: str
    variants: dict[str, ResolvedVariant[S]]
    runs: dict[str, list[int]]
    threads: int | None = None


def read_experiment(document: Document) -> ExperimentFile:
    """The parts of an experiment's file, its settings not yet checked.

    Raises:
        SettingsError: a part is missing, unknown, or a preset runs what is no variant.
    """
    file, problems = validate(ExperimentFile, Layer.of_document(document))
    if file is None:
        raise refused(problems)
    for variant in file.variants:
        if not _FOLDER_NAME.fullmatch(variant):
            line = document.lines["variants", variant]
            raise SettingsError(
                f"{document.name}:{line}: variants has {shown(variant)}, expected a name without "
                "spaces, commas and slashes, since it becomes a folder"
            )
    for preset, entry in file.presets.items():
        for variant, seeds in entry.runs.items():
            line = document.lines["presets", preset, "runs", variant]
            where = f"{document.name}:{line}: presets.{preset}.runs"
            if variant not in file.variants:
                raise SettingsError(f"{where}: {unknown('variant', variant, list(file.variants))}")
            if not seeds or min(seeds) < 0 or len(set(seeds)) < len(seeds):
                raise SettingsError(f"{where}.{variant} is {seeds}, expected different seeds >= 0")
    return file


def resolve(
    document: Document,
    model: type[S],
    preset: str,
    variants: Sequence[str] | None = None,
    seeds: Sequence[int] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> ResolvedCommand[S]:
    """The settings and seeds of every run of a command.

    Args:
        document: the experiment's YAML file.
        model: the experiment's settings.
        preset: name of its size.
        variants: what to run; None runs what the preset runs.
        seeds: of every variant; None takes the preset's, or 0 for a variant
            that the preset leaves out.
        overrides: values by dotted key, over everything else.

    Raises:
        SettingsError: something can't be; the first problems, and how many more there are.
    """
    file = read_experiment(document)
    if preset not in file.presets:
        raise unknown("preset", preset, list(file.presets))
    planned = file.presets[preset].runs
    for name in variants or ():
        if name not in file.variants:
            raise unknown("variant", name, list(file.variants))
    names = list(variants) if variants is not None else list(planned)
    runs = {name: list(seeds if seeds is not None else planned.get(name, [0])) for name in names}
    layers = {name: settings_layer(document, model, preset, name, overrides) for name in names}
    settings = _validate_all(model, layers)
    labels = {name: _label(document, model, preset, name, overrides or {}) for name in names}
    resolved = {
        name: ResolvedVariant(name, labels[name], settings[name], layers[name]) for name in names
    }
    return ResolvedCommand(file.summary, preset, resolved, runs, file.threads)


def _label(
    document: Document,
    model: type[Settings],
    preset: str,
    variant: str,
    overrides: Mapping[str, Any],
) -> str:
    """What figures call a variant: the file's label, and what flags have changed of it."""
    entry = Layer.of_document(document).part("variants", variant)
    label: str = entry.data["label"]
    if not overrides:
        return label
    before = settings_layer(document, model, preset, variant)
    return relabelled(label, entry.data.get("settings", {}), before.data, overrides)


def settings_layer(
    document: Document,
    model: type[Settings],
    preset: str | None = None,
    variant: str | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Layer:
    """All layers of settings over one another, before validation; defaults of the model lie below.

    The command line lies below the variant too, not only above it: with `--optimizer.name adam` a
    variant that says `weight_decay: 1` then means Adam's, and is not replaced along with the
    optimizer.
    """
    file = Layer.of_document(document)
    flags = [Layer.of_flag(key, value) for key, value in (overrides or {}).items()]
    layers = [file.part("settings")]
    if preset is not None:
        layers.append(file.part("presets", preset, "settings"))
    layers += flags
    if variant is not None:
        layers += [file.part("variants", variant, "settings"), *flags]
    lowest = Layer.of_defaults(model)
    return functools.reduce(lambda below, layer: merge(below, layer, model), layers, lowest)


def _validate_all(model: type[S], layers: dict[str, Layer]) -> dict[str, S]:
    settings: dict[str, S] = {}
    problems: dict[str, list[str]] = {}
    for name, layer in layers.items():
        valid, lines = validate(model, layer)
        if valid is not None:
            settings[name] = valid
        for line in lines:
            problems.setdefault(line, []).append(name)
    if problems:
        raise refused([_with_variants(line, found, layers) for line, found in problems.items()])
    return settings


def _with_variants(line: str, found: list[str], layers: dict[str, Layer]) -> str:
    """Names the variant where others of the command have no such problem."""
    return line if len(found) == len(layers) else f"{line} (variant {found[0]})"


def refused(problems: list[str]) -> SettingsError:
    """The error of several problems: the first of them, and how many more there are."""
    more = len(problems) - MOST_PROBLEMS
    return SettingsError(*problems[:MOST_PROBLEMS], *([f"and {more} more"] if more > 0 else []))
