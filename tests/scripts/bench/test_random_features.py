"""The benchmark compares curves that are the same, and says when they are not."""

import sys

import numpy
import pytest

from scripts.bench import random_features
from scripts.bench.random_features import Ours, eigh, lstsq, main, settings_of


def options(kind):
    words = {"data": "digits", "examples": 40, "features": kind, "label_noise": 0.1}
    return type("Options", (), {**words, "data_folder": None})


@pytest.mark.parametrize("kind", ["fourier", "relu"])
def test_all_versions_have_the_same_curve(kind):
    ours = Ours(settings_of(options(kind)), 0, "cpu")
    curve, problem = ours(), ours.problem()
    assert len(curve) == len(problem.counts) == 17
    for plain in (lstsq, eigh):
        numpy.testing.assert_allclose(plain(problem), curve, rtol=1e-5, atol=1e-8)


def test_the_table(monkeypatch, capsys):
    words = ["random_features.py", "--examples", "30", "--seeds", "2"]
    monkeypatch.setattr(sys, "argv", words)
    monkeypatch.setitem(random_features.PLAIN, "eigh", lambda problem: [(150.0, 1.0)] * 17)
    main()
    text = capsys.readouterr().out
    rows = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("│")]
        if len(cells) == 7:
            rows[cells[1]] = cells[2:6]
    assert set(rows) == {"ours", "lstsq", "eigh"}
    assert rows["ours"][1:] == ["1.00", "0", "0.0e+00"]
    assert float(rows["lstsq"][2]) == 0 and float(rows["lstsq"][3]) < 1e-5
    assert float(rows["eigh"][2]) > 50, "a curve that differs is seen"
    assert float(rows["lstsq"][0]) > 0
