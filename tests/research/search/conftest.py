"""Studies in SQLite and on a PostgreSQL server: what is true of one is true of the other."""

import pytest

from research.search.storage import open_storage
from research.search.study import Study
from research.search.tables import STUDIES
from tests.studies import toy_plan


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def _database(request, tmp_path_factory):
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('storage')}/study.db"
    else:
        url = request.getfixturevalue("postgres").new_schema()
    storage = open_storage(url)
    yield storage
    storage.close()


@pytest.fixture
def warnings_of_storage():
    """What the storage has said."""
    return []


@pytest.fixture
def storage(_database, warnings_of_storage, monkeypatch):
    """A storage with nothing in it: opening one takes longer than most tests."""
    monkeypatch.setattr(_database, "give_up", lambda: False)
    monkeypatch.setattr(_database, "_on_wait", warnings_of_storage.append)
    yield _database
    monkeypatch.undo()
    _database.transaction(empty)


def empty(connection, again):
    for table in reversed(STUDIES.metadata.sorted_tables):
        if table.name != "version_info":
            connection.execute(table.delete())


@pytest.fixture
def study(storage):
    """A study of six random points."""
    return Study.create(storage, "toy", toy_plan())
