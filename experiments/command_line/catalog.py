"""Finds experiments: those that ship with descent, and a user's own folder.

A shipped experiment is a folder of `experiments/` and a YAML file of `configs/`; a user's own is
any folder that holds settings.py, module.py, evidence.py and one YAML file. Names follow from the
folder's: `double_descent` has `DoubleDescentSettings` and `DoubleDescent`.
"""

import hashlib
import importlib
import sys
import traceback
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from research.records.plan import Plan
from research.settings.base import Settings
from research.settings.document import path_shown
from research.settings.errors import SettingsError, unknown

_SHIPPED = Path(__file__).parent.parent
_CONFIGS = _SHIPPED.parent / "configs"
OF_OTHER_COMMANDS = ("network_landscape",)
"""Experiments without a YAML file: a command of their own, not `run`, makes their records."""


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
    """The experiment of that name, or in that folder.

    Raises:
        SettingsError: there is none.
    """
    shipped = {experiment.name: experiment for experiment in all_experiments()}
    if name_or_path in shipped:
        return shipped[name_or_path]
    folder = Path(name_or_path)
    if not folder.is_dir():
        if "/" in name_or_path:
            raise SettingsError(f"{name_or_path}: there is no such folder, expected an experiment")
        raise unknown("experiment", name_or_path, list(shipped))
    return _own_experiment(folder.resolve())


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


def _import_problem(error: Exception, file: Path) -> str:
    """Where in the user's own code an import failed, and why, on one line."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{path_shown(Path(error.filename))}:{error.lineno}: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(file.parent)]
    line = f":{own[-1].lineno}" if own else ""
    where = Path(own[-1].filename) if own else file
    return f"{path_shown(where)}{line}: can't be imported: {type(error).__name__}: {error}"
