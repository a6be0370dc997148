"""A text in numbers, kept on disk: cut into tokens once, and the same for every run after.

The file is named by a hash of everything that its content depends on: the text, the settings, and
the code that makes it. It is written whole or not at all, begins with its own checksum, and is
never changed; whoever deletes it has it made again.
"""

import hashlib
import json
import os
from array import array
from dataclasses import dataclass
from pathlib import Path

from research.settings.errors import SettingsError

_SUM = 64
"""Characters of a SHA-256."""


@dataclass(frozen=True)
class Prepared:
    """A text in numbers.

    Attributes:
        tokens: what each number stands for: [classes].
        parts: "train" and "validation", 32 bits a token.
        text_sha256: checksum of the text, before capital letters are changed.
        vocabulary_sha256: checksum of the tokens, and of the merges of byte pairs.
    """

    tokens: tuple[str, ...]
    parts: "dict[str, array[int]]"
    text_sha256: str
    vocabulary_sha256: str


def freeze(prepared: Prepared, path: Path, rules: str = "") -> None:
    """Writes a text to disk, with the rules that its vocabulary was made by.

    Args:
        prepared: the text.
        path: the file; its folder exists, and nobody else writes to it.
        rules: see `Vocabulary.rules`; kept beside the tokens, and not read here.

    Raises:
        OSError: it can't be written; nothing is left.
    """
    header = {
        "tokens": prepared.tokens,
        "rules": rules,
        "lengths": {name: len(part) for name, part in prepared.parts.items()},
        "text_sha256": prepared.text_sha256,
        "vocabulary_sha256": prepared.vocabulary_sha256,
    }
    content = json.dumps(header).encode() + b"\n"
    content += b"".join(part.tobytes() for part in prepared.parts.values())
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("wb") as file:
            file.write(hashlib.sha256(content).hexdigest().encode())
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def thaw(path: Path) -> Prepared:
    """Reads what `freeze` has written.

    Raises:
        SettingsError: it can't be read, or is not what was written.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _broken(path, f"can't be read ({(error.strerror or str(error)).lower()})") from error
    said, content = content[:_SUM].decode("ascii", "replace"), content[_SUM:]
    if hashlib.sha256(content).hexdigest() != said:
        raise _broken(path, "is truncated or damaged")
    line, _, numbers = content.partition(b"\n")
    header = json.loads(line)
    parts, start = {}, 0
    for name, length in header["lengths"].items():
        parts[name] = part = array("i")
        end = start + length * part.itemsize
        part.frombytes(numbers[start:end])
        start = end
    tokens = tuple(header["tokens"])
    return Prepared(tokens, parts, header["text_sha256"], header["vocabulary_sha256"])


def _broken(path: Path, problem: str) -> SettingsError:
    expected = "a text in numbers as it was written; delete the file to have it made again"
    return SettingsError(f"{path} {problem}, expected {expected}")
