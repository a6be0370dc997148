"""Overrides come out of a command line wherever they stand."""

import pytest
from pydantic import Field

from experiments.command_line.arguments import Override, read_overrides, split
from experiments.grokking.settings import GrokkingSettings
from research.settings.base import Settings
from research.settings.errors import SettingsError

OPTIONS = {"--help": False, "--preset": True, "--check": False, "--out": True, "--seeds": True}


def overrides(*words: str) -> list[Override]:
    return split(words, OPTIONS).overrides


class TestSplit:
    @pytest.mark.parametrize(
        "words",
        [
            ("--optimizer.lr", "1e-3", "grokking", "--preset", "smoke", "--check"),
            ("grokking", "--optimizer.lr=1e-3", "--check", "--preset=smoke"),
            ("--check", "--preset", "smoke", "grokking", "--optimizer.lr", "1e-3"),
        ],
    )
    def test_any_order(self, words):
        parts = split(words, OPTIONS)
        assert parts.positional == ["grokking"]
        assert parts.overrides == [Override("optimizer.lr", "1e-3")]
        assert set(parts.declared) == {"--check", "--preset=smoke", "--", "grokking"}

    def test_values_that_look_like_options(self):
        assert overrides("--a.b", "-1") == [Override("a.b", "-1")]
        assert overrides("--a.b", "-1e-3") == [Override("a.b", "-1e-3")]
        assert overrides("--a.b=--x") == [Override("a.b", "--x")]
        assert overrides("--a.b=x=y") == [Override("a.b", "x=y")]

    def test_a_missing_value_is_noted_not_guessed(self):
        assert overrides("--a.b", "--check") == [Override("a.b", None)]
        assert overrides("--a.b") == [Override("a.b", None)]

    def test_nothing_is_abbreviated(self):
        assert overrides("--pre", "smoke") == [Override("pre", "smoke")]

    def test_after_two_dashes_all_is_positional(self):
        assert split(["--", "--check", "-x"], OPTIONS).positional == ["--check", "-x"]

    def test_help(self):
        assert split(["grokking", "--help"], OPTIONS).wants_help
        assert not split(["grokking"], OPTIONS).wants_help

    @pytest.mark.parametrize(
        ("words", "line"),
        [
            (["--preset"], "--preset needs a value"),
            (["--preset", "--check"], "--preset needs a value"),
            (["--preset="], "--preset needs a value"),
            (["--check=1"], '--check takes no value, found "1"'),
            (["--preset", "a", "--preset", "b"], "--preset is given twice"),
            (["--check", "--check"], "--check is given twice"),
            (["-x"], "unknown option -x: options begin with two dashes"),
            (["-h"], "unknown option -h; did you mean --help?"),
            (["-lr", "3"], "unknown option -lr"),
            (["-"], "unknown option -"),
        ],
    )
    def test_refused(self, words, line):
        with pytest.raises(SettingsError) as error:
            split(words, OPTIONS)
        assert str(error.value).startswith(line)


