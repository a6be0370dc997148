"""The official files of MNIST and Fashion-MNIST: where they lie, and what is in them.

An idx file (LeCun, Cortes and Burges, http://yann.lecun.com/exdb/mnist/) is a big-endian header,
which is two zero bytes, a type (8: unsigned bytes), the number of dimensions and each dimension as
an int32, and then the values. Nothing here needs torch or numpy, so that a missing file is told
before anything starts.
"""

import gzip
import math
import os
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from research.settings.errors import SettingsError
from research.settings.images import ImageSet

FOLDERS: Mapping[ImageSet, str] = {"mnist": "mnist", "fashion_mnist": "fashion-mnist"}
"""Where in the data folder the files of each set lie; the digits come with scikit-learn."""

FILES = {
    ("train", "images"): "train-images-idx3-ubyte.gz",
    ("train", "labels"): "train-labels-idx1-ubyte.gz",
    ("test", "images"): "t10k-images-idx3-ubyte.gz",
    ("test", "labels"): "t10k-labels-idx1-ubyte.gz",
}
"""The official files by part and kind: 60,000 images to train on, 10,000 to test on."""

_SMALLEST_GZIP = 18


@dataclass(frozen=True)
class Array:
    """Unsigned bytes, with their shape."""

    shape: tuple[int, ...]
    values: bytes


def data_folder(setting: str | None) -> Path:
    """Where data files are looked for.

    Args:
        setting: what the settings say; null means $DESCENT_DATA, and ~/.cache/descent where that
            is unset or empty ($XDG_CACHE_HOME in place of ~/.cache, where it is set).
    """
    if setting:
        return Path(setting).expanduser()
    if named := os.environ.get("DESCENT_DATA"):
        return Path(named).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "descent"


def check_files(name: ImageSet, setting: str | None) -> None:
    """Looks whether all files of a set are there and whole, without unpacking them.

    A whole gzip file ends in the size of what it holds, which must be what its header announces.

    Raises:
        SettingsError: one is missing, truncated, or no idx file. It names the folder that was
            looked in and what belongs there.
    """
    if name not in FOLDERS:
        return
    for path in _paths(name, setting).values():
        shape, header = _read_header(path, name)
        with path.open("rb") as file:
            file.seek(-4, os.SEEK_END)
            (unpacked,) = struct.unpack("<I", file.read(4))
        if unpacked != header + math.prod(shape):
            raise _broken(path, name, "is truncated")


def read_arrays(name: ImageSet, setting: str | None) -> dict[tuple[str, str], Array]:
    """The four arrays of a set, by part (train, test) and kind (images, labels).

    Raises:
        SettingsError: a file is missing or damaged, or images and labels differ in number.
    """
    arrays = {key: _read(path, name) for key, path in _paths(name, setting).items()}
    for part in ("train", "test"):
        images, labels = (arrays[part, kind].shape[0] for kind in ("images", "labels"))
        if images != labels:
            path = _paths(name, setting)[part, "labels"]
            raise _broken(path, name, f"holds {labels} labels for {images} images")
    return arrays


def _paths(name: ImageSet, setting: str | None) -> dict[tuple[str, str], Path]:
    folder = data_folder(setting) / FOLDERS[name]
    return {key: folder / file for key, file in FILES.items()}


def _read(path: Path, name: ImageSet) -> Array:
    shape, header = _read_header(path, name)
    try:
        with gzip.open(path) as file:
            values = file.read()[header:]
    except (OSError, EOFError, zlib.error) as error:
        raise _broken(path, name, "is truncated or damaged") from error
    if len(values) != math.prod(shape):
        raise _broken(path, name, "is truncated")
    return Array(shape, values)


def _read_header(path: Path, name: ImageSet) -> tuple[tuple[int, ...], int]:
    """The shape that a file announces, and the length of its header in bytes."""
    dimensions = 3 if "idx3" in path.name else 1
    length = 4 + 4 * dimensions
    try:
        if path.stat().st_size < _SMALLEST_GZIP:
            raise _broken(path, name, "is truncated")
        with gzip.open(path) as file:
            header = file.read(length)
    except FileNotFoundError as error:
        raise _broken(path, name, "is not there") from error
    except (OSError, EOFError, zlib.error) as error:
        raise _broken(path, name, "can't be read as a gzip file") from error
    if len(header) < length or header[:4] != bytes((0, 0, 8, dimensions)):
        raise _broken(path, name, f"is no idx file of {dimensions} dimensions")
    return struct.unpack(f">{dimensions}i", header[4:]), length


def _broken(path: Path, name: ImageSet, problem: str) -> SettingsError:
    expected = f"expected the official {', '.join(FILES.values())} of {name} in {path.parent}"
    hint = "; name another data folder with --data_folder or $DESCENT_DATA"
    return SettingsError(f"{path} {problem}, {expected}{hint}")
