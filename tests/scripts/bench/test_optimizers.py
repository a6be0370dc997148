"""The benchmark of optimizer steps measures what it says."""

import sys

import pytest

from research.settings.optimizers import LBFGSSettings
from scripts.bench.optimizers import SHAPES, Stepped, candidates, fused_adamw, main
from tests.research.optim.references.harness import CLASSES


def test_every_optimizer_is_a_candidate():
    assert set(CLASSES) <= set(candidates())


def test_a_million_parameters():
    assert sum(rows * (rest[0] if rest else 1) for rows, *rest in SHAPES) == 1_002_000


@pytest.mark.parametrize("name", ["sgd", "schedule_free_sgd", "lbfgs"])
def test_a_step_moves_the_weights_and_is_timed_once(name):
    stepped = Stepped(candidates()[name], "cpu")
    before = stepped.parameters[0].detach().clone()
    stepped.step()
    assert len(stepped.seconds) == 1
    assert 0 < stepped.seconds[0] < 60
    assert not before.equal(stepped.parameters[0])


def test_lbfgs_counts_one_iteration():
    optimizer = Stepped(candidates()["lbfgs"], "cpu").optimizer
    assert optimizer.param_groups[0]["max_iter"] == 1 < LBFGSSettings().max_iter


def test_the_table(monkeypatch, capsys):
    words = ["optimizers.py", "--turns", "2", "--seconds", "0", "--only", "adam,heavy_ball"]
    monkeypatch.setattr(sys, "argv", words)
    main()
    text = capsys.readouterr().out
    assert "ratio to fused AdamW" in text
    for name in ("adam", "heavy_ball"):
        [row] = [line.split("│") for line in text.splitlines() if f"│ {name} " in line]
        assert int(row[2]) == 2, "one step a turn"
        assert 0.01 < float(row[5]) < 100


def test_the_reference_is_fused():
    assert Stepped(fused_adamw, "cpu").optimizer.param_groups[0]["fused"]
