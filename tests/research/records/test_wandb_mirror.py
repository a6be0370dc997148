"""The mirror: what W&B holds of a run, and that nothing of W&B can harm the run."""

import copy
import math
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import wandb
from pytorch_lightning.utilities.rank_zero import rank_zero_only

from research.records import wandb_mode, wandb_session
from research.records.stage_store import write_stages
from research.records.store import Record
from research.records.wandb_history import missing_rows, read_segment
from research.records.wandb_mirror import Mirror, make_logger
from tests.wandb_stand_in import KEY, StandIn, entries, new_record, serve

SECRET = "planted-secret-6b1f"


pytestmark = pytest.mark.usefixtures("no_one_is_logged_in")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    stand_in = StandIn()
    listening = serve(stand_in)
    monkeypatch.setenv("WANDB_BASE_URL", stand_in.address)
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    yield stand_in
    stand_in.hanging = False
    wandb.teardown()
    listening.shutdown()
    listening.server_close()


def train(record: Record, rows: int = 30) -> Mirror:
    """What a run does: each row to the record and to the mirror."""
    store = record.run("small", 0)
    mirror = make_logger(store, record.plan, record)
    assert mirror is not None
    for index in range(rows):
        metrics = {"batch/loss": 1.5 / (index + 1), "lr": 1e-3}
        evaluation = {"validation/loss": 1e-30 * index, "count": 2**53 + index}
        evaluation |= {"train/loss": math.nan if index % 2 else math.inf, "low": -math.inf}
        for part in (metrics, evaluation) if index % 5 == 0 else (metrics,):
            store.append(10 * index, part)
            mirror.log_metrics(part, 10 * index)
    return mirror


def finish(mirror: Mirror) -> None:
    mirror.finalize("success")
    wandb.teardown()  # W&B writes its file out only once its process ends


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [entry.getMessage() for entry in caplog.records if entry.name.startswith("research")]


def test_offline_run_reads_back_as_the_record(tmp_path: Path) -> None:
    record = new_record(tmp_path / "record")
    finish(train(record))
    store = record.run("small", 0)
    [path] = wandb_session.segments(store)
    segment = read_segment(path)
    assert segment.readable and segment.whole
    assert len(segment.rows) == 36, "two rows of one step are two rows"
    assert missing_rows(store) == []
    assert record.warnings() == []
    store.append(999, {"batch/loss": 0.5})
    assert missing_rows(store) == [{"step": 999, "batch/loss": 0.5}]


def test_the_stages_of_a_run_are_one_wandb_run(tmp_path: Path) -> None:
    record = new_record(tmp_path / "record")
    store = record.run("small", 0)
    write_stages(store, ("training", "surface"))
    mirror = make_logger(store, record.plan, record)
    assert mirror is not None
    for name in store.stages():
        mirror.begin_stage(name, another_follows=name == "training")
        store.stage(name).append(3, {"train/loss": 1.5})
        mirror.log_metrics({"train/loss": 1.5}, 3)
        mirror.finalize("success")
    wandb.teardown()
    [path] = wandb_session.segments(store)
    axis = {"step": 3, wandb_session.STEP_AXIS: 3}
    assert read_segment(path).rows == [
        {**axis, "training/train/loss": 1.5},
        {**axis, "surface/train/loss": 1.5},
    ]
    assert missing_rows(store) == []
    store.stage("surface").append(4, {"loss": 0.5})
    assert missing_rows(store) == [{"step": 4, "surface/loss": 0.5}]


def test_a_stage_that_fails_ends_the_wandb_run(tmp_path: Path) -> None:
    record = new_record(tmp_path / "record")
    mirror = make_logger(record.run("small", 0), record.plan, record)
    assert mirror is not None
    mirror.begin_stage("training", another_follows=True)
    mirror.log_metrics({"train/loss": 1.5}, 3)
    mirror.finalize("failed")
    assert mirror._run is None
    wandb.teardown()
    [path] = wandb_session.segments(record.run("small", 0))
    assert read_segment(path).whole


