"""Reading YAML: what it holds, where it stands, and what is refused."""

import pytest

from research.settings import document
from research.settings.core_schema import value_of
from research.settings.document import (
    parse_document,
    parse_value,
    path_shown,
    read_document,
    read_first,
)
from research.settings.errors import SettingsError

TEXT = """\
# a comment
optimizer:
  name: adamw
  betas: [0.9,
          0.98]
variants:
  a: &a {lr: 1e-3, decay: no}
  b:
    <<: *a
    lr: 2
"""


def test_data_and_lines():
    document = parse_document(TEXT, "f.yaml")
    assert document.data == {
        "optimizer": {"name": "adamw", "betas": [0.9, 0.98]},
        "variants": {"a": {"lr": 1e-3, "decay": "no"}, "b": {"lr": 2, "decay": "no"}},
    }
    lines = document.lines
    assert lines["optimizer",] == 2
    assert lines["optimizer", "betas"] == 4
    assert lines["optimizer", "betas", 1] == 5
    assert lines["variants", "b"] == 8
    assert lines["variants", "b", "lr"] == 10
    assert lines["variants", "b", "decay"] == 7, "what an anchor brings has the anchor's line"


def test_folded_text_is_one_line():
    text = "a: >\n  one\n  two  # no comment\nb: >-\n  three\n\n  four\n# a comment\nc: 1\n"
    data = parse_document(text, "f").data
    assert data == {"a": "one two  # no comment\n", "b": "three\nfour", "c": 1}


def test_of_several_merged_groups_the_first_wins():
    text = "a: &a {x: 1, y: 1}\nb: &b {x: 2, z: 2}\nc: {<<: [*a, *b], y: 3}\n"
    assert parse_document(text, "f").data["c"] == {"x": 1, "y": 3, "z": 2}


REFUSED = [
    ("a: 1\nb: 2\na: 3\n", 3, "the key a stands here again, first on line 1"),
    ("a: {b: 1, b: 2}", 1, "the key b stands here again"),
    ("x: &x {a: 1}\ny: {<<: *x, <<: *x}", 2, "<< stands here again"),
    ("a:\n  !!python/object:os.system x", 2, "found the tag !!python/object:os.system"),
    ("a: !!python/object/apply:os.system [echo]", 1, "found the tag !!python/object/apply"),
    ("!!python/name:os.system a: 1", 1, "found the tag !!python/name:os.system on a key"),
    ("a: !mine 3", 1, "found the tag !mine"),
    ("a: !!binary aGk=", 1, "found the tag !!binary"),
    ("a: !!set {x}", 1, "found the tag !!set"),
    ("a: !!int x", 1, "'x' is no int"),
    ("a: 1\nb: [1\nc: 2", 3, "expected ',' or ']'"),
    ("a: *nothing", 1, "undefined alias"),
    ("a: 1\n---\nb: 2", 2, "another document"),
    ("a: b: c", 1, "mapping values are not allowed"),
    ("\ta: 1", 1, "cannot start any token"),
    ("? [1]\n: 2", 1, "found a list or mapping as a key"),
    ("a: &a [*a]", 1, "contains itself"),
    ("a: &a {<<: *a}", 1, "contains itself"),
    ("<<: 3", 1, "<< takes a mapping"),
]


@pytest.mark.parametrize(("text", "line", "problem"), REFUSED)
def test_refused_with_file_and_line(text, line, problem):
    with pytest.raises(SettingsError) as error:
        parse_document(text, "f.yaml")
    assert str(error.value).startswith(f"f.yaml:{line}: ")
    assert problem in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: " + "[" * 5000, "nested too deeply"),
        ("\n".join(" " * depth + "a:" for depth in range(1000)), "nested too deeply"),
        ("a: \x07", "not YAML 1.2"),
    ],
)
def test_refused_with_file(text, problem):
    with pytest.raises(SettingsError, match=problem):
        parse_document(text, "f.yaml")


