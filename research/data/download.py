"""Downloads official files to the data folder: whole, checked, and once, however many ask.

A file is fetched by pooch beside its place, under a name that begins with a dot and ends in .part,
and is moved to its place only with the right length and SHA-256. A lock on the folder lets one
process download while others wait; whoever holds it may delete what a killed one has left.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console

from research.data.checked_files import CheckedFile, check_present
from research.data.download_progress import DownloadProgress, WrongLength
from research.data.folder_lock import alone_in
from research.data.image_files import check_files
from research.data.local_files import (
    ELSEWHERE,
    DataFileError,
    data_folder,
    find_files,
    missing,
)
from research.data.official_files import DataSet, OfficialFile
from research.settings.errors import SettingsError
from research.settings.images import ImageSet

SECONDS_TO_CONNECT = 10.0
SECONDS_OF_SILENCE = 30.0
"""A mirror that sends nothing for so long is given up."""

_CHUNK = 2**16
_OFF = "off"
_NO_CONNECTION = "no connection"


class MirrorError(Exception):
    """A mirror did not give the file; the text says why."""


def provide_images(
    name: ImageSet,
    setting: str | None,
    *,
    allow_unofficial: bool = False,
    console: Console | None = None,
    silence: float = SECONDS_OF_SILENCE,
) -> list[CheckedFile]:
    """Checks the files of a set that are there, and downloads those that are not.

    Args:
        name: the set; the digits have no files.
        setting: the data folder of the settings, see `data_folder`.
        allow_unofficial: whether a local file with another checksum than the official one will do.
        console: where progress is shown; None shows none.
        silence: seconds that a mirror may send nothing.

    Returns:
        The files, with their checksums.

    Raises:
        SettingsError: a file is damaged or not the official one; or it is missing and no mirror
            gave it. It names the folder, and the files that belong there.
    """
    download_missing(
        name,
        data_folder(setting),
        allow_unofficial=allow_unofficial,
        console=console,
        silence=silence,
    )
    return check_files(name, setting, allow_unofficial=allow_unofficial)


def download_missing(
    name: DataSet,
    folder: Path,
    *,
    wanted: Sequence[OfficialFile] | None = None,
    allow_unofficial: bool = False,
    console: Console | None = None,
    silence: float = SECONDS_OF_SILENCE,
) -> None:
    """Downloads those files of a set that are not there, once those that are there are checked.

    Args:
        name: the set.
        folder: the data folder.
        wanted: which of its files are needed; None means all.
        allow_unofficial: as in `provide_images`.
        console: as in `provide_images`.
        silence: as in `provide_images`.

    Raises:
        SettingsError: as `provide_images`.
    """
    there, absent = find_files(name, folder, wanted)
    if absent:
        check_present(there, allow_unofficial=allow_unofficial)
        _download_all(name, absent, folder, console, silence)


def addresses(file: OfficialFile) -> list[str]:
    """Where a file can be had, in the order to try.

    $DESCENT_MIRROR stands in place of the public mirrors: addresses of data folders, separated by
    spaces, or the word `off`.

    Raises:
        SettingsError: $DESCENT_MIRROR is no address.
    """
    own = os.environ.get("DESCENT_MIRROR", "").split()
    if own == [_OFF]:
        return []
    for base in own:
        if not _is_address(base):
            raise SettingsError(
                f"$DESCENT_MIRROR is {base}, expected the http:// or https:// address of a data"
                " folder, several with spaces between them, or off"
            )
    if own:
        return [f"{base.rstrip('/')}/{file.path}" for base in own]
    return [base + file.name for base in file.mirrors]


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:  # such as http://[::1
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _download_all(
    name: DataSet,
    files: Sequence[OfficialFile],
    folder: Path,
    console: Console | None,
    silence: float,
) -> None:
    if not all(addresses(file) for file in files):
        raise missing(name, folder, files[0], f"$DESCENT_MIRROR is {_OFF}, and ")
    home = (folder / files[0].path).parent
    try:
        busy = f"another process downloads to {folder}; waiting for it"
        with alone_in(folder, home, lambda: _say(console, busy)):
            useless: set[str] = set()
            for file in files:
                if not os.path.lexists(folder / file.path):  # nobody else was faster
                    _download(file, folder, console, silence, useless)
    except MirrorError as error:
        raise missing(name, folder, file, f"{error}, and ") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DataFileError(
            f"{folder} can't be written ({reason}), expected a folder for the files of {name}",
            ELSEWHERE,
        ) from error


def _download(
    file: OfficialFile, folder: Path, console: Console | None, silence: float, useless: set[str]
) -> None:
    """Fetches a file from the first mirror that has it; those that failed before come last.

    Raises:
        MirrorError: none has; it says what was wrong with each.
        OSError: it can't be written.
    """
    target = folder / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    problems = []
    hosts = {address: urlsplit(address).netloc for address in addresses(file)}
    for address in sorted(hosts, key=lambda address: hosts[address] in useless):
        try:
            _fetch(file, address, part, console, silence)
        except MirrorError as error:
            useless.add(hosts[address])
            problems.append(f"{hosts[address]}: {error}")
            _say(console, f"{file.name}: {problems[-1]}")
        else:
            part.replace(target)
            _sync_folder(target.parent)
            return
        finally:
            part.unlink(missing_ok=True)
    if all(problem.endswith(f": {_NO_CONNECTION}") for problem in problems):
        raise MirrorError(f"{_NO_CONNECTION} to {' or '.join(hosts.values())}")
    raise MirrorError(f"no mirror has it ({'; '.join(problems)})")


def _fetch(
    file: OfficialFile, address: str, part: Path, console: Console | None, silence: float
) -> None:
    """Writes what one mirror sends, and holds it against length and checksum."""
    import pooch
    import requests

    started = time.monotonic()
    try:
        with (
            part.open("wb") as output,
            DownloadProgress(file, address, output.tell, console) as progress,
        ):
            download = pooch.HTTPDownloader(
                progressbar=progress,
                chunk_size=_CHUNK,
                timeout=(SECONDS_TO_CONNECT, silence),
                headers={"Accept-Encoding": "identity"},  # else servers may unpack what is gzipped
            )
            download(address, output, None)
            output.flush()
            os.fsync(output.fileno())
    except WrongLength as error:
        raise MirrorError(str(error)) from error
    except requests.RequestException as error:
        raise MirrorError(_in_words(error, silence)) from error
    except ValueError as error:  # neither requests nor pooch expects a length that is no number
        raise MirrorError(f"sent a malformed answer ({error})") from error
    size, sha256 = part.stat().st_size, pooch.file_hash(str(part), alg="sha256")
    if sha256 != file.sha256:
        raise MirrorError(
            f"sent {size:,} bytes with SHA-256 {sha256}, expected {file.size:,} with {file.sha256}"
        )
    _say(console, f"{file.name}: checksum met, {time.monotonic() - started:.1f} s")


def _say(console: Console | None, text: str) -> None:
    if console is not None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)


def _in_words(error: Exception, silence: float) -> str:
    """What went wrong with a mirror, without addresses in memory and chains of causes."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"answered {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.ConnectTimeout):
        return f"did not answer within {SECONDS_TO_CONNECT:g} s"
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return f"sent nothing for {silence:g} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "broke off"
    if isinstance(error, requests.exceptions.SSLError):
        return "has no certificate that is trusted here"
    if isinstance(error, requests.ConnectionError):
        return _NO_CONNECTION
    return " ".join(str(error).split())


def _sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
