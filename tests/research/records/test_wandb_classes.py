"""Classes in W&B: read back from its offline files."""

import json
from pathlib import Path

import numpy
import pytest
import wandb

from research.records import wandb_session
from research.records.run_store import RunStore
from research.records.stage_store import write_stages
from research.records.wandb_classes import class_media
from research.records.wandb_evidence import publish_here
from research.records.wandb_history import missing_rows
from tests.wandb_stand_in import new_record

pytestmark = pytest.mark.usefixtures("no_one_is_logged_in")

COLUMNS = ["class", "training labels", "group", "batch loss", "train loss", "train accuracy"]


def fill(store: RunStore, names: list[str] | None = None) -> None:
    """What a run with three classes leaves, one of them unseen."""
    arrays = {"class_counts": [10.0, 0.0, 1000.0], "class_groups": [1.0, -1.0, 0.0]}
    for name, values in arrays.items():
        store.save_array(name, 0, numpy.array(values))
    if names:
        encoded = numpy.frombuffer(json.dumps(names).encode(), dtype=numpy.uint8)
        store.save_array("class_names", 0, encoded.astype(float))
    for step in (5, 30):  # of two evaluations the newest counts
        for split, kinds in (
            ("train", ("loss", "accuracy", "count")),
            ("batch", ("loss", "count")),
        ):
            for kind in kinds:
                values = numpy.array([0.5, numpy.nan, 0.25]) * step
                store.save_array(f"per_class-{split}.{kind}", step, values)
    store.append(30, {"per_class/train/loss/group_01": 7.5})


def test_a_table_and_a_histogram_are_in_the_run(tmp_path: Path) -> None:
    record = new_record(tmp_path / "record")
    store = record.run("small", 0)
    fill(store, ["a", "ß", "the"])
    publish_here(record)
    wandb.teardown()
    assert record.warnings() == [] and missing_rows(store) == []
    segment = wandb_session.segments(store)[-1]
    [path] = segment.parent.glob("files/media/table/per_class/table_*.table.json")
    table = json.loads(path.read_text())
    assert table["columns"] == COLUMNS
    assert table["data"] == [
        ["the", 1000, 1, 7.5, 7.5, 7.5],
        ["a", 10, 2, 15.0, 15.0, 15.0],
        ["ß", 0, None, None, None, None],
    ]
    logged = segment.read_bytes()
    assert b"per_class/frequencies" in logged and b"histogram" in logged


def test_a_histogram_is_of_the_logarithms(tmp_path: Path) -> None:
    fill(store := RunStore(tmp_path, "small", 0))
    histogram = class_media(store)["per_class/frequencies"]
    assert isinstance(histogram, wandb.Histogram)
    assert (histogram.bins[0], histogram.bins[-1]) == (1.0, 3.0)
    assert sum(histogram.histogram) == 2


def test_of_a_stage_and_without_names(tmp_path: Path) -> None:
    write_stages(run := RunStore(tmp_path, "small", 0), ("first", "second"))
    fill(run.stage("first"))
    shown = class_media(run)
    assert set(shown) == {"first/per_class/table", "first/per_class/frequencies"}
    table = shown["first/per_class/table"]
    assert isinstance(table, wandb.Table)
    assert [row[0] for row in table.data] == ["2", "0", "1"]


def test_a_vocabulary_is_not_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wandb.Table, "MAX_ROWS", 2)
    record = new_record(tmp_path / "record")
    fill(record.run("small", 0))
    publish_here(record)
    wandb.teardown()
    folder = wandb_session.segments(record.run("small", 0))[-1].parent
    [path] = folder.glob("files/media/table/per_class/*.json")
    assert len(json.loads(path.read_text())["data"]) == 3


def test_nothing_where_no_class_was_watched(tmp_path: Path) -> None:
    record = new_record(tmp_path / "record")
    assert class_media(record.run("small", 0)) == {}
