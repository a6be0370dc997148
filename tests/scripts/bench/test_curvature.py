"""The benchmark of curvature: its ways compute the same, and its tables have what they promise."""

import sys

import pytest
import torch

from research.landscape.objective import Objective
from scripts.bench import curvature
from scripts.bench.curvature_ways import GRADIENT, Way, build_ways, ratio, take_turns

SMALL = ["--preset", "smoke", "--examples", "40", "--eigenvalues", "2", "--trace_probes", "3"]
SMALL += ["--density_probes", "2", "--density_steps", "4", "--rounds", "2"]


def test_the_tables(monkeypatch, capsys, tmp_path):
    figure = tmp_path / "density.png"
    monkeypatch.setattr(sys, "argv", ["curvature.py", *SMALL, "--figure", str(figure)])
    curvature.main()
    text = capsys.readouterr().out
    for words in ("largest 2", "smallest", "trace", "graph kept", "Over 40 training images, 1,034"):
        assert words in text
    offs = [float(row.split("│")[4]) for row in text.splitlines() if "ackwards" in row]
    assert len(offs) == 4
    assert max(offs) < 1e-4
    assert figure.read_bytes().startswith(b"\x89PNG")


def test_an_unknown_variant_is_told_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["curvature.py", "--variant", "none"])
    with pytest.raises(SystemExit, match="2"):
        curvature.main()
    assert capsys.readouterr().err == "error: variant none, expected one of plain, dropout\n"


def test_too_few_of_something_is_told_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["curvature.py", "--trace_probes", "0"])
    with pytest.raises(SystemExit, match="2"):
        curvature.main()
    assert capsys.readouterr().err.endswith("--trace_probes is 0, expected at least 1\n")


def test_each_way_has_a_turn_in_every_round_and_the_ratio_is_that_of_rounds():
    model = torch.nn.Linear(3, 2)
    examples = {"x": torch.ones(4, 3)}
    objective = Objective(model, examples, lambda m, b: {"loss": m(b["x"]).square().sum(dim=1)})
    ways = build_ways(objective)
    take_turns(ways, rounds=3)
    assert ways[0].label == GRADIENT
    assert {len(way.seconds) for way in ways} == {3}
    products = [way.result for way in ways[2:]]
    for product in products:
        assert torch.allclose(product, products[0], atol=1e-6)
    slow = Way("slow", lambda: products[0], products[0], [2.0, 30.0, 4.0])
    fast = Way("fast", lambda: products[0], products[0], [1.0, 10.0, 1.0])
    assert ratio(slow, fast) == 3
