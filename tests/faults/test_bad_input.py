"""Bad commands and bad files: exit code 2 and one line: place, key, what was found and expected.

They are called in this process; `test_refused_at_once` has real ones.
"""

import pytest

from tests.experiments.command_line.own_experiment import CONFIG, write_own_experiment
from tests.faults.refusals import refused

COMMANDS = [
    ("unknown command", ["rnu"], ['"rnu"', "did you mean run?", "list, show, run"]),
    ("abbreviated command", ["res"], ["did you mean resume?"]),
    ("unknown option before the command", ["--verbose"], ["--verbose"]),
    ("no experiment", ["run"], ["run needs EXPERIMENT"]),
    ("unknown experiment", ["run", "groking"], ['"groking"', "did you mean grokking?"]),
    (
        "option swallowed the experiment",
        ["run", "--chek", "grokking"],
        ["--chek", "did you mean --check?"],
    ),
    ("missing folder", ["run", "./none/here"], ["./none/here", "no such folder"]),
    ("a folder that is no experiment", ["run", "full"], ["full: has no settings.py"]),
    (
        "settings for a command without",
        ["list", "--optimizer.lr", "1"],
        ["unknown option --optimizer.lr"],
    ),
    ("near-miss flag", ["show", "grokking", "--shema"], ["did you mean --schema?"]),
    ("no record", ["resume", "none"], ["none is no record"]),
    ("a folder that is no record", ["resume", "full"], ["full is no record"]),
    ("no records to report", ["report"], ["report needs RECORD..."]),
    ("no record to report", ["report", "none"], ["none is no record"]),
    ("no record to send", ["sync", "none"], ["none"]),
    ("two records to resume", ["resume", "a", "b"], ["takes no argument"]),
]


@pytest.mark.parametrize(
    ("words", "parts"), [case[1:] for case in COMMANDS], ids=[c[0] for c in COMMANDS]
)
def test_wrong_commands(here, capsys, words, parts):
    line = refused(capsys, *words)
    for part in parts:
        assert part in line


FILES = [
    (
        "duplicate key",
        "summary: again\n" + CONFIG,
        ["my_own/my.yaml:2:", "the key summary stands here again", "line 1"],
    ),
    (
        "duplicate nested key",
        CONFIG.replace("{size: 4}", "{size: 4, size: 5}"),
        ["my.yaml:2:", "the key size"],
    ),
    (
        "unknown key",
        CONFIG + "sumary: x\n",
        ["my.yaml:5:", "unknown setting sumary", "did you mean summary?"],
    ),
    (
        "unknown setting",
        CONFIG.replace("size: 4", "siz: 4"),
        ["my.yaml:2:", "siz", "did you mean size?"],
    ),
    (
        "wrong type",
        CONFIG.replace("size: 4", "size: large"),
        ["my.yaml:2: size", '"large"', "whole number"],
    ),
    ("missing key", CONFIG.replace("summary: my own\n", ""), ["my.yaml:1:", "summary is missing"]),
    (
        "python object",
        CONFIG.replace("my own", "!!python/object/apply:os.system [touch hacked]"),
        ["my.yaml:1:", "found the tag !!python/object/apply:os.system"],
    ),
    ("syntax", CONFIG + "a: [1\nb: 2\n", ["my.yaml:6:", "not YAML 1.2"]),
    ("empty", "", ["my.yaml:1:", "expected keys and values"]),
    (
        "unknown variant",
        CONFIG.replace("{one: [0]}", "{two: [0]}"),
        ["my.yaml:4:", "two", "expected one of one"],
    ),
]


@pytest.mark.parametrize(("text", "parts"), [case[1:] for case in FILES], ids=[c[0] for c in FILES])
def test_wrong_files(here, capsys, text, parts):
    folder = write_own_experiment(here)
    (folder / "my.yaml").write_text(text)
    line = refused(capsys, "run", "./my_own")
    for part in parts:
        assert part in line
    assert not (here / "hacked").exists()


def test_a_missing_file(here, capsys):
    folder = write_own_experiment(here)
    (folder / "my.yaml").unlink()
    assert "has 0 YAML files" in refused(capsys, "run", "my_own")
    (folder / "my.yaml").symlink_to(here / "nowhere")
    assert "my_own/my.yaml: can't be read: No such file" in refused(capsys, "run", "my_own")


def test_a_file_in_latin_1(here, capsys):
    folder = write_own_experiment(here)
    (folder / "my.yaml").write_bytes(CONFIG.replace("my own", "größe").encode("latin-1"))
    assert "my.yaml:1: is not UTF-8" in refused(capsys, "run", "my_own")


def test_control_characters_do_not_break_the_line(here, capsys):
    for words in (["a\nb\x1b[2Jc/\r\x85\u2028d"], ["grokking", "--optimizer.lr", "a\nb\x1b[2J"]):
        assert refused(capsys, "run", *words).rstrip("\n").isprintable()
