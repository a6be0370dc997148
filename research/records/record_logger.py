"""The record as a Lightning logger: what W&B or a CSV file is told, the record is told alike."""

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from lightning_utilities.core.rank_zero import rank_zero_only
from pytorch_lightning.loggers import Logger

from research.records.run_store import RunStore


class RecordLogger(Logger):
    """Appends every row to the run's metrics.jsonl; only the first process writes.

    Args:
        store: the run.
    """

    def __init__(self, store: RunStore) -> None:
        super().__init__()
        self.store = store

    @property
    def name(self) -> str:
        """The variant."""
        return self.store.variant

    @property
    def version(self) -> int:
        """The seed."""
        return self.store.seed

    @rank_zero_only
    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Appends one row.

        Raises:
            OSError: it could not be written.
            ValueError: there is no step to file it under.
        """
        if step is None:
            raise ValueError("a row of metrics has no step")
        self.store.append(step, metrics)

    def log_hyperparams(
        self, params: dict[str, Any] | Namespace, *args: Any, **kwargs: Any
    ) -> None:
        """Does nothing: the record's settings.yaml has them all."""
