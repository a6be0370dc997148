"""Who may import whom: data flows one way, and settings and evidence never wait for torch.

The imports are read from the syntax trees, those inside functions and `if TYPE_CHECKING` too.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("research", "callbacks", "experiments", "scripts")
TORCH = ("torch", "pytorch_lightning", "lightning")

_LIBRARY = ("research.settings", "research.seeds", "research.frequency_groups")
_BUILDING = ("research.data", "research.models", "research.problems", "research.optim")
_MEANING = ("research.task", "research.surface", "research.landscape")
_KEEPING = ("research.records", "research.evidence")

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "research.settings": (),
    "research.seeds": (),
    "research.frequency_groups": (),
    **dict.fromkeys(_BUILDING, _LIBRARY),
    "research.task": (*_BUILDING, *_LIBRARY),
    "research.surface": (),
    "research.landscape": ("research.task", "research.surface", *_BUILDING, *_LIBRARY),
    "research.reweighting": ("research.task", "research.settings"),
    "research.image_task": ("research.task", "research.reweighting", *_BUILDING, *_LIBRARY),
    "research.text_task": ("research.task", "research.reweighting", *_BUILDING, *_LIBRARY),
    "research.records": ("research.settings",),
    "research.evidence": (
        "research.records",
        "research.settings",
        "research.surface",
        "research.frequency_groups",
    ),
    "research.training": (*_LIBRARY, *_BUILDING, *_MEANING, *_KEEPING),
    "research.search": (*_LIBRARY, *_BUILDING, *_MEANING, *_KEEPING, "research.training"),
    "callbacks": ("research",),
    "experiments": ("research", "callbacks"),
    "scripts": ("research", "callbacks", "experiments"),
}
"""The table of the design: a part may import itself and these."""

WITHOUT_TORCH = (
    "research.settings",
    "research.seeds",
    "research.surface",
    "research.frequency_groups",
    "research.evidence",
)


def files() -> list[Path]:
    return sorted(path for folder in OURS for path in (ROOT / folder).rglob("*.py"))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(source: str, module: str) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that a module's source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = module.split(".")[: -node.level]
                base = ".".join([*parents, base]) if base else ".".join(parents)
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}"


def inside(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


def part_of(module: str) -> str | None:
    return next((part for part in MAY_IMPORT if inside(module, part)), None)


def forbidden(source: str, module: str) -> list[str]:
    """The imports of a module that the table does not allow, one line each."""
    part = part_of(module)
    if part is None:
        return [] if module in {"research"} else [f"{module} is in no part of the table"]
    allowed = (part, *MAY_IMPORT[part])
    problems = []
    for line, name in imported(source, module):
        ours = name not in OURS and any(inside(name, folder) for folder in OURS)
        if ours and not any(inside(name, each) for each in allowed):
            problems.append(f"{module}:{line} imports {name}")
        if part in WITHOUT_TORCH and any(inside(name, each) for each in TORCH):
            problems.append(f"{module}:{line} imports {name}, and must not need torch")
    return problems


def test_every_import_is_in_the_table():
    problems = [
        problem
        for path in files()
        for problem in forbidden(path.read_text(encoding="utf-8"), module_of(path))
    ]
    assert problems == []


def test_the_files_are_found():
    modules = {module_of(path) for path in files()}
    assert {"research.task", "research.settings.base", "experiments.grokking.settings"} <= modules


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("research.settings.base", "import research.records.store"),
        ("research.settings.base", "from research import seeds"),
        ("research.settings.base", "import torch"),
        ("research.models.mlp", "from research.data.loader import Loader"),
        ("research.models.mlp", "from ..data import loader"),
        ("research.records.store", "def f():\n    import research.evidence.build"),
        ("research.records.store", "from research.seeds import derive"),
        ("research.evidence.build", "from pytorch_lightning.loggers import Logger"),
        ("research.evidence.build", "if TYPE_CHECKING:\n    import research.training.module"),
        ("research.training.module", "import callbacks.recorder"),
        ("research.training.module", "from research.search import spaces"),
        ("research.task", "from research.training import module"),
        ("callbacks.recorder", "from experiments.command_line import launch"),
        ("experiments.grokking.module", "import scripts.bench"),
        ("research.new_part.file", ""),
    ],
)
def test_a_forbidden_import_is_seen(module, source):
    assert len(forbidden(source, module)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("research.models.mlp", "from research.settings.models import MlpSettings\nimport torch"),
        ("research.models.mlp", "from .layers import Layer\nfrom ..seeds import derive"),
        ("research.evidence.build", "from research.records.store import Record"),
        ("callbacks.recorder", "from research.records.store import Record"),
        ("scripts.bench.grokking", "from experiments.grokking.module import Grokking"),
    ],
)
def test_an_allowed_import_is_not(module, source):
    assert forbidden(source, module) == []


def rooms(name: str) -> list[str]:
    return [module_of(path) for path in sorted((ROOT / "experiments").glob(f"*/{name}.py"))]


WITHOUT_TORCH_TOO = [
    *rooms("settings"),
    *rooms("evidence"),
    "research.evidence.build",
    "research.records.store",
    "experiments.command_line.commands",
    "experiments.command_line.data_files",
    "experiments.command_line.finish",
    "experiments.command_line.machine",
    "experiments.command_line.plan",
    "experiments.command_line.reporting",
    "experiments.command_line.search.command",
    "experiments.command_line.search.plan",
]
IMPORT_EACH = f"""
import importlib, sys

class TorchWasAsked(Exception):
    "No ImportError, which an optional import would pass over."

class Refusal:
    def find_spec(self, name, *_):
        if name in {TORCH}:
            raise TorchWasAsked(name)

sys.meta_path.insert(0, Refusal())
for module in sys.argv[1:]:
    try:
        importlib.import_module(module)
        print(module, "without", flush=True)
    except TorchWasAsked as asked:
        print(module, asked, flush=True)
"""


@pytest.fixture(scope="module")
def asked_for():
    """By module: what importing it asked for in a process that refuses torch, "without" if not."""
    command = [sys.executable, "-c", IMPORT_EACH, *WITHOUT_TORCH_TOO]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(line.split() for line in done.stdout.splitlines())


@pytest.mark.parametrize("module", WITHOUT_TORCH_TOO)
def test_no_torch_behind_it(asked_for, module):
    assert asked_for[module] == "without"
