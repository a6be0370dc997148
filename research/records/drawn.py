"""Which files of a record's figures/ were drawn by us: only those are shown, sent, or removed.

A lecturer keeps pictures of their own beside ours. So the names of what was drawn are written down,
in drawn.json beside figures/; a record from before there was a list has none, and nothing of it is
removed.
"""

import json
from collections.abc import Set
from pathlib import Path
from typing import Protocol

from research.records.atomic import write_atomically
from research.records.errors import RecordError

FILE = "drawn.json"


class HasFigures(Protocol):
    """What figures are drawn for: a record, or a study."""

    @property
    def folder(self) -> Path:
        """All of it."""

    @property
    def figures(self) -> Path:
        """The folder of its figures."""


def drawn_files(record: HasFigures, ending: str) -> list[Path]:
    """Figures of one kind, such as "png", by name; without a list, all that lie in figures/.

    Raises:
        RecordError: the list is damaged.
    """
    names = read_drawn(record)
    paths = sorted(record.figures.glob(f"*.{ending}"))
    return [path for path in paths if names is None or path.name in names]


def replace_drawn(record: HasFigures, names: Set[str]) -> None:
    """Removes what an earlier drawing made and this one did not, and notes what this one made.

    Args:
        record: a record, or a study.
        names: names of the files in figures/ that were drawn just now.

    Raises:
        OSError: something can't be removed or written.
        RecordError: the list is damaged.
    """
    for name in (read_drawn(record) or frozenset()) - names:
        (record.figures / name).unlink(missing_ok=True)
    data = json.dumps(sorted(names), indent=2, ensure_ascii=False)
    write_atomically(record.folder / FILE, data.encode() + b"\n")


def read_drawn(record: HasFigures) -> frozenset[str] | None:
    """Names of the files that the last drawing made; None if nobody noted them.

    Raises:
        RecordError: the list is damaged, or names a file that is not in figures/.
    """
    path = record.folder / FILE
    try:
        names = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise RecordError(f"{path}: found no JSON ({error}); delete it and use --redraw") from error
    if not isinstance(names, list) or not all(_is_plain(name) for name in names):
        raise RecordError(f"{path}: expected names of files in figures/; delete it, use --redraw")
    return frozenset(names)


def _is_plain(name: object) -> bool:
    """Whether it names a file that can only lie in figures/ itself."""
    return isinstance(name, str) and name not in {"", ".", ".."} and Path(name).name == name
