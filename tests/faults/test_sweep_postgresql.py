"""A search whose database is a server: away in the middle, and with a password."""

from pathlib import Path

from tests.faults.conftest import wait_for
from tests.faults.sweeps import NAME, make_study, runs_of, training
from tests.postgres import PASSWORD


def test_a_server_that_is_away_and_what_is_secret(descent, postgres):
    """Runs go on without it; what they report, and how they ended, waits until it is back."""
    url, folder = postgres.new_schema(), descent.folder / "study"
    study = make_study(
        folder,
        url=url,
        space__place=[0, 1],
        space__optimizer__lr=[0.01, 1e-6],
        objective__take="last",
        pruner__name="median",
        pruner__startup_trials=3,
    )
    command = ("worker", "--study", NAME, "--workers", 2, "--out", folder)
    process = descent.start(*command, SEARCHED_WAIT="0.05", DESCENT_STORAGE=url)
    wait_for(lambda: len(training(folder)) == 2)
    pids = [process.pid, *(status.pid for status in training(folder).values())]
    shown = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids]
    postgres.stop()
    steps = {number: run.status().step for number, run in runs_of(folder).items()}
    wait_for(lambda: any(run.status().step > steps[n] for n, run in runs_of(folder).items()))
    assert process.poll() is None
    postgres.start()
    out, err = process.communicate(timeout=100)
    assert process.returncode == 0, err
    assert err.count("does not answer, tried again for 300 s") <= 1
    table = study.table()
    study.storage.engine.dispose()
    assert [row.state for row in table.trials].count("failed") == 0
    assert {row.state for row in table.trials} <= {"complete", "pruned"}
    assert set(table.trials[0].intermediate) == {10, 20, 30, 40}
    secrets = {PASSWORD, url.split(":")[2].split("@")[0]}
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 20
    for text in (out.encode(), err.encode(), *shown, *files):
        assert not any(secret.encode() in text for secret in secrets)
