"""The commands of `descent`. Each checks all of its input before anything starts.

Torch is imported by the processes that train, never here; evidence, records and mirrors are
imported when they are needed, so that `--help`, `list`, `show` and every refusal answer at once.
"""

import json
import sys
from datetime import datetime
from typing import Any

import typer

from experiments.command_line.arguments import TypedSettings, read_overrides
from experiments.command_line.catalog import Experiment, all_experiments, experiment_of, find
from experiments.command_line.option_values import (
    DEFAULT_PRESET,
    parse_mirroring,
    parse_names,
    parse_seeds,
    parse_workers,
)
from experiments.command_line.options import (
    CheckOption,
    ExperimentArgument,
    NetworkArgument,
    OptimizersOption,
    OptionalExperimentArgument,
    OutOption,
    PrepareOption,
    PresetOption,
    RecordArgument,
    RecordsArgument,
    RedrawOption,
    ReportedArgument,
    ReportOption,
    SchedulesOption,
    SchemaOption,
    SeedsOfRecordOption,
    SeedsOption,
    StageOption,
    StepsOption,
    VariantsOfRecordOption,
    VariantsOption,
    WandbOption,
    WorkersOption,
)
from experiments.command_line.search_commands import sweep, worker
from research.settings.base import Settings
from research.settings.document import Document, path_shown, read_document, read_first
from research.settings.resolve import ResolvedCommand, resolve

app = typer.Typer(
    name="descent",
    help="Runs the experiments that lectures on optimization for deep learning are built on, "
    "and judges their claims.",
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help"]},
)

LANDSCAPE = "landscape"
SWEEP = "sweep"
OVERRIDABLE = {"show", "run", LANDSCAPE, SWEEP}
"""Commands that take settings such as `--optimizer.lr 1e-3`, and list them with --help."""
LISTINGS = ("--optimizers", "--schedules")
"""Options of `show` that stand in place of an experiment."""


@app.command("list")
def list_experiments() -> int:
    """Lists every experiment, one line each."""
    experiments = all_experiments()
    width = max((len(each.name) for each in experiments), default=0)
    for each in experiments:
        typer.echo(f"{each.name:<{width}}  {read_first(each.config, 'summary')}")
    return 0


@app.command()
def show(
    context: typer.Context,
    experiment: OptionalExperimentArgument = None,
    preset: PresetOption = DEFAULT_PRESET,
    variants: VariantsOption = None,
    seeds: SeedsOption = None,
    schema: SchemaOption = False,
    optimizers: OptimizersOption = False,
    schedules: SchedulesOption = False,
) -> int:
    """Prints what `run` would do: the resolved settings of each variant, and its seeds.

    Below them stands what `sweep` would search.

    Takes settings as `run` does, for example --optimizer.lr 1e-3. Without an experiment it lists
    what can be chosen by name: --optimizers or --schedules.
    """
    if experiment is None:
        from experiments.command_line.vocabulary import print_optimizers, print_schedules

        if optimizers:
            print_optimizers()
        if schedules:
            print_schedules()
        return 0
    found = find(experiment)
    if schema:
        from experiments.command_line.schema import file_schema

        read_overrides(context.obj.overrides, found.settings_class(), context.obj.options)
        typer.echo(json.dumps(file_schema(found.name, found.settings_class()), indent=2))
        return 0
    document = read_document(found.config)
    command, overrides = _resolve(found, context, preset, variants, seeds, document)
    sweep = _shown_sweep(document, found.settings_class(), preset, overrides)
    _print_yaml(
        {
            "experiment": found.name,
            "preset": command.preset,
            "runs": command.runs,
            "variants": {
                name: {"label": each.label, "settings": each.settings.model_dump(mode="json")}
                for name, each in command.variants.items()
            },
            **sweep,
        }
    )
    return 0


@app.command()
def run(
    context: typer.Context,
    experiment: ExperimentArgument,
    preset: PresetOption = DEFAULT_PRESET,
    seeds: SeedsOption = None,
    variants: VariantsOption = None,
    out: OutOption = None,
    wandb: WandbOption = "auto",
    workers: WorkersOption = None,
    check: CheckOption = False,
    prepare: PrepareOption = False,
) -> int:
    """Runs an experiment: trains, keeps a record, draws the figure and judges the claims.

    Takes settings too, for example --optimizer.lr 1e-3; `descent run EXPERIMENT --help` lists them.
    """
    found = find(experiment)
    at_a_time = parse_workers(workers)
    mirroring = parse_mirroring(wandb)
    command, overrides = _resolve(found, context, preset, variants, seeds)

    from experiments.command_line.advice import give_advice
    from experiments.command_line.data_files import provide_data
    from experiments.command_line.finish import train_and_judge
    from experiments.command_line.machine import check_machine
    from experiments.command_line.plan import make_plan, record_folder
    from experiments.command_line.terminal import make_console

    for variant in command.variants.values():
        check_machine(variant, is_this=not prepare)
    plan = make_plan(found, command, overrides, at_a_time, mirroring)
    console = make_console()
    data = provide_data(command.variants, console)
    folder = record_folder(out, found, datetime.now())

    from research.records.provenance import collect
    from research.records.store import Record

    record = Record.create(folder, plan, collect(context.obj.command, found.own_folder, data))
    give_advice(command, record)
    if prepare:
        typer.echo(f"prepared: {path_shown(folder)}")
        return 0
    return train_and_judge(record, plan.workers, check, console)


