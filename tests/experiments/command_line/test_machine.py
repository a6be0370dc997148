"""What this machine can't do is refused before anything starts."""

from pathlib import Path

import pytest

from experiments.command_line import machine
from experiments.command_line.catalog import find
from experiments.command_line.machine import check_machine
from research.settings.document import read_document
from research.settings.errors import SettingsError
from research.settings.resolve import resolve


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setattr(machine, "gpus", list)


def check(**trainer):
    experiment = find("grokking")
    overrides = {f"trainer.{key}": value for key, value in trainer.items()}
    model = experiment.settings_class()
    command = resolve(read_document(experiment.config), model, "smoke", overrides=overrides)
    for variant in command.variants.values():
        check_machine(variant)


def cpu_information(monkeypatch, tmp_path, text):
    path = tmp_path / "cpuinfo"
    path.write_text(text)
    monkeypatch.setattr(machine, "_CPU_INFORMATION", path)


def test_defaults_run_anywhere(no_gpu):
    check()


def test_several_devices_need_a_strategy(no_gpu):
    with pytest.raises(
        SettingsError, match=r"^--trainer\.devices is 2, expected 1, or --trainer\."
    ):
        check(devices=2, accelerator="cpu")
    with pytest.raises(SettingsError, match=r"^--trainer\.nodes is 2, expected 1"):
        check(nodes=2)
    check(devices=2, accelerator="cpu", strategy="ddp")


@pytest.mark.parametrize("flags", ["fpu sse avx512f", "fpu avx512_bf161"])
def test_bfloat16_where_it_would_be_emulated(no_gpu, monkeypatch, tmp_path, flags):
    cpu_information(monkeypatch, tmp_path, f"model name: x\nflags\t\t: {flags}\n")
    with pytest.raises(
        SettingsError, match=r"^--trainer\.precision is bf16-mixed, expected 32-true"
    ):
        check(precision="bf16-mixed")
    check()


@pytest.mark.parametrize(
    "line", ["flags : fpu avx512_bf16", "flags : amx_bf16 fpu", "Features : fp bf16"]
)
def test_bfloat16_where_the_processor_has_it(no_gpu, monkeypatch, tmp_path, line):
    cpu_information(monkeypatch, tmp_path, line + "\n")
    check(precision="bf16-mixed")


def test_bfloat16_on_a_gpu_does_not_ask_the_processor(monkeypatch, tmp_path):
    cpu_information(monkeypatch, tmp_path, "flags : fpu\n")
    monkeypatch.setattr(machine, "gpus", lambda: ["0"])
    check(precision="bf16-mixed")
    with pytest.raises(SettingsError, match="bf16-mixed"):
        check(precision="bf16-mixed", accelerator="cpu")


def test_a_gpu_that_is_not_there(no_gpu):
    with pytest.raises(
        SettingsError, match=r"^--trainer\.accelerator is gpu, expected auto or cpu"
    ):
        check(accelerator="gpu")


def check_sweep(**trainer):
    experiment = find(str(Path(__file__).parents[2] / "sweep"))
    overrides = {f"trainer.{key}": value for key, value in trainer.items()}
    document = read_document(experiment.config)
    command = resolve(document, experiment.settings_class(), "quick", overrides=overrides)
    check_machine(command.variants["plain"])


def test_what_can_not_be_for_a_sweep(no_gpu):
    with pytest.raises(
        SettingsError, match=r"^--trainer\.accelerator is gpu, expected auto or cpu"
    ):
        check_sweep(accelerator="gpu")
    with pytest.raises(SettingsError, match=r"^--trainer\.devices is 2, expected 1, or --trainer"):
        check_sweep(devices=2)
    check_sweep(devices=2, strategy="ddp")


def test_more_gpus_than_there_are(monkeypatch):
    monkeypatch.setattr(machine, "gpus", lambda: ["0"])
    check(accelerator="gpu")
    with pytest.raises(SettingsError, match=r"^--trainer\.devices is 2, expected at most 1"):
        check(accelerator="gpu", devices=2, strategy="ddp")
