"""Finds experiments: those that ship with descent, and a user's own folder.

A shipped experiment is a folder of `experiments/` and a YAML file of `configs/`; a user's own is
any folder that holds settings.py, module.py, evidence.py and one YAML file. Names follow from the
folder's: `double_descent` has `DoubleDescentSettings` and `DoubleDescent`. A YAML file of its own,
such as best.yaml of a study, says in `experiment` which of them it is for.
"""

import hashlib
import importlib
import sys
import traceback
from dataclasses import dataclass, replace
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import PydanticUndefinedAnnotation, PydanticUserError

from research.records.plan import Plan
from research.settings.base import Settings
from research.settings.document import path_shown, read_document
from research.settings.errors import SettingsError, shown, unknown

_SHIPPED = Path(__file__).parent.parent
_CONFIGS = _SHIPPED.parent / "configs"
OF_OTHER_COMMANDS = ("network_landscape",)
"""Experiments without a YAML file: a command of their own, not `run`, makes their records."""
_YAML = (".yaml", ".yml")


@dataclass(frozen=True)
class Experiment:
    """One experiment.

    Attributes:
        name: the folder's name.
        folder: holds settings.py, module.py and evidence.py.
        config: its YAML file.
    """

    name: str
    folder: Path
    config: Path

    @property
    def own_folder(self) -> Path | None:
        """The folder of a user's own experiment; None for one that ships with descent."""
        return None if self.folder.parent == _SHIPPED else self.folder

    def settings_class(self) -> type[Settings]:
        """The typed settings.

        Raises:
            SettingsError: settings.py can't be imported, or has no such class.
        """
        found = self._attribute("settings", self._class_name + "Settings")
        if not (isinstance(found, type) and issubclass(found, Settings)):
            raise SettingsError(
                f"{path_shown(self.folder / 'settings.py')}: {self._class_name}Settings is "
                "no settings class, expected a subclass of research.settings.base.Settings"
            )
        if self.own_folder is not None:
            _refuse_what_cannot_be_settings(found, self.folder / "settings.py")
        return found

    def module_class(self) -> type[Any]:
        """The LightningModule; importing it imports torch.

        Raises:
            SettingsError: module.py can't be imported, or has no such class.
        """
        found = self._attribute("module", self._class_name)
        if not isinstance(found, type):
            file = path_shown(self.folder / "module.py")
            raise SettingsError(f"{file}: {self._class_name} is no class, expected a module")
        return found

    def evidence(self) -> ModuleType:
        """The module with `verdicts(record)` and `figures(record)`.

        Raises:
            SettingsError: evidence.py can't be imported, or lacks one of them.
        """
        for name in ("verdicts", "figures"):
            self._attribute("evidence", name)
        return self._import("evidence")

    @property
    def _class_name(self) -> str:
        words = self.name.replace("-", "_").split("_")
        return "".join(word[:1].upper() + word[1:] for word in words)

    def _attribute(self, room: str, name: str) -> object:
        module = self._import(room)
        if not hasattr(module, name):
            file = path_shown(self.folder / f"{room}.py")
            raise SettingsError(f"{file}: has no {name}, which {room}.py of {self.name} must have")
        return getattr(module, name)

    def _import(self, room: str) -> ModuleType:
        own = self.own_folder
        try:
            package = f"experiments.{self.name}" if own is None else _own_package(self.folder)
            return importlib.import_module(f"{package}.{room}")
        except SettingsError:
            raise
        except Exception as error:
            if own is None:
                raise
            raise SettingsError(_import_problem(error, self.folder / f"{room}.py")) from error


def all_experiments() -> list[Experiment]:
    """The experiments that ship with descent, by name."""
    folders = sorted(file.parent for file in _SHIPPED.glob("*/settings.py"))
    return [_shipped(each.name) for each in folders if each.name not in OF_OTHER_COMMANDS]


def _shipped(name: str) -> Experiment:
    return Experiment(name, _SHIPPED / name, _CONFIGS / f"{name}.yaml")