def test_a_tree_of_aliases_that_explodes_is_refused_at_once(monkeypatch):
    """At the first value too many, not after all of nine to the ninth."""
    read = []
    monkeypatch.setattr(document, "value_of", lambda *scalar: read.append(value_of(*scalar)))
    lines = ["a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    for former, letter in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{letter}: &{letter} [{', '.join([f'*{former}'] * 9)}]")
    with pytest.raises(SettingsError, match="50,000"):
        parse_document("\n".join(lines), "f.yaml")
    assert 10_000 < len(read) <= document.LARGEST_TREE


def test_the_directive_of_yaml_1_1_does_not_bring_its_words_back():
    assert parse_document("%YAML 1.1\n---\na: no", "f").data == {"a": "no"}


class TestReading:
    def test_the_name_is_relative_inside_the_current_directory(self, tmp_path, monkeypatch):
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "f.yaml").write_text("a: 1")
        monkeypatch.chdir(tmp_path)
        assert read_document(tmp_path / "sub" / "f.yaml").name == "sub/f.yaml"
        monkeypatch.chdir(tmp_path / "sub")
        assert path_shown(tmp_path / "g.yaml") == str(tmp_path / "g.yaml")

    def test_missing(self, tmp_path):
        with pytest.raises(SettingsError, match=r"none\.yaml: can't be read: No such file"):
            read_document(tmp_path / "none.yaml")

    def test_folder(self, tmp_path):
        with pytest.raises(SettingsError, match="is a folder"):
            read_document(tmp_path)

    def test_wrong_encoding_names_the_line(self, tmp_path):
        path = tmp_path / "f.yaml"
        path.write_bytes("a: 1\nb: ü".encode("latin-1"))
        with pytest.raises(SettingsError, match=r"f\.yaml:2: is not UTF-8"):
            read_document(path)

    def test_a_byte_order_mark_is_no_key(self, tmp_path):
        path = tmp_path / "f.yaml"
        path.write_bytes(b"\xef\xbb\xbfa: 1")
        assert read_document(path).data == {"a": 1}

    def test_too_large(self, tmp_path):
        path = tmp_path / "f.yaml"
        path.write_bytes(b"#" * (2**20 + 1))
        with pytest.raises(SettingsError, match="larger than 1 MiB"):
            read_document(path)

    @pytest.mark.parametrize("text", ["", "# only a comment", "[1, 2]", "word"])
    def test_no_keys(self, tmp_path, text):
        path = tmp_path / "f.yaml"
        path.write_text(text)
        with pytest.raises(SettingsError, match=r"f\.yaml:1: found .*, expected keys and values"):
            read_document(path)


class TestValue:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("1e-3", 1e-3),
            ("-1", -1),
            ("no", "no"),
            ("null", None),
            ("x/y if y odd else x-y", "x/y if y odd else x-y"),
            ("'1'", "1"),
            ("[0.9, 0.98]", [0.9, 0.98]),
            ("{name: adam, lr: 1}", {"name": "adam", "lr": 1}),
        ],
    )
    def test_read(self, text, value):
        assert parse_value(text) == value

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "# x",
            "a: b",
            "- 1",
            "*y",
            "[1",
            "!!python/object:x y",
            "{a: 1, a: 2}",
            "%x",
            "[" * 999,
        ],
    )
    def test_refused_in_one_line(self, text):
        with pytest.raises(ValueError, match=r"^.+\Z"):
            parse_value(text)


class TestReadFirst:
    def test_what_follows_is_not_read(self, tmp_path):
        path = tmp_path / "f.yaml"
        path.write_text("# a comment\nsummary: 'one: two'  # why\nvariants: {a: 1, a: 2}\n")
        assert read_first(path, "summary") == "one: two"

    @pytest.mark.parametrize(
        "text", ["", "settings: {}\nsummary: late\n", "summary: [a]\n", "- summary\n", "summary: {"]
    )
    def test_another_beginning_is_refused(self, tmp_path, text):
        path = tmp_path / "f.yaml"
        path.write_text(text)
        with pytest.raises(SettingsError, match=r"f\.yaml: expected summary as the first key"):
            read_first(path, "summary")
