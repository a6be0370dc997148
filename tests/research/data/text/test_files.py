"""Texts in the formats that they are published in: which part is which, and damaged files."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from research.data.local_files import LocalFile
from research.data.official_files import DOWNLOADS
from research.data.text.files import corpus_of, read_parts, split_lines, wanted_files
from research.data.text.vocabularies import WordVocabulary
from research.settings.errors import SettingsError
from research.settings.text import TextSettings

WIKI = " \n = Title = \n \n The <unk> of it . \n"


def local(name, number=0):
    file = DOWNLOADS[name][number]
    return LocalFile(name, Path("data"), Path("data") / file.path, file)


def archive(**parts):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("wikitext-103/", "")
        for part, text in parts.items():
            file.writestr(f"wikitext-103/wiki.{part}.tokens", text)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "train", "names"),
    [
        ("wikitext2", "train", ["train.txt", "valid.txt"]),
        ("wikitext2", "validation", ["valid.txt", "test.txt"]),
        ("penn_treebank", "train", ["ptb.train.txt", "ptb.valid.txt"]),
        ("penn_treebank", "validation", ["ptb.valid.txt", "ptb.test.txt"]),
        ("wikitext103", "validation", ["wikitext-103-v1.zip"]),
        ("tiny_shakespeare", "train", ["input.txt"]),
    ],
)
def test_only_the_parts_that_are_used_are_wanted(name, train, names):
    settings = TextSettings(name=name, train_part=train)
    assert [file.name for file in wanted_files(settings)] == names


def test_each_file_is_its_part():
    for number, part in enumerate(("train", "validation", "test")):
        for name in ("wikitext2", "penn_treebank"):
            assert read_parts(local(name, number), WIKI.encode()) == {part: WIKI}
    packed = archive(train="a", valid="b", test="c")
    assert read_parts(local("wikitext103"), packed) == {
        "train": "a",
        "validation": "b",
        "test": "c",
    }


def test_the_parts_that_are_trained_on_and_held_out():
    parts = {"train": "a b \n", "validation": "c\n", "test": WIKI}
    corpus = corpus_of(TextSettings(name="wikitext2"), parts)
    assert (corpus.train, corpus.validation, corpus.split) == (["a b "], ["c"], "spaces")
    corpus = corpus_of(TextSettings(name="penn_treebank", train_part="validation"), parts)
    assert corpus.train == ["c"]
    assert corpus.validation == [" ", " = Title = ", " ", " The <unk> of it . "]
    encoded = WordVocabulary.made_from(corpus.validation, "spaces", None).encode(corpus.validation)
    assert len(encoded) == len(WIKI.replace("\n", "<eos>").split())


def test_a_text_without_parts_is_cut_at_the_end_of_a_line():
    lines = [f"line {number}" for number in range(100, 200)]
    corpus = split_lines("\n".join(lines))
    assert [*corpus.train, *corpus.validation] == lines
    assert len(corpus.train) == 90  # each has 9 characters, and the last one no line break
    assert split_lines("one line").validation == []
    assert split_lines("a\n\nb\n\n").train == ["a", "", "b", ""]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("penn_treebank", b"a\nb \xff\n", "is not UTF-8 at byte 4"),
        ("wikitext103", archive(train="a", valid="b", test="c")[:-30], "is truncated or damaged"),
        ("wikitext103", archive(train="a", test="c"), "has no validation part in it"),
    ],
)
def test_damaged_files_are_one_line(name, content, problem):
    file = local(name)
    with pytest.raises(SettingsError, match=f"^{file.path} {problem}, expected the official"):
        read_parts(file, content)


@pytest.mark.parametrize(
    ("name", "number", "tokens"),
    [("wikitext2", 1, 217_646), ("wikitext2", 2, 245_569), ("penn_treebank", 0, 929_589)],
)
def test_the_real_ones_have_the_published_numbers_of_tokens(name, number, tokens):
    file = DOWNLOADS[name][number]
    path = Path(os.environ.get("DESCENT_DATA", "/nowhere")) / file.path
    if not path.exists():
        pytest.skip("DESCENT_DATA names no folder with the real file")
    [text] = read_parts(local(name, number), path.read_bytes()).values()
    assert len(text.replace("\n", " <eos> ").split()) == tokens
