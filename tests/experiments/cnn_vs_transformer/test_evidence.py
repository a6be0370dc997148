"""The figures of cnn_vs_transformer, from a made-up record."""

import numpy
import pytest

from experiments.cnn_vs_transformer import evidence
from experiments.cnn_vs_transformer.gaps import read_networks
from experiments.cnn_vs_transformer.table import main
from research.evidence.build import build_evidence
from research.evidence.claims import read_verdicts
from research.evidence.style import read_caption
from research.records.status import Status
from research.records.store import Record
from tests.experiments.cnn_vs_transformer.made_up import ENTROPY, make_plan, make_record, valley


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    made = make_record(tmp_path_factory.mktemp("quick") / "record", make_plan())
    for name in ("cnn-sgdm-lr0.03", "cnn-adam-lr0.01", "transformer-adam-lr0.003"):
        for seed in (0, 1, 2):
            store = made.run(name, seed)
            store.save_array("class_counts", 300, numpy.array([5.0, 3.0, 2.0]))
            store.save_array("class_groups", 300, numpy.array([0.0, 1.0, 1.0]))
    return made


@pytest.fixture(scope="module")
def figures(record):
    return evidence.figures(record)


def test_networks_of_a_record(record):
    cnn, transformer = read_networks(record)
    assert cnn.entropy == pytest.approx(ENTROPY["cnn"])
    assert transformer.choice("adam").variant == "transformer-adam-lr0.003"
    assert cnn.choice("sgdm").trials[1].loss == pytest.approx(valley("cnn-sgdm", 0.03, 1))


def test_the_curves_are_those_of_the_best_rates(record, figures):
    cnn, transformer = figures["cnn_vs_transformer"].axes
    assert cnn.get_title(loc="left") == "CNN, Fashion-MNIST"
    assert transformer.get_title(loc="left") == "Transformer, docstrings"
    words = {text.get_text() for text in transformer.texts}
    assert {"Adam,\nlr 0.003", "SGD, momentum,\nlr 0.1"} < words
    runs = [record.run("transformer-sgdm-lr0.1", seed).column("train/loss") for seed in (0, 1, 2)]
    line = transformer.lines[0]
    assert line.get_xdata().tolist() == runs[0][0].tolist()
    assert line.get_ydata() == pytest.approx(sum(values for _, values in runs) / 3)
    assert transformer.lines[-1].get_ydata()[0] == pytest.approx(ENTROPY["transformer"])
    assert transformer.get_ylim()[1] > ENTROPY["transformer"]


def test_the_grids(figures):
    cnn, transformer = figures["learning_rates"].axes
    assert (cnn.get_yscale(), transformer.get_yscale()) == ("log", "linear")
    rings = sorted(
        line.get_xdata()[0]
        for line in transformer.lines
        if line.get_fillstyle() == "none" and line.get_xdata()[0] > 0
    )
    assert rings == [0.003, 0.1]


def test_a_panel_for_each_run_with_losses_by_class(figures):
    panels = [axes for axes in figures["per_class_loss"].axes if axes.get_title(loc="left")]
    assert [axes.get_title(loc="left") for axes in panels] == [
        "CNN\nSGD, momentum",
        "CNN\nAdam",
        "Transformer\nAdam",
    ]
    assert panels[0].get_ylim() == panels[1].get_ylim() != panels[2].get_ylim()
    _, text = read_caption(figures["per_class_loss"])
    assert "Classes by group, CNN, Fashion-MNIST: 1, 2." in text


@pytest.mark.parametrize("state", ["waiting", "diverged"])
def test_a_record_in_any_state_has_figures_and_a_report(tmp_path, state):
    record = Record.create(tmp_path / "record", make_plan("smoke"), {})
    for store in record.runs():
        if state != "waiting":
            store.append(20, {"train/loss": 2.0, "label_entropy": 2.3})
            store.write_status(Status(state, 20, 40))
    verdicts = build_evidence(record, evidence)
    assert {verdict.verdict for verdict in verdicts} == {"not measured"}
    assert read_verdicts(record.verdicts) == verdicts


def test_the_table_of_the_readme(record, capsys):
    main(str(record.folder))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("| network | optimizer |")
    expected = ", ".join(f"{valley('cnn-adam', 0.01, seed):.3f}" for seed in (0, 1, 2))
    row = f"| CNN, Fashion-MNIST | Adam | 0.01 | 0.001 to 0.03 | yes | {expected} |"
    assert row in lines
    assert len(lines) == 6
