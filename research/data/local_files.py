"""Data files on this machine: the data folder, and which files are there.

Nothing here needs torch or numpy, so that a missing or damaged file is told before anything starts.
What lies in the data folder is never changed or deleted.
"""

import lzma
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from research.data.official_files import BATCHES, DOWNLOADS, FOLDERS, DataSet, OfficialFile
from research.settings.errors import SettingsError
from research.settings.images import SHAPES

ELSEWHERE = "name another data folder with --data_folder or $DESCENT_DATA"


class DataFileError(SettingsError):
    """A data file is missing, or can't be used as it is.

    Attributes:
        problem: which file, what was found, what was expected.
    """

    def __init__(self, problem: str, advice: str = "") -> None:
        """The advice names settings, which not every command takes, so it is kept apart."""
        super().__init__(f"{problem}; {advice}" if advice else problem)
        self.problem = problem


@dataclass(frozen=True)
class LocalFile:
    """A file that is there, in place of an official one.

    Attributes:
        name: the set that it belongs to.
        folder: the data folder.
        path: where it is. A name that ends in .xz holds the official file compressed.
        official: what it should be.
    """

    name: DataSet
    folder: Path
    path: Path
    official: OfficialFile

    def content(self) -> bytes:
        """What the official file would hold.

        Raises:
            SettingsError: it can't be read.
        """
        opened = lzma.open if self.path.suffix == ".xz" else Path.open
        try:
            with opened(self.path, "rb") as file:
                return file.read()
        except (OSError, EOFError, lzma.LZMAError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise self.broken(f"can't be read ({reason.lower()})") from error

    def broken(self, problem: str) -> DataFileError:
        """The error of a file that can't be used: what is wrong, and what belongs there."""
        wanted = expected(self.name, self.folder)
        return DataFileError(f"{self.path} {problem}, expected {wanted}", ELSEWHERE)


def data_folder(setting: str | None) -> Path:
    """Where data files are looked for, and downloaded to.

    Args:
        setting: what the settings say; null means $DESCENT_DATA, and ~/.cache/descent where that
            is unset or empty ($XDG_CACHE_HOME in place of ~/.cache, where it is set).

    Raises:
        SettingsError: it begins with ~ and a user who is not known; or as `cache_folder`.
    """
    for where, named in (
        ("--data_folder", setting),
        ("$DESCENT_DATA", os.environ.get("DESCENT_DATA")),
    ):
        if named:
            return expanded(named, where)
    return cache_folder()


def expanded(folder: str, where: str) -> Path:
    """A folder that may begin with ~, as it is called on this machine.

    Args:
        folder: what was written.
        where: the setting that says it, for the error.

    Raises:
        SettingsError: it begins with ~ and a user who is not known.
    """
    try:
        return Path(folder).expanduser()
    except RuntimeError as error:
        expected = "a folder, or ~ and a user of this machine"
        raise SettingsError(f"{where} is {folder}, expected {expected}") from error


def cache_folder() -> Path:
    """Where files are kept that can be had again: ~/.cache/descent, or in $XDG_CACHE_HOME.

    Raises:
        SettingsError: neither is known, as where a container runs as a user without a name.
    """
    named = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(named) if named else Path.home() / ".cache") / "descent"
    except RuntimeError as error:
        expected = "$HOME, or $XDG_CACHE_HOME, to be a folder to keep files in"
        raise SettingsError(f"this user has no home folder, expected {expected}") from error


def find_files(
    name: DataSet, folder: Path, wanted: Sequence[OfficialFile] | None = None
) -> tuple[list[LocalFile], list[OfficialFile]]:
    """The files of a set that are in the data folder, and the official ones that are not.

    Only the `wanted` ones are looked for; None means all. CIFAR-10 is there as its archive, or as
    the six batches of it; each of them may be compressed with xz. Where neither is there the
    archive is missing.
    """
    wanted = DOWNLOADS[name] if wanted is None else wanted
    if name == "cifar10" and not os.path.lexists(folder / wanted[0].path):
        batches = [(official, _batch(folder, official)) for official in BATCHES]
        if any(path for _, path in batches):
            there = [LocalFile(name, folder, path, official) for official, path in batches if path]
            return there, [official for official, path in batches if not path]
    there = [LocalFile(name, folder, folder / each.path, each) for each in wanted]
    there = [each for each in there if os.path.lexists(each.path)]
    return there, [each for each in wanted if not os.path.lexists(folder / each.path)]


def missing(name: DataSet, folder: Path, file: OfficialFile, why: str = "") -> DataFileError:
    """The error of a file that is not there, after the reason why it was not downloaded."""
    free = "scikit-learn's digits need no files: --data.name digits"
    if name not in SHAPES:
        free = "docstrings of Python's packages need no files: --data.name python_docs"
    return DataFileError(
        f"{why}{folder / file.path} is not there, expected {expected(name, folder)}",
        f"{ELSEWHERE}; {free}",
    )


def expected(name: DataSet, folder: Path) -> str:
    """What belongs in the data folder, in words."""
    names = ", ".join(file.name for file in DOWNLOADS[name])
    home = folder / FOLDERS[name]
    where = f"{folder}, or its batches in {home}" if name == "cifar10" else str(home)
    return f"the official {names} of {name} in {where}"


def _batch(folder: Path, official: OfficialFile) -> Path | None:
    """A batch of CIFAR-10, plain or else compressed."""
    plain = folder / official.path
    both = plain, plain.with_name(f"{plain.name}.xz")
    return next((path for path in both if os.path.lexists(path)), None)