class TestValues:
    def read(self, *words: str) -> dict:
        return read_overrides(overrides(*words), GrokkingSettings, OPTIONS)

    def test_yaml_scalars_and_flow_values(self):
        words = ["--optimizer.lr", "1e-3", "--optimizer.betas", "[0.9, 0.95]", "--stop", "null"]
        words += ["--data.operation", "x*y", "--optimizer", "{name: adam}", "--batch_size=8"]
        assert self.read(*words) == {
            "optimizer.lr": 1e-3,
            "optimizer.betas": [0.9, 0.95],
            "stop": None,
            "data.operation": "x*y",
            "optimizer": {"name": "adam"},
            "batch_size": 8,
        }

    @pytest.mark.parametrize(
        ("words", "line"),
        [
            (["--optimizer.lr"], "--optimizer.lr needs a value: write --optimizer.lr VALUE"),
            (["--optimizer.lr="], "--optimizer.lr needs a value: write --optimizer.lr VALUE"),
            (["--optimizer.lr", "1", "--optimizer.lr", "2"], "--optimizer.lr is given twice"),
            (["--optimizer.lr", "1", "--optimizer.lr=1"], "--optimizer.lr is given twice"),
            (
                ["--optimizer.lrr", "1"],
                "unknown setting --optimizer.lrr; did you mean --optimizer.lr?",
            ),
            (
                ["--optimiser.lr", "1"],
                "unknown setting --optimiser.lr; did you mean --optimizer.lr?",
            ),
            (["--lr", "1"], "unknown setting --lr; did you mean --optimizer.lr?"),
            (
                ["--precision", "bf16-mixed"],
                "unknown setting --precision; did you mean --trainer.precision?",
            ),
            (
                ["--trainer.max_step", "1"],
                "unknown setting --trainer.max_step; did you mean --trainer.max_steps?",
            ),
            (
                ["--batch_sizes", "1"],
                "unknown option or setting --batch_sizes; did you mean --batch_size?",
            ),
            (["--pre", "smoke"], "unknown option or setting --pre; did you mean --preset?"),
            (["--chek"], "unknown option or setting --chek; did you mean --check?"),
            (["--seed", "1"], "unknown option or setting --seed; did you mean --seeds?"),
            (["--batch_size.x", "1"], "unknown setting --batch_size.x"),
            (["--.lr", "1"], "unknown setting --.lr"),
            (["--optimizer..lr", "1"], "unknown setting --optimizer..lr"),
            (["--optimizer.betas", "[1"], '--optimizer.betas is "[1": is not YAML 1.2'),
            (["--optimizer.lr", "!!python/object:x 1"], "--optimizer.lr is"),
            (["--optimizer.lr", "a: b"], "--optimizer.lr is"),
        ],
    )
    def test_refused(self, words, line):
        with pytest.raises(SettingsError) as error:
            self.read(*words)
        assert str(error.value).startswith(line)
        assert "\n" not in str(error.value)


class WithLists(Settings):
    numbers: tuple[float, ...] = Field(default=(1.0,), strict=False)
    words: list[str] | None = None
    pairs: list[list[int]] = Field(default_factory=list)
    text: str = ""
    pair: tuple[int, int] = (1, 2)
    text_or_list: str | list[str] = ""
    scalar: float = 0.0


class TestLists:
    @pytest.mark.parametrize(
        ("key", "text", "value"),
        [
            ("numbers", "0.1,0.2", [0.1, 0.2]),
            ("numbers", "-1, 1e-3", [-1, 1e-3]),
            ("numbers", "0.1,", [0.1]),
            ("numbers", "[0.1, 0.2]", [0.1, 0.2]),
            ("numbers", "0.1", [0.1]),
            ("numbers", "null", None),
            ("words", "adam", ["adam"]),
            ("words", "'a,b'", ["a,b"]),
            ("pairs", "1", [1]),
            ("pair", "1", 1),
            ("pair", "1,2", [1, 2]),
            ("text_or_list", "a", "a"),
            ("words", "adam,sgd", ["adam", "sgd"]),
            ("words", "null", None),
            ("words", "[null, a]", [None, "a"]),
            ("pairs", "1,2", [1, 2]),
            ("text", "a,b", "a,b"),
            ("text", "min(1, t/10)", "min(1, t/10)"),
            ("text_or_list", "a,b", "a,b"),
            ("scalar", "0,1", "0,1"),
        ],
    )
    def test_a_list_without_brackets_where_only_a_list_can_be_meant(self, key, text, value):
        words = overrides(f"--{key}", text)
        assert read_overrides(words, WithLists, OPTIONS) == {key: value}

    @pytest.mark.parametrize("text", ["0.1,,0.2", "0.1,0.2]", "1],[2", "0.1,{"])
    def test_what_is_no_list_is_one_line(self, text):
        with pytest.raises(SettingsError, match=r"^--numbers is .*\[a, b\]") as error:
            read_overrides(overrides("--numbers", text), WithLists, OPTIONS)
        assert "\n" not in str(error.value)

    def test_settings_of_a_choice_by_name(self):
        words = overrides("--optimizer.betas", "0.9,0.99")
        assert read_overrides(words, GrokkingSettings, OPTIONS) == {"optimizer.betas": [0.9, 0.99]}