@app.command()
def resume(
    record: RecordArgument, workers: WorkersOption = None, check: CheckOption = False
) -> int:
    """Goes on where a stopped or killed record stands, exactly."""
    from experiments.command_line.data_files import provide_data_again
    from experiments.command_line.finish import train_and_judge
    from experiments.command_line.terminal import make_console
    from research.records.store import Record

    at_a_time = parse_workers(workers)
    opened = Record.open(record)
    console = make_console()
    provide_data_again(opened, console)
    return train_and_judge(opened, at_a_time or opened.plan.workers, check, console)


app.command(SWEEP)(sweep)
app.command("worker")(worker)


@app.command(LANDSCAPE)
def landscape(
    context: typer.Context,
    source: NetworkArgument,
    variants: VariantsOfRecordOption = None,
    seeds: SeedsOfRecordOption = None,
    steps: StepsOption = None,
    stage: StageOption = None,
    out: OutOption = None,
    wandb: WandbOption = "auto",
    workers: WorkersOption = None,
) -> int:
    """Measures loss surfaces and curvature around networks that `run` has trained.

    Takes settings too, for example --surface.points 51; `descent landscape --help` lists them.
    """
    from experiments.command_line.data_files import provide_data_of, refuse_others
    from experiments.command_line.finish import train_and_judge
    from experiments.command_line.landscape import Choice, landscape_plan
    from experiments.command_line.plan import record_folder
    from experiments.command_line.terminal import make_console
    from experiments.network_landscape.settings import MeasuredSettings
    from experiments.network_landscape.source import training_settings

    typed: TypedSettings = context.obj
    overrides = read_overrides(typed.overrides, MeasuredSettings, typed.options)
    at_a_time, mirroring = parse_workers(workers), parse_mirroring(wandb)
    choice = Choice(
        source,
        parse_names(variants) if variants is not None else None,
        parse_seeds(seeds) if seeds is not None else None,
        steps,
        stage,
    )
    plan = landscape_plan(choice, overrides, at_a_time, mirroring)
    console = make_console()
    sources = {
        f"{choice.record.folder}: data.name of {name}": training_settings(choice.record, name)
        for name in plan.variants
    }
    data = provide_data_of(sources, console)
    refuse_others(choice.record, data)
    folder = record_folder(out, experiment_of(plan), datetime.now())

    from research.records.provenance import collect
    from research.records.store import Record

    record = Record.create(folder, plan, collect(typed.command, data=data))
    return train_and_judge(record, plan.workers, False, console)


@app.command()
def report(
    records: ReportedArgument,
    out: ReportOption = None,
    redraw: RedrawOption = False,
) -> int:
    """Writes one self-contained HTML file about one or several records, or about a study."""
    from experiments.command_line.reporting import write_reports

    typer.echo(f"report: {write_reports(records, out, redraw)}")
    return 0


@app.command()
def sync(records: RecordsArgument) -> int:
    """Sends runs that were mirrored offline to Weights & Biases."""
    from experiments.command_line.terminal import make_console
    from research.records.store import Record
    from research.records.wandb_sync import sync as send

    send([Record.open(folder).folder for folder in records], make_console())
    return 0


def _resolve(
    experiment: Experiment,
    context: typer.Context,
    preset: str,
    variants: str | None,
    seeds: str | None,
    document: Document | None = None,
) -> tuple[ResolvedCommand[Settings], dict[str, Any]]:
    """The resolved command, and the overrides of the command line."""
    typed: TypedSettings = context.obj
    document = document or read_document(experiment.config)
    model = experiment.settings_class()
    overrides = read_overrides(typed.overrides, model, typed.options)
    command = resolve(
        document,
        model,
        preset,
        parse_names(variants) if variants is not None else None,
        parse_seeds(seeds) if seeds is not None else None,
        overrides,
    )
    return command, overrides


def _shown_sweep(
    document: Document, model: type[Settings], preset: str, overrides: dict[str, Any]
) -> dict[str, Any]:
    """What `sweep` would search, where the experiment's file says something about it."""
    if document.data.get("sweep") is None:
        return {}
    from experiments.command_line.shown_search import shown_search

    return {"sweep": shown_search(document, model, preset, overrides)}


def _print_yaml(data: dict[str, Any]) -> None:
    """Plain text in a pipe, coloured on a terminal."""
    from research.settings.core_schema import dump_yaml

    text = dump_yaml(data)
    if not sys.stdout.isatty():
        sys.stdout.write(text)
        return
    from rich.syntax import Syntax

    from experiments.command_line.terminal import make_console

    make_console().print(Syntax(text.rstrip("\n"), "yaml", background_color="default"))
