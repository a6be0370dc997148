"""Writes that are there whole or not at all, on any filesystem.

The temporary file lies in the folder of its target, since a rename is atomic only within one
filesystem; and both the file and its folder are synced, since a rename may reach the disk before
the bytes do.
"""

import os
import re
import secrets
from pathlib import Path

TEMPORARY_NAME = re.compile(r"\..+\.[0-9a-f]{12}\.tmp")
"""Names that only `write_atomically` gives, so that nobody else's file is taken for a leftover."""


def write_atomically(path: Path, data: bytes) -> None:
    """Replaces the file at `path` by `data`: whoever reads it finds the old bytes or the new ones.

    Args:
        path: the file; its folder must exist.
        data: its whole new content.

    Raises:
        OSError: nothing was replaced, for example because the disk is full; no temporary file
            is left.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def remove_leftovers(folder: Path) -> None:
    """Removes temporary files that a killed process left; only for a folder nobody writes to."""
    for path in folder.rglob(".*.tmp"):
        if TEMPORARY_NAME.fullmatch(path.name):
            path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable; Windows can't open folders, and does without."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
