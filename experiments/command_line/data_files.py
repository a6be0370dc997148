"""The images and texts that a command uses: checked, or downloaded, before any run starts.

Only the launcher does it: runs of one command would fetch the same file side by side, or cut the
same text into tokens. Found out without torch.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from rich.console import Console

from experiments.command_line.catalog import experiment_of
from experiments.network_landscape.source import data_settings
from research.data.download import provide_images
from research.data.local_files import DataFileError
from research.data.text.provided import provide_text
from research.records.errors import RecordError
from research.records.status import FINISHED
from research.records.store import Record
from research.settings.base import Settings
from research.settings.errors import SettingsError
from research.settings.explain import validate
from research.settings.images import ImageSettings
from research.settings.merge import Layer
from research.settings.resolve import ResolvedVariant
from research.settings.text import TextSettings

Provenance = list[dict[str, str | bool]]
"""For each file its set, path, SHA-256, official SHA-256, and whether they are the same.

A text that comes in no official file, and a vocabulary, have what they are called as their path,
and no official SHA-256.
"""


def provide_data(
    variants: Mapping[str, ResolvedVariant[Any]], console: Console | None
) -> Provenance:
    """Makes sure that the data files of all variants are there and whole.

    Args:
        variants: what runs.
        console: where the progress of a download is shown; None shows none.

    Returns:
        What provenance.json says of the files.

    Raises:
        SettingsError: says which file, which folder was looked in, and what belongs there.
    """
    where = ((each.where("data.name"), each.settings) for each in variants.values())
    return _provide(where, console, lambda error, _: str(error))


def provide_data_of(sources: Mapping[str, Settings], console: Console | None) -> Provenance:
    """Does the same for settings of records that are there, by what an error begins with.

    Raises:
        SettingsError: as `provide_data`.
    """
    return _provide(sources.items(), console, _without_settings)


def provide_data_again(record: Record, console: Console | None) -> None:
    """Does the same for a record that goes on, maybe on another machine.

    Raises:
        RecordError: settings of a run that goes on can't be any more.
        SettingsError: as `provide_data`, or a file is not what it was when the record began.
    """
    waiting = {run.variant for run in record.runs() if run.status().state not in FINISHED}
    model = experiment_of(record.plan).settings_class()
    settings = [
        (f"{record.folder}: data.name of {name}", data_settings(_settings_of(record, name, model)))
        for name in sorted(waiting)
    ]
    refuse_others(record, _provide(settings, console, _without_settings))


def refuse_others(record: Record, found: Provenance) -> None:
    """Refuses files and texts that are not what they were when a record began.

    Raises:
        SettingsError: one is not; it says which, and both checksums.
    """
    before = {_identity(each): each for each in record.read_provenance().get("data", [])}
    for now in found:
        then = before.get(_identity(now), now)
        if now["sha256"] != then["sha256"]:
            raise SettingsError(
                f"{now['file']} has SHA-256 {now['sha256']}, expected {then['sha256']}, that of"
                f" {then['file']} when {record.folder} began"
            )


def _settings_of(record: Record, variant: str, model: type[Settings]) -> Settings:
    """The settings of a variant, checked again: files that they name may be gone by now."""
    settings, problems = validate(model, Layer(record.plan.variants[variant].settings))
    if settings is None:
        raise RecordError(*(f"{record.folder}: settings of {variant}: {each}" for each in problems))
    return settings


def _without_settings(error: SettingsError, folder: str | None) -> str:
    """For `resume`, which takes no settings: an error without the advice to change one."""
    if not isinstance(error, DataFileError):
        return str(error)
    elsewhere = "; name another data folder with $DESCENT_DATA" if folder is None else ""
    return error.problem + elsewhere


def _identity(file: Mapping[str, str | bool]) -> tuple[str | bool, str | bool]:
    """What stays the same wherever a file lies: the official one, or what a text is called."""
    return file["set"], file["official_sha256"] or file["file"]


def _provide(
    settings: Iterable[tuple[str, Settings]],
    console: Console | None,
    words: Callable[[SettingsError, str | None], str],
) -> Provenance:
    """Each set once, though many variants use it; the text says where a variant names it."""
    wanted: dict[Hashable, tuple[str, ImageSettings | TextSettings, str | None]] = {}
    for where, each in settings:
        data, folder = getattr(each, "data", None), getattr(each, "data_folder", None)
        if isinstance(data, ImageSettings):
            wanted.setdefault((data.name, folder, data.allow_unofficial), (where, data, folder))
        elif isinstance(data, TextSettings):
            wanted.setdefault((data.one_for_all, folder), (where, data, folder))
    provenance: Provenance = []
    for where, data, folder in wanted.values():
        try:
            provenance += _provide_one(data, folder, console)
        except SettingsError as error:
            raise SettingsError(f"{where} is {data.name}: {words(error, folder)}") from error
    return provenance


def _provide_one(
    data: ImageSettings | TextSettings, folder: str | None, console: Console | None
) -> Provenance:
    if isinstance(data, TextSettings):
        return provide_text(data, folder, console=console)
    unofficial = data.allow_unofficial
    checked = provide_images(data.name, folder, allow_unofficial=unofficial, console=console)
    return [file.as_provenance() for file in checked]
