"""What only the run itself can find out: one line, exit code 1, and nothing else is printed."""

from tests.faults.conftest import PARITY

CONVOLUTION = """
import torch
from torch import nn

from tests.parity import module as parity
from .settings import ParitySettings


class Parity(parity.Parity):
    def build_task(self):
        task = super().build_task()
        task.model = nn.Sequential(nn.Unflatten(1, (2, 1)), nn.Conv1d(2, 2, 1), nn.Flatten())
        return task
"""


def test_muon_without_a_matrix(descent, tmp_path):
    folder = tmp_path / "own" / "parity"
    folder.mkdir(parents=True)
    for name in ("evidence.py", "settings.py", "parity.yaml"):
        (folder / name).write_text((PARITY / name).read_text())
    (folder / "module.py").write_text(CONVOLUTION)
    words = ("--out", "record", "--wandb", "off", "--optimizer.name", "muon")
    done = descent("run", folder, *words, "--variants", "plain")
    assert (done.returncode, done.stderr) == (1, "")
    line = (
        "optimizer.name is muon, which needs a matrix of a hidden layer, a parameter with two axes;"
        " found parameters of shape (2, 2, 1), (2,): choose another optimizer"
    )
    assert f"plain seed 0 failed: {line}\n" in done.stdout
    status = descent.run_of("record").status()
    assert (status.state, status.step, status.message) == ("failed", 0, line)
