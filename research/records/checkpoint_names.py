"""Names of the checkpoints of a run: step-000001200.ckpt. They are read and written elsewhere."""

import re
from pathlib import Path

_NAME = re.compile(r"step-(\d+)\.ckpt")


def file_name(step: int) -> str:
    """Name of the checkpoint of a step; names sort as steps do."""
    return f"step-{step:09d}.ckpt"


def step_of(path: Path) -> int | None:
    """The step of a checkpoint; None where a file is not called as one is."""
    found = _NAME.fullmatch(path.name)
    return int(found[1]) if found else None


def all_checkpoints(folder: Path) -> list[Path]:
    """The checkpoints in a folder, newest first."""
    found = [path for path in folder.glob("step-*.ckpt") if step_of(path) is not None]
    return sorted(found, key=lambda path: path.name, reverse=True)
