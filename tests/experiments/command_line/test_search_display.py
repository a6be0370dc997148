"""What a search shows: its standing, its best trial, and every trial that ends."""

import io

from rich.console import Console

from experiments.command_line.search.display import (
    SearchDisplay,
    Standing,
    best_line,
    summary,
)
from research.records.display import RunProgress
from research.records.status import Status
from research.records.study_table import StudyTable, TrialRow
from research.settings.search import Domain, ObjectiveSettings, StudyPlan

OBJECTIVE = ObjectiveSettings(metric="validation/loss", take="least")
STEPS = ObjectiveSettings(metric="accuracy", take="steps_to", reaches=0.9)


def table(*rows, objective=OBJECTIVE, trials=5):
    plan = StudyPlan(
        experiment="e",
        preset="quick",
        variant="v",
        base={},
        space={"lr": (Domain(low=1, high=2),)},
        objective=objective,
        trials=trials,
    )
    return StudyTable(name="s", plan=plan, trials=tuple(rows))


def complete(number, value, reached=True):
    return TrialRow(
        number=number, state="complete", values={"lr": 1.23456}, value=value, reached=reached
    )


def state(number, name, message=""):
    return TrialRow(number=number, state=name, values={"lr": 1.5}, message=message, seconds=2.0)


def test_the_standing_counts_what_the_study_still_draws_as_waiting():
    standing = Standing.of_table(
        table(complete(0, 3.0), state(1, "pruned"), state(2, "failed"), state(3, "running"))
    )
    assert summary(standing, 0.0) == "1 of 5 complete, 1 running, 1 waiting, 1 pruned, 1 failed"
    assert summary(standing, 0.5).endswith("0.5 trials/s, about 0:04 left")
    assert Standing.of_table(table(complete(0, 3.0), trials=1)).ended == 1
    assert summary(Standing.of_table(table(complete(0, 3.0), trials=1)), 0.5) == (
        "1 of 1 complete, 0.5 trials/s"
    )


def test_the_best_is_the_one_that_was_reached_first():
    rows = [complete(0, 100.0, reached=False), complete(1, 100.0), complete(2, 100.0)]
    standing = Standing.of_table(table(*rows, objective=STEPS))
    assert standing.best is rows[1]
    line = best_line(standing.best, STEPS)
    assert line == "best: trial 1, steps until accuracy rises to 0.9: 100; lr 1.23"
    assert best_line(None, STEPS) == "no trial is complete yet"
    after = standing.with_ended(complete(3, 200.0), STEPS)
    assert after.best is rows[1] and after.ended == 4
    assert after.with_ended(complete(4, 50.0, reached=False), STEPS).best is rows[1]
    assert after.with_ended(complete(4, 50.0), STEPS).best.number == 4
    upwards = OBJECTIVE.model_copy(update={"direction": "maximize"})
    assert Standing.of_table(table()).with_ended(complete(0, 1.0), upwards).with_ended(
        complete(1, 2.0), upwards
    ).best == complete(1, 2.0)  # fmt: skip


def printed(terminal):
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=120, color_system=None)
    standing = Standing.of_table(table(trials=4))
    with SearchDisplay(console, OBJECTIVE) as display:
        for row in (
            complete(0, 3.0),
            complete(1, 2.5),
            state(2, "failed", "diverged: loss is nan at step 7"),
            state(3, "pruned", "pruned at step 10, where loss is 4"),
        ):
            standing = display.trial_ended(row, standing)
        display._printed = 0.0
        display.refresh(standing, lambda: [RunProgress("7", 0, Status("running", step=40))])
    return stream.getvalue()


def test_a_pipe_gets_a_line_for_every_trial():
    assert printed(terminal=False).splitlines() == [
        "trial 0, least validation/loss: 3, the best so far; lr 1.23",
        "trial 1, least validation/loss: 2.5, the best so far; lr 1.23",
        "trial 2, failed: diverged: loss is nan at step 7; lr 1.5; 2.0 s",
        "trial 3, pruned at step 10, where loss is 4; lr 1.5; 2.0 s",
        "2 of 4 complete, 1 pruned, 1 failed",
    ]


def test_a_terminal_gets_a_table_and_what_went_wrong():
    shown = printed(terminal=True)
    assert "trial 2, failed: diverged" in shown and "trial 0," not in shown
    assert "2 of 4 complete, 1 pruned, 1 failed" in shown
    assert "best: trial 1, least validation/loss: 2.5; lr 1.23" in shown
    assert "trial  seed  state" in shown and "7         0  running" in shown


def test_nothing_is_shown_where_there_is_no_console():
    standing = Standing.of_table(table())
    with SearchDisplay(None, OBJECTIVE) as display:
        assert display.trial_ended(complete(0, 1.0), standing).ended == 1
        display.refresh(standing, list)
