"""The report of a study and its best.yaml, from the table alone."""

import json
import re

import pytest

from experiments.__main__ import main
from experiments.command_line.best_settings import best_yaml
from experiments.command_line.catalog import all_experiments, find
from experiments.command_line.plan import make_plan
from experiments.command_line.study_report import refresh_table, write_study_report
from research.records.plan import Plan, VariantPlan
from research.records.store import Record
from research.records.study_table import StudyFolder, read_table, write_table
from research.search.owner import Owner
from research.search.storage import open_storage
from research.search.study import Study
from research.settings.document import parse_document, read_document
from research.settings.resolve import read_experiment, resolve
from tests.experiments.command_line.own_experiment import write_own_experiment
from tests.research.evidence.made_up_study import STEPS, ended, mixed, table_of
from tests.research.evidence.test_report import Page, assert_loads_nothing

KEYS = ("optimizer.lr", "optimizer.weight_decay")


def base_of(name, variant=None):
    """Resolved settings of an experiment, as a study has them."""
    experiment = find(name)
    document, model = read_document(experiment.config), experiment.settings_class()
    found = resolve(document, model, "quick", [variant] if variant else None).variants
    return next(iter(found.values())).settings.model_dump(mode="json")


def grokking(**plan):
    table = mixed(STEPS, base=base_of("grokking", "small-wd1"), threads=2, seeds=(3, 4), **plan)
    return table.model_copy(update={"name": "<i>my study</i>"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A study with its report; the record of one trial lies in it."""
    folder = tmp_path_factory.mktemp("studies") / "mine"
    plan = Plan(
        experiment="grokking",
        variants={"trial": VariantPlan(label="x", settings={})},
        runs={"trial": [0]},
    )
    Record.create(
        StudyFolder(folder).trial(3), plan, {"hardware": {"cpu": "AMD EPYC"}, "versions": {}}
    )
    write_table(folder, grokking())
    assert write_study_report(folder) == folder / "report.html"
    return folder


def test_the_page_says_what_the_table_holds(folder):
    html = (folder / "report.html").read_text()
    page = Page(html)
    for part in (
        "<i>my study</i>",
        "7 trials of grokking at preset quick: 4 complete, 1 pruned, 1 failed, 1 waiting.",
        "Trial 2; steps until validation/accuracy rises to 0.99: 1.",
        "The best 4 of 4 complete trials",
        "never reached it",
        "diverged at step 12: train/loss is nan",
        "0.0001..0.01 log",
        "random, seed 0",
        "3, 4",
        "AMD EPYC",
    ):
        assert part in page.text, part
    assert_loads_nothing(html)
    assert page.tags.count("svg") == 5
    assert html.index("Points are trials") < html.index("Functional analysis"), "the map first"
    assert {path.name for path in (folder / "figures").glob("*.png")} == {
        f"{name}.png"
        for name in ("history", "map", "importances", "slices", "parallel_coordinates")
    }


def test_the_best_settings_are_an_experiment_that_runs_as_the_trial_did(folder):
    """All settings, the seeds, and the threads whatever the machine would take."""
    experiment = find(str(folder / "best.yaml"))
    command = resolve(read_document(experiment.config), experiment.settings_class(), "quick")
    settings = command.variants["best"].settings
    assert (settings.optimizer.lr, settings.optimizer.weight_decay) == (2e-3, 0.4)
    assert (settings.data.modulus, settings.model.layers) == (59, 1), "of the study, not the file"
    assert command.runs == {"best": [3, 4]}
    assert make_plan(experiment, command, {}, 2, "off").threads == 2
    assert find("grokking").config != experiment.config


@pytest.mark.parametrize("name", [each.name for each in all_experiments()])
def test_best_settings_of_every_experiment_read_back_the_same(name):
    """A file of settings lies over defaults, and numbers, nulls and lists go through YAML."""
    model, base = find(name).settings_class(), base_of(name)
    table = table_of(
        [{"state": "complete", "value": 1.0, "values": {}}], {"x": mixed().plan.space[KEYS[0]]}
    )
    plan = table.plan.model_copy(update={"experiment": name, "base": base})
    table = table.model_copy(update={"plan": plan})
    document = parse_document(best_yaml(table, table.trials[0]), "best.yaml")
    read = resolve(document, model, "quick").variants["best"].settings
    assert read == model.model_validate(base)


def test_report_again(folder, tmp_path, capsys, monkeypatch):
    """Figures are drawn again where it is asked for, and with them what is not drawn any more."""
    monkeypatch.chdir(folder.parent)
    drawing = folder / "figures" / "history.svg"
    before = drawing.stat().st_mtime_ns
    assert main(["report", "mine", "--out", str(tmp_path / "other.html")]) == 0
    seen_from_here = (tmp_path / "other.html").read_text()
    assert "descent run mine/best.yaml" in seen_from_here
    whole = (folder / "report.html").read_text()
    assert seen_from_here.replace(" mine/", f" {folder}/") == whole
    assert drawing.stat().st_mtime_ns == before
    waiting = [ended("waiting", lr=1e-3, weight_decay=0.1)]
    write_table(folder, table_of(waiting, {key: mixed().plan.space[key] for key in KEYS}))
    assert main(["report", "mine", "--redraw"]) == 0
    assert capsys.readouterr().out.endswith("report: mine/report.html\n")
    assert not (folder / "figures" / "map.svg").exists()
    assert "No trial has a value yet." in (folder / "report.html").read_text()


def test_a_study_that_goes_on_is_read_from_its_database(tmp_path):
    """Killed before its table was written, it has a report all the same."""
    table = grokking(seed=5)
    plan = table.plan.model_copy(update={"trials": 2})
    study = Study.create(open_storage(f"sqlite:///{tmp_path / 'study.db'}"), "mine", plan)
    study.complete(study.claim(Owner.here()), 7.0, {})
    assert main(["report", str(tmp_path)]) == 0
    assert "1 complete, 1 waiting" in (tmp_path / "report.html").read_text()
    assert (tmp_path / "best.yaml").exists()
    assert not refresh_table(tmp_path), "nothing has changed since"
    study.fail(study.claim(Owner.here()), "diverged", {})
    assert refresh_table(tmp_path)
    assert [row.state for row in read_table(tmp_path).trials] == ["complete", "failed"]
    (tmp_path / "trials.json").write_text("{")
    assert refresh_table(tmp_path), "the database has it all"
    assert [row.state for row in read_table(tmp_path).trials] == ["complete", "failed"]


def test_a_study_in_its_own_experiment(tmp_path):
    own = write_own_experiment(tmp_path)
    rows = [{"state": "complete", "value": 1.0, "values": {"size": 9}}]
    space = {"size": mixed().plan.space[KEYS[0]]}
    table = table_of(rows, space, experiment="my_own", folder=str(own), base={"size": 3})
    write_table(tmp_path, table)
    (tmp_path / "best.yaml").write_text(best_yaml(table, table.trials[0]))
    experiment = find(str(tmp_path / "best.yaml"))
    assert (experiment.name, experiment.own_folder) == ("my_own", own)
    command = resolve(read_document(experiment.config), experiment.settings_class(), "quick")
    assert command.variants["best"].settings.size == 9


def test_nobody_reached_it(tmp_path):
    rows = [{"state": "complete", "value": 50.0, "reached": False, "values": {}}]
    table = table_of(rows, mixed().plan.space, STEPS, base=base_of("grokking"))
    first, *_ = best_yaml(table, table.trials[0]).splitlines()
    assert first.startswith("# The best settings. Trial 0, which says little: no trial reached it.")
    assert read_experiment(parse_document(best_yaml(table, table.trials[0]), "b")).experiment


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mine", "other"], "mine is a study, expected it alone"),
        (["mine", "--out", "none/x.html"], "--out: none/x.html can't be written"),
        (["damaged"], "damaged/trials.json: trials"),
    ],
)
def test_refused_in_one_line(tmp_path, capsys, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    waiting = [ended("waiting")]
    for name in ("mine", "damaged"):
        (tmp_path / name).mkdir()
        write_table(tmp_path / name, table_of(waiting, mixed().plan.space))
    data = json.loads((tmp_path / "damaged" / "trials.json").read_text())
    (tmp_path / "damaged" / "trials.json").write_text(json.dumps({**data, "trials": 3}))
    assert main(["report", *words]) == 2
    error = capsys.readouterr().err
    assert re.fullmatch(rf"descent: {re.escape(said)}[^\n]*\n", error), error
