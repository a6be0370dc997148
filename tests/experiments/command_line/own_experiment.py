"""A user's own experiment folder for the tests: no torch in it."""

from pathlib import Path

SETTINGS = """\
from research.settings.base import Settings

from .words import DEFAULT


class MyOwnSettings(Settings):
    size: int = DEFAULT
    \"\"\"How large.\"\"\"
"""
CONFIG = """\
summary: my own
settings: {size: 4}
variants: {one: {label: One}}
presets: {quick: {runs: {one: [0]}}}
"""


def write_own_experiment(parent: Path, name: str = "my_own") -> Path:
    """Writes parent/name with its four files and one more that settings.py imports."""
    folder = parent / name
    folder.mkdir(parents=True)
    (folder / "settings.py").write_text(SETTINGS)
    (folder / "words.py").write_text("DEFAULT = 3\n")
    (folder / "module.py").write_text("class MyOwn:\n    pass\n")
    (folder / "evidence.py").write_text(
        "def verdicts(record):\n    return []\n\n\ndef figures(record):\n    return {}\n"
    )
    (folder / "my.yaml").write_text(CONFIG)
    return folder
