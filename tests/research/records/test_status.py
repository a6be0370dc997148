import math

import pytest

from research.records.errors import RecordError
from research.records.status import Status, read_status, write_status


def test_a_missing_file_means_that_the_run_waits(tmp_path):
    assert read_status(tmp_path / "status") == Status("waiting")


def test_comes_back_as_written_on_one_line(tmp_path):
    path = tmp_path / "status"
    status = Status("diverged", 10, 100, "NaN loss\nat 10", 3.5, 12.0, {"train/loss": math.inf}, 42)
    write_status(path, status)
    assert read_status(path) == status
    assert path.read_bytes().count(b"\n") == 1


def test_not_finite_numbers_come_back(tmp_path):
    path = tmp_path / "status"
    write_status(path, Status("diverged", metrics={"a": math.nan}, steps_per_second=math.inf))
    status = read_status(path)
    assert math.isnan(status.metrics["a"])
    assert status.steps_per_second == math.inf


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"state": "finished"}', '{"state": "done", "extra": 1}', "\0\0\0"],
)
def test_a_damaged_status_is_refused_with_its_file_in_one_line(tmp_path, text):
    (tmp_path / "status").write_text(text)
    with pytest.raises(RecordError, match=r"status:1: ") as error:
        read_status(tmp_path / "status")
    assert "\n" not in str(error.value)
