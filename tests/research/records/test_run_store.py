import math
import subprocess
import sys
import textwrap

import numpy
import pytest

from research.records.errors import RecordError
from research.records.run_store import RunStore
from research.records.status import Status


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs" / "a" / "0", "a", 0)


def fresh(store):
    return RunStore(store.folder, store.variant, store.seed)


def test_rows_come_back_merged_and_sorted(store):
    store.append(10, {"train/loss": 1.5, "lr": 1})
    store.append(20, {"train/loss": math.nan})
    store.append(10, {"validation/loss": 2.5})
    rows = fresh(store).metrics()
    assert rows[0] == {"step": 10, "train/loss": 1.5, "lr": 1, "validation/loss": 2.5}
    assert rows[1]["step"] == 20
    assert math.isnan(rows[1]["train/loss"])


def test_rows_are_on_disk_at_once_and_seen_by_a_store_that_has_read_before(store):
    reader = fresh(store)
    assert reader.metrics() == []
    store.append(1, {"a": 1})
    assert reader.metrics() == [{"step": 1, "a": 1}]
    store.append(2, {"a": 2})
    assert len(reader.metrics()) == 2


def test_a_caller_can_not_change_what_others_read(store):
    store.append(1, {"a": 1})
    store.metrics()[0]["a"] = 5
    assert store.metrics()[0]["a"] == 1


def test_a_column_has_the_steps_at_which_it_was_measured(store):
    store.append(10, {"a": 1.0})
    store.append(20, {"b": 2.0})
    store.append(30, {"a": math.inf})
    steps, values = store.column("a")
    assert steps.tolist() == [10, 30]
    assert values.tolist() == [1.0, math.inf]
    assert len(store.column("nothing")[0]) == 0


def test_a_torn_last_line_is_left_out_and_repaired_by_whoever_writes(store):
    store.append(1, {"a": 1})
    with store.metrics_file.open("ab") as file:
        file.write(b'{"step": 2, "a"')
    torn = store.metrics_file.read_bytes()
    assert fresh(store).metrics() == [{"step": 1, "a": 1}]
    assert store.metrics_file.read_bytes() == torn
    later = fresh(store)
    later.append(3, {"a": 3})
    assert later.metrics() == [{"step": 1, "a": 1}, {"step": 3, "a": 3}]


def test_a_torn_middle_is_refused_with_file_and_line_and_left_as_it_is(store):
    store.append(1, {"a": 1})
    with store.metrics_file.open("ab") as file:
        file.write(b'{"step": 2, "a"\n{"step": 3, "a": 3}\n')
    before = store.metrics_file.read_bytes()
    for act in (RunStore.metrics, RunStore.repair, lambda store: store.append(4, {})):
        with pytest.raises(RecordError, match=r"0/metrics\.jsonl:2: found a torn line"):
            act(fresh(store))
    assert store.metrics_file.read_bytes() == before


def test_keep_until_drops_later_rows_wherever_they_stand(store):
    for step in (10, 30, 20, 20):
        store.append(step, {"a": step})
    with store.metrics_file.open("ab") as file:
        file.write(b'{"step"')
    later = fresh(store)
    later.keep_until(20)
    assert [row["step"] for row in later.metrics()] == [10, 20]
    assert later.metrics_file.read_bytes().count(b"\n") == 3
    assert [path.name for path in later.folder.iterdir()] == ["metrics.jsonl"]


def test_keep_until_does_nothing_where_nothing_was_written(store):
    store.keep_until(5)
    assert store.metrics() == []


def test_status_and_arrays(store):
    assert store.status() == Status("waiting")
    store.write_status(Status("running", 3, 10))
    assert fresh(store).status() == Status("running", 3, 10)
    for step in (100, 20):
        store.save_array("embedding_fourier", step, numpy.arange(3.0) * step)
    arrays = fresh(store).arrays("embedding_fourier")
    assert list(arrays) == [20, 100]
    assert arrays[100].tolist() == [0, 100, 200]
    assert store.arrays("other") == {}


def test_one_array_is_read_back_and_a_missing_or_torn_one_is_named(store):
    store.save_array("x", 3, numpy.arange(4.0))
    assert fresh(store).array("x", 3).tolist() == [0, 1, 2, 3]
    with pytest.raises(RecordError, match=r"x/4\.npy is missing"):
        store.array("x", 4)
    path = store.folder / "arrays" / "x" / "3.npy"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(RecordError, match=r"x/3\.npy is damaged"):
        store.array("x", 3)
    path.write_bytes(b"")
    with pytest.raises(RecordError, match=r"x/3\.npy is damaged"):
        store.array("x", 3)


def test_an_array_that_needs_pickle_is_neither_written_nor_read(store):
    with pytest.raises(ValueError, match=r"[Oo]bject"):
        store.save_array("a", 1, numpy.array([object()]))
    folder = store.folder / "arrays" / "a"
    folder.mkdir(parents=True, exist_ok=True)
    numpy.save(folder / "2.npy", numpy.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle"):
        store.arrays("a")


FILLS_THE_DISK = """
import resource, sys
from pathlib import Path
from research.records.run_store import RunStore
from research.records.status import Status

store = RunStore(Path(sys.argv[1]), "a", 0)
store.write_status(Status("running", 1, 100))
store.save_array("spectrum", 1, __import__("numpy").ones(10))
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
written = 0
try:
    for step in range(1000):
        store.append(step, {"train/loss": 1 / (step + 3)})
        written += 1
except OSError as error:
    print(written, error.errno)
    try:
        store.append(9999, {"a": 1.0, "b" * 900: 1.0})
    except OSError:
        print("refused again")
    try:
        store.save_array("spectrum", 2, __import__("numpy").ones(1000))
    except OSError:
        print("array refused")
"""


def test_a_full_disk_leaves_every_earlier_line_whole(tmp_path):
    """RLIMIT_FSIZE stands for the disk: the kernel takes part of a line, then refuses."""
    folder = tmp_path / "run"
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FILLS_THE_DISK), str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    first, *others = result.stdout.splitlines()
    written = int(first.split()[0])
    assert written > 5
    assert others == ["refused again", "array refused"]
    store = RunStore(folder, "a", 0)
    data = store.metrics_file.read_bytes()
    assert data.endswith(b"}\n")
    assert len(data) < 1000
    assert [row["step"] for row in store.metrics()] == list(range(written))
    assert store.status() == Status("running", 1, 100)
    assert list(store.arrays("spectrum")) == [1]
    assert not [path for path in folder.rglob("*") if path.name.endswith(".tmp")]
    store.append(written, {"a": 1})
    assert len(store.metrics()) == written + 1
