"""What `show`, the schema and the help of `sweep` say about what is searched."""

import json
import re

import pytest

from experiments.__main__ import main
from experiments.command_line.catalog import find
from research.settings.document import parse_document, read_document
from research.settings.resolve_search import resolve_search
from tests.experiments.command_line.own_experiment import write_own_experiment


def shown(capsys, *words: str):
    assert main(["show", *words]) == 0
    return parse_document(capsys.readouterr().out, "shown")


@pytest.mark.parametrize("name", ["grokking", "generalisation", "adam_memory"])
def test_what_show_prints_is_a_sweep_that_means_the_same(name, capsys):
    document = shown(capsys, name, "--preset", "smoke")
    experiment = find(name)
    file = read_document(experiment.config)
    model = experiment.settings_class()
    search, _ = resolve_search(file, model, "smoke")
    file.data["sweep"] = document.data["sweep"]
    for path in [path for path in document.lines if path[:1] == ("sweep",)]:
        file.lines[path] = document.lines[path]
    again, _ = resolve_search(file, model, "smoke")
    assert again == search


def test_show_leaves_out_what_is_fixed(capsys):
    document = shown(capsys, "grokking", "--optimizer.lr", "2e-3")
    assert document.data["sweep"]["space"] == {"optimizer.weight_decay": "0.1..10 log"}


def test_flags_that_suit_a_variant_but_no_trial_are_no_error_of_show(capsys):
    words = ["generalisation", "--variants", "sgdm-lr0.1", "--optimizer.momentum", "0.5"]
    (reason,) = shown(capsys, *words).data["sweep"]["refused"]
    assert reason.startswith("--optimizer.momentum needs --optimizer.name heavy_ball")


def test_an_experiment_without_a_sweep_shows_none(tmp_path, capsys):
    assert "sweep" not in shown(capsys, str(write_own_experiment(tmp_path))).data


def test_a_mistake_in_the_file_is_told(tmp_path, capsys):
    folder = write_own_experiment(tmp_path)
    (config,) = folder.glob("*.yaml")
    text = (
        config.read_text() + "sweep:\n  objective: {metric: loss}\n  space: {siz: 1..9 integer}\n"
    )
    config.write_text(text)
    assert main(["show", str(folder)]) == 2
    line = text.count("\n")
    expected = f"{config}:{line}: sweep.space.siz is no setting; did you mean size?"
    assert expected in capsys.readouterr().err


def test_help_lists_the_space_and_the_objective(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    words = ["generalisation", "--objective.take", "greatest", "--space.model.dropout", "none"]
    assert main(["sweep", *words, "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    text = re.sub(" +", " ", "\n".join(lines))
    assert "--space.optimizer.momentum 0..0.99, where optimizer.name is heavy_ball Share of" in text
    assert "0.0001..0.1 log, where optimizer.name is adam or adamw" in text
    assert "--objective.take greatest What of its values" in text
    assert "--objective.metric validation/accuracy Name of a metric" in text
    assert "--pruner.name none Which trials are given up before their end. [one of none," in text
    assert "--space.model.dropout" not in text
    assert "--batch_size" in text


class TestSchema:
    @pytest.fixture
    def sweep(self, capsys):
        assert main(["show", "test_functions", "--schema"]) == 0
        schema = json.loads(capsys.readouterr().out)
        return schema["properties"]["sweep"], schema["$defs"]

    def test_a_sweep_has_an_objective_and_a_space(self, sweep):
        section, _ = sweep
        assert section["required"] == ["objective", "space"]
        assert section["additionalProperties"] is False
        assert (
            section["description"] == "What `descent sweep` searches; null where nothing is said."
        )

    def test_a_domain_has_all_its_forms(self, sweep):
        section, definitions = sweep
        text, choices, group, several = section["properties"]["space"]["additionalProperties"][
            "anyOf"
        ]
        assert re.match(text["pattern"], "1e-4..1e-2 log")
        assert choices["type"] == "array"
        assert group == several["items"] == {"$ref": "#/$defs/SweepDomain"}
        keys = {"low", "high", "log", "integer", "choices", "points", "when", "values"}
        assert set(definitions["SweepDomain"]["properties"]) == keys

    def test_an_experiments_own_search_settings_stay(self, sweep):
        """The settings of test_functions have a class of the same name."""
        _, definitions = sweep
        assert "fraction" in definitions["SearchSettings"]["properties"]
