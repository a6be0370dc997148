"""As a library: one's own Trainer, logger and callbacks; no command line and no record."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from pytorch_lightning import Trainer
from pytorch_lightning.callbacks import EarlyStopping, ModelCheckpoint
from pytorch_lightning.loggers import CSVLogger

from experiments.grokking.module import Grokking
from experiments.grokking.settings import GrokkingSettings

SCRIPT = Path(__file__).parent / "library_script.py"
# pytorch-lightning asks torch for a class under its old name.
WARNINGS = ("-W", "error", "-W", "ignore:`isinstance(treespec, LeafSpec)`:FutureWarning")
EXPECTED_WARMUP = [pytest.approx(0.003 * 9 / 10), *[pytest.approx(0.003)] * 4]


def number(text):
    return float(text) if text else None


def rows_of(folder):
    """The rows of the newest metrics.csv."""
    path = max(folder.glob("**/metrics.csv"), key=lambda path: path.stat().st_mtime)
    with path.open() as file:
        return [{key: number(text) for key, text in row.items()} for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """What the README shows, in a process of its own, in an empty folder."""
    folder = tmp_path_factory.mktemp("script")
    environment = {**os.environ, "PYTHONPATH": str(SCRIPT.parents[1]), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *WARNINGS, str(SCRIPT)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return folder, done


def test_the_script_runs_and_warns_of_nothing(script):
    folder, done = script
    assert done.returncode == 0, done.stderr
    assert "arn" not in done.stderr, done.stderr
    first, last = done.stdout.splitlines()
    assert first == "grokking seed 0: running at step 0 of at most 1,000"
    assert last.startswith("grokking seed 0: done at step ")
    assert [path.name for path in folder.iterdir()] == ["logs"], "no record"


def test_its_metrics_are_on_the_axis_of_optimizer_steps(script):
    """Lightning counts a chunk of steps as one batch; the file does not show it."""
    rows = rows_of(script[0])
    evaluations = [row["step"] for row in rows if row["validation/accuracy"] is not None]
    memorised = [row["milestone/train_99"] for row in rows if row["milestone/train_99"]]
    assert len(memorised) == 1 and memorised[0] < 100
    last = int(evaluations[-1])
    assert evaluations == sorted({*range(50, last + 1, 50), *memorised})
    rates = {row["step"]: row["lr"] for row in rows if row["lr"] is not None}
    assert list(rates) == list(range(10, last + 1, 10))
    assert list(rates.values())[:5] == EXPECTED_WARMUP
    assert rows[-1]["train/accuracy"] > 0.99
    assert rows[-1]["weight_norm/embedding"] > 0


def test_its_own_callbacks_see_the_metrics(script):
    """ModelCheckpoint keeps the best evaluation; EarlyStopping ends 5 evaluations after it."""
    rows = [row for row in rows_of(script[0]) if row["validation/accuracy"] is not None]
    best = max(rows, key=lambda row: row["validation/accuracy"])
    assert len(rows) == rows.index(best) + 1 + 5
    assert rows[-1]["step"] < 1000
    [kept] = script[0].glob("**/*.ckpt")
    assert kept.stem.endswith(f"-step={best['step']:.0f}")


def tiny(**changes):
    """Grokking in two seconds."""
    return GrokkingSettings(
        data={"operation": "x+y", "modulus": 7, "train_fraction": 0.9},
        model={"layers": 1, "width": 32, "heads": 4, "dropout": 0.1},
        batch_size=16,
        optimizer={"name": "adamw", "lr": 3e-3, "weight_decay": 1.0},
        schedule={"name": "linear_warmup", "steps": 40},
        evaluation={"every": 25},
        **changes,
    )


def users_trainer(folder, max_steps, *callbacks):
    """Checkpoints only where they are asked for: Lightning warns when their folder changes."""
    return Trainer(
        accelerator="cpu",
        max_steps=max_steps,
        logger=CSVLogger(folder),
        callbacks=list(callbacks),
        enable_checkpointing=any(isinstance(each, ModelCheckpoint) for each in callbacks),
        enable_progress_bar=False,
        enable_model_summary=False,
    )


@pytest.mark.filterwarnings("ignore:Checkpoint directory .* exists and is not empty")
def test_resume_with_lightnings_own_checkpoints_is_exact(tmp_path):
    """Stopped in the warmup, in mid-epoch of the data, with dropout: weights and rows are equal."""
    whole, first, resumed = (Grokking(tiny(), seed=3) for _ in range(3))
    users_trainer(tmp_path / "whole", 100).fit(whole)
    keep, go_on = (ModelCheckpoint(tmp_path / "kept", save_last=True) for _ in range(2))
    users_trainer(tmp_path / "first", 37, keep).fit(first)
    checkpoint = tmp_path / "kept" / "last.ckpt"
    users_trainer(tmp_path / "resumed", 100, go_on).fit(resumed, ckpt_path=checkpoint)
    state = resumed.model.state_dict()
    assert all(torch.equal(value, state[name]) for name, value in whole.model.state_dict().items())
    expected = [row for row in rows_of(tmp_path / "whole") if row["step"] > 37]
    assert rows_of(tmp_path / "resumed") == expected


def test_early_stopping_over_a_resume(tmp_path):
    """Its patience is counted in evaluations and kept in Lightning's checkpoint."""

    def stop():
        return EarlyStopping("weight_norm/all", mode="max", patience=3, min_delta=1e9)

    first = users_trainer(tmp_path, 50, stop())
    first.fit(Grokking(tiny()))
    first.save_checkpoint(tmp_path / "50.ckpt")
    again = users_trainer(tmp_path, 1000, stop())
    again.fit(Grokking(tiny()), ckpt_path=tmp_path / "50.ckpt")
    whole = users_trainer(tmp_path, 1000, stop())
    whole.fit(Grokking(tiny()))
    assert again.global_step == whole.global_step < 200
