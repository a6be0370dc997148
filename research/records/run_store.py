"""What one run leaves on disk: metrics, arrays, checkpoints, status and log."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from research.records import status as status_file
from research.records.atomic import remove_leftovers, write_atomically
from research.records.errors import RecordError
from research.records.rows import Row, encode_row, merge_steps, parse_rows
from research.records.status import Status

if TYPE_CHECKING:
    from numpy import float64, int64
    from numpy.typing import NDArray

    from research.records.stage_store import StageStore

STAGES_FILE = "stages.json"
"""In the folder of a run that has stages: their names."""


class RunStore:
    """The folder runs/<variant>/<seed> of a record.

    Reading changes nothing on disk. One process at a time may write; it repairs what a killed
    one left. A run of several stages has a store for each; see `stage_store`.
    """

    def __init__(self, folder: Path, variant: str, seed: int) -> None:
        self.folder = folder
        self.variant = variant
        self.seed = seed
        self.checkpoints = folder / "checkpoints"
        self.log = folder / "log.txt"
        self.metrics_file = folder / "metrics.jsonl"
        self._status_file = folder / "status"
        self._repaired = False
        self._cache: tuple[tuple[int, int], list[Row]] | None = None

    def stage(self, name: str) -> "StageStore":
        """What one stage of the run leaves; empty until it begins."""
        from research.records.stage_store import StageStore

        return StageStore(self, name)

    def stages(self) -> tuple[str, ...]:
        """Names of the run's stages, in order; none where it has none, or has not begun.

        Raises:
            RecordError: they are noted, and can't be read.
        """
        from research.records.stage_store import read_stages

        return read_stages(self)

    def append(self, step: int, metrics: Mapping[str, float]) -> None:
        """Adds one line to the metrics and hands it to the operating system.

        Args:
            step: optimizer steps done.
            metrics: values by metric; NaN and infinity are kept.

        Raises:
            OSError: the line is not there, and no part of it: earlier lines are as they were.
        """
        if not self._repaired:
            self.repair()
        with self.metrics_file.open("ab", buffering=0) as file:
            start = file.tell()
            rest = memoryview(encode_row(step, metrics))
            try:
                while (
                    rest
                ):  # a disk that fills up takes part of a line, and fails at the next write only
                    rest = rest[file.write(rest) or 0 :]
            except BaseException:
                file.truncate(start)
                raise

    def metrics(self) -> list[Row]:
        """One row per step, sorted by step, with the key "step"; a torn last line is left out.

        Of a run of several stages it has them all, a metric of one as `<stage>/<metric>`.

        Raises:
            RecordError: a line before the last is torn.
        """
        if self.stages():
            from research.records.stage_store import merged_rows

            return merged_rows(self)
        try:
            state = self.metrics_file.stat()
        except FileNotFoundError:
            return []
        version = (state.st_size, state.st_mtime_ns)
        if self._cache is None or self._cache[0] != version:
            rows, _ = parse_rows(self.metrics_file.read_bytes(), self.metrics_file)
            self._cache = (version, merge_steps(rows))
        return [dict(row) for row in self._cache[1]]

    def column(self, name: str) -> "tuple[NDArray[int64], NDArray[float64]]":
        """Steps and values of one metric, at the steps at which it was measured: [n] and [n]."""
        import numpy

        rows = [row for row in self.metrics() if name in row]
        steps = numpy.array([row["step"] for row in rows], dtype=numpy.int64)
        return steps, numpy.array([row[name] for row in rows], dtype=numpy.float64)

    def repair(self) -> None:
        """Drops a torn last line of the metrics and temporary files; only for the one that writes.

        Raises:
            RecordError: a line before the last is torn.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        remove_leftovers(self.folder)
        if self.metrics_file.exists():
            data = self.metrics_file.read_bytes()
            _, whole = parse_rows(data, self.metrics_file)
            if whole < len(data):
                with self.metrics_file.open("r+b") as file:
                    file.truncate(whole)
        self._repaired = True

    def keep_until(self, step: int) -> None:
        """Drops every later row, atomically: for a run that goes on from a checkpoint at `step`."""
        self.repair()
        if not self.metrics_file.exists():
            return
        data = self.metrics_file.read_bytes()
        rows, _ = parse_rows(data, self.metrics_file)
        lines = data.splitlines(keepends=True)
        kept = [line for row, line in zip(rows, lines, strict=True) if row["step"] <= step]
        if len(kept) < len(lines):
            write_atomically(self.metrics_file, b"".join(kept))

    def status(self) -> Status:
        """Where the run stands."""
        return status_file.read_status(self._status_file)

    def write_status(self, status: Status) -> None:
        """Replaces the status, atomically."""
        self.folder.mkdir(parents=True, exist_ok=True)
        status_file.write_status(self._status_file, status)

    def save_array(self, name: str, step: int, array: "NDArray[float64]") -> None:
        """Writes arrays/<name>/<step>.npy, atomically."""
        import numpy

        stream = io.BytesIO()
        numpy.save(stream, array, allow_pickle=False)
        path = self.folder / "arrays" / name / f"{step}.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, stream.getvalue())

    def array(self, name: str, step: int) -> "NDArray[float64]":
        """One array.

        Raises:
            RecordError: it is not there, or damaged.
        """
        import numpy

        path = self.folder / "arrays" / name / f"{step}.npy"
        try:
            found: NDArray[float64] = numpy.load(path, allow_pickle=False)
        except FileNotFoundError as error:
            raise RecordError(f"{path} is missing, expected an array of the run") from error
        except (ValueError, EOFError) as error:
            raise RecordError(f"{path} is damaged ({error}), expected an array") from error
        return found

    def arrays(self, name: str) -> "dict[int, NDArray[float64]]":
        """All arrays of one name by step, sorted by step."""
        import numpy

        paths = {
            int(path.stem): path for path in (self.folder / "arrays" / name).glob("[0-9]*.npy")
        }
        return {step: numpy.load(paths[step], allow_pickle=False) for step in sorted(paths)}
