"""Small batches in the official binary format of CIFAR-10, written record by record."""

import io
import lzma
import tarfile
from pathlib import Path

import numpy

from research.data.official_files import CIFAR_BATCHES

BATCHES = [*CIFAR_BATCHES["train"], *CIFAR_BATCHES["test"]]


def records(labels: numpy.ndarray, images: numpy.ndarray) -> bytes:
    """One byte of class, then red, green and blue, row by row."""
    rows = []
    for label, image in zip(labels, images, strict=True):
        rows.append(bytes([label]))
        rows += [bytes(image[channel].ravel().tolist()) for channel in range(3)]
    return b"".join(rows)


def make_batches(each: int = 12) -> tuple[dict[str, bytes], dict[str, numpy.ndarray]]:
    """Six batches by name, and what is in them by part and kind."""
    noise = numpy.random.default_rng(0)
    batches, kept = {}, {"train": [], "test": []}
    for name in BATCHES:
        labels = noise.integers(0, 10, each)
        images = noise.integers(0, 256, (each, 3, 32, 32))
        batches[name] = records(labels, images)
        kept["test" if name.startswith("test") else "train"].append((labels, images))
    written = {}
    for part, pairs in kept.items():
        written[part, "labels"] = numpy.concatenate([labels for labels, _ in pairs])
        written[part, "images"] = numpy.concatenate([images for _, images in pairs])
    return batches, written


def write_batches(folder: Path, each: int = 12, packed: bool = False):
    """The extracted form in a data folder; returns what is in it."""
    batches, written = make_batches(each)
    home = folder / "cifar-10-batches-bin"
    home.mkdir(parents=True, exist_ok=True)
    for name, data in batches.items():
        path = home / (f"{name}.xz" if packed else name)
        path.write_bytes(lzma.compress(data) if packed else data)
    return written


def archive_of(batches: dict[str, bytes]) -> bytes:
    """The archive, with another file in it as the official one has."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, data in {"readme.html": b"<html>", **batches}.items():
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()


def write_archive(folder: Path, each: int = 12):
    """The archive in a data folder; returns what is in it."""
    batches, written = make_batches(each)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cifar-10-binary.tar.gz").write_bytes(archive_of(batches))
    return written