def experiment_of(plan: Plan) -> Experiment:
    """The experiment of a record, also of one that another command than `run` has made.

    Raises:
        SettingsError: it is not there any more.
    """
    if plan.folder is None and plan.experiment in OF_OTHER_COMMANDS:
        return _shipped(plan.experiment)
    return find(plan.folder or plan.experiment)


def find(name_or_path: str) -> Experiment:
    """The experiment of that name, in that folder, or that a YAML file is for.

    Raises:
        SettingsError: there is none.
    """
    if Path(name_or_path).suffix in _YAML and not Path(name_or_path).is_dir():
        return _of_file(Path(name_or_path))
    shipped = {experiment.name: experiment for experiment in all_experiments()}
    if name_or_path in shipped:
        return shipped[name_or_path]
    folder = Path(name_or_path)
    if not folder.is_dir():
        if "/" in name_or_path:
            raise SettingsError(f"{name_or_path}: there is no such folder, expected an experiment")
        raise unknown("experiment", name_or_path, list(shipped))
    return _own_experiment(folder.resolve())


def _of_file(file: Path) -> Experiment:
    """The experiment that a YAML file names, with this file in place of its own."""
    document = read_document(file)
    wanted = document.data.get("experiment")
    line = document.lines.get(("experiment",), 1)
    where = f"{document.name}:{line}: experiment"
    if wanted is None:
        raise SettingsError(
            f"{where} is missing, expected its name or folder: a file that is run by its path "
            "says which experiment its settings are for"
        )
    if not isinstance(wanted, str) or Path(wanted).suffix in _YAML:
        raise SettingsError(f"{where} is {shown(wanted)}, expected the name or folder of one")
    beside = file.parent / wanted
    ships = wanted in [each.name for each in all_experiments()]
    try:
        found = find(str(beside) if "/" in wanted or (beside.is_dir() and not ships) else wanted)
    except SettingsError as error:
        raise SettingsError(f"{where}: {error.problems[0]}") from error
    return replace(found, config=file)


def _own_experiment(folder: Path) -> Experiment:
    shown = path_shown(folder)
    missing = [n for n in ("settings.py", "module.py", "evidence.py") if not (folder / n).is_file()]
    if missing:
        raise SettingsError(f"{shown}: has no {missing[0]}, so it is no experiment")
    configs = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
    if len(configs) != 1:
        names = f" ({', '.join(config.name for config in configs)})" if configs else ""
        raise SettingsError(f"{shown}: has {len(configs)} YAML files{names}, expected exactly one")
    return Experiment(folder.name, folder, configs[0])


def _own_package(folder: Path) -> str:
    """Makes the folder importable as a package of its own, without a change of sys.path."""
    name = f"own_experiment_{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
    if name not in sys.modules:
        init = folder / "__init__.py"
        spec = ModuleSpec(name, None, origin=str(folder), is_package=True)
        if init.is_file():
            spec = spec_from_file_location(name, init) or spec
        spec.submodule_search_locations = [str(folder)]
        sys.modules[name] = module_from_spec(spec)
        if spec.loader is not None:
            spec.loader.exec_module(sys.modules[name])
    return name


def _refuse_what_cannot_be_settings(model: type[Settings], file: Path) -> None:
    """Asks a user's own class for its validator, which is built late, and may have no way to be."""
    try:
        model.model_rebuild()
    except (PydanticUserError, PydanticUndefinedAnnotation) as error:
        raise SettingsError(_import_problem(error, file)) from error


def _import_problem(error: Exception, file: Path) -> str:
    """Where in the user's own code an import failed, and why, on one line."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{path_shown(Path(error.filename))}:{error.lineno}: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(file.parent)]
    line = f":{own[-1].lineno}" if own else ""
    where = Path(own[-1].filename) if own else file
    words = " ".join(str(error).split())
    return f"{path_shown(where)}{line}: can't be imported: {type(error).__name__}: {words}"
