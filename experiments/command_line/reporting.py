"""`descent report`: one HTML file about one or several records, or about a study."""

from collections.abc import Sequence
from pathlib import Path

from experiments.command_line.catalog import experiment_of
from experiments.command_line.study_report import is_study, study_report
from research.evidence.build import build_evidence
from research.evidence.report import compose
from research.records.atomic import write_atomically
from research.records.drawn import drawn_files
from research.records.store import Record
from research.settings.document import path_shown
from research.settings.errors import SettingsError


def write_reports(folders: Sequence[Path], out: Path | None, redraw: bool) -> str:
    """Composes the report; figures and verdicts are computed only if missing or asked for.

    Args:
        folders: the records, or one study.
        out: where it goes; None writes into the record, or to report.html here for several.
        redraw: whether figures and verdicts are computed again.

    Returns:
        The file, as one names it from here.

    Raises:
        SettingsError: a folder is no record, or the file can't be written.
    """
    if any(is_study(folder) for folder in folders):
        return study_report(list(folders), out, redraw)
    records = [Record.open(folder) for folder in folders]
    for record in records:
        if redraw or not (record.verdicts.exists() and drawn_files(record, "svg")):
            experiment = experiment_of(record.plan)
            build_evidence(record, experiment.evidence())
    target = out or (records[0].report if len(records) == 1 else Path("report.html"))
    try:
        write_atomically(target, compose(records, target.absolute().parent).encode())
    except (NotADirectoryError, IsADirectoryError, FileNotFoundError, PermissionError) as error:
        raise SettingsError(
            f"--out: {target} can't be written ({(error.strerror or '').lower()}), expected a file"
        ) from error
    return path_shown(target)
