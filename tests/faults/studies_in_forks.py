"""Forks that work on one study at once: torch and Optuna load only once.

    python -m tests.faults.studies_in_forks URL WORKERS TRIALS SECONDS FILE

makes the study `toy` of so many random trials at the URL. A fork that does so is killed before its
first transaction; the next one before its second; and so on, until one comes through. Then so many
workers claim and complete the trials, each after sleeping for so many seconds. The file gets a line
for each that was told; what is printed is how many were killed, and what storages say.
"""

import os
import signal
import sys
import time
from pathlib import Path

from research.search import study_creation
from research.search.storage import Storage, open_storage
from research.search.study import Study
from tests.studies import toy_plan


def main():
    url, workers, trials, seconds, path = sys.argv[1:]
    open_storage(url).close()  # loads what the forks need
    print(kill_again_and_again(url, int(trials)), flush=True)
    work_side_by_side(url, int(workers), float(seconds), path)


def work_side_by_side(url, workers, seconds, path):
    go, start = os.pipe()
    there, here = os.pipe()
    children = []
    for worker in range(workers):
        if child := os.fork():
            children.append(child)
            continue
        os.close(start)
        study = Study.open(open_storage(url, on_wait=lambda line: print(line, flush=True)), "toy")
        with Path(path).open("a", buffering=1) as file, study.heartbeats():
            os.write(here, b".")
            os.read(go, 1)
            while claim := study.claim():
                time.sleep(seconds)
                told = study.complete(claim, claim.number / 2, {"step": worker})
                file.write(f"{worker} {claim.number} {told}\n")
        os._exit(0)
    for _ in children:
        os.read(there, 1)
    os.close(start)  # all are there
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    sys.exit(max(map(abs, codes)))


def kill_again_and_again(url, trials):
    study_creation._AT_ONCE = trials // 3
    allowed = 0
    while child := os.fork():
        if os.waitpid(child, 0)[1] == 0:
            return allowed
        allowed += 1
    Storage.transaction = mortal(Storage.transaction, allowed)
    Study.create(open_storage(url), "toy", toy_plan(trials=trials))
    os._exit(0)


def mortal(transaction, allowed):
    """Transactions of which only so many are allowed; then comes kill -9."""
    left = iter(range(allowed))

    def instead(self, work, reads=False):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return transaction(self, work, reads)

    return instead


if __name__ == "__main__":
    main()
