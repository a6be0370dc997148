"""Evidence in W&B, and `descent sync`."""

import io
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import wandb
from PIL import Image
from rich.console import Console

from research.records import wandb_session
from research.records.drawn import replace_drawn
from research.records.errors import RecordError
from research.records.store import Record
from research.records.wandb_evidence import publish_evidence, publish_here
from research.records.wandb_history import missing_rows, read_segment
from research.records.wandb_sync import sync
from research.settings.errors import SettingsError
from tests.wandb_stand_in import KEY, StandIn, add_evidence, new_record, serve

pytestmark = pytest.mark.usefixtures("no_one_is_logged_in")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    stand_in = StandIn()
    listening = serve(stand_in)
    yield stand_in
    listening.shutdown()
    listening.server_close()


def log_in(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    wandb.teardown()
    monkeypatch.setenv("WANDB_BASE_URL", server.address)
    monkeypatch.setenv("WANDB_API_KEY", KEY)


def fill(record: Record, seed: int = 0, rows: int = 30) -> None:
    for index in range(rows):
        record.run("small", seed).append(10 * index, {"batch/loss": 1.5 / (index + 1), "lr": 0.1})


def mirror(record: Record, seed: int, first: int, last: int) -> None:
    """Mirrors some rows of a run, as a segment of its own."""
    store = record.run("small", seed)
    identity = wandb_session.run_identity(store, record.plan, record.name)
    run = wandb_session.start_run(identity, "offline", record)
    for row in store.metrics()[first:last]:
        metrics = {name: value for name, value in row.items() if name != "step"}
        run.log({**metrics, wandb_session.STEP_AXIS: row["step"]})
    wandb_session.finish_run(run, True, record)
    wandb.teardown()  # W&B writes its file out only once its process ends


def tear(path: Path, kept: int) -> None:
    data = path.read_bytes()
    assert len(data) > kept
    path.write_bytes(data[:kept])


def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def printed(screen: Console) -> str:
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def assert_sent(server: StandIn, record: Record, seed: int = 0) -> None:
    store = record.run("small", seed)
    sent = server.rows(wandb_session.run_id(store))
    for row in store.metrics():
        numbers = {name: value for name, value in row.items() if math.isfinite(value)}
        assert numbers.items() <= {**sent[int(row["step"])], "step": row["step"]}.items()


def test_evidence_is_in_the_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    record = new_record(tmp_path / "record", seeds=(0, 1, 2))
    fill(record, 0)
    fill(record, 1)
    mirror(record, 0, 0, 20)
    add_evidence(record)
    publish_evidence(record)
    assert capfd.readouterr() == ("", "")
    assert record.warnings() == []
    for seed in (0, 1):
        store = record.run("small", seed)
        assert missing_rows(store) == [], "rows that W&B lacked were added"
        folder = wandb_session.segments(store)[-1].parent
        assert len(list(folder.glob("files/media/images/figures/accuracy_*.png"))) == 1
        [table] = folder.glob("files/media/table/verdicts_*.table.json")
        assert '"it groks"' in table.read_text()
        assert b"verdict/G1" in wandb_session.segments(store)[-1].read_bytes()
    assert wandb_session.segments(record.run("small", 2)) == [], "it has not started"


def test_moving_figures_are_in_the_run_and_a_users_own_picture_is_not(tmp_path: Path) -> None:
    record = new_record(tmp_path / "record", seeds=(0, 1))
    fill(record, 0)
    fill(record, 1)
    add_evidence(record)
    page = b"<html><head></head><body>turn it</body></html>"
    stills = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    stills[0].save(record.figures / "walk.gif", save_all=True, append_images=stills[1:])
    (record.figures / "walk.html").write_bytes(page)
    names = {"accuracy.png", "walk.gif", "walk.html"}
    replace_drawn(record, names)
    for path in list(record.figures.iterdir()):
        path.with_stem("my_own").write_bytes(path.read_bytes())
    publish_here(record)
    wandb.teardown()
    assert record.warnings() == []
    sent = [wandb_session.segments(record.run("small", seed))[-1] for seed in (0, 1)]
    media = [
        {path.suffix: path for path in segment.parent.glob("files/media/*/*/*")} for segment in sent
    ]
    for files, segment in zip(media, sent, strict=True):
        assert files[".gif"].read_bytes() == (record.figures / "walk.gif").read_bytes()
        assert files[".png"].name.startswith("accuracy_")
        logged = segment.read_bytes()
        assert b"animations/walk" in logged and b"video-file" in logged
        assert b"my_own" not in logged
    assert set(media[0]) == {".png", ".gif", ".html"} and b"html-file" in sent[0].read_bytes()
    assert media[0][".html"].read_bytes() == page, "as it is, with nothing put into it"
    assert set(media[1]) == {".png", ".gif"}, "megabytes of script go to one run only"
    for seed in (0, 1):
        assert missing_rows(record.run("small", seed)) == []


def test_damaged_files_break_no_evidence(tmp_path: Path) -> None:
    record = new_record(tmp_path / "record")
    fill(record)
    mirror(record, 0, 0, 20)
    tear(wandb_session.segments(record.run("small", 0))[0], 2000)
    mirror(record, 0, 20, 25)
    tear(wandb_session.segments(record.run("small", 0))[1], 3)
    publish_here(record)
    wandb.teardown()
    assert missing_rows(record.run("small", 0)) == []


def test_failing_publisher_is_one_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("WANDB_MODE", "nonsense")
    record = new_record(tmp_path / "record", seeds=(0, 1))
    fill(record, 0)
    fill(record, 1)
    publish_evidence(record)
    publish_evidence(record)
    said = [entry for entry in caplog.records if entry.name.startswith("research")]
    assert len(said) == len(record.warnings()) == 1


def test_off_publishes_nothing(tmp_path: Path) -> None:
    record = new_record(tmp_path / "record", "off")
    fill(record)
    publish_evidence(record)
    assert wandb_session.segments(record.run("small", 0)) == []


def test_sync_sends_segments_in_order(
    tmp_path: Path, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = new_record(tmp_path / "record", seeds=(0, 1))
    for seed in (0, 1):
        fill(record, seed)
        mirror(record, seed, 0, 12)
        mirror(record, seed, 12, 30)
    log_in(server, monkeypatch)
    screen = console()
    sync([record.folder], screen)
    assert "small seed 0: sent 2 of 2 files" in printed(screen)
    for seed in (0, 1):
        assert_sent(server, record, seed)
        lines = server.history[wandb_session.run_id(record.run("small", seed))]
        steps = [lines[number][wandb_session.STEP_AXIS] for number in sorted(lines)]
        assert steps == [10 * index for index in range(30)], "nothing twice, nothing out of order"
        counts = [lines[number]["_step"] for number in sorted(lines)]
        assert counts == sorted(set(counts)), "the later segment goes on where the earlier ended"
    screen = console()
    sync([record.folder], screen)
    assert printed(screen) == "record: W&B has everything already: nothing to send\n"


@pytest.mark.parametrize(
    ("mode", "rows", "said"),
    [
        ("off", 3, "was run with --wandb off: nothing to send, W&B has nothing of it"),
        ("auto", 3, "was run with W&B switched off: nothing to send, W&B has nothing of it"),
        ("auto", 0, "no run has begun: nothing to send"),
    ],
)
def test_a_record_without_wandb_is_not_said_to_be_there(
    tmp_path: Path, mode: str, rows: int, said: str
) -> None:
    record = new_record(tmp_path / "record", mode)
    fill(record, rows=rows)
    screen = console()
    sync([record.folder], screen)
    assert printed(screen) == f"record: {said}\n"


def test_sync_passes_by_damaged_files(
    tmp_path: Path, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = new_record(tmp_path / "record")
    fill(record)
    mirror(record, 0, 0, 20)
    torn = wandb_session.segments(record.run("small", 0))[0]
    tear(torn, 2000)
    mirror(record, 0, 20, 25)
    tear(wandb_session.segments(record.run("small", 0))[1], 3)
    publish_here(record)
    wandb.teardown()
    assert not read_segment(torn).whole
    log_in(server, monkeypatch)
    screen = console()
    sync([record.folder], screen)
    assert "sent 2 of 2 files" in printed(screen)
    assert len(record.warnings()) == 1 and "damaged" in record.warnings()[0]
    assert_sent(server, record)
    assert wandb_session.synced_mark(torn).exists()


def test_sync_leaves_a_run_alone_that_is_being_trained(tmp_path: Path) -> None:
    from research.records.status import Status

    record = new_record(tmp_path / "record")
    fill(record)
    mirror(record, 0, 0, 30)
    record.run("small", 0).write_status(Status("running", pid=os.getpid()))
    screen = console()
    sync([record.folder], screen)
    assert "small seed 0 being trained, nothing to send of it" in printed(screen)


def test_failed_upload_is_not_called_sent(
    tmp_path: Path, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("research.records.wandb_sync.SEND_SECONDS", 5.0)
    record = new_record(tmp_path / "record")
    fill(record)
    mirror(record, 0, 0, 30)
    log_in(server, monkeypatch)
    server.failing = True
    with pytest.raises(SettingsError, match="1 of 1 runs"):
        sync([record.folder], console())
    server.failing = False
    monkeypatch.setattr("research.records.wandb_sync.SEND_SECONDS", 60.0)
    sync([record.folder], console())
    assert_sent(server, record)


def test_sync_needs_login_and_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = new_record(tmp_path / "record")
    fill(record)
    mirror(record, 0, 0, 30)
    with pytest.raises(SettingsError, match="wandb login"):
        sync([record.folder], console())
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    wandb.teardown()
    started = time.monotonic()
    with pytest.raises(SettingsError, match=r"127\.0\.0\.1:9 can't be reached"):
        sync([record.folder], console())
    assert time.monotonic() - started < 60  # and not SEND_SECONDS
    with pytest.raises(RecordError):
        sync([tmp_path], console())


def test_parent_process_needs_no_torch() -> None:
    program = """
import sys
import research.records.wandb_evidence, research.records.wandb_sync
loaded = {name.partition(".")[0] for name in sys.modules}
assert not loaded & {"wandb", "torch", "pytorch_lightning"}, loaded
import wandb
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
