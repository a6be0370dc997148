"""The Lightning logger that mirrors one run to Weights & Biases and can't harm it.

The record is written by others and is the truth. Whatever goes wrong here, a missing login, a
server that is away, a full disk or a dead W&B process, is said once and noted in the record; then
the mirror is silent and the training goes on. What it missed is added when the evidence is sent.
"""

import contextlib
import os
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from lightning_fabric.loggers.logger import rank_zero_experiment
from pytorch_lightning.loggers import WandbLogger
from pytorch_lightning.utilities import rank_zero_only

from research.records import wandb_mode, wandb_session
from research.records.plan import Plan
from research.records.run_store import RunStore
from research.records.store import Record
from research.records.wandb_trial import summary

if TYPE_CHECKING:
    import wandb


class _Silence:
    """Stands in for a W&B run once it broke: has every attribute, takes every call, is silent."""

    def __getattr__(self, name: str) -> "_Silence":
        return self

    def __call__(self, *_: object, **__: object) -> "_Silence":
        return self

    def __setitem__(self, key: str, value: object) -> None:
        pass


class Mirror(WandbLogger):
    """A WandbLogger for one run of a record.

    Rows appear in W&B exactly as they are logged, on the axis `trainer/global_step`; two rows of
    one step both stay. A run that goes on after it was killed goes on in the same W&B run. A run of
    several stages has one for all. Only the process of rank zero has one.

    Args:
        store: the run.
        plan: of its record.
        record: its record.
        objective: of a trial: the value that it is judged by, asked for once the run is done.
    """

    LOGGER_JOIN_CHAR = "/"

    def __init__(
        self,
        store: RunStore,
        plan: Plan,
        record: Record,
        objective: Callable[[], float] | None = None,
    ) -> None:
        identity = wandb_session.run_identity(store, plan, record.name)
        super().__init__(
            name=identity["name"],
            save_dir=identity["dir"],
            project=identity["project"],
            id=identity["id"],
        )
        self._another_follows = False
        self._identity = identity
        self._store = store
        self._record = record
        self._objective = objective
        self._asked = wandb_mode.asked_mode(plan.wandb, os.environ)
        self._run: Any = None

    def __getstate__(self) -> dict[str, Any]:
        """Without the W&B run, which belongs to this process."""
        return {**self.__dict__, "_run": None}

    @property
    @rank_zero_experiment
    def experiment(self) -> "wandb.Run":
        """The W&B run, started when first asked for; if it broke, something that ignores calls."""
        if self._run is None:
            with self._harmless():
                self._run = wandb_session.start_run(self._identity, self._asked, self._record)
        return cast("wandb.Run", self._run)

    @rank_zero_only
    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Adds one row to the W&B run."""
        with self._harmless():
            super().log_metrics(metrics, step)

    @rank_zero_only
    def log_hyperparams(self, params: dict[str, Any] | Namespace) -> None:
        """Adds to the configuration of the W&B run."""
        with self._harmless():
            super().log_hyperparams(params)

    def begin_stage(self, name: str, another_follows: bool) -> None:
        """Has the metrics of a stage called `<stage>/<metric>`, as the record calls them.

        Args:
            name: of the stage.
            another_follows: whether the W&B run stays open after a Trainer that ends well.
        """
        self._prefix = name
        self._another_follows = another_follows

    @rank_zero_only
    def finalize(self, status: str) -> None:
        """Says how the run ended, and ends it in W&B, within `FINISH_SECONDS`.

        A later row opens it again.
        """
        if self._run is None or isinstance(self._run, _Silence):
            return
        if self._another_follows and status == "success":
            return
        success = status == "success"
        with self._harmless():
            self._run.summary.update(summary(self._store, success, self._objective))
            wandb_session.finish_run(self._run, success, self._record)
            self._run = None

    @contextlib.contextmanager
    def _harmless(self) -> Iterator[None]:
        """Turns an error of W&B into one warning, and the mirror off."""
        try:
            yield
        except Exception as error:
            self._run = _Silence()
            wandb_session.warn_once(self._record, wandb_mode.one_line(error))
            wandb_session.abandon_service()


def make_logger(
    store: RunStore, plan: Plan, record: Record, objective: Callable[[], float] | None = None
) -> Mirror | None:
    """The mirror of one run, or None where W&B is off.

    Nothing of W&B is imported or started before the first row. The arguments are a `Mirror`'s.
    """
    if wandb_mode.asked_mode(plan.wandb, os.environ) == "off":
        return None
    try:
        return Mirror(store, plan, record, objective)
    except OSError as error:
        wandb_session.warn_once(record, wandb_mode.one_line(error))
        return None
