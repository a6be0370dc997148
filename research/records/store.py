"""The record: the folder that one command leaves behind, and that all evidence is computed from."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from research.records.atomic import write_atomically
from research.records.errors import RecordError
from research.records.plan import Plan, VariantPlan, dump_plan, read_plan
from research.records.run_store import RunStore

__all__ = ["Plan", "Record", "RecordError", "RunStore", "VariantPlan"]


class Record:
    """A record on disk.

    Attributes:
        folder: runs/<experiment>/<stamp>, or where the user wants it.
        plan: everything that is needed to repeat the command.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder = folder
        self.plan = plan
        self.figures = folder / "figures"
        self.verdicts = folder / "verdicts.json"
        self.report = folder / "report.html"
        self.warnings_log = folder / "warnings.log"
        self._provenance = folder / "provenance.json"

    @classmethod
    def create(cls, folder: Path, plan: Plan, provenance: Mapping[str, Any]) -> Self:
        """Makes a new record.

        Args:
            folder: where; it may exist if it is empty.
            plan: what runs.
            provenance: where the results come from, as plain types.

        Raises:
            RecordError: something lies in the folder, or it can't be written.
        """
        record = cls(folder.absolute(), plan)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()):
                raise RecordError(
                    f"{folder} is not empty; expected a new folder, or `descent resume {folder}`"
                )
            (folder / "runs").mkdir()
            write_atomically(folder / "settings.yaml", dump_plan(plan))
            record.update_provenance(provenance)
            for variant, seed in plan.pairs():
                record.run(variant, seed).folder.mkdir(parents=True)
        except FileExistsError as error:
            raise RecordError(
                f"{error.filename or folder} is in the way; expected a new folder"
            ) from error
        except OSError as error:
            raise RecordError(
                f"{folder} can't be written: {error.strerror}; choose another folder"
            ) from error
        return record

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Opens a record and changes nothing.

        Raises:
            RecordError: the folder holds no record, or a damaged one.
        """
        if not folder.is_dir():
            raise RecordError(
                f"{folder} is no record: expected a folder that `descent run` has made"
            )
        return cls(folder.absolute(), read_plan(folder / "settings.yaml"))

    @property
    def name(self) -> str:
        """Name of its folder, which runs are grouped by."""
        return self.folder.name

    def run(self, variant: str, seed: int) -> RunStore:
        """One run.

        Raises:
            RecordError: it is not in the plan.
        """
        if seed not in self.plan.runs.get(variant, ()):
            raise RecordError(f"{self.folder} has no run {variant}/{seed}")
        return RunStore(self.folder / "runs" / variant / str(seed), variant, seed)

    def runs(self) -> list[RunStore]:
        """All runs, in the order of the plan."""
        return [self.run(variant, seed) for variant, seed in self.plan.pairs()]

    def note_warning(self, text: str) -> None:
        """Adds one line to warnings.log, unless it is there."""
        line = " ".join(text.split())
        if line not in self.warnings():
            with self.warnings_log.open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    def warnings(self) -> list[str]:
        """The lines of warnings.log."""
        if not self.warnings_log.exists():
            return []
        return self.warnings_log.read_text(encoding="utf-8", errors="replace").splitlines()

    def read_provenance(self) -> dict[str, Any]:
        """Where the results come from; empty if nobody wrote it.

        Raises:
            RecordError: the file is no JSON object.
        """
        if not self._provenance.exists():
            return {}
        try:
            provenance = json.loads(self._provenance.read_bytes())
        except ValueError as error:
            raise RecordError(f"{self._provenance}: found no JSON: {error}") from error
        if not isinstance(provenance, dict):
            raise RecordError(f"{self._provenance}: expected a JSON object")
        return provenance

    def update_provenance(self, changes: Mapping[str, Any]) -> None:
        """Replaces entries of the provenance, atomically."""
        provenance = {**self.read_provenance(), **changes}
        write_atomically(
            self._provenance, json.dumps(provenance, indent=2, ensure_ascii=False).encode() + b"\n"
        )
