"""Image files on this machine: the data folder, which files are there, and whether they are whole.

Checksums are computed at every start and remembered nowhere: 30 MB take 0.06 s. Nothing here needs
torch or numpy, so that a missing or damaged file is told before anything starts. What lies in the
data folder is never changed or deleted.
"""

import hashlib
import lzma
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from research.data.official_files import BATCHES, DOWNLOADS, FOLDERS, OfficialFile
from research.settings.errors import SettingsError
from research.settings.images import ImageSet


@dataclass(frozen=True)
class LocalFile:
    """A file that is there, in place of an official one.

    Attributes:
        name: the set that it belongs to.
        folder: the data folder.
        path: where it is. A name that ends in .xz holds the official file compressed.
        official: what it should be.
    """

    name: ImageSet
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

    def broken(self, problem: str) -> SettingsError:
        """The error of a file that can't be used: what is wrong, and what belongs there."""
        return SettingsError(f"{self.path} {problem}, expected {expected(self.name, self.folder)}")


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be used, and its SHA-256.

    Attributes:
        file: the file.
        sha256: checksum of what it holds, uncompressed where its name ends in .xz.
    """

    file: LocalFile
    sha256: str

    @property
    def is_official(self) -> bool:
        """Whether it is byte for byte what its authors published."""
        return self.sha256 == self.file.official.sha256

    def as_provenance(self) -> dict[str, str | bool]:
        """The entry of provenance.json."""
        return {
            "set": self.file.name,
            "file": str(self.file.path),
            "sha256": self.sha256,
            "official_sha256": self.file.official.sha256,
            "official": self.is_official,
        }


def data_folder(setting: str | None) -> Path:
    """Where data files are looked for, and downloaded to.

    Args:
        setting: what the settings say; null means $DESCENT_DATA, and ~/.cache/descent where that
            is unset or empty ($XDG_CACHE_HOME in place of ~/.cache, where it is set).

    Raises:
        SettingsError: it begins with ~ and a user who is not known.
    """
    for where, named in (
        ("--data_folder", setting),
        ("$DESCENT_DATA", os.environ.get("DESCENT_DATA")),
    ):
        if named:
            try:
                return Path(named).expanduser()
            except RuntimeError as error:
                expected = "a folder, or ~ and a user of this machine"
                raise SettingsError(f"{where} is {named}, expected {expected}") from error
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "descent"


def find_files(name: ImageSet, folder: Path) -> tuple[list[LocalFile], list[OfficialFile]]:
    """The files of a set that are in the data folder, and the official ones that are not.

    CIFAR-10 is there as its archive, or as the six batches of it; each of them may be compressed
    with xz. Where neither is there the archive is missing.
    """
    wanted = DOWNLOADS[name]
    if name == "cifar10" and not os.path.lexists(folder / wanted[0].path):
        batches = [(official, _batch(folder, official)) for official in BATCHES]
        if any(path for _, path in batches):
            there = [LocalFile(name, folder, path, official) for official, path in batches if path]
            return there, [official for official, path in batches if not path]
    there = [LocalFile(name, folder, folder / each.path, each) for each in wanted]
    there = [each for each in there if os.path.lexists(each.path)]
    return there, [each for each in wanted if not os.path.lexists(folder / each.path)]


def read_files(
    name: ImageSet, folder: Path, *, allow_unofficial: bool
) -> list[tuple[CheckedFile, bytes]]:
    """All files of a set, with their checksums and what they hold.

    Args:
        name: the set; the digits have none.
        folder: the data folder.
        allow_unofficial: whether another checksum than the official one is accepted.

    Raises:
        SettingsError: one is missing, can't be read, or is not the official one.
    """
    there, absent = find_files(name, folder)
    if absent:
        raise missing(name, folder, absent[0])
    return check_present(there, allow_unofficial=allow_unofficial)


def check_present(
    files: Sequence[LocalFile], *, allow_unofficial: bool
) -> list[tuple[CheckedFile, bytes]]:
    """The files that are there, as `read_files` does."""
    with ThreadPoolExecutor(_cores()) as pool:  # to unpack xz takes 2 s a batch
        return list(pool.map(lambda file: _checked(file, allow_unofficial), files))


def _checked(file: LocalFile, allow_unofficial: bool) -> tuple[CheckedFile, bytes]:
    content = file.content()
    checked = CheckedFile(file, hashlib.sha256(content).hexdigest())
    if not (checked.is_official or allow_unofficial):
        raise SettingsError(
            f"{file.path} ({file.path.stat().st_size:,} bytes) has SHA-256 {checked.sha256},"
            f" expected {file.official.sha256} of the official {file.official.name}"
            f" ({file.official.size:,} bytes); put that in its place, or move this one away to"
            " have it downloaded, or use it as it is with --data.allow_unofficial true"
        )
    return checked, content


def missing(name: ImageSet, folder: Path, file: OfficialFile, why: str = "") -> SettingsError:
    """The error of a file that is not there, and why it was not downloaded."""
    return SettingsError(
        f"{folder / file.path} is not there{why}, expected {expected(name, folder)}"
    )


def expected(name: ImageSet, folder: Path) -> str:
    """What belongs in the data folder, in words, and what else can be done."""
    names = ", ".join(file.name for file in DOWNLOADS[name])
    home = folder / FOLDERS[name]
    where = f"{folder}, or its batches in {home}" if name == "cifar10" else str(home)
    hint = "name another data folder with --data_folder or $DESCENT_DATA"
    return f"the official {names} of {name} in {where}; {hint}"


def _batch(folder: Path, official: OfficialFile) -> Path | None:
    """A batch of CIFAR-10, plain or else compressed."""
    plain = folder / official.path
    both = plain, plain.with_name(f"{plain.name}.xz")
    return next((path for path in both if os.path.lexists(path)), None)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 4
