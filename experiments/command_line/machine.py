"""Whether this machine can do what the settings ask for. Found out without torch."""

from pathlib import Path
from typing import Any

from experiments.command_line.launch import gpus
from research.settings.errors import SettingsError
from research.settings.resolve import ResolvedVariant
from research.settings.sweep import SweepTrainerSettings
from research.settings.training import TrainerSettings

_CPU_INFORMATION = Path("/proc/cpuinfo")
_BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}


def check_machine(variant: ResolvedVariant[Any], is_this: bool = True) -> None:
    """Refuses a variant that could only fail, or crawl, on this machine.

    Args:
        variant: the settings, and where each was written.
        is_this: whether this machine trains it; else only what holds for all machines is checked.

    Raises:
        SettingsError: several devices without a strategy, several machines, a GPU that is not
            there, or bfloat16 on a processor that would emulate it.
    """
    trainer = getattr(variant.settings, "trainer", None)
    if not isinstance(trainer, TrainerSettings | SweepTrainerSettings):
        return
    if trainer.devices * trainer.nodes > 1 and trainer.strategy != "ddp":
        key = "devices" if trainer.devices > 1 else "nodes"
        raise SettingsError(
            f"{variant.where(f'trainer.{key}')} is {getattr(trainer, key)}, expected 1, "
            "or --trainer.strategy ddp"
        )
    if not is_this:
        return
    if trainer.nodes > 1:
        raise SettingsError(
            f"{variant.where('trainer.nodes')} is {trainer.nodes}, expected 1, or --prepare and "
            "then scripts/torchrun_run.sh or scripts/slurm_run.sh, which start it on all machines"
        )
    _check_gpus(variant, trainer.accelerator, trainer.devices)
    if isinstance(trainer, SweepTrainerSettings):
        return
    on_cpu = trainer.accelerator == "cpu" or not gpus()
    if on_cpu and trainer.precision == "bf16-mixed" and not _has_bfloat16():
        raise SettingsError(
            f"{variant.where('trainer.precision')} is bf16-mixed, expected 32-true: this processor "
            "has neither avx512_bf16 nor amx_bf16"
        )


def _check_gpus(variant: ResolvedVariant[Any], accelerator: str, devices: int = 1) -> None:
    present = len(gpus())
    if accelerator == "gpu" and not present:
        where = variant.where("trainer.accelerator")
        raise SettingsError(f"{where} is gpu, expected auto or cpu: no GPU is visible here")
    if accelerator == "gpu" and devices > present:
        where = variant.where("trainer.devices")
        raise SettingsError(
            f"{where} is {devices}, expected at most {present}, the GPUs visible here"
        )


def _has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16; True where the system does not tell."""
    if not _CPU_INFORMATION.is_file():
        return True
    lines = _CPU_INFORMATION.read_text(encoding="utf-8", errors="replace").splitlines()
    words = {
        word
        for line in lines
        if line.lower().startswith(("flags", "features"))
        for word in line.partition(":")[2].split()
    }
    return not words or bool(words & _BFLOAT16_FLAGS)
