"""The texts that come as files: what is in each file, and which part of a text it is.

WikiText and the Penn Treebank are published as tokens with spaces between them, a sentence or a
paragraph a line, rare words as <unk>. Nothing here needs torch or numpy.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Literal

from research.data.local_files import LocalFile
from research.data.official_files import DOWNLOADS, OfficialFile
from research.data.text.passages import Corpus
from research.settings.text import WITH_TEST_PART, TextSettings

Part = Literal["train", "validation", "test"]

TRAIN_SHARE = 0.9
"""Of a text that its authors have not split, so much is trained on: its beginning."""

_PARTS: Mapping[str, Part] = {"train": "train", "valid": "validation", "test": "test"}


def wanted_files(settings: TextSettings) -> tuple[OfficialFile, ...]:
    """The official files of the two parts; that of a part that is not used need not be there."""
    files = DOWNLOADS[settings.name]
    if settings.name not in WITH_TEST_PART or len(files) == 1:
        return files
    return tuple(file for file in files if _part_of(file.name) in _used_parts(settings))


def read_parts(file: LocalFile, content: bytes) -> dict[Part, str]:
    """The text that a file holds, by part; one that holds all of an unsplit text is "train".

    Raises:
        SettingsError: it is truncated, or not UTF-8.
    """
    if not file.official.name.endswith(".zip"):
        return {_part_of(file.official.name): _decoded(file, content)}
    parts: dict[Part, str] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                if name.endswith(".tokens"):
                    parts[_part_of(PurePosixPath(name).name)] = _decoded(file, archive.read(name))
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise file.broken("is truncated or damaged") from error
    if absent := sorted(set(_PARTS.values()) - parts.keys()):
        raise file.broken(f"has no {absent[0]} part in it")
    return parts


def corpus_of(settings: TextSettings, parts: Mapping[Part, str]) -> Corpus:
    """The part that is trained on, and the one that is held out."""
    if settings.name not in WITH_TEST_PART:
        return split_lines(parts["train"])
    train, held_out = _used_parts(settings)
    return Corpus(lines_of(parts[train]), lines_of(parts[held_out]), "spaces")


def split_lines(text: str) -> Corpus:
    """The first 90 % of the characters to train on, up to the end of a line; the rest held out."""
    cut = text.find("\n", round(TRAIN_SHARE * len(text))) + 1 or len(text)
    return Corpus(lines_of(text[:cut]), lines_of(text[cut:]))


def lines_of(text: str) -> list[str]:
    """The lines of a text; empty ones too, since they are tokens (<eos>) of the published sets."""
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


def _used_parts(settings: TextSettings) -> tuple[Part, Part]:
    if settings.train_part == "validation":
        return "validation", "test"
    return "train", "validation"


def _part_of(name: str) -> Part:
    """The part that a file's name says: train.txt, ptb.valid.txt, wiki.test.tokens."""
    return next((part for word, part in _PARTS.items() if word in name), "train")


def _decoded(file: LocalFile, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise file.broken(f"is not UTF-8 at byte {error.start:,}") from error
