"""kill -9 between the arrays of a point and its row: resume gives the record of a library's run."""

from callbacks.recorder import Recorder
from research.records.record_logger import RecordLogger
from research.records.run_store import RunStore
from research.settings.training import TrainerSettings
from research.training.trainer import build_trainer
from tests.faults.conftest import ROOT
from tests.sweep.module import Sweep
from tests.sweep.settings import SweepSettings

SWEEP = ROOT / "tests" / "sweep"


def what_came_of(run):
    """Every line of the metrics, and the bytes of every array."""
    arrays = run.folder / "arrays"
    files = {str(path.relative_to(arrays)): path.read_bytes() for path in arrays.rglob("*.npy")}
    return run.metrics_file.read_text().splitlines(), files


def test_kill_and_resume(descent, tmp_path):
    whole = RunStore(tmp_path / "whole", "plain", 0)
    watching, loggers = [Recorder(whole)], [RecordLogger(whole)]
    trainer = build_trainer(TrainerSettings(accelerator="cpu"), whole.folder, watching, loggers)
    trainer.predict(Sweep(SweepSettings(), seed=0), return_predictions=False)

    command = ("run", SWEEP, "--out", "record", "--wandb", "off")
    killed = descent(*command, SWEEP_KILL_AT="3")
    run = descent.run_of("record")
    assert killed.returncode == 1
    assert run.status().state == "failed" and "SIGKILL" in run.status().message
    assert [row["step"] for row in run.metrics()] == [0, 1, 2]
    assert list(run.arrays("x")) == [0, 1, 2, 3]
    resumed = descent("resume", "record")
    assert resumed.returncode == 0, resumed.stderr
    assert run.status().state == "done"
    lines, files = what_came_of(whole)
    assert len(lines) == 6 and len(files) == 18
    assert what_came_of(run) == (lines, files)
    total = sum(array.astype("float32") for array in run.arrays("x").values())
    assert run.arrays("sum")[5].tolist() == total.tolist()
