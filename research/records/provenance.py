"""Where results come from: versions, the state of the source, hardware, command and times.

Environment variables are never read into it: they hold secrets.
"""

import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("torch", "pytorch-lightning", "wandb", "numpy", "pydantic", "ruamel.yaml", "matplotlib")
"""Dependencies whose version can change a result or a figure."""
SOURCE = Path(__file__).resolve().parents[2]
"""The folder that holds the package `research`."""


def collect(
    command: list[str],
    user_folder: Path | None = None,
    data: Sequence[Mapping[str, str | bool]] = (),
) -> dict[str, Any]:
    """What is known when a record begins, as plain types.

    Args:
        command: the command line, argument by argument.
        user_folder: a user's own experiment, whose git commit is noted too.
        data: the data files that are used, each with its checksum and the official one.

    Returns:
        `command`, `started` (ISO 8601, UTC), `finished` and `seconds` (None until `finish`),
        `versions`, `git`, `hardware`, `data` if there are files, and `user_git` for a user's own
        experiment.
    """
    provenance: dict[str, Any] = {
        "command": list(command),
        "started": now(),
        "finished": None,
        "seconds": None,
        "versions": versions(),
        "git": git_state(SOURCE),
        "hardware": hardware(),
    }
    if data:
        provenance["data"] = [dict(file) for file in data]
    if user_folder is not None:
        provenance["user_git"] = git_state(user_folder, whole_checkout=False)
    return provenance


def finish(started: str) -> dict[str, Any]:
    """The entries `finished` and `seconds`, wall-clock since `started`, for the provenance."""
    finished = now()
    passed = datetime.fromisoformat(finished) - datetime.fromisoformat(started)
    return {"finished": finished, "seconds": passed.total_seconds()}


def now() -> str:
    """The time in UTC to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def versions() -> dict[str, str | None]:
    """Versions of Python, descent and its dependencies, without importing them; None if absent."""
    return {"python": platform.python_version(), "descent": _version("descent")} | {
        name: _version(name) for name in PACKAGES
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def git_state(folder: Path, *, whole_checkout: bool = True) -> dict[str, Any] | None:
    """The commit that a folder is at, and whether its tree was dirty.

    Args:
        folder: a folder in a checkout.
        whole_checkout: whether the folder must be the root of the checkout. An installed package
            may lie inside somebody else's checkout, whose commit says nothing about it.

    Returns:
        `commit` (None before the first one) and `dirty`; None where there is no checkout or no git.
    """
    root = _git(folder, "rev-parse", "--show-toplevel")
    if root is None or (whole_checkout and Path(root).resolve() != folder.resolve()):
        return None
    changes = _git(folder, "status", "--porcelain", "--", ".")
    return {"commit": _git(folder, "rev-parse", "--verify", "HEAD"), "dirty": changes != ""}


def _git(folder: Path, *arguments: str) -> str | None:
    return _output(["git", "--no-optional-locks", "-C", str(folder), *arguments])


def hardware() -> dict[str, Any]:
    """Processor, cores this process may use, memory in GiB, and the names of the GPUs."""
    return {
        "cpu": _cpu_model(),
        "cores": _cores(),
        "memory_gib": _memory_gib(),
        "gpus": _gpus(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def _cpu_model() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory_gib() -> float | None:
    try:
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
    return round(pages / 2**30, 1)


def _gpus() -> list[str]:
    if shutil.which("nvidia-smi") is None:
        return []
    names = _output(["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"])
    return [name.strip() for name in (names or "").splitlines() if name.strip()]


def _output(command: list[str]) -> str | None:
    """What a command prints, or None where it is missing, fails or hangs."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return result.stdout.strip()
