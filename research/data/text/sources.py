"""Where the text of some settings comes from, and what it depends on, before it is read.

What it depends on is cheap to find out, so that a text that was cut into tokens before is not read
again; how it is read is a function that may never be called.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from research.data.checked_files import CheckedFile, read_files
from research.data.local_files import data_folder
from research.data.text.files import Part, corpus_of, read_parts, wanted_files
from research.data.text.folder import read_folder
from research.data.text.passages import Corpus
from research.data.text.python_docs import fingerprint, python_docs, python_docs_versions
from research.settings.text import TextSettings


@dataclass(frozen=True)
class Source:
    """A text that may be read.

    Attributes:
        title: what it is called in errors and provenance.
        identity: changes whenever the text does.
        read: reads it.
        files: the official files that it comes from, if it does.
        versions: of what it comes with, by name.
    """

    title: str
    identity: str
    read: Callable[[], Corpus]
    files: tuple[CheckedFile, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)


def find_source(settings: TextSettings, setting: str | None) -> Source:
    """The source of a text.

    Args:
        settings: which text.
        setting: the data folder of the settings, see `data_folder`.

    Raises:
        SettingsError: a file is missing, damaged or not the official one, a folder has no text, or
            a package is not installed.
    """
    if settings.name == "python_docs":
        names = settings.sources
        return Source(
            title=f"python_docs of {', '.join(names)}",
            identity=fingerprint(names),
            read=lambda: python_docs(names),
            versions=python_docs_versions(names),
        )
    if settings.name == "folder":
        corpus = read_folder(settings.folder or "")
        return Source(f"text files in {settings.folder}", corpus.sha256(), lambda: corpus)
    return _from_files(settings, setting)


def _from_files(settings: TextSettings, setting: str | None) -> Source:
    read = read_files(
        settings.name,
        data_folder(setting),
        allow_unofficial=settings.allow_unofficial,
        wanted=wanted_files(settings),
    )

    def corpus() -> Corpus:
        parts: dict[Part, str] = {}
        for checked, content in read:
            parts |= read_parts(checked.file, content)
        return corpus_of(settings, parts)

    files = tuple(checked for checked, _ in read)
    sums = " ".join(f"{each.file.official.name} {each.sha256}" for each in files)
    trained_on = (
        "" if settings.train_part == "train" else f", trained on its {settings.train_part} part"
    )
    return Source(f"{settings.name}{trained_on}", sums, corpus, files)
