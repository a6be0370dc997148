"""The options and arguments of the commands, each declared once with its help."""

from pathlib import Path
from typing import Annotated, get_args

import typer

from experiments.command_line.option_values import Mirroring

ExperimentArgument = Annotated[
    str,
    typer.Argument(
        metavar="EXPERIMENT",
        help="Name of an experiment (see `descent list`), or a folder that holds one.",
    ),
]
OptionalExperimentArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="EXPERIMENT",
        help="Name of an experiment (see `descent list`), or a folder that holds one.",
        show_default=False,
    ),
]
RecordArgument = Annotated[
    Path, typer.Argument(metavar="RECORD", help="Folder that `descent run` has made.")
]
RecordsArgument = Annotated[
    list[Path], typer.Argument(metavar="RECORD...", help="Folders that `descent run` has made.")
]
NetworkArgument = Annotated[
    Path,
    typer.Argument(
        metavar="RECORD|CHECKPOINT",
        help="Folder that `descent run` has made, or a checkpoint in it.",
    ),
]
VariantsOfRecordOption = Annotated[
    str | None,
    typer.Option("--variants", metavar="A,B", help="Variants to look at.", show_default="all"),
]
SeedsOfRecordOption = Annotated[
    str | None,
    typer.Option("--seeds", metavar="0,1,2", help="Seeds to look at.", show_default="all"),
]
StepsOption = Annotated[
    str | None,
    typer.Option(
        metavar="0,last",
        help="Steps to look at: those of checkpoints; 0 is before the training.",
        show_default="last",
    ),
]
StageOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Stage that trains the networks, where a run has several.",
        show_default="the last that does",
    ),
]
PresetOption = Annotated[str, typer.Option(metavar="NAME", help="Size of the experiment.")]
VariantsOption = Annotated[
    str | None,
    typer.Option(metavar="A,B", help="Variants to run.", show_default="those of the preset"),
]
SeedsOption = Annotated[
    str | None,
    typer.Option(
        metavar="0,1,2",
        help="Seeds of every variant, also as a range: 0-7.",
        show_default="those of the preset",
    ),
]
WorkersOption = Annotated[
    str | None,
    typer.Option(metavar="N", help="Runs at a time.", show_default="by cores or GPUs"),
]
CheckOption = Annotated[bool, typer.Option("--check", help="Exit with code 3 if a claim fails.")]
SchemaOption = Annotated[
    bool, typer.Option("--schema", help="Print the JSON Schema of the YAML file, for editors.")
]
OptimizersOption = Annotated[
    bool,
    typer.Option(
        "--optimizers", help="List all optimizers and weight averages, with formula and source."
    ),
]
SchedulesOption = Annotated[
    bool, typer.Option("--schedules", help="List all schedules, with formula and source.")
]
OutOption = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Folder of the record.", show_default="runs/EXPERIMENT/STAMP"),
]
WandbOption = Annotated[
    str,
    typer.Option(
        metavar="|".join(get_args(Mirroring)),
        help="Mirror to Weights & Biases; auto is online if you have logged in, else offline.",
    ),
]
ReportOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Where the report goes.",
        show_default="RECORD/report.html, or report.html for several",
    ),
]
RedrawOption = Annotated[
    bool, typer.Option("--redraw", help="Compute figures and verdicts again first.")
]
