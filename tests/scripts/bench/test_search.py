"""The benchmark of searching: it really works off a study, leaves none behind, and prints a row."""

import sys

from research.search.storage import open_storage
from research.search.study import Study
from scripts.bench import search


def test_it_prints_a_row_and_leaves_nothing(monkeypatch, capsys, tmp_path):
    kept = f"sqlite:///{tmp_path}/study.db"
    words = ["--workers", "1", "--trials", "2", "--rounds", "1", "--folder", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["search", *words])
    monkeypatch.setattr(search, "ALONE", 2)
    search.main()
    out = capsys.readouterr().out
    row = next(line for line in out.splitlines() if "sqlite" in line).split("│")
    assert row[2].strip() == "1" and float(row[3]) > 0 and row[3].strip() == row[5].strip()
    assert "record of a trial" in out and "fork with torch in memory" in out
    assert list(tmp_path.iterdir()) == []

    storage = open_storage(kept)
    study = Study.create(storage, "toy", search.plan_of(2))
    search.one_trial(study)
    assert study.counts()["complete"] == 1
    storage.close()
