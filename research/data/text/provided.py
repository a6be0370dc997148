"""The texts that a command uses: files are downloaded, and tokens are made, before any run starts.

What provenance says of a text: its files and their checksums, or the checksum of the text with the
versions that it comes from; and the checksum of its vocabulary.
"""

from rich.console import Console

from research.data.download import download_missing
from research.data.local_files import data_folder
from research.data.official_files import DOWNLOADS
from research.data.text.files import wanted_files
from research.data.text.prepared import prepare_source
from research.data.text.sources import find_source
from research.settings.text import TextSettings

Entry = dict[str, str | bool]


def provide_text(
    settings: TextSettings, setting: str | None, *, console: Console | None = None
) -> list[Entry]:
    """Downloads what is missing, cuts the text into tokens, and says what it is.

    Args:
        settings: which text.
        setting: the data folder of the settings, see `data_folder`.
        console: where the progress of downloads is shown; None shows none.

    Returns:
        Entries of provenance.json.

    Raises:
        SettingsError: a file is missing and no mirror gave it, or as `prepare`.
    """
    if settings.name in DOWNLOADS:
        download_missing(
            settings.name,
            data_folder(setting),
            wanted=wanted_files(settings),
            allow_unofficial=settings.allow_unofficial,
            console=console,
        )
    source = find_source(settings, setting)
    prepared = prepare_source(settings, source)
    entries = [file.as_provenance() for file in source.files]
    if not entries:
        entries = [_entry(settings, source.title, prepared.text_sha256)]
        if source.versions:
            named = (f"{name} {version}" for name, version in source.versions.items())
            entries[0]["versions"] = ", ".join(named)
    title = f"{_vocabulary(settings)} of {source.title}"
    return [*entries, _entry(settings, title, prepared.vocabulary_sha256)]


def _entry(settings: TextSettings, what: str, sha256: str) -> Entry:
    """What has no official checksum."""
    return {
        "set": settings.name,
        "file": what,
        "sha256": sha256,
        "official_sha256": "",
        "official": False,
    }


def _vocabulary(settings: TextSettings) -> str:
    """What it is called on every machine: how many tokens it has depends on the text."""
    kind, size = settings.vocabulary.name, settings.vocabulary.size
    case = ", in lower case" if settings.lower_case else ""
    return f"{kind} vocabulary ({'all' if size is None else f'at most {size:,}'}{case})"
