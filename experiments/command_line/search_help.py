"""What an experiment's sweep searches, for the reader: `descent sweep EXPERIMENT --help`.

A space is shown as a file may say it, so that what is printed can be copied into one.
"""

from collections.abc import Mapping
from typing import Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from experiments.command_line.catalog import Experiment
from experiments.command_line.settings_help import setting_lines
from research.settings.base import Settings
from research.settings.document import read_document
from research.settings.domain_forms import written
from research.settings.errors import shown
from research.settings.meanings import meanings
from research.settings.resolve import read_experiment
from research.settings.resolve_search import resolve_search
from research.settings.search import Domain, SearchSettings, wanted_values
from research.settings.structure import Model, field_of, find_value


def print_search(
    console: Console,
    experiment: Experiment,
    overrides: Mapping[str, Any],
    search_overrides: Mapping[str, Any] | None = None,
) -> None:
    """Prints what is searched, by which number trials are judged, and how to say otherwise.

    Args:
        console: where to.
        experiment: whose sweep.
        overrides: settings of the command line.
        search_overrides: its flags about the search; see `resolve_search`.

    Raises:
        SettingsError: the file's sweep or a flag is wrong.
    """
    document = read_document(experiment.config)
    model = experiment.settings_class()
    file = read_experiment(document)
    flags = search_overrides or {}
    search: SearchSettings | None = None
    base: Settings | None = None
    if file.sweep is not None or flags:
        preset = next(iter(file.presets))
        search, variant = resolve_search(document, model, preset, None, overrides, flags)
        base = variant.settings
    heading = Text(f"What is searched in {experiment.name}", style="bold")
    console.print(
        Group("", heading, "", _space_table(model, search, base), "", _table(search), _NOTE)
    )


_NOTE = Text(
    "\nValues are written '1e-4..1e-1 log', '16..256 log integer', '0..1', or a,b,c for choices, "
    "or\n'{values: 1e-3..1 log, when: {optimizer.name: sgd}}'; `none` takes a setting out of the "
    "space,\nand --optimizer.lr 1e-3 fixes it for all trials."
)


def _space_table(
    model: type[Settings], search: SearchSettings | None, base: Settings | None
) -> Table:
    """The space: each setting, what it may be, and what it means."""
    table = _columns("space", "values")
    for key, domains in (search.space if search else {}).items():
        words = Text("\n".join(map(_words, domains)))
        table.add_row(f"--space.{key}", words, _meaning(model, base, key))
    return table


def _words(domain: Domain) -> str:
    """Such as `1e-3..1 log, where optimizer.name is sgd or heavy_ball`."""
    values = written(domain.model_copy(update={"when": {}}))
    text = values if isinstance(values, str) else ", ".join(map(_plain, values))
    conditions = " and ".join(
        f"{key} is {' or '.join(map(_plain, wanted_values(wanted)))}"
        for key, wanted in domain.when.items()
    )
    return f"{text}, where {conditions}" if conditions else text


def _plain(value: object) -> str:
    return value if isinstance(value, str) else shown(value)


def _meaning(model: Model, base: Settings | None, key: str) -> str:
    """What a setting means in the group that trials start from, or in the first that has it."""
    *parents, last = key.split(".")
    chosen: object = base
    for part in parents:
        chosen = getattr(chosen, part, None)
    group = find_value(model, tuple(parents)) if parents else None
    models = [model] if not parents else group.models() if group is not None else []
    models = [type(chosen), *models] if isinstance(chosen, Settings) else models
    with_it = [each for each in models if field_of([each], last)]
    return meanings(with_it[0])[last] if with_it else ""


def _table(search: SearchSettings | None) -> Table:
    """The objective and the pruner."""
    table = _columns("flag", "default")
    data = search.model_dump(mode="json") if search else {}
    for line in setting_lines(SearchSettings, data):
        if line.key.startswith(("objective.", "pruner.")):
            meaning = Text.assemble(f"{line.meaning} ", (f"[{line.kind}]", "dim"))
            table.add_row(f"--{line.key}", Text(line.default), meaning)
    return table


def _columns(first: str, second: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(first, no_wrap=True, style="cyan")
    table.add_column(second, overflow="fold", style="green")
    table.add_column("meaning", ratio=1, min_width=20)
    return table
