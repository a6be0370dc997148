"""The URL of a storage: what may be one, and how it is shown. Neither Optuna nor SQLAlchemy.

A password stands in it, so nothing but `shown_url` may reach a message, a log or a record.
"""

import re
from pathlib import Path
from urllib.parse import quote, unquote

from research.settings.errors import SettingsError

HIDDEN = "***"
"""What stands for a password."""
EXPECTED = "sqlite:///FILE or postgresql://USER@HOST/DATABASE"
_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")
_OF_USER = re.compile(r"^((?!sqlite:)(?:\w[\w+.-]*(?::?/+|:))?[^:@/?]*:)(?!/)(.*)(?=@)")
"""Also of what is no URL by a slash or a colon: the refusal shows it."""
_OF_OPTION = re.compile(r"(password=)([^&\s]*)")


def shown_url(url: str) -> str:
    """A storage's URL with `***` for its passwords, also those among its options."""
    for pattern in (_OF_USER, _OF_OPTION):
        url = pattern.sub(rf"\g<1>{HIDDEN}", url)
    return url.replace("+psycopg://", "://", 1)


def without_secrets(text: str, url: str) -> str:
    """A message of a database's driver, with `***` for what is secret in `url`."""
    for pattern in (_OF_USER, _OF_OPTION):
        for _, secret in pattern.findall(url):
            for written in {secret, unquote(secret), quote(unquote(secret), safe="")} - {""}:
                text = text.replace(written, HIDDEN)
    return text


def checked_url(url: str) -> str:
    """A storage's URL as it is used: the file of SQLite absolute, PostgreSQL through psycopg 3.

    Raises:
        SettingsError: it is no URL, of another database, or a database in memory, which the
            processes of a study could not share.
    """
    scheme, colon, rest = url.partition("://")
    if url.startswith(_SQLITE):
        return f"{_SQLITE}{_file_of(url)}"
    if scheme in _POSTGRESQL and colon:
        return f"postgresql+psycopg://{rest}"
    raise SettingsError(f"storage: found {shown_url(url)}, expected {EXPECTED}")


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite storage, absolute; None for a database on a server."""
    return _file_of(url) if url.startswith(_SQLITE) else None


def _file_of(url: str) -> Path:
    name = url.removeprefix(_SQLITE)
    if name in {"", ":memory:"} or "?" in name:
        raise SettingsError(f"storage: found {shown_url(url)}, expected {_SQLITE}FILE")
    return Path(name).absolute()
