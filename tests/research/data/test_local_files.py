"""The data folder, and what is found in it."""

import pwd
from pathlib import Path

import pytest

from research.data.local_files import data_folder, find_files
from research.data.official_files import BATCHES, DOWNLOADS
from research.settings.errors import SettingsError


class TestDataFolder:
    @pytest.fixture(autouse=True)
    def no_folder_is_named(self, monkeypatch):
        for name in ("DESCENT_DATA", "XDG_CACHE_HOME"):
            monkeypatch.delenv(name, raising=False)

    def test_the_setting_wins_over_the_environment_over_the_cache(self, monkeypatch):
        assert data_folder(None) == Path.home() / ".cache" / "descent"
        monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
        assert data_folder(None) == Path("/cache/descent")
        monkeypatch.setenv("DESCENT_DATA", "/data")
        assert data_folder(None) == Path("/data")
        assert data_folder("/mine") == Path("/mine")

    def test_the_home_folder_may_be_abbreviated(self, monkeypatch):
        monkeypatch.setenv("DESCENT_DATA", "~/data")
        assert data_folder(None) == Path.home() / "data"
        assert data_folder("~/x") == Path.home() / "x"

    def test_a_user_who_is_not_known_is_refused(self, monkeypatch):
        with pytest.raises(SettingsError, match=r"^--data_folder is ~nobody-here/x, expected"):
            data_folder("~nobody-here/x")
        monkeypatch.setenv("DESCENT_DATA", "~nobody-here")
        with pytest.raises(SettingsError, match=r"^\$DESCENT_DATA is ~nobody-here, expected"):
            data_folder(None)


@pytest.mark.parametrize("name", DOWNLOADS)
def test_an_empty_folder_misses_what_is_downloaded(tmp_path, name):
    assert find_files(name, tmp_path) == ([], list(DOWNLOADS[name]))


def test_one_batch_means_that_the_others_are_missing_and_not_the_archive(tmp_path):
    path = tmp_path / "cifar-10-batches-bin" / "data_batch_2.bin.xz"
    path.parent.mkdir()
    path.touch()
    there, absent = find_files("cifar10", tmp_path)
    assert [(each.path, each.official) for each in there] == [(path, BATCHES[1])]
    assert absent == [*BATCHES[:1], *BATCHES[2:]]


def test_a_user_without_a_home_is_told_what_to_name(monkeypatch):
    def nobody(number):
        raise KeyError(number)

    for name in ("HOME", "XDG_CACHE_HOME", "DESCENT_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    with pytest.raises(SettingsError, match=r"^this user has no home folder, expected \$HOME, or"):
        data_folder(None)
