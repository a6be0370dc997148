import pytest

from research.search.storage_url import checked_url, shown_url, sqlite_file, without_secrets
from research.settings.errors import SettingsError


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:secret@host:5432/studies", "postgresql://me:***@host:5432/studies"),
        ("postgresql+psycopg://me:se%40cret@host/db", "postgresql://me:***@host/db"),
        ("postgresql://me:sec@re:t/@host/db", "postgresql://me:***@host/db"),
        (
            "postgresql://host/db?user=me&password=secret&sslmode=require",
            "postgresql://host/db?user=me&password=***&sslmode=require",
        ),
        ("postgresql://me@host/db", "postgresql://me@host/db"),
        ("mysql://me:secret@host/db", "mysql://me:***@host/db"),
        ("sqlite:////data/a:b@c/study.db", "sqlite:////data/a:b@c/study.db"),
        ("postgresql:/me:secret@host/db", "postgresql:/me:***@host/db"),
        ("postgresql//me:secret@host/db", "postgresql//me:***@host/db"),
        ("postgresql:///me:secret@host/db", "postgresql:///me:***@host/db"),
        ("postgres:me:sec:ret@host/db", "postgres:me:***@host/db"),
        ("me:secret@host/db", "me:***@host/db"),
        ("postgresql+psycopg2://me@host/db", "postgresql+psycopg2://me@host/db"),
    ],
)
def test_what_is_shown_has_no_password(url, shown):
    assert shown_url(url) == shown


def test_a_password_is_taken_out_of_messages_as_it_is_and_as_it_is_quoted():
    url = "postgresql://me:se%40cret@host/db?sslpassword=other"
    said = without_secrets("no se@cret, se%40cret or other here", url)
    assert said == "no ***, *** or *** here"


def test_a_url_is_made_for_the_driver_and_for_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert checked_url("postgres://me@host/db") == "postgresql+psycopg://me@host/db"
    assert checked_url("sqlite:///study.db") == f"sqlite:///{tmp_path}/study.db"
    assert sqlite_file("sqlite:///study.db") == tmp_path / "study.db"
    assert sqlite_file("postgresql+psycopg://me@host/db") is None


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("study.db", "found study.db, expected sqlite:///FILE or postgresql"),
        ("mysql://me:secret@host/db", "found mysql://me:***@host/db, expected"),
        ("postgresql:/me:secret@host/db", "found postgresql:/me:***@host/db, expected"),
        ("postgresql:host", "found postgresql:host, expected"),
        ("sqlite://", "found sqlite://, expected"),
        ("sqlite:///:memory:", "found sqlite:///:memory:, expected sqlite:///FILE"),
    ],
)
def test_what_is_no_storage_is_refused_in_one_line(url, found):
    with pytest.raises(SettingsError) as refused:
        checked_url(url)
    (problem,) = refused.value.problems
    assert found in problem and "secret" not in problem
