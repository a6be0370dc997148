"""The report of a study: figures, best.yaml and one page of HTML, from its table of trials.

It runs at the end of a sweep, and again with `descent report STUDY`, also while the study goes on.
"""

import shlex
from contextlib import suppress
from pathlib import Path
from typing import Any

from experiments.command_line.best_settings import write_best
from research.evidence.study_page import compose_study
from research.records.atomic import write_atomically
from research.records.drawn import drawn_files, replace_drawn
from research.records.errors import RecordError
from research.records.store import Record
from research.records.study_table import (
    DATABASE_FILE,
    TABLE_FILE,
    StudyFolder,
    StudyTable,
    read_table,
    write_table,
)
from research.settings.document import path_shown
from research.settings.errors import SettingsError


def is_study(folder: Path) -> bool:
    """Whether a folder is a study's."""
    return any((folder / name).is_file() for name in (TABLE_FILE, DATABASE_FILE))


def write_study_report(folder: Path, target: Path | None = None, redraw: bool = True) -> Path:
    """Writes figures/, best.yaml and report.html of a study.

    Call it when trials.json is written (`research.records.study_table.write_table`): nothing else
    is read but the provenance of a trial's record, where one lies in `folder`.

    Args:
        folder: of the study; holds trials.json.
        target: where the page goes; None means report.html in `folder`.
        redraw: whether figures are drawn again that are there already.

    Returns:
        The page.

    Raises:
        RecordError: there is no table, or it is damaged.
        SettingsError: the experiment is not there any more, or its settings have changed.
        OSError: something could not be written.
    """
    table = read_table(folder)
    place = StudyFolder(folder)
    if redraw or not drawn_files(place, "svg"):
        _draw(place, table)
    best = write_best(place, table)
    command = shlex.join(["descent", "run", path_shown(best)]) if best else ""
    target = target or place.report
    page = compose_study(place, table, command, _provenance(place, table))
    write_atomically(target, page.encode())
    return target


def refresh_table(folder: Path) -> bool:
    """Writes trials.json from the database in a study's folder, if it is there and has one study.

    A study in another storage has the table that its last worker wrote.

    Returns:
        Whether trials have changed.

    Raises:
        StorageError: the database can't be read.
    """
    if not (folder / DATABASE_FILE).is_file():
        return False
    from research.search.storage import open_storage
    from research.search.study import Study

    storage = open_storage(f"sqlite:///{(folder / DATABASE_FILE).absolute()}")
    names = [study.study_name for study in storage.get_all_studies()]
    if len(names) != 1:
        return False
    table = Study.open(storage, names[0]).table()
    with suppress(RecordError):  # it is not there, or damaged: the database has it all
        if read_table(folder) == table:
            return False
    write_table(folder, table)
    return True


def study_report(folders: list[Path], out: Path | None, redraw: bool) -> str:
    """`descent report` of a study; see `write_study_report`.

    Raises:
        SettingsError: there are several folders, or the page can't be written.
    """
    if len(folders) > 1:
        found = next(folder for folder in folders if is_study(folder))
        raise SettingsError(f"{found} is a study, expected it alone: a study has its own report")
    if out is not None and not out.absolute().parent.is_dir():
        raise SettingsError(f"--out: {out} can't be written (no such folder), expected a file")
    changed = refresh_table(folders[0])
    try:
        return path_shown(write_study_report(folders[0], out, redraw or changed))
    except (NotADirectoryError, IsADirectoryError, FileNotFoundError, PermissionError) as error:
        where = f"--out: {out}" if out else str(folders[0])
        reason = (error.strerror or "").lower()
        raise SettingsError(f"{where} can't be written ({reason}), expected a file") from error


def _draw(place: StudyFolder, table: StudyTable) -> None:
    from research.evidence.build import save_figures
    from research.evidence.study_figures import study_figures
    from research.evidence.style import lecture_style
    from research.search.importance import importances

    place.figures.mkdir(exist_ok=True)
    with lecture_style():
        drawn = save_figures(place.figures, study_figures(table, importances(table)))
    replace_drawn(place, drawn)


def _provenance(place: StudyFolder, table: StudyTable) -> dict[str, Any]:
    """Of the first trial whose record lies here; nothing where all ran elsewhere."""
    for row in table.trials:
        try:
            return Record.open(place.trial(row.number)).read_provenance()
        except RecordError:
            continue
    return {}
