"""Checkpoints that survive kill -9, a full disk and a stranger's pickle.

A write replaces the file atomically, so a checkpoint is there whole or not at all. A read checks
every byte against the checksums of the archive and unpickles tensors and plain types only.
"""

import io
import pickle
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning_fabric.plugins.io.torch_io import TorchCheckpointIO
from lightning_fabric.utilities.types import _PATH

from research.records.atomic import write_atomically
from research.records.checkpoint_names import all_checkpoints, file_name

__all__ = [
    "CheckpointError",
    "DurableCheckpointIO",
    "Found",
    "all_checkpoints",
    "file_name",
    "load",
    "newest_valid",
]


class CheckpointError(Exception):
    """A checkpoint can't be used; the message is one line that names it and says why."""


class DurableCheckpointIO(TorchCheckpointIO):
    """Lightning's reading and writing of checkpoints, atomic and without code execution."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: _PATH, storage_options: Any | None = None
    ) -> None:
        """Writes a checkpoint whole or not at all.

        Raises:
            OSError: the disk is full or not writable; what stood at `path` still stands.
        """
        del storage_options
        buffer = io.BytesIO()
        torch.save(checkpoint, buffer)
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, buffer.getvalue())

    def load_checkpoint(
        self,
        path: _PATH,
        map_location: Any | None = lambda storage, _: storage,
        weights_only: bool | None = None,
    ) -> dict[str, Any]:
        """Reads a checkpoint: tensors and plain types only, whatever the caller asks for."""
        del weights_only
        return load(Path(path), map_location)


def load(path: Path, map_location: Any = "cpu") -> dict[str, Any]:
    """Reads and checks one checkpoint.

    Raises:
        CheckpointError: it is missing, damaged, or would have to run code to be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
        if damaged:
            raise CheckpointError(f"{path}: damaged at {damaged}, expected a whole checkpoint")
        checkpoint = torch.load(path, map_location=map_location, weights_only=True)
    except FileNotFoundError:
        raise CheckpointError(f"{path}: no such file, expected a checkpoint") from None
    except zipfile.BadZipFile:
        raise CheckpointError(
            f"{path}: no whole archive, expected a checkpoint written by torch.save"
        ) from None
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        reason = str(error).strip().splitlines()[0]
        raise CheckpointError(
            f"{path}: refused ({reason}), expected tensors and plain types"
        ) from None
    if not isinstance(checkpoint, dict) or "state_dict" not in checkpoint:
        raise CheckpointError(f"{path}: no Lightning checkpoint, expected a state_dict in it")
    return checkpoint


@dataclass(frozen=True)
class Found:
    """The newest checkpoint that can be used, its step, and what is wrong with newer ones."""

    path: Path | None
    step: int
    damaged: list[str]


def newest_valid(folder: Path) -> Found:
    """Looks for the newest whole checkpoint in a folder.

    Returns:
        The checkpoint; path None and step 0 where there never was one.

    Raises:
        CheckpointError: there are checkpoints, and none can be used.
    """
    damaged: list[str] = []
    for path in all_checkpoints(folder):
        try:
            checkpoint = load(path)
        except CheckpointError as error:
            damaged.append(str(error))
        else:
            return Found(path, int(checkpoint["global_step"]), damaged)
    if damaged:
        raise CheckpointError(
            f"{folder}: none of {len(damaged)} checkpoints can be used, newest: {damaged[0]}"
        )
    return Found(None, 0, [])
