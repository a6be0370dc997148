"""What `descent sweep` and `descent worker` do once their words are read: open, work, report."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from experiments.command_line.catalog import find
from experiments.command_line.data_files import provide_data_of
from experiments.command_line.machine import check_machine
from experiments.command_line.option_values import Engine
from experiments.command_line.search.display import Standing, best_line, summary
from experiments.command_line.search.plan import Planned, as_before, make_folder, slots_for
from experiments.command_line.search.worker import Worker
from experiments.command_line.terminal import say
from research.records.provenance import collect
from research.records.study_table import TABLE_FILE, read_table, write_table
from research.search.errors import StorageError
from research.search.storage_url import shown_url
from research.settings.base import Settings
from research.settings.document import path_shown
from research.settings.errors import SettingsError
from research.settings.explain import validate
from research.settings.merge import Layer
from research.settings.resolve import ResolvedVariant
from research.settings.search import StudyPlan

if TYPE_CHECKING:
    from research.search.storage import Storage
    from research.search.study import Study

DONE, FAILED = 0, 1
GO_ON = "stopped; go on with the same command"


def sweep(
    planned: Planned,
    name: str,
    url: str,
    folder: Path,
    command: Sequence[str],
    console: Console,
    engine: Engine | None = "local",
) -> int:
    """Makes a study, or finds it, works on it to its end, and reports.

    Args:
        planned: what the command line asks for.
        name: of the study.
        url: of its storage.
        folder: of the study.
        command: the command line, for the records.
        console: where the display goes.
        engine: where its workers run; None only makes the study, for workers of other commands.

    Returns:
        0; 1 if no trial is complete; 128 + signal if stopped.

    Raises:
        SettingsError: there is another study of this name, a data file is missing, or the folder
            can't be made.
        StorageError: the storage is away, full or damaged.
    """
    check_machine(planned.variant, is_this=engine == "local")
    provide_data_of({planned.variant.where("data.name"): planned.variant.settings}, console)
    make_folder(folder)
    study = open_study(url, name, planned)
    say(console, f"study {name}, {study.plan.trials} trials: {path_shown(folder)}")
    if engine is None:
        return DONE
    with _goes_on(console):
        if engine == "ray":
            from experiments.command_line.search.ray_engine import run_on_ray

            code = run_on_ray(study, url, folder, planned.slots, console, command)
        else:
            code = _work(study, url, folder, planned.slots, command, console)
    if code:
        say(console, GO_ON)
        return code
    return report(study, folder, console)


def work(
    url: str,
    name: str,
    folder: Path,
    slots: int | None,
    console: Console | None = None,
    command: Sequence[str] = ("descent", "worker"),
) -> int:
    """Joins a study and works until nothing is left to do: for a command, or an engine's tasks.

    Args:
        url: of its storage, as `checked_url` makes it.
        name: of the study.
        folder: where this machine keeps records; others may share it.
        slots: runs at a time; None takes what suits the machine.
        console: where the display goes; None shows nothing.
        command: the command line, for the records.

    Returns:
        0, or 128 + signal if stopped.

    Raises:
        SettingsError: there is no such study, or this machine can't train what it searches.
        StorageError: the storage is away, full or damaged.
    """
    from research.search.storage import open_storage
    from research.search.study import Study

    study = Study.open(open_storage(url, create=False), name)
    make_folder(folder)
    with _goes_on(console):
        code = _work(study, url, folder, slots, command, console)
    if console is not None:
        standing = Standing.of_table(study.table())
        say(console, GO_ON if code else f"study {name}: {summary(standing, 0.0)}")
    return code


@contextmanager
def _goes_on(console: Console | None) -> Iterator[None]:
    """What stops a search, and is no one's mistake, leaves it to be gone on with."""
    try:
        yield
    except (OSError, StorageError):
        if console is not None:
            say(console, GO_ON)
        raise


def open_study(url: str, name: str, planned: Planned) -> "Study":
    """The study of a command, new or as it was left.

    Raises:
        SettingsError: there is one of this name with another plan.
        StorageError: the storage is away, full or damaged.
    """
    from research.search.storage import open_storage
    from research.search.study import Study

    storage = open_storage(url)
    before = _plan_before(storage, name)
    return Study.create(storage, name, as_before(planned, before))


def _plan_before(storage: "Storage", name: str) -> StudyPlan | None:
    from research.search.study import Study

    try:
        return Study.open(storage, name).plan
    except SettingsError:  # there is none, or whoever makes it finds what is wrong with it
        return None


def _work(
    study: "Study",
    url: str,
    folder: Path,
    slots: int | None,
    command: Sequence[str],
    console: Console | None,
) -> int:
    """One worker, once this machine is known to have what the study's runs need."""
    experiment = find(study.plan.folder or study.plan.experiment)
    variant = _variant_of(study.plan, experiment.settings_class())
    check_machine(variant)
    data = provide_data_of({"data.name": variant.settings}, console)
    provenance = collect(_without_password(command), experiment.own_folder, data)
    runs = study.plan.trials * len(study.plan.seeds)
    slots = slots or slots_for(variant.settings, runs)
    return Worker(study, url, folder, slots, console, provenance).run()


def _variant_of(plan: StudyPlan, model: type[Settings]) -> ResolvedVariant[Settings]:
    """The settings that all trials start from, checked again: this may be another machine."""
    layer = Layer(plan.base)
    settings, problems = validate(model, layer)
    if settings is None:
        raise SettingsError(*problems)
    return ResolvedVariant(plan.variant, plan.variant, settings, layer)


def _without_password(command: Sequence[str]) -> list[str]:
    """The command line as a record may keep it."""
    words = list(command)
    for place, word in enumerate(words):
        if word.startswith("--storage="):
            words[place] = f"--storage={shown_url(word.removeprefix('--storage='))}"
        elif place and words[place - 1] == "--storage":
            words[place] = shown_url(word)
    return words


def report(study: "Study", folder: Path, console: Console) -> int:
    """Writes the study's table and report, and says where they are.

    Returns:
        0; 1 if no trial is complete.
    """
    from experiments.command_line.study_report import write_study_report

    table = study.table()
    has_changed = not (folder / TABLE_FILE).exists() or read_table(folder) != table
    if has_changed:
        write_table(folder, table)
    page = write_study_report(folder, redraw=has_changed)
    standing = Standing.of_table(table)
    say(console, summary(standing, 0.0))
    say(console, best_line(standing.best, table.plan.objective))
    say(console, f"report: {path_shown(page)}")
    return DONE if standing.best is not None else FAILED
