"""Texts come from a real server on this machine, and provenance says what they are."""

import hashlib
import io
import platform

import pytest
from rich.console import Console

from research.data.official_files import DOWNLOADS, OfficialFile
from research.data.text.prepared import prepare
from research.data.text.provided import provide_text
from research.settings.errors import SettingsError
from research.settings.text import TextSettings, VocabularySettings
from tests.research.data.mirror import mirror

FILES = {
    "wikitext-2/train.txt": b" = A = \n a b \n",
    "wikitext-2/valid.txt": b" a a b \n",
    "wikitext-2/test.txt": b" c \n",
}
WORDS = VocabularySettings(size=None)
ON_VALIDATION = TextSettings(name="wikitext2", train_part="validation", vocabulary=WORDS, context=2)


@pytest.fixture
def server(cache, monkeypatch):
    small = (
        OfficialFile(path, len(data), hashlib.sha256(data).hexdigest())
        for path, data in FILES.items()
    )
    monkeypatch.setitem(DOWNLOADS, "wikitext2", tuple(small))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with mirror(FILES) as running:
        monkeypatch.setenv("DESCENT_MIRROR", running.base("good"))
        yield running


def test_only_what_is_used_comes_and_not_twice(server, tmp_path):
    shown = Console(file=io.StringIO(), width=200)
    entries = provide_text(ON_VALIDATION, str(tmp_path / "data"), console=shown)
    assert server.asked == ["good wikitext-2/valid.txt", "good wikitext-2/test.txt"]
    assert "valid.txt: checksum met" in shown.file.getvalue()
    found = prepare(ON_VALIDATION, str(tmp_path / "data"))
    assert found.tokens == ("<unk>", "<eos>", "a", "b")
    assert {name: list(part) for name, part in found.parts.items()} == {
        "train": [2, 2, 3, 1],
        "validation": [0, 1],
    }
    assert [entry["official"] for entry in entries] == [True, True, False]
    for entry, path in zip(entries, list(FILES)[1:], strict=False):
        assert entry["file"] == str(tmp_path / "data" / path)
        assert entry["sha256"] == hashlib.sha256(FILES[path]).hexdigest()
    assert entries[2] == {
        "set": "wikitext2",
        "file": "word vocabulary (all) of wikitext2, trained on its validation part",
        "sha256": found.vocabulary_sha256,
        "official_sha256": "",
        "official": False,
    }
    provide_text(TextSettings(name="wikitext2", context=2), str(tmp_path / "data"))
    assert server.asked[2:] == ["good wikitext-2/train.txt"]


def test_another_file_is_used_only_if_it_is_asked_for(server, tmp_path):
    path = tmp_path / "wikitext-2" / "valid.txt"
    path.parent.mkdir()
    path.write_bytes(b"mine\n")
    with pytest.raises(SettingsError, match=rf"^{path} \(5 bytes\) has SHA-256 .*allow_unofficial"):
        provide_text(ON_VALIDATION, str(tmp_path))
    assert server.asked == []
    mine = ON_VALIDATION.model_copy(update={"allow_unofficial": True})
    entries = provide_text(mine, str(tmp_path))
    assert [entry["official"] for entry in entries] == [False, True, False]
    assert prepare(mine, str(tmp_path)).tokens[2:] == ("mine",)
    path.write_bytes(b"\xff\n")
    with pytest.raises(SettingsError, match="is not UTF-8 at byte 0"):
        provide_text(mine, str(tmp_path))
    with pytest.raises(SettingsError) as error:
        provide_text(ON_VALIDATION, str(tmp_path))
    assert "allow_unofficial" not in str(error.value), "it would not help"


def test_what_is_missing_is_one_line(cache, tmp_path):
    with pytest.raises(SettingsError) as error:
        provide_text(TextSettings(name="penn_treebank"), str(tmp_path / "data"))
    said = str(error.value)
    assert "penn-treebank/ptb.train.txt is not there, expected the official ptb.train.txt" in said
    assert said.endswith("packages need no files: --data.name python_docs")
    assert "\n" not in said
    assert not (tmp_path / "data").exists()


def test_texts_without_official_files(cache, folder):
    own = TextSettings(name="folder", folder=str(folder), vocabulary=WORDS, context=2)
    text, vocabulary = provide_text(own, None)
    assert text["file"] == f"text files in {folder}"
    assert text["sha256"] == prepare(own, None).text_sha256
    (folder / "a.txt").write_text("the cat and the dog\nthe end\n")
    again, other = provide_text(own, None)
    assert again["sha256"] != text["sha256"]
    assert other["sha256"] != vocabulary["sha256"]
    docs = TextSettings(sources=("topics",), lower_case=True)
    text, vocabulary = provide_text(docs, None)
    assert text["versions"] == f"python {platform.python_version()}"
    assert vocabulary["file"] == (
        "word vocabulary (at most 4,000, in lower case) of python_docs of topics"
    )
