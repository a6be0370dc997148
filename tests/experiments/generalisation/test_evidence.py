"""The figures of generalisation, and that evidence can be built from any record."""

import pytest

from experiments.generalisation import evidence
from experiments.generalisation.table import main
from research.evidence.build import build_evidence
from research.evidence.claims import read_verdicts
from research.records.status import Status
from tests.experiments.generalisation.synthetic import make_record, plausible, write_run


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    return make_record(tmp_path_factory.mktemp("quick") / "record")


@pytest.fixture(scope="module")
def figures(quick):
    return evidence.figures(quick)


def texts(axes):
    return {text.get_text() for text in axes.texts}


def test_which_figures_there_are(figures, tmp_path):
    assert list(figures) == ["generalisation", "learning_rates", "network"]
    only = make_record(tmp_path / "swats", "swats")
    assert list(evidence.figures(only)) == ["swats"]


def test_the_curves_are_the_means_at_the_best_rate(quick, figures):
    loss, accuracy = figures["generalisation"].axes
    assert {"Adam", "SGD, momentum", "SWATS"} < texts(loss)
    assert {"Adam, lr 0.01", "SGD, momentum, lr 0.03", "SWATS, lr 0.003"} < texts(accuracy)
    line = accuracy.lines[0]
    columns = [quick.run("adam-lr0.01", seed).column("test/accuracy") for seed in (0, 1, 2)]
    assert line.get_xdata().tolist() == columns[0][0].tolist()
    means = sum(values for _, values in columns) / 3
    assert line.get_ydata() == pytest.approx(100 * means)


def test_every_run_is_a_point_over_its_rate_and_the_best_has_a_ring(quick, figures):
    panels = figures["learning_rates"].axes
    assert len(panels) == 12
    adam = panels[0]
    points = [line for line in adam.lines if line.get_marker() == "o" and line.get_alpha()]
    assert sorted(line.get_xdata()[0] for line in points) == [0.001, 0.003, 0.01, 0.03]
    expected = [quick.run("adam-lr0.01", s).metrics()[-1]["train/loss"] for s in (0, 1, 2)]
    at_best = next(line for line in points if line.get_xdata()[0] == 0.01)
    assert at_best.get_ydata().tolist() == expected
    assert panels[-1].get_xlim()[0] < 0.01 < 0.3 < panels[-1].get_xlim()[1], "SGD's, after Adam's"
    rings = {
        line.get_marker(): line.get_xdata()[0]
        for line in panels[1].lines
        if line.get_fillstyle() == "none"
    }
    assert rings["o"] == 0.01
    assert rings["s"] in (0.003, 0.03), "one rate away, where validation is best"


def test_an_accuracy_far_below_is_a_triangle(tmp_path):
    def final(variant, seed):
        lost = variant == "adam-lr0.03" and seed == 1
        return plausible(variant, seed) | ({"test/accuracy": 0.1} if lost else {})

    names = ["adam-lr0.01", "adam-lr0.03"]
    record = make_record(tmp_path / "r", variants=names, final=final)
    axes = evidence.figures(record)["learning_rates"].axes[1]
    (triangle,) = [line for line in axes.lines if line.get_marker() == "v"]
    assert triangle.get_xdata()[0] == 0.03
    assert 80 < axes.get_ylim()[0] < 82


def test_a_choice_far_below_has_its_ring_at_the_bottom(tmp_path):
    def final(variant, seed):
        lost = {"test/accuracy": 0.1} if variant == "adam-lr0.01" else {}
        return plausible(variant, seed) | lost

    names = ["adam-lr0.01", "adam-lr0.03"]
    record = make_record(tmp_path / "r", variants=names, final=final)
    figure = evidence.figures(record)["learning_rates"]
    axes = figure.axes[1]
    ring = next(line for line in axes.lines if line.get_fillstyle() == "none")
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (0.01, axes.get_ylim()[0])
    figure.get_layout_engine().execute(figure)  # a ring far outside would leave no room for panels


def test_the_network_with_and_without(figures):
    panels = figures["network"].axes
    assert [panel.get_title(loc="left") for panel in panels] == ["Adam", "SGD, momentum"]
    ticks = [label.get_text() for label in panels[0].get_xticklabels()]
    assert ticks == ["neither", "dropout", "batch norm", "both"]


def test_switches_and_runs_that_never_do(tmp_path):
    record = make_record(tmp_path / "r", "swats")
    for store in record.runs():
        switched = 40 + store.seed if store.variant == "swats-tol1e-2" else None
        write_run(record, store, plausible(store.variant, 0), switched=switched)
    (axes,) = evidence.figures(record)["swats"].axes
    ticks = [label.get_text() for label in axes.get_yticklabels()]
    assert ticks == ["1e-2", "1e-3", "1e-5", "1e-9"]
    assert texts(axes) == {"step 40, 41, 42, 43, 44", "never"}
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in dots] == [40, 41, 42, 43, 44]
    crosses = [line for line in axes.lines if line.get_marker() == "x"]
    assert len(crosses) == 15


@pytest.mark.parametrize(
    ("preset", "state"),
    [("smoke", "waiting"), ("smoke", "running"), ("swats", "waiting"), ("swats", "diverged")],
)
def test_a_record_in_any_state_has_figures_and_a_report(tmp_path, state, preset):
    record = make_record(tmp_path / "r", preset)
    for store in record.runs():
        if state == "waiting":
            store.metrics_file.unlink()
            store.write_status(Status(state))
        else:
            write_run(record, store, plausible(store.variant, 0), state)
    verdicts = build_evidence(record, evidence)
    assert {verdict.verdict for verdict in verdicts} == {"not measured"}
    assert read_verdicts(record.verdicts) == verdicts


def test_runs_of_the_network_alone(tmp_path):
    names = ["adam-dropout", "sgdm-batch-norm"]
    record = make_record(tmp_path / "r", variants=names)
    assert list(evidence.figures(record)) == ["network"]


def test_the_tables_of_the_readme(quick, capsys, tmp_path):
    main(str(quick.folder))
    by_loss, by_validation, network = capsys.readouterr().out.strip().split("\n\n")
    adam = next(line for line in by_loss.splitlines() if line.startswith("| Adam |"))
    finals = [quick.run("adam-lr0.01", seed).metrics()[-1] for seed in (0, 1, 2)]
    accuracies = [100 * row["test/accuracy"] for row in finals]
    words = f"{sum(accuracies) / 3:.2f} ({', '.join(f'{each:.2f}' for each in accuracies)})"
    assert f"| 0.01 | 0.001 to 0.03 | yes | {finals[0]['train/loss']:.3f}"[:-1] in adam
    assert words in adam
    assert "**no**" in by_validation, "some are at the edge by validation accuracy"
    assert "| SGD, momentum | both |" in network
    main(str(make_record(tmp_path / "swats", "swats").folder))
    assert "| 1e-9 | never, never, never, never, never |" in capsys.readouterr().out
