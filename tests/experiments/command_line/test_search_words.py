"""What `descent sweep` and `descent worker` make of their words, and what they refuse."""

from dataclasses import replace

import pytest

from experiments.__main__ import main
from experiments.command_line.arguments import Override
from experiments.command_line.catalog import find
from experiments.command_line.search.command import _without_password
from experiments.command_line.search.plan import (
    Planned,
    SweepOptions,
    as_before,
    make_folder,
    plan_study,
    storage_url,
    study_folder,
    study_name,
)
from experiments.command_line.search.words import SearchWords, read_words
from research.settings.base import Settings
from research.settings.errors import SettingsError
from tests.faults.conftest import ROOT

SEARCHED = ROOT / "tests" / "searched"
OPTIONS = SweepOptions("quick", None, None, "random", [0], 0, 4, "off")


def planned(trials=None, sampler="random", settings=None, **search) -> Planned:
    options = replace(OPTIONS, trials=trials, sampler=sampler)
    flags = {key.replace("__", "."): value for key, value in search.items()}
    return plan_study(find(str(SEARCHED)), options, SearchWords(settings or {}, flags))


def words(*pairs):
    overrides = [Override(key, text) for key, text in pairs]
    return read_words(overrides, find(str(SEARCHED)).settings_class(), {"--trials": True})


def test_flags_about_the_search_and_settings():
    read = words(
        ("optimizer.lr", "1e-3"),
        ("space.hidden", "8..64 log integer"),
        ("space.place", "1,2"),
        ("space.optimizer.name", "none"),
        ("objective.metric", "train/loss"),
        ("pruner.name", "median"),
    )
    assert read.settings == {"optimizer.lr": 1e-3}
    assert read.search == {
        "space.hidden": "8..64 log integer",
        "space.place": [1, 2],
        "space.optimizer.name": "none",
        "objective.metric": "train/loss",
        "pruner.name": "median",
    }


def test_an_experiment_may_have_an_objective_of_its_own():
    class Goal(Settings):
        name: str = "bump"

    class Own(Settings):
        objective: Goal = Goal()

    read = read_words(
        [Override("objective.name", "hill"), Override("objective.metric", "y")], Own, {}
    )
    assert read == SearchWords({"objective.name": "hill"}, {"objective.metric": "y"})


def test_a_plan():
    made = planned(settings={"optimizer.lr": 0.02})
    plan = as_before(made, None)
    assert (plan.experiment, plan.folder) == ("searched", str(SEARCHED))
    assert (plan.trials, made.slots, plan.threads) == (20, 4, 1)
    assert list(plan.space) == ["place"] and plan.base["optimizer"]["lr"] == 0.02
    assert study_name(find(str(SEARCHED)), OPTIONS) == "searched-quick-random"


def test_going_on_keeps_what_the_study_has():
    before = as_before(planned(30), None).model_copy(update={"threads": 3})
    assert as_before(planned(), before) == before
    assert as_before(planned(8), before) == before
    assert as_before(planned(50), before).trials == 50


def test_a_grid_is_whole_and_keeps_its_axes():
    assert as_before(planned(sampler="grid"), None).trials == 16
    assert as_before(planned(50, sampler="grid"), None).trials == 16
    with pytest.raises(SettingsError, match=r"^--trials is 3, expected at least 16: a part of a"):
        as_before(planned(3, sampler="grid"), None)
    whole = as_before(planned(sampler="grid"), None)
    assert as_before(planned(3, sampler="grid"), whole).trials == 16
    flags = {"space__place": "none", "space__optimizer__lr": "1e-3..1e-1 log"}
    before = as_before(planned(5, "grid", **flags), None)
    assert before.trials == before.space["optimizer.lr"][0].points == 5
    after = as_before(planned(7, "grid", **flags), before)
    assert (after.trials, after.space) == (5, before.space)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--trials", "0"], '--trials is "0", expected a whole number from 1 to 100000'),
        (["--sampler", "rando"], 'unknown choice of --sampler "rando"; did you mean random?'),
        (["--engine", "slurm"], 'unknown choice of --engine "slurm"'),
        (["--study", "a/b"], '--study is "a/b", expected a name of letters'),
        (["--seed", "-1"], '--seed is "-1", expected a whole number'),
        (["--seeds", "0,0"], "--seeds has 0 twice"),
        (["--workers", "none"], '--workers is "none"'),
        (["--storage", "mysql://u:secret@h/d"], "storage: found mysql://u:***@h/d, expected"),
        (["--objective.metrik", "x"], "unknown setting --objective.metrik"),
        (["--space.hiden", "1..2"], "--space.hiden is no setting; did you mean hidden?"),
        (["--space.hidden", "2..1"], "--space.hidden: high is 1.0, expected more than low, 2"),
        (["--space.hidden"], "--space.hidden needs a value"),
        (["--space.hidden", "1,2", "--space.hidden", "1,2"], "--space.hidden is given twice"),
        (["--space.hidden", "1,2", "--hidden", "3"], "--space.hidden searches what a flag fixes"),
        (["--pruner.name", "mean"], "pruner.name is"),
        (["--trainer.accelerator", "gpu"], "--trainer.accelerator is gpu, expected auto or cpu"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_refused_in_one_line(tmp_path, monkeypatch, capsys, arguments, line):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert main(["sweep", str(SEARCHED), *arguments]) == 2
    said = capsys.readouterr()
    [found] = said.err.splitlines()
    assert line in found and "secret" not in found and not said.out
    assert not list(tmp_path.iterdir())


def test_a_worker_must_know_which_study(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DESCENT_STORAGE", raising=False)
    assert main(["worker", "--study", "it"]) == 2
    assert "worker needs --storage URL, or $DESCENT_STORAGE" in capsys.readouterr().err
    assert main(["worker", "--study", "it", "--storage", "sqlite:///none.db"]) == 2
    assert "none.db is not there" in capsys.readouterr().err
    database = tmp_path / "studies" / "it" / "study.db"
    database.parent.mkdir(parents=True)
    database.touch()
    assert main(["worker", "--study", "it"]) == 2, "it looks there"
    assert "study.db" in capsys.readouterr().err
    assert main(["worker", "--storage", "sqlite:///none.db"]) == 2
    assert "--study" in capsys.readouterr().err


def test_where_a_study_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DESCENT_STORAGE", raising=False)
    folder = study_folder(None, "it")
    assert folder == tmp_path / "studies" / "it" and not folder.exists()
    own = storage_url(None, folder)
    assert own == f"sqlite:///{folder}/study.db"
    assert study_folder(None, "other", own) == folder
    assert study_folder(tmp_path / "here", "other", own) == tmp_path / "here"
    monkeypatch.setenv("DESCENT_STORAGE", "postgresql://u:secret@h/d")
    assert storage_url(None, folder) == "postgresql+psycopg://u:secret@h/d"
    assert storage_url(own, None) == own
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"file/in can't be made \(not a directory\), expected"):
        make_folder(tmp_path / "file" / "in")


def test_a_password_is_kept_out_of_the_command():
    url = "postgresql://u:secret@h/d"
    kept = ["descent", "worker", "--study", "it", "--storage", "postgresql://u:***@h/d"]
    assert _without_password(["descent", "worker", "--study", "it", "--storage", url]) == kept
    assert _without_password([f"--storage={url}"]) == ["--storage=postgresql://u:***@h/d"]
