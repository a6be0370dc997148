"""Small files in the official format of (Fashion-)MNIST, written by hand."""

import gzip
import struct
from pathlib import Path

import numpy

from research.data.image_files import FILES, FOLDERS


def write_idx(path: Path, values: numpy.ndarray) -> None:
    """An idx file: two zero bytes, type 8, the number of dimensions, the dimensions, the bytes."""
    header = struct.pack(f">BBBB{values.ndim}i", 0, 0, 8, values.ndim, *values.shape)
    path.write_bytes(gzip.compress(header + values.astype(numpy.uint8).tobytes(), mtime=0))


def write_image_set(folder: Path, name: str = "fashion_mnist", train: int = 60, test: int = 20):
    """All four files of a set; returns what is in them, by part and kind."""
    noise = numpy.random.default_rng(0)
    home = folder / FOLDERS[name]
    home.mkdir(parents=True, exist_ok=True)
    written = {}
    for (part, kind), file in FILES.items():
        n = train if part == "train" else test
        shape = (n, 28, 28) if kind == "images" else (n,)
        values = noise.integers(0, 256 if kind == "images" else 10, shape)
        written[part, kind] = values
        write_idx(home / file, values)
    return written
