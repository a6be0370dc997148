"""The table of official files, held against the real ones where they are at hand."""

import hashlib
import os
from pathlib import Path

import pytest

from research.data.official_files import BATCHES, CIFAR_BATCHES, DOWNLOADS, FILES

FILES_OF_ALL = [file for files in DOWNLOADS.values() for file in files]


@pytest.mark.parametrize("file", FILES_OF_ALL, ids=lambda file: file.path)
def test_every_download_has_a_checksum_and_several_mirrors(file):
    assert len(bytes.fromhex(file.sha256)) == 32
    assert len({mirror.split("/")[2] for mirror in file.mirrors}) > 1
    assert all(mirror.endswith("/") for mirror in file.mirrors)


def test_no_two_files_are_the_same():
    everything = [*FILES_OF_ALL, *BATCHES]
    assert len({file.sha256 for file in everything}) == len(everything) == 23
    assert len({file.path for file in everything}) == 23


def test_names():
    assert [file.path for file in DOWNLOADS["mnist"]] == [
        f"mnist/{name}" for name in FILES.values()
    ]
    assert [file.name for file in BATCHES] == [*CIFAR_BATCHES["train"], *CIFAR_BATCHES["test"]]
    assert {file.size for file in BATCHES} == {10_000 * (1 + 3 * 32 * 32)}


@pytest.mark.parametrize("file", FILES_OF_ALL, ids=lambda file: file.path)
def test_the_real_ones(file):
    path = Path(os.environ.get("DESCENT_DATA", "/nowhere")) / file.path
    if not path.exists():
        pytest.skip("DESCENT_DATA names no folder with the real file")
    data = path.read_bytes()
    assert (len(data), hashlib.sha256(data).hexdigest()) == (file.size, file.sha256)
