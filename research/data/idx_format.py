"""The file format of MNIST and Fashion-MNIST.

An idx file (LeCun, Cortes and Burges, http://yann.lecun.com/exdb/mnist/) is a big-endian header,
which is two zero bytes, a type (8: unsigned bytes), the number of dimensions and each dimension as
an int32, and then the values.
"""

import gzip
import math
import struct
import zlib

from research.data.local_files import LocalFile

_SMALLEST_GZIP = 18


def parse_idx(file: LocalFile, packed: bytes) -> tuple[tuple[int, ...], bytearray]:
    """The shape and the values of a gzipped idx file of unsigned bytes.

    Args:
        file: where it is, for its errors.
        packed: what it holds.

    Raises:
        SettingsError: it is truncated or damaged, or no such file.
    """
    if len(packed) < _SMALLEST_GZIP:
        raise file.broken("is truncated")
    if packed[:2] != b"\x1f\x8b":
        raise file.broken("can't be read as a gzip file")
    try:
        data = gzip.decompress(packed)
    except (OSError, EOFError, zlib.error) as error:
        raise file.broken("is truncated or damaged") from error
    dimensions = 3 if "idx3" in file.path.name else 1
    header = 4 + 4 * dimensions
    if len(data) < header or data[:4] != bytes((0, 0, 8, dimensions)):
        raise file.broken(f"is no idx file of {dimensions} dimensions")
    shape = struct.unpack(f">{dimensions}i", data[4:header])
    if len(data) - header != math.prod(shape):
        raise file.broken("is truncated")
    return shape, bytearray(data[header:])
