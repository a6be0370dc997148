"""Text of one's own: every text file in a folder and below it, ordered by path.

The last tenth of the files is held out, so that no document is in both parts.
"""

from pathlib import Path

from research.data.local_files import expanded
from research.data.text.files import lines_of
from research.data.text.passages import Corpus
from research.settings.errors import SettingsError

SUFFIXES = (".markdown", ".md", ".rst", ".tex", ".text", ".txt")
"""What the names of text files end in."""


def read_folder(folder: str) -> Corpus:
    """The lines of all text files of a folder.

    Raises:
        SettingsError: it is no folder, has fewer than two text files, or one can't be read.
    """
    where = expanded(folder, "data.folder")
    if not where.is_dir():
        raise SettingsError(f"data.folder is {folder}, which is not there, expected a folder")
    documents = [_read(path) for path in text_files(where)]
    if len(documents) < 2:
        endings = ", ".join(SUFFIXES)
        raise SettingsError(
            f"data.folder is {folder}, which has {len(documents)} of the two or more text files"
            f" expected, one of them to hold out ({endings})"
        )
    held_out = max(1, len(documents) // 10)
    train, validation = documents[:-held_out], documents[-held_out:]
    return Corpus(
        train=[line for text in train for line in lines_of(text)],
        validation=[line for text in validation for line in lines_of(text)],
    )


def text_files(folder: Path) -> list[Path]:
    """The text files in a folder and below it, ordered by their paths; hidden ones are left out."""
    found = [path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES]
    relative = {path: path.relative_to(folder) for path in found if path.is_file()}
    shown = [
        path for path, below in relative.items() if not any(_hidden(part) for part in below.parts)
    ]
    return sorted(shown, key=lambda path: relative[path].as_posix())


def _hidden(name: str) -> bool:
    return name.startswith(".")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        problem = f"is not UTF-8 at byte {error.start:,}"
    except OSError as error:
        problem = f"can't be read ({(error.strerror or str(error)).lower()})"
    raise SettingsError(f"{path} {problem}, expected text; move it out of data.folder")
