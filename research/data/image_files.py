"""The pixels and labels of the image sets that come as files: found, checked, read.

Every file is read once and held against its official checksum before it is unpacked. Nothing here
needs torch or numpy.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from research.data.checked_files import CheckedFile, read_files
from research.data.cifar_format import parse_batch, unpack_archive
from research.data.idx_format import parse_idx
from research.data.local_files import LocalFile, data_folder
from research.data.official_files import CIFAR_BATCHES, FILES, FOLDERS
from research.settings.images import SHAPES, ImageSet

__all__ = ["FILES", "FOLDERS", "Array", "check_files", "data_folder", "read_arrays"]

Key = tuple[str, str]
"""Part (train, test) and kind (images, labels)."""

_CLASSES = 10


@dataclass(frozen=True)
class Array:
    """Unsigned bytes, with their shape."""

    shape: tuple[int, ...]
    values: bytearray


def check_files(
    name: ImageSet, setting: str | None, *, allow_unofficial: bool = False
) -> list[CheckedFile]:
    """Looks whether all files of a set are there and whole.

    Args:
        name: the set; the digits have no files.
        setting: the data folder of the settings, see `data_folder`.
        allow_unofficial: whether a file with another checksum than the official one will do. Such
            a file is unpacked here, since no checksum tells whether it is whole.

    Returns:
        What was found, with its checksums.

    Raises:
        SettingsError: one is missing, or not the official one. It names the folder that was looked
            in, the checksums, and what belongs there.
    """
    read = read_files(name, data_folder(setting), allow_unofficial=allow_unofficial)
    if not all(checked.is_official for checked, _ in read):
        _arrays(read)
    return [checked for checked, _ in read]


def read_arrays(
    name: ImageSet, setting: str | None, *, allow_unofficial: bool = False
) -> dict[Key, Array]:
    """The four arrays of a set, by part (train, test) and kind (images, labels).

    Images are [n, height, width] or [n, channels, height, width], labels are [n].

    Raises:
        SettingsError: as `check_files`, or a file is damaged, images and labels differ in number,
            or a label is no class.
    """
    return _arrays(read_files(name, data_folder(setting), allow_unofficial=allow_unofficial))


def _arrays(read: list[tuple[CheckedFile, bytes]]) -> dict[Key, Array]:
    contents = {checked.file: content for checked, content in read}
    files = list(contents)
    arrays = _cifar_arrays(contents) if files[0].name == "cifar10" else _idx_arrays(contents)
    for part in ("train", "test"):
        _check_part(_labels_file(files, part), part, arrays)
    return arrays


def _idx_arrays(contents: dict[LocalFile, bytes]) -> dict[Key, Array]:
    by_name = {file.official.name: (file, content) for file, content in contents.items()}
    return {key: Array(*parse_idx(*by_name[name])) for key, name in FILES.items()}


def _cifar_arrays(contents: dict[LocalFile, bytes]) -> dict[Key, Array]:
    """The batches of each part, one after the other."""
    batches = {name: (file, data) for file, name, data in _batches(contents)}
    arrays: dict[Key, Array] = {}
    for part, names in CIFAR_BATCHES.items():
        labels, pixels = bytearray(), bytearray()
        for name in names:
            file, data = batches[name]
            more = parse_batch(file, name, data)
            labels += more[0]
            pixels += more[1]
        arrays[part, "labels"] = Array((len(labels),), labels)
        arrays[part, "images"] = Array((len(labels), *SHAPES["cifar10"]), pixels)
    return arrays


def _batches(contents: dict[LocalFile, bytes]) -> Iterator[tuple[LocalFile, str, bytes]]:
    for file, content in contents.items():
        if file.official.name.endswith(".tar.gz"):
            for name, data in unpack_archive(file, content).items():
                yield file, name, data
        else:
            yield file, file.official.name, content


def _labels_file(files: list[LocalFile], part: str) -> LocalFile:
    """The file that the labels of a part are in, or the first of several."""
    names = {FILES[part, "labels"], CIFAR_BATCHES[part][0]}
    return next((file for file in files if file.official.name in names), files[0])


def _check_part(file: LocalFile, part: str, arrays: dict[Key, Array]) -> None:
    images, labels = arrays[part, "images"], arrays[part, "labels"]
    if images.shape[0] != labels.shape[0]:
        raise file.broken(f"holds {labels.shape[0]} labels for {images.shape[0]} images")
    wanted = SHAPES[cast("ImageSet", file.name)]
    if images.shape[1:] not in (wanted, wanted[1:]):
        size = " x ".join(str(length) for length in images.shape[1:])
        raise file.broken(f"belongs to {part} images of {size} pixels")
    if labels.values and max(labels.values) >= _CLASSES:
        raise file.broken(f"holds the label {max(labels.values)}, where classes are 0 to 9")
