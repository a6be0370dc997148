"""`descent show`, `list` and the help. Every shipped YAML is read and resolved here."""

import json
import re
from typing import get_args

import pytest

from experiments.__main__ import main
from experiments.command_line.catalog import all_experiments, find
from research.settings.document import parse_document, read_document
from research.settings.optimizers import OptimizerSettings
from research.settings.resolve import read_experiment, resolve
from tests.experiments.command_line.own_experiment import write_own_experiment

DOCUMENTS = {each.name: read_document(each.config) for each in all_experiments()}
PRESETS = [
    (name, preset)
    for name, document in DOCUMENTS.items()
    for preset in read_experiment(document).presets
]

COMMANDS = ("list", "show", "run", "sweep", "worker", "resume", "landscape", "report", "sync")


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_every_shipped_preset_resolves_for_every_variant(name, preset):
    variants = list(read_experiment(DOCUMENTS[name]).variants)
    command = resolve(DOCUMENTS[name], find(name).settings_class(), preset, variants)
    assert list(command.runs) == variants


@pytest.mark.parametrize("name", sorted({name for name, _ in PRESETS}))
def test_every_experiment_has_the_usual_presets(name):
    assert {"smoke", "quick"} <= {preset for each, preset in PRESETS if each == name}


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_show_can_be_read_back(name, preset, capsys):
    assert main(["show", name, "--preset", preset]) == 0
    shown = parse_document(capsys.readouterr().out, "shown").data
    model = find(name).settings_class()
    command = resolve(DOCUMENTS[name], model, preset)
    assert (shown["experiment"], shown["preset"]) == (name, preset)
    assert shown["runs"] == command.runs
    assert "space" in shown["sweep"]
    for variant, each in command.variants.items():
        read = shown["variants"][variant]
        assert read["label"] == each.label
        assert model.model_validate(read["settings"]) == each.settings


def test_show_takes_what_run_takes(capsys):
    words = ["--variants", "small-wd1", "--seeds", "4-6", "--optimizer.lr", "2e-3", "--stop=null"]
    assert main(["show", *words, "grokking"]) == 0
    shown = parse_document(capsys.readouterr().out, "shown").data
    assert shown["runs"] == {"small-wd1": [4, 5, 6]}
    settings = shown["variants"]["small-wd1"]["settings"]
    assert settings["optimizer"]["lr"] == 2e-3
    assert settings["stop"] is None


def test_a_terminal_gets_the_same_text_in_colour(capsys, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["show", "grokking", "--preset", "smoke"]) == 0
    text = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert parse_document(text, "shown").data["preset"] == "smoke"


def test_list_has_one_line_each(capsys):
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(all_experiments())
    assert any(re.match("grokking +Validation accuracy", line) for line in lines)


def test_own_experiment(tmp_path, capsys):
    folder = write_own_experiment(tmp_path)
    assert main(["show", str(folder), "--size", "9"]) == 0
    shown = parse_document(capsys.readouterr().out, "shown").data
    assert shown["variants"] == {"one": {"label": "One", "settings": {"size": 9}}}


class TestHelp:
    def help(self, capsys, *words: str) -> str:
        assert main([*words, "--help"]) == 0
        return capsys.readouterr().out

    def test_all_settings_with_default_kind_and_meaning(self, capsys):
        text = self.help(capsys, "run", "grokking")
        lines = {line.split()[0]: line for line in text.splitlines() if line.startswith("--")}
        text = " ".join(text.split())  # wherever lines are folded
        assert lines["--optimizer.weight_decay"].split()[1] == "1.0", "the YAML's, not the model's"
        assert "[number >= 0]" in text
        assert "Decoupled weight decay, towards zero." in text
        assert "adam, adamw, amsgrad" in text
        assert lines["--trainer.max_steps"].split()[1] == "12000"
        assert lines["--stop.hold"].split()[1] == "100"
        assert "quick" in text
        assert "small-wd1" in text

    def test_nothing_is_cut_off_on_a_narrow_terminal(self, capsys, monkeypatch):
        monkeypatch.setenv("COLUMNS", "80")
        text = " ".join(self.help(capsys, "run", "grokking").split())
        assert "Decay rates of the first and the second moment." in text.replace("  ", " ")
        assert "validation" in text

    def test_no_setting_is_left_out(self, capsys):
        text = self.help(capsys, "run", "grokking")
        listed = {line.split()[0] for line in text.splitlines() if line.startswith("--")}
        settings = find("grokking").settings_class()
        command = resolve(read_document(find("grokking").config), settings, "quick")
        dump = next(iter(command.variants.values())).settings.model_dump()
        assert {f"--{key}" for key in _leaves(dump)} <= listed

    def test_another_choice_shows_its_own_settings(self, capsys):
        text = self.help(capsys, "run", "grokking", "--optimizer.name", "adam")
        assert "Coefficient of the L2 penalty" in text

    @pytest.mark.parametrize("command", COMMANDS)
    def test_each_command(self, capsys, command):
        assert f"Usage: descent {command}" in self.help(capsys, command)

    def test_no_arguments_shows_the_commands(self, capsys):
        assert main([]) == 0
        text = capsys.readouterr().out
        for command in COMMANDS:
            assert f" {command} " in text

    def test_a_wrong_override_is_refused_here_too(self, capsys):
        assert main(["run", "grokking", "--optimizer.lr", "x", "--help"]) == 2
        assert "--optimizer.lr is" in capsys.readouterr().err


def _leaves(settings: dict, prefix: str = ""):
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


class TestSchema:
    @pytest.fixture
    def schema(self, capsys):
        assert main(["show", "grokking", "--schema"]) == 0
        return json.loads(capsys.readouterr().out)

    def test_every_reference_leads_somewhere(self, schema):
        references = {
            value for key, value in _pairs(schema) if key == "$ref" and isinstance(value, str)
        }
        assert references
        for reference in references:
            assert reference.removeprefix("#/$defs/") in schema["$defs"]

    def test_settings_may_leave_keys_out_but_not_add_any(self, schema):
        settings = schema["$defs"]["GrokkingSettings"]
        assert "required" not in settings
        assert settings["additionalProperties"] is False
        places = [schema, schema["$defs"]["PresetEntry"], schema["$defs"]["VariantEntry"]]
        for place in places:
            assert place["properties"]["settings"]["$ref"] == "#/$defs/GrokkingSettings"
        assert "required" not in schema["$defs"]["StopSettings"]

    def test_choices_and_bounds_are_there(self, schema):
        optimizer = schema["$defs"]["GrokkingSettings"]["properties"]["optimizer"]
        assert {"$ref": "#/$defs/AdamWSettings"} in optimizer["anyOf"]
        assert len(optimizer["anyOf"]) == len(get_args(get_args(OptimizerSettings)[0]))
        assert schema["$defs"]["AdamWSettings"]["properties"]["lr"]["exclusiveMinimum"] == 0
        assert "description" in schema["$defs"]["AdamWSettings"]["properties"]["lr"]


def _pairs(node):
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, value
            yield from _pairs(value)
    elif isinstance(node, list):
        for item in node:
            yield from _pairs(item)
