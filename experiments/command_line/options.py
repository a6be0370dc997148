"""The options and arguments of the commands, each declared once with its help."""

from pathlib import Path
from typing import Annotated, get_args

import typer

from experiments.command_line.option_values import Engine, Mirroring
from research.settings.search import SamplerName

ExperimentArgument = Annotated[
    str,
    typer.Argument(
        metavar="EXPERIMENT",
        help="Name of an experiment (see `descent list`), a folder that holds one, or a YAML file "
        "that says in `experiment` which one it is for.",
    ),
]
OptionalExperimentArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="EXPERIMENT",
        help="Name of an experiment (see `descent list`), a folder that holds one, or a YAML file "
        "that says in `experiment` which one it is for.",
        show_default=False,
    ),
]
RecordArgument = Annotated[
    Path, typer.Argument(metavar="RECORD", help="Folder that `descent run` has made.")
]
RecordsArgument = Annotated[
    list[Path], typer.Argument(metavar="RECORD...", help="Folders that `descent run` has made.")
]
ReportedArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="RECORD...",
        help="Folders that `descent run` has made, or one that `descent sweep` has made.",
    ),
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
PrepareOption = Annotated[
    bool,
    typer.Option(
        "--prepare", help="Make the record and train nothing: torchrun or SLURM will, see scripts/."
    ),
]
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
TrialsOption = Annotated[
    str | None,
    typer.Option(
        metavar="N",
        help="Trials in all; more than before extend a study.",
        show_default="20, or those of the study; with grid all points",
    ),
]
SamplerOption = Annotated[
    str,
    typer.Option(
        metavar="|".join(get_args(SamplerName)),
        help="How points are drawn: random, quasi-random (Sobol), by what earlier trials gave "
        "(TPE, Gaussian processes), or a grid.",
    ),
]
StorageOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Database of the study: sqlite:///FILE, or postgresql://USER:PASSWORD@HOST/DATABASE.",
        show_default="$DESCENT_STORAGE, else study.db in its folder",
    ),
]
StudyOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Name of the study; one that is there is gone on with.",
        show_default="EXPERIMENT-PRESET-SAMPLER",
    ),
]
StudyToJoinOption = Annotated[
    str, typer.Option("--study", metavar="NAME", help="Name of the study to join.")
]
VariantOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Variant whose settings all trials start from.",
        show_default="that of the space, or the preset's first",
    ),
]
SeedsOfTrialOption = Annotated[
    str,
    typer.Option(
        "--seeds",
        metavar="0,1,2",
        help="Seeds of every trial, also as a range: 0-7; its value is the mean over them.",
    ),
]
SeedOption = Annotated[str, typer.Option(metavar="N", help="Seed of the points.")]
EngineOption = Annotated[
    str,
    typer.Option(
        metavar="|".join(get_args(Engine)),
        help="Where workers run: here, or as tasks of a Ray cluster.",
    ),
]
PrepareStudyOption = Annotated[
    bool, typer.Option("--prepare", help="Make the study and train nothing: workers will join it.")
]
OutOfStudyOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Folder of the study.", show_default="studies/STUDY"),
]
TrialWorkersOption = Annotated[
    str | None,
    typer.Option(
        "--workers", metavar="N", help="Trials at a time.", show_default="by cores or GPUs"
    ),
]
