"""The benchmark of loss surfaces compares equal numbers at the points that it says."""

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from scripts.bench import landscape
from scripts.bench.landscape import main
from scripts.bench.landscape_cases import NETWORKS, build_case
from scripts.bench.landscape_planes import refined_plane
from scripts.bench.landscape_processes import Worker, runners
from scripts.bench.landscape_ways import build_way, visited


@pytest.fixture(autouse=True)
def briefly_trained(monkeypatch):
    for name, network in list(NETWORKS.items()):
        short = replace(network, training_steps=2 * (name == "mlp"), examples=20, steps=2)
        monkeypatch.setitem(NETWORKS, name, short)


@pytest.fixture
def case():
    return build_case("mlp", True, None, "cpu")


def test_the_networks_are_those_of_the_sources():
    counts = {}
    for name in NETWORKS:
        case = build_case(name, True, None, "cpu")
        counts[name] = sum(tensor.numel() for tensor in case.origin.values())
    assert counts == {"resnet": 272_474, "cnn": 105_866, "mlp": 109_386}


def test_ours_and_the_loop_agree(case):
    loop, plain, fast = (build_way(n, case, 3).prepare()() for n in ("loop", "plain", "fast"))
    assert loop.shape == (9,)
    torch.testing.assert_close(plain, loop, rtol=1e-6, atol=0)
    torch.testing.assert_close(fast, loop, rtol=1e-6, atol=0)
    assert loop.unique().numel() == 9


def test_points_of_the_package():
    pytest.importorskip("loss_landscapes", reason="the extra bench is not installed")
    for name in ("mlp", "cnn"):
        case = build_case(name, True, None, "cpu")
        package = build_way("package", case, 3)
        fast = build_way("fast", case, 3).prepare()()
        for _ in range(2):
            torch.testing.assert_close(package.prepare()(), fast, rtol=2e-6, atol=0)


def test_the_walk_of_the_package():
    """Steps before it evaluates, to and fro: its source, written out."""
    steps, place, cells = 4, np.zeros(2, dtype=int), {}
    for row in range(steps):
        for column in range(steps):
            place[1] += 1 if row % 2 == 0 else -1
            cells[row, column if row % 2 == 0 else steps - 1 - column] = tuple(place / steps)
        place[0] += 1
    assert [cells[row, column] for row in range(4) for column in range(4)] == visited(4)


def test_the_package_is_given_no_layout():
    model = build_case("resnet", True, None, "cpu").model
    kernels = [p for p in model.parameters() if p.dim() == 4]
    assert all(p.stride()[1:] == (p[0, 0].numel(), p.shape[3], 1) for p in kernels)


def test_the_table(monkeypatch, capsys):
    words = "landscape.py --images random --networks mlp --rounds 2 --planes mlp --points 7"
    monkeypatch.setattr(landscape, "Console", wide)
    monkeypatch.setattr(
        sys,
        "argv",
        [*words.split(), "--in_one_process", "--only", "loop,plain,fast"],
    )
    main()
    text = capsys.readouterr().out
    assert "MLP 784-128-64-10, 20 images (random)" in text
    [row] = [line.split("│") for line in text.splitlines() if "│ ours, fast" in line]
    assert float(row[3]) > 0
    assert "≥ 6" in row[8]
    assert "the first layer computed once" in text
    assert "Planes of 7 x 7 points" in text


def wide(width):
    from rich.console import Console

    return Console(width=200)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--only fast,fats", "--only: fats, expected some of package"),
        ("--networks vgg", "--networks: vgg, expected some of resnet"),
    ],
)
def test_unknown_names_are_refused(monkeypatch, capsys, words, told):
    monkeypatch.setattr(sys, "argv", ["landscape.py", *words.split()])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    assert told in capsys.readouterr().err


def test_a_missing_package_is_told(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["landscape.py", "--only", "package"])
    monkeypatch.setattr(landscape.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit):
        main()
    assert "'.[bench]'" in capsys.readouterr().err


def test_a_process_of_its_own(case):
    with runners(["fast"], case, 1, in_one_process=False) as ways:
        worker = ways["fast"]
        assert isinstance(worker, Worker)
        assert 0 < worker.turn() < 60
        here = build_way("fast", case, 2).prepare()()
        torch.testing.assert_close(worker.timed.losses, here, rtol=1e-6, atol=0)
        assert "first layer" in worker.timed.path
    assert worker.process.exitcode == 0


def test_a_plane_is_refined_to_what_it_is_in_full(case):
    refined = refined_plane(case, 15, tolerance=0.1)
    assert refined.filled.measured.sum() < 15 * 15
    assert 0 < refined.error < 0.1
    assert refined_plane(case, 15, tolerance=0).error == 0
