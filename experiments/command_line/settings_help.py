"""The settings of a command for the reader: `descent run EXPERIMENT --help`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from experiments.command_line.catalog import Experiment
from research.settings.core_schema import PlainData
from research.settings.document import read_document
from research.settings.errors import shown
from research.settings.explain import validate
from research.settings.meanings import meanings
from research.settings.resolve import ExperimentFile, read_experiment, resolve, settings_layer
from research.settings.structure import Model, Value


@dataclass(frozen=True)
class SettingLine:
    """What the help says about one setting."""

    key: str
    default: str
    kind: str
    meaning: str


def print_settings(console: Console, experiment: Experiment, overrides: dict[str, Any]) -> None:
    """Prints all settings with type, default, unit and meaning, then presets and variants.

    Defaults are those of the experiment's YAML file; with overrides they show what another choice
    by name would bring.

    Raises:
        SettingsError: the file or an override is wrong.
    """
    document = read_document(experiment.config)
    model = experiment.settings_class()
    file = read_experiment(document)
    resolve(document, model, next(iter(file.presets)), overrides=overrides)
    layer = settings_layer(document, model, overrides=overrides)
    valid, _ = validate(model, layer)
    data = valid.model_dump(mode="json") if valid is not None else layer.data
    console.print(_page(experiment, file, list(setting_lines(model, data))))


def setting_lines(model: Model, data: PlainData, prefix: str = "") -> Iterator[SettingLine]:
    """One line for each setting of a model, groups opened.

    Args:
        model: the settings.
        data: their values, as plain types.
        prefix: dotted key of the group, with its last dot.
    """
    values = data if isinstance(data, dict) else {}
    meaning = meanings(model)
    for key, field in model.model_fields.items():
        value = Value.of_field(field)
        yield from _lines_of(value, f"{prefix}{key}", values.get(key), meaning[key], key in values)


def _lines_of(
    value: Value, key: str, found: PlainData, meaning: str, present: bool
) -> Iterator[SettingLine]:
    models, named = value.models(), value.named()
    if not models:
        default = _plain(found) if present else "–"
        yield SettingLine(key, default, value.describe().removeprefix("a "), meaning)
        return
    optional = len(value.alternatives()) > len(models)
    if optional:
        default = "null" if found is None else "as below"
        yield SettingLine(key, default, "group of settings, or null", meaning)
    chosen = models[0]
    if len(named) > 1:
        name = str(found["name"]) if isinstance(found, dict) else "–"
        chosen = named.get(name, chosen)
        kind = f"one of {', '.join(named)}"
        yield SettingLine(f"{key}.name", name, kind, meaning or _summary(chosen))
    for line in setting_lines(chosen, found, f"{key}."):
        if len(named) <= 1 or line.key != f"{key}.name":
            yield line


def _summary(model: Model) -> str:
    return " ".join((model.__doc__ or "").split("\n\n")[0].split())


def _plain(value: PlainData) -> str:
    return value if isinstance(value, str) else shown(value)


def print_measured(console: Console, overrides: dict[str, Any]) -> None:
    """Prints the settings of `descent landscape`, whichever networks it is about.

    Raises:
        SettingsError: an override is wrong.
    """
    from experiments.command_line.landscape import measured_settings

    settings = measured_settings(overrides, None)
    lines = list(setting_lines(type(settings), settings.model_dump(mode="json")))
    if "surface.splits" not in overrides:
        lines = [_of_first_and_last(line) for line in lines]
    heading = Text("What is measured of each network", style="bold")
    note = Text("\nLists are written a,b or '[a, b]', or a alone.")
    console.print(Group(heading, "", _table(lines), note))


def _of_first_and_last(line: SettingLine) -> SettingLine:
    """The splits of surfaces as they are without a flag: which ones, the data decides."""
    if line.key != "surface.splits":
        return line
    meaning = f"{line.meaning} Left out, the data's first and last: train and test."
    return replace(line, default="first, last", meaning=meaning)


def _page(experiment: Experiment, file: ExperimentFile, lines: list[SettingLine]) -> RenderableType:
    heading = Text(f"Settings of {experiment.name}", style="bold")
    choices = Text.assemble(
        ("\nPresets", "bold"), f"   {', '.join(file.presets)}\n",
        ("Variants", "bold"), f"  {', '.join(file.variants)}\n",
        "\nPresets and variants change the defaults above: `descent show ", experiment.name,
        "` prints what will run.\nAnother choice by name has other settings: put it before --help, "
        "as in --optimizer.name adam --help.\nLists are written a,b or '[a, b]', or a alone.",
    )  # fmt: skip
    return Group(heading, "", _table(lines), choices)


def _table(lines: Iterable[SettingLine]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("setting", no_wrap=True, style="cyan")
    table.add_column("default", max_width=13, overflow="fold", style="green")
    table.add_column("meaning", ratio=1, min_width=20)
    for line in lines:
        meaning = Text.assemble(
            line.meaning, " " if line.meaning else "", (f"[{line.kind}]", "dim")
        )
        table.add_row(f"--{line.key}", Text(line.default), meaning)
    return table
