"""The binary file format of CIFAR-10 (Krizhevsky, https://www.cs.toronto.edu/~kriz/cifar.html).

A batch is records of 3073 bytes: the class, then 1024 bytes each of red, green and blue, row by
row. The archive holds six batches, of 10,000 records each, in the folder cifar-10-batches-bin.
"""

import io
import tarfile
import zlib
from pathlib import PurePosixPath

from research.data.local_files import LocalFile
from research.data.official_files import CIFAR_BATCHES

_PIXELS = 3 * 32 * 32
_RECORD = 1 + _PIXELS


def unpack_archive(file: LocalFile, packed: bytes) -> dict[str, bytes]:
    """The six batches of the archive, by name.

    Raises:
        SettingsError: it is truncated or damaged, or one of them is not in it.
    """
    names = {name for part in CIFAR_BATCHES.values() for name in part}
    batches: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as archive:
            for member in archive:
                name = PurePosixPath(member.name).name
                content = archive.extractfile(member) if name in names else None
                if content is not None:
                    batches[name] = content.read()
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise file.broken("is truncated or damaged") from error
    if absent := sorted(names - batches.keys()):
        raise file.broken(f"has no {absent[0]} in it")
    return batches


def parse_batch(file: LocalFile, name: str, data: bytes) -> tuple[bytearray, bytearray]:
    """The labels and the pixels of a batch, n and n x 3072 unsigned bytes.

    Args:
        file: where it is, for its errors.
        name: which batch it is.
        data: its records.

    Raises:
        SettingsError: it ends within a record, or holds none.
    """
    if not data or len(data) % _RECORD:
        problem = f"has {len(data):,} bytes in {name}, which is no whole number of records"
        raise file.broken(f"{problem} of {_RECORD:,} bytes")
    labels, pixels = bytearray(data[::_RECORD]), bytearray(data)
    del pixels[::_RECORD]
    return labels, pixels
