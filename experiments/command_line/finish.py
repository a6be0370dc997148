"""What follows the runs of a record: evidence, its mirror, the claims table, and the exit code."""

from pydantic import ValidationError
from rich.console import Console

from experiments.command_line.catalog import experiment_of
from experiments.command_line.launch import run_all
from experiments.command_line.ranks import refuse_several_machines
from experiments.command_line.terminal import say
from research.records.errors import RecordError
from research.records.provenance import finish, now
from research.records.status import FINISHED
from research.records.store import Record
from research.settings.document import path_shown

DONE, RUN_FAILED, CLAIM_FAILED = 0, 1, 3


def train_and_judge(record: Record, workers: int, check: bool, console: Console) -> int:
    """Trains what is left to train, builds the evidence and prints the verdicts.

    Args:
        record: a new record, or one that was stopped.
        workers: runs at a time.
        check: whether a claim that fails makes the exit code 3.
        console: where progress and verdicts go.

    Returns:
        The exit code: 0, 1 if a run failed, 3 if `check` and a claim fails, 128 + signal if
        stopped.

    Raises:
        RecordError: a run that is left is one over several machines.
    """
    from research.training.interruption import Interrupted

    refuse_several_machines(record)
    began = now()
    try:
        run_all(record, workers, console)
    except Interrupted as stop:
        note_time(record, began)
        say(console, f"stopped; go on with: descent resume {path_shown(record.folder)}")
        return stop.exit_code
    note_time(record, began)
    return judge(record, check, console)


def judge(record: Record, check: bool, console: Console) -> int:
    """Builds the evidence, mirrors it and prints the verdicts; see `train_and_judge`."""
    from research.evidence.build import build_evidence
    from research.evidence.table import verdict_table

    experiment = experiment_of(record.plan)
    try:
        verdicts = build_evidence(record, experiment.evidence())
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "all of them"
        raise RecordError(f"{record.folder}: settings: {key}: {first['msg']}") from error
    if record.plan.wandb != "off":
        from research.records.wandb_evidence import publish_evidence

        publish_evidence(record)
    console.print()
    if verdicts:
        console.print(verdict_table(verdicts))
    unfinished = [run for run in record.runs() if run.status().state not in FINISHED]
    for line in suggested_rates(record):
        say(console, line)
    for run in unfinished:
        status = run.status()
        say(console, f"{run.variant} seed {run.seed} {status.state}: {status.message}", "red")
    say(console, f"report: {path_shown(record.report)}")
    if unfinished:
        return RUN_FAILED
    fails = any(verdict.verdict == "fails" for verdict in verdicts)
    return CLAIM_FAILED if check and fails else DONE


def suggested_rates(record: Record) -> list[str]:
    """One line for every range test of a record: the learning rate that it suggests, if it does."""
    from research.evidence.range_test_figure import TestedRange, is_range_test

    lines = []
    for store in record.runs():
        if not is_range_test(record.plan.variants[store.variant]):
            continue
        found = TestedRange.read(record, store)
        start = f"range test, {store.variant} seed {store.seed}: "
        if found.suggested is not None and found.lowest is not None:
            start += f"suggested learning rate {found.suggested:.2g}"
            lines.append(f"{start}, the loss is lowest at {found.lowest:.2g}")
        elif store.status().state in FINISHED:
            lines.append(f"{start}no rate to suggest, the loss does not fall")
    return lines


def note_time(record: Record, began: str) -> None:
    """Adds this command's time to the record's, so that pauses before a resume do not count."""
    ended = finish(began)
    seconds = (record.read_provenance().get("seconds") or 0.0) + ended["seconds"]
    record.update_provenance({**ended, "seconds": seconds})
