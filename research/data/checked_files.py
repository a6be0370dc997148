"""Whether data files on this machine are what their authors published, byte for byte.

Checksums are computed at every start and remembered nowhere: 30 MB take 0.06 s. Nothing here needs
torch or numpy.
"""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from research.data.cifar_format import parse_batch, unpack_archive
from research.data.idx_format import parse_idx
from research.data.local_files import DataFileError, LocalFile, find_files, missing
from research.data.official_files import DataSet, OfficialFile
from research.data.text.files import read_parts
from research.settings.errors import SettingsError
from research.settings.images import SHAPES


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


def read_files(
    name: DataSet,
    folder: Path,
    *,
    allow_unofficial: bool,
    wanted: Sequence[OfficialFile] | None = None,
) -> list[tuple[CheckedFile, bytes]]:
    """All files of a set, with their checksums and what they hold.

    Args:
        name: the set; the digits have none.
        folder: the data folder.
        allow_unofficial: whether another checksum than the official one is accepted.
        wanted: which of its files; None means all.

    Raises:
        DataFileError: one is missing, can't be read, or is not the official one.
    """
    there, absent = find_files(name, folder, wanted)
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
        use = "--data.allow_unofficial true uses it as it is"
        raise DataFileError(
            f"{file.path} ({file.path.stat().st_size:,} bytes) has SHA-256 {checked.sha256},"
            f" expected {file.official.sha256} of the official {file.official.name}"
            f" ({file.official.size:,} bytes); put that in its place, or move this one away to"
            " have it downloaded",
            use if _is_readable(file, content) else "",
        )
    return checked, content


def _is_readable(file: LocalFile, content: bytes) -> bool:
    """Whether a file that is not the official one is of its format at least, and not cut short."""
    name = file.official.name
    try:
        if file.name not in SHAPES:
            read_parts(file, content)
        elif name.endswith(".tar.gz"):
            unpack_archive(file, content)
        elif file.name == "cifar10":
            parse_batch(file, name, content)
        else:
            parse_idx(file, content)
    except SettingsError:
        return False
    return True


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 4
