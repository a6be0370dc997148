"""Tokens are made once, kept whole, and made anew when anything that they depend on changes."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from research.data.text import prepared as module
from research.data.text.frozen import thaw
from research.data.text.prepared import make, prepare
from research.data.text.sources import find_source
from research.settings.errors import SettingsError
from research.settings.text import TextSettings, VocabularySettings

ROOT = Path(__file__).parents[4]
KINDS = {"word": None, "character": None, "bpe": 260}


def settings(folder, vocabulary="word", **changes):
    kind = VocabularySettings(name=vocabulary, size=KINDS[vocabulary])
    return TextSettings(name="folder", folder=str(folder), vocabulary=kind, context=2, **changes)


def test_words(folder, cache):
    found = prepare(settings(folder), None)
    assert found.tokens == ("<unk>", "<eos>", "the", "End", "and", "cat", "dog")
    assert list(found.parts["train"]) == [2, 5, 4, 2, 6, 1, 2, 3, 1]
    assert list(found.parts["validation"]) == [2, 0, 4, 1]
    lower = prepare(settings(folder, lower_case=True), None)
    assert lower.tokens == ("<unk>", "<eos>", "the", "and", "cat", "dog", "end")
    assert lower.text_sha256 == found.text_sha256
    assert lower.vocabulary_sha256 != found.vocabulary_sha256


@pytest.mark.parametrize("vocabulary", KINDS)
def test_what_was_kept_is_what_was_made(folder, cache, monkeypatch, vocabulary):
    wanted = settings(folder, vocabulary)
    corpus = find_source(wanted, None).read()
    expected, _ = make(wanted, corpus)
    assert prepare(wanted, None) == expected
    [path] = cache.iterdir()
    before = path.read_bytes()
    monkeypatch.setattr(module, "make", None)  # not asked again, and nobody waits for others
    monkeypatch.setattr(module, "alone_in", None)
    assert prepare(wanted.model_copy(update={"context": 3, "train_tokens": 5}), None) == expected
    assert thaw(path) == expected
    assert path.read_bytes() == before


def test_each_setting_the_text_and_the_code_have_tokens_of_their_own(folder, cache, monkeypatch):
    prepare(settings(folder), None)
    prepare(settings(folder, "character"), None)
    prepare(settings(folder, lower_case=True), None)
    assert len(list(cache.iterdir())) == 3
    (folder / "a.txt").write_text("other words\n")
    assert "other" in prepare(settings(folder), None).tokens
    assert len(list(cache.iterdir())) == 4
    monkeypatch.setattr(module, "_code", lambda: "newer")
    prepare(settings(folder), None)
    assert len(list(cache.iterdir())) == 5


@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "unreadable"])
def test_damage_is_one_line_that_says_what_to_do(folder, cache, harm):
    prepare(settings(folder), None)
    [path] = cache.iterdir()
    data = path.read_bytes()
    if harm == "unreadable":
        path.unlink()
        path.mkdir()
    else:
        middle = len(data) // 2
        flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        path.write_bytes({"cut": data[:-1], "flip": flipped, "empty": b""}[harm])
    problem = "can't be read" if harm == "unreadable" else "is truncated or damaged"
    with pytest.raises(SettingsError, match=rf"^{path} {problem}.* delete the file to have it"):
        prepare(settings(folder), None)


def test_a_cache_folder_that_can_not_be_written_is_one_line(folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(SettingsError, match=r"file/descent/text can't be written \(.*\$XDG_CACHE"):
        prepare(settings(folder), None)


def test_a_disk_that_fills_up_leaves_nothing(folder, cache, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsError, match=r"can't be written \(no space left on device\)"):
        prepare(settings(folder), None)
    assert not cache.exists() or list(cache.iterdir()) == []


PREPARE = """
import sys
from research.data.text.prepared import prepare
from research.settings.text import TextSettings, VocabularySettings
bpe = VocabularySettings(name="bpe", size=270)
found = prepare(TextSettings(name="folder", folder=sys.argv[1], vocabulary=bpe), None)
assert "torch" not in sys.modules and "numpy" not in sys.modules
print(found.vocabulary_sha256, found.text_sha256, len(found.parts["train"]))
"""


def test_two_processes_side_by_side_make_the_same_without_torch(folder, cache):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PREPARE, str(folder)]
    both = [
        subprocess.Popen(command, env={**environment, **threads}, stdout=subprocess.PIPE, text=True)
        for threads in ({"RAYON_NUM_THREADS": "1"}, {"PYTHONHASHSEED": "7"})
    ]
    said = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    bpe = VocabularySettings(name="bpe", size=270)
    own, _ = make(
        settings(folder).model_copy(update={"vocabulary": bpe}),
        find_source(settings(folder), None).read(),
    )
    expected = f"{own.vocabulary_sha256} {own.text_sha256} {len(own.parts['train'])}\n"
    assert said == [expected, expected]
    assert [path.suffix for path in cache.iterdir()] == [".tokens"]


def test_the_sum_of_a_corpus_is_that_of_its_passages_and_parts(folder):
    corpus = find_source(settings(folder), None).read()
    others = [
        replace(corpus, train=["".join(corpus.train)]),
        replace(corpus, train=[*corpus.train, *corpus.validation], validation=[]),
        replace(corpus, train=corpus.train[::-1]),
    ]
    assert len({each.sha256() for each in (corpus, *others)}) == 4
