"""A dashboard has a panel for all that a record holds; published again, it is the same one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
import wandb

from research.records.plan import Plan, TrialOf, VariantPlan
from research.records.store import Record
from research.records.study_table import StudyTable, write_table
from research.records.wandb_session import QUIET_ENVIRONMENT
from research.settings.search import Domain, ObjectiveSettings, StudyPlan
from scripts.publish_dashboard import main
from tests.wandb_stand_in import KEY, StandIn, add_evidence, new_record, serve

SNAPSHOT = Path(__file__).parent / "dashboards" / "grokking.jsonl"
"""Of a record and a study: the page without its sections, then each section, each with its panels.

Where a change is meant, write `lines_of(printed)` there.
"""
SPACE = {
    "optimizer.name": (Domain(choices=("adamw", "sgd")),),
    "optimizer.lr": (Domain(low=1e-4, high=1e-1, log=True),),
    "optimizer.momentum": (Domain(low=0.0, high=0.99, when={"optimizer.name": "sgd"}),),
}
METRICS = (
    *("train/accuracy", "train/loss", "validation/accuracy", "validation/loss"),
    *("batch/accuracy", "batch/loss", "lr", "weight_norm/all", "weight_norm/embedding"),
    *("per_class/train/loss/all", "per_class/train/loss/group_01", "per_class/train/loss/group_02"),
    *("per_class/train/accuracy/group_01", "curvature/train/lambda_max", "curvature/train/trace"),
    *("fourier/gini", "milestone/train_99", "milestone/validation_99", "delay_ratio"),
)


@pytest.fixture(autouse=True)
def no_one_is_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("WANDB_API_KEY", "WANDB_MODE", "WANDB_PROJECT", "WANDB_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in QUIET_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    wandb.teardown()
    yield
    wandb.teardown()


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """A run that has seen everything, with figures and claims."""
    record = new_record(tmp_path / "record")
    store = record.run("small", 0)
    store.append(10, dict.fromkeys(METRICS, 0.5))
    store.save_array("class_counts", 0, numpy.array([3.0, 1.0]))
    add_evidence(record)
    return record


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study of two trials, one of which has a setting that the other has not."""
    folder = tmp_path / "study"
    objective = {"metric": "validation/accuracy", "take": "steps_to", "reaches": 0.99}
    plan = StudyPlan(
        experiment="grokking",
        preset="smoke",
        variant="small",
        base={"optimizer": {"name": "adamw", "lr": 1e-3}},
        space=SPACE,
        objective=ObjectiveSettings.model_validate(objective),
        trials=2,
    )
    write_table_of(folder, plan)
    points = [
        {"optimizer.name": "adamw", "optimizer.lr": 1e-3},
        {"optimizer.name": "sgd", "optimizer.lr": 1e-2, "optimizer.momentum": 0.9},
    ]
    for number, values in enumerate(points):
        trial = Plan(
            experiment="grokking",
            variants={"trial": VariantPlan(label=f"trial {number}", settings={})},
            runs={"trial": [0]},
            trial=TrialOf(study="study", number=number, values=values),
        )
        made = Record.create(folder / "trials" / f"{number:04}", trial, {})
        made.run("trial", 0).append(10, {"train/loss": 0.5})
    return folder


def write_table_of(folder: Path, plan: StudyPlan) -> None:
    folder.mkdir()
    write_table(folder, StudyTable(name="study", plan=plan, trials=()))


def printed(capsys: pytest.CaptureFixture[str], *folders: Path) -> dict[str, Any]:
    assert main([*map(str, folders), "--print"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    found: dict[str, Any] = json.loads(out)
    return found


def sections_of(page: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page["section"]["panelBankConfig"]["sections"]
    return found


def lines_of(page: dict[str, Any]) -> str:
    """A page with a line for each section and each panel."""
    sections = sections_of(page)
    page["section"]["panelBankConfig"]["sections"] = []
    parts = [page]
    for section in sections:
        panels = section.pop("panels")
        parts += [section, *panels]
    return "".join(json.dumps(part) + "\n" for part in parts)


def test_a_page_is_as_it_was(
    capsys: pytest.CaptureFixture[str], record: Record, study: Path
) -> None:
    pages = printed(capsys, record.folder, study)
    assert list(pages) == ["grokking"]
    assert lines_of(pages["grokking"]) == SNAPSHOT.read_text()


def test_every_metric_setting_figure_and_table_has_a_panel(
    capsys: pytest.CaptureFixture[str], record: Record, study: Path
) -> None:
    [page] = printed(capsys, record.folder, study).values()
    sections = {section["name"]: section["panels"] for section in sections_of(page)}
    panels = [panel for each in sections.values() for panel in each]
    drawn = [name for panel in panels for name in panel["config"].get("metrics", [])]
    assert sorted(drawn) == sorted(METRICS)
    axes = [panel["config"]["xAxis"] for panel in panels if "metrics" in panel["config"]]
    assert set(axes) == {"trainer/global_step"}
    assert len({panel["__id__"] for panel in panels}) == len(panels)
    kinds = [panel["viewType"] for panel in sections["Study"]]
    assert kinds[:2] == ["Parallel Coordinates Plot", "Parameter Importance"]
    scattered = {panel["config"].get("xAxis") for panel in sections["Study"][2:]}
    settings = {f"config:searched.value.{key}" for key in SPACE}
    assert scattered == {"config:trial.value", *settings}
    shown = json.dumps(sections["Figures and tables"])
    assert "figures/accuracy" in shown and "verdicts" in shown and "per_class/table" in shown


def test_a_study_that_goes_on_has_a_page_already(
    capsys: pytest.CaptureFixture[str], study: Path
) -> None:
    (study / "trials.json").unlink()  # which a report writes
    [page] = printed(capsys, study).values()
    names = [section["name"] for section in sections_of(page)]
    assert names == ["Study", "Train"]
    columns = sections_of(page)[0]["panels"][0]["config"]["columns"]
    assert [each["displayName"] for each in columns] == [*SPACE, "objective"]


def test_publishing_again_replaces_the_page(
    capsys: pytest.CaptureFixture[str],
    record: Record,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand_in = StandIn()
    listening = serve(stand_in)
    monkeypatch.setenv("WANDB_BASE_URL", stand_in.address)
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    try:
        assert main([str(record.folder)]) == 0
        [view] = stand_in.views.values()
        record.run("small", 0).append(20, {"hessian/trace": 1.0})
        assert main([str(record.folder)]) == 0
        assert main([str(record.folder), "--project", "unknown"]) == 2
    finally:
        wandb.teardown()
        listening.shutdown()
        listening.server_close()
    assert list(stand_in.views) == ["nw-aaac8fc91a1-v"], "one page, the same for ever"
    [again] = stand_in.views.values()
    assert again["displayName"] == view["displayName"] == "grokking"
    assert "hessian/trace" in again["spec"] and "hessian/trace" not in view["spec"]
    out, err = capsys.readouterr()
    address = f"grokking: {stand_in.address}/me/descent?nw=aaac8fc91a1\n"
    assert out == 2 * address
    assert err.startswith("W&B: Project `me/unknown` not found") and err.count("\n") == 1


def test_without_a_login_it_says_what_to_do(
    capsys: pytest.CaptureFixture[str], record: Record, tmp_path: Path
) -> None:
    assert main([str(record.folder)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "wandb login" in err and "--print" in err
    assert main([str(tmp_path / "nothing"), "--print"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "no record" in err
    empty = new_record(tmp_path / "empty").folder
    assert main([str(empty), "--print"]) == 2
    assert capsys.readouterr().err == "grokking: no run has begun, expected rows to show\n"
