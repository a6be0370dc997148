"""Finding experiments by name and by folder."""

import sys

import pytest

from experiments.command_line.catalog import all_experiments, find
from experiments.grokking.settings import GrokkingSettings
from research.settings.errors import SettingsError
from tests.experiments.command_line.own_experiment import SETTINGS, write_own_experiment


def test_shipped_experiments():
    experiments = all_experiments()
    assert "grokking" in [each.name for each in experiments]
    assert "command_line" not in [each.name for each in experiments]
    for each in experiments:
        assert each.config.is_file()
        assert each.own_folder is None
    assert find("grokking").settings_class() is GrokkingSettings


def test_unknown_name():
    with pytest.raises(SettingsError, match='unknown experiment "groking"; did you mean grok'):
        find("groking")


class TestOwnFolder:
    def test_found_by_path_and_imported_as_a_package(self, tmp_path, monkeypatch):
        folder = write_own_experiment(tmp_path)
        before = list(sys.path)
        experiment = find(str(folder))
        assert (experiment.name, experiment.own_folder) == ("my_own", folder)
        assert experiment.config == folder / "my.yaml"
        assert experiment.settings_class()().size == 3, "relative imports work"
        assert experiment.module_class().__name__ == "MyOwn"
        assert experiment.evidence().verdicts(None) == []
        assert sys.path == before
        monkeypatch.chdir(tmp_path)
        assert find("my_own").folder == folder

    def test_the_packages_own_init_runs(self, tmp_path):
        folder = write_own_experiment(tmp_path)
        (folder / "__init__.py").write_text("DEFAULT = 11\n")
        source = (folder / "settings.py").read_text().replace(".words", ".")
        (folder / "settings.py").write_text(source)
        assert find(str(folder)).settings_class()().size == 11

    def test_two_folders_of_one_name_stay_apart(self, tmp_path):
        first = write_own_experiment(tmp_path / "a")
        second = write_own_experiment(tmp_path / "b")
        (second / "words.py").write_text("DEFAULT = 5\n")
        assert find(str(first)).settings_class()().size == 3
        assert find(str(second)).settings_class()().size == 5

    def test_a_hyphen_separates_words_too(self, tmp_path):
        assert find(str(write_own_experiment(tmp_path, "my-own"))).settings_class()

    def test_the_shipped_name_wins_over_a_folder_here(self, tmp_path, monkeypatch):
        write_own_experiment(tmp_path, "grokking")
        monkeypatch.chdir(tmp_path)
        assert find("grokking").own_folder is None
        assert find("./grokking").own_folder == tmp_path / "grokking"

    @pytest.mark.parametrize("file", ["settings.py", "module.py", "evidence.py"])
    def test_a_missing_file(self, tmp_path, file):
        folder = write_own_experiment(tmp_path)
        (folder / file).unlink()
        with pytest.raises(SettingsError, match=f"my_own: has no {file}"):
            find(str(folder))

    def test_no_yaml_or_two(self, tmp_path):
        folder = write_own_experiment(tmp_path)
        (folder / "other.yaml").write_text("")
        with pytest.raises(SettingsError, match=r"2 YAML files \(my.yaml, other.yaml\), expected"):
            find(str(folder))
        (folder / "other.yaml").unlink()
        (folder / "my.yaml").unlink()
        with pytest.raises(SettingsError, match="has 0 YAML files, expected exactly one"):
            find(str(folder))

    def test_no_such_folder(self):
        with pytest.raises(SettingsError, match="no such folder"):
            find("./nowhere/at_all")

    @pytest.mark.parametrize(
        ("source", "line"),
        [
            ("x = (\n", r"settings\.py:1: '\(' was never closed"),
            ("\nimport nothing_of_this_name\n", r"settings\.py:2: .*No module named"),
            ("a = 1\n1 / 0\n", r"settings\.py:2: can't be imported: ZeroDivisionError"),
            ("a = 1\n", r"settings\.py: has no MyOwnSettings"),
            ("MyOwnSettings = 3\n", "MyOwnSettings is no settings class"),
            (SETTINGS.replace("int", "open"), r"settings\.py: can't be imported: Pydantic.*Error"),
            (SETTINGS.replace("int", "'Int'"), r"settings\.py: can't be imported: .*'Int'"),
        ],
    )
    def test_a_broken_settings_file(self, tmp_path, source, line):
        folder = write_own_experiment(tmp_path)
        (folder / "settings.py").write_text(source)
        with pytest.raises(SettingsError, match=line) as error:
            find(str(folder)).settings_class()
        assert "\n" not in str(error.value)

    def test_evidence_without_figures(self, tmp_path):
        folder = write_own_experiment(tmp_path)
        (folder / "evidence.py").write_text("def verdicts(record):\n    return []\n")
        with pytest.raises(SettingsError, match=r"evidence\.py: has no figures"):
            find(str(folder)).evidence()


class TestFile:
    """A YAML file of its own, such as best.yaml of a study."""

    def write(self, folder, *lines):
        folder.mkdir(exist_ok=True)
        (folder / "best.yaml").write_text("\n".join(("summary: mine", *lines)) + "\n")
        return str(folder / "best.yaml")

    def test_a_shipped_experiment_with_the_settings_of_the_file(self, tmp_path):
        file = self.write(tmp_path, "experiment: grokking")
        found = find(file)
        assert (found.name, found.own_folder) == ("grokking", None)
        assert found.config == tmp_path / "best.yaml"
        assert found.settings_class() is GrokkingSettings

    def test_own_experiments_are_seen_from_the_file(self, tmp_path, monkeypatch):
        own = write_own_experiment(tmp_path / "a")
        for words in ("../a/my_own", str(own)):
            assert find(self.write(tmp_path / "b", f"experiment: {words}")).own_folder == own
        beside = self.write(tmp_path / "a", "experiment: my_own")
        monkeypatch.chdir("/")
        assert find(beside).own_folder == own

    def test_the_shipped_name_wins_over_a_folder_beside_the_file(self, tmp_path):
        write_own_experiment(tmp_path, "grokking")
        assert find(self.write(tmp_path, "experiment: grokking")).own_folder is None

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("settings: {}", r"best\.yaml:1: experiment is missing, expected its name or folder"),
            ("experiment: 3", r"best\.yaml:2: experiment is 3, expected the name or folder"),
            ("experiment: best.yaml", r'best\.yaml:2: experiment is "best.yaml", expected'),
            ("experiment: groking", r"best\.yaml:2: experiment: unknown experiment.*mean grokking"),
            ("experiment: ./none", r"best\.yaml:2: experiment: .*there is no such folder"),
        ],
    )
    def test_no_experiment(self, tmp_path, line, said):
        with pytest.raises(SettingsError, match=said) as error:
            find(self.write(tmp_path, line))
        assert len(error.value.problems) == 1

    def test_no_such_file(self, tmp_path):
        with pytest.raises(SettingsError, match=r"none\.yaml: can't be read: No such file"):
            find(str(tmp_path / "none.yaml"))
