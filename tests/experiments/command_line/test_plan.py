"""The plan of a record and the folder that it goes to."""

from datetime import datetime
from pathlib import Path

import pytest

from experiments.command_line.catalog import find
from experiments.command_line.plan import make_plan, record_folder
from research.records.plan import dump_plan, read_plan
from research.settings.document import read_document
from research.settings.errors import SettingsError
from research.settings.resolve import resolve

NOW = datetime(2026, 1, 2, 3, 4, 5)


def test_the_plan_repeats_the_command(tmp_path):
    experiment = find("grokking")
    overrides = {"optimizer.lr": 2e-3}
    model = experiment.settings_class()
    command = resolve(read_document(experiment.config), model, "smoke", overrides=overrides)
    plan = make_plan(experiment, command, overrides, 3, "off")
    assert (plan.experiment, plan.folder, plan.preset) == ("grokking", None, "smoke")
    assert (plan.workers, plan.wandb, plan.overrides) == (3, "off", overrides)
    assert plan.runs == command.runs
    (tmp_path / "settings.yaml").write_bytes(dump_plan(plan))
    read = read_plan(tmp_path / "settings.yaml")
    assert read == plan
    for name, variant in read.variants.items():
        assert model.model_validate(variant.settings) == command.variants[name].settings


def test_workers_follow_the_runs():
    experiment = find("grokking")
    model = experiment.settings_class()
    command = resolve(read_document(experiment.config), model, "smoke", seeds=[0])
    plan = make_plan(experiment, command, {}, None, "off")
    assert plan.workers == 1, "one run needs one worker"
    assert plan.threads >= 1


class TestFolder:
    def test_stamped_and_unique(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        first = record_folder(None, find("grokking"), NOW)
        second = record_folder(None, find("grokking"), NOW)
        assert first == Path("runs/grokking/20260102-030405")
        assert second == Path("runs/grokking/20260102-030405-2")
        assert first.is_dir()

    def test_an_empty_folder_will_do(self, tmp_path):
        assert record_folder(tmp_path, find("grokking"), NOW) == tmp_path
        assert list(tmp_path.iterdir()) == []

    def test_not_empty(self, tmp_path):
        (tmp_path / "notes.txt").write_text("")
        with pytest.raises(SettingsError, match=r"^--out: .* is not empty, expected a new folder$"):
            record_folder(tmp_path, find("grokking"), NOW)

    def test_a_record(self, tmp_path):
        (tmp_path / "settings.yaml").write_text("")
        with pytest.raises(SettingsError, match=r"is a record already, .* or `descent resume "):
            record_folder(tmp_path, find("grokking"), NOW)

    @pytest.mark.parametrize("below", ["file", "file/below"])
    def test_a_file_in_the_way(self, tmp_path, below):
        (tmp_path / "file").write_text("")
        with pytest.raises(SettingsError, match=r"^--out: ") as error:
            record_folder(tmp_path / below, find("grokking"), NOW)
        assert "\n" not in str(error.value)

    def test_a_place_where_nothing_can_be_made(self):
        with pytest.raises(SettingsError, match=r"^--out: /proc/none can't be written"):
            record_folder(Path("/proc/none"), find("grokking"), NOW)