def test_run_says_what_it_is(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    record = new_record(tmp_path / "record")
    mirror = train(record, rows=1)
    mirror.log_hyperparams({"added": 1})
    finish(mirror)
    assert capfd.readouterr() == ("", "")
    found = entries(wandb_session.segments(record.run("small", 0))[0])
    [run] = [entry["run"] for entry in found if entry["type"] == "run"]
    assert (run["project"], run["run_group"]) == ("descent", "record")
    assert (run["display_name"], run["run_id"]) == ("small seed 0", mirror.version)
    config = run["config"]["update"]
    assert config["optimizer"] == {"name": "adamw", "learning_rate": 1e-3}
    assert (config["variant"], config["seed"], config["preset"]) == ("small", 0, "quick")
    axes = [entry["metric"] for entry in found if entry["type"] == "metric"]
    assert axes[-1]["step_metric"] == "trainer/global_step"


@pytest.mark.parametrize(
    ("plan", "variable", "asked"),
    [
        ("auto", "", "auto"),
        ("auto", "offline", "offline"),
        ("auto", "dryrun", "offline"),
        ("auto", "online", "online"),
        ("online", "offline", "online"),
        ("offline", "online", "offline"),
        ("online", "disabled", "off"),
        ("off", "online", "off"),
    ],
)
def test_asked_mode(plan: wandb_mode.Asked, variable: str, asked: str) -> None:
    assert wandb_mode.asked_mode(plan, {"WANDB_MODE": variable}) == asked


def test_off_leaves_no_trace(tmp_path: Path) -> None:
    record = new_record(tmp_path / "record", "off")
    assert make_logger(record.run("small", 0), record.plan, record) is None
    assert list(record.run("small", 0).folder.iterdir()) == []


def test_online_without_login_is_offline_with_a_warning(tmp_path: Path) -> None:
    record = new_record(tmp_path / "record", "online")
    finish(train(record))
    assert len(record.warnings()) == 1 and "logged in" in record.warnings()[0]
    assert missing_rows(record.run("small", 0)) == []


def test_netrc_is_a_login(tmp_path: Path, server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WANDB_API_KEY")
    netrc = tmp_path / "netrc"
    monkeypatch.setenv("NETRC", str(netrc))
    assert wandb_mode.find_mode("auto").name == "offline"
    host = server.address.removeprefix("http://")
    netrc.write_text(f"machine {host}\nlogin user\npassword {KEY}\n")
    assert wandb_mode.find_mode("auto").name == "online"


def test_key_of_wrong_form_is_one_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("WANDB_API_KEY", "too-short")
    record = new_record(tmp_path / "record")
    finish(train(record))
    assert len(record.warnings()) == len(said(caplog)) == 1
    assert missing_rows(record.run("small", 0)) == []


def test_unreachable_server_costs_one_warning_and_leaks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("MY_SECRET_TOKEN", SECRET)
    record = new_record(tmp_path / "record")
    finish(train(record))
    finish(train(record))
    assert len(record.warnings()) == len(said(caplog)) == 1
    assert "127.0.0.1:9" in record.warnings()[0]
    assert missing_rows(record.run("small", 0)) == []
    assert_no_secret(record)


def assert_no_secret(record: Record) -> None:
    contents = [path.read_bytes() for path in record.folder.rglob("*") if path.is_file()]
    assert any(b"trainer/global_step" in content for content in contents), "W&B's files are plain"
    assert not any(KEY.encode() in content for content in contents)
    assert not any(SECRET.encode() in content for content in contents)


def test_online_run_sends_every_row(
    tmp_path: Path, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_SECRET_TOKEN", SECRET)
    record = new_record(tmp_path / "record")
    mirror = train(record)
    finish(mirror)
    store = record.run("small", 0)
    sent = server.rows(str(mirror.version))
    for row in store.metrics():
        finite = {name: value for name, value in row.items() if math.isfinite(value)}
        assert finite.items() <= {**sent[int(row["step"])], "step": row["step"]}.items()
    [segment] = wandb_session.segments(store)
    assert wandb_session.synced_mark(segment).exists()
    assert record.warnings() == []
    assert_no_secret(record)


def test_server_that_never_answers_does_not_hold_up_the_run(
    tmp_path: Path, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wandb_session, "INIT_SECONDS", 1.0)
    server.hanging = True
    record = new_record(tmp_path / "record")
    started = time.monotonic()
    finish(train(record))
    assert time.monotonic() - started < 15
    assert len(record.warnings()) == 1
    store = record.run("small", 0)
    assert missing_rows(store) == []
    assert len(wandb_session.segments(store)) == 1, "what failed online is gone"


def test_server_that_goes_away_does_not_hold_up_the_end(
    tmp_path: Path, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wandb_session, "FINISH_SECONDS", 1.0)
    record = new_record(tmp_path / "record")
    mirror = train(record)
    server.hanging = True
    started = time.monotonic()
    finish(mirror)
    assert time.monotonic() - started < 10
    assert len(record.warnings()) == 1 and "descent sync" in record.warnings()[0]
    [segment] = wandb_session.segments(record.run("small", 0))
    assert not wandb_session.synced_mark(segment).exists()


def test_broken_run_is_silent_after_one_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    record = new_record(tmp_path / "record")
    mirror = train(record, rows=2)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("several\nlines")

    monkeypatch.setattr(type(mirror.experiment), "log", fail)
    mirror.log_metrics({"lr": 1.0}, 50)
    mirror.log_metrics({"lr": 1.0}, 60)
    mirror.experiment.summary["lr"] = 1.0
    mirror.experiment.summary.update({"lr": 1.0})
    mirror.log_hyperparams({"added": 1})
    finish(mirror)
    assert record.warnings() == ["W&B: several lines"]
    assert said(caplog) == record.warnings()


def test_other_ranks_have_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rank_zero_only, "rank", 1)
    record = new_record(tmp_path / "record")
    mirror = train(record)
    mirror.experiment.log({"lr": 1.0})
    finish(mirror)
    assert wandb_session.segments(record.run("small", 0)) == []


def test_run_goes_on_under_its_id(tmp_path: Path) -> None:
    record = new_record(tmp_path / "record")
    first = train(record, rows=3)
    copied = copy.deepcopy(first)
    finish(first)
    second = train(record, rows=6)
    finish(second)
    assert first.version == second.version == copied.version
    store = record.run("small", 0)
    assert len(wandb_session.segments(store)) == 2
    assert missing_rows(store) == []
