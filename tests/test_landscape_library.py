"""What the README shows of landscapes: the surface of one's own network, in a script."""

import runpy
from pathlib import Path

import torch


def test_the_script_measures_a_surface_and_leaves_the_network_alone(capsys):
    torch.manual_seed(0)
    names = runpy.run_path(str(Path(__file__).parent / "landscape_script.py"))
    first, second, third = capsys.readouterr().out.splitlines()
    assert first.startswith("loss 1.")
    measured, of, count = (second.split()[index] for index in (0, 1, 2))
    assert of == "of" and int(count) == 625 and 49 <= int(measured) < 625
    assert third.startswith("the rise at a corner:")
    for name, values in names["model"].named_parameters():
        assert torch.equal(values, names["origin"][name]) and values.requires_grad
