import subprocess
import sys
from pathlib import Path

import pytest

from research.records.store import Plan, Record, RecordError, VariantPlan
from research.settings.errors import SettingsError

PLAN = Plan(
    experiment="grokking",
    variants={"a": VariantPlan(label="A", settings={}), "b": VariantPlan(label="B", settings={})},
    runs={"b": [1, 0], "a": [2]},
)


@pytest.fixture
def record(tmp_path):
    return Record.create(tmp_path / "runs" / "grokking" / "now", PLAN, {"command": ["descent"]})


def test_what_is_created_can_be_opened(record):
    opened = Record.open(record.folder)
    assert opened.plan == PLAN
    assert opened.name == "now"
    assert opened.read_provenance() == {"command": ["descent"]}
    assert [(run.variant, run.seed) for run in opened.runs()] == [("b", 1), ("b", 0), ("a", 2)]
    assert all(run.folder.is_dir() for run in opened.runs())
    assert {run.status().state for run in opened.runs()} == {"waiting"}


def test_a_relative_folder_stays_right_when_the_working_directory_changes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    record = Record.create(tmp_path.relative_to(tmp_path) / "r", PLAN, {})
    monkeypatch.chdir(tmp_path / "elsewhere")
    record.run("a", 2).append(1, {"x": 1})
    assert Record.open(tmp_path / "r").run("a", 2).metrics() == [{"step": 1, "x": 1}]


def test_an_existing_record_is_refused_and_left_alone(record):
    before = sorted(path for path in record.folder.rglob("*"))
    with pytest.raises(RecordError, match="is not empty") as error:
        Record.create(record.folder, PLAN, {})
    assert isinstance(error.value, SettingsError)
    assert sorted(record.folder.rglob("*")) == before


def test_an_empty_folder_is_taken(tmp_path):
    assert Record.create(tmp_path, PLAN, {}).folder == tmp_path


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="in the way"):
        Record.create(tmp_path / "file", PLAN, {})
    with pytest.raises(RecordError, match="can't be written"):
        Record.create(tmp_path / "file" / "below", PLAN, {})


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder that nobody can write")
def test_an_unwritable_folder_is_refused():
    with pytest.raises(RecordError, match="can't be written"):
        Record.create(Path("/proc/self/record"), PLAN, {})


def test_what_is_no_record_is_refused(tmp_path):
    with pytest.raises(RecordError, match=r"expected settings\.yaml"):
        Record.open(tmp_path)
    with pytest.raises(RecordError, match="expected a folder"):
        Record.open(tmp_path / "nothing")


def test_a_run_outside_the_plan_is_refused(record):
    for variant, seed in (("a", 0), ("c", 0), ("../..", 2)):
        with pytest.raises(RecordError, match="has no run"):
            record.run(variant, seed)


def test_each_warning_is_noted_once_and_on_one_line(record):
    for text in ("W&B: no key", "W&B:\n no key", "another"):
        record.note_warning(text)
    Record.open(record.folder).note_warning("W&B: no key")
    assert record.warnings() == ["W&B: no key", "another"]


def test_provenance_is_updated_entry_by_entry(record):
    record.update_provenance({"finished": "é", "seconds": 1.5})
    assert Record.open(record.folder).read_provenance() == {
        "command": ["descent"],
        "finished": "é",
        "seconds": 1.5,
    }


def test_damaged_provenance_is_refused(record):
    for text in ("{", "[]"):
        (record.folder / "provenance.json").write_text(text)
        with pytest.raises(RecordError, match="JSON"):
            record.read_provenance()


def test_import_and_opening_need_neither_torch_nor_matplotlib_nor_numpy(record):
    code = (
        "import sys; from pathlib import Path; from research.records.store import Record\n"
        "import research.records.display, research.records.provenance\n"
        "Record.open(Path(sys.argv[1]))\n"
        "print(sorted({'torch', 'pytorch_lightning', 'matplotlib', 'numpy'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(record.folder)], capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"
