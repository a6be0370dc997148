"""The report of a study as one page of HTML that opens with no network.

Like the report of a record, it comes from what lies on disk, runs no script and loads nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from research.evidence.claims import format_number
from research.evidence.inline_svg import InlineFigure, inline_svg
from research.evidence.report import provenance_facts, render
from research.evidence.study_reading import objective_words, ranked, worded
from research.records.drawn import drawn_files
from research.records.study_table import StudyFolder, StudyTable, TrialRow
from research.settings.domain_forms import written
from research.settings.search import Domain, wanted_values

TEMPLATE = "study_report.html.j2"
ORDER = ("history", "map", "importances", "slices", "parallel_coordinates")
"""Names of the figures, as the page shows them."""
BEST = 10
MOST_FAILURES = 20


@dataclass(frozen=True)
class Row:
    """One trial in a table."""

    number: int
    value: str
    reached: bool
    values: list[str]
    step: int
    seconds: float | None
    message: str


@dataclass(frozen=True)
class SpaceRow:
    """One domain of a searched setting."""

    key: str
    domain: str
    when: str


@dataclass(frozen=True)
class Page:
    """What the page says."""

    name: str
    summary: str
    objective: str
    best: list[tuple[str, str]]
    best_words: str
    command: str
    figures: list[InlineFigure]
    keys: list[str]
    ranking: list[Row]
    complete: int
    failures: list[Row]
    more_failures: int
    space: list[SpaceRow]
    facts: list[tuple[str, str]]


def compose_study(
    place: StudyFolder, table: StudyTable, command: str, provenance: Mapping[str, Any]
) -> str:
    """The page of a study.

    Args:
        place: where its figures lie.
        table: its trials.
        command: what runs the best settings; empty where there are none.
        provenance: of one of its trials, for hardware and versions; empty if it is not known.

    Raises:
        RecordError: a figure is damaged.
    """
    best_first = ranked(table)
    failed = [row for row in table.trials if row.state == "failed"]
    drawn = sorted(drawn_files(place, "svg"), key=lambda path: _position(path.stem))
    page = Page(
        name=table.name,
        summary=summary(table),
        objective=objective_words(table.plan.objective),
        best=list(zip(table.plan.space, _values(table, best_first[0]), strict=True))
        if best_first
        else [],
        best_words=best_words(table, best_first[0]) if best_first else "",
        command=command,
        figures=[inline_svg(path, f"{path.stem}-") for path in drawn],
        keys=list(table.plan.space),
        ranking=[_row(table, row) for row in best_first[:BEST]],
        complete=len(best_first),
        failures=[_row(table, row) for row in failed[:MOST_FAILURES]],
        more_failures=max(0, len(failed) - MOST_FAILURES),
        space=[
            SpaceRow(key, domain_words(domain), when_words(domain))
            for key, domains in table.plan.space.items()
            for domain in domains
        ],
        facts=_facts(table) + (provenance_facts(dict(provenance)) if provenance else []),
    )
    return render(TEMPLATE, page=page)


def _position(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


def summary(table: StudyTable) -> str:
    """One line: of how many trials how many came to what."""
    plan = table.plan
    counts = dict.fromkeys(("complete", "pruned", "failed", "running", "waiting"), 0)
    for row in table.trials:
        counts[row.state] += 1
    words = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    begun = f"{len(table.trials)} of " if len(table.trials) < plan.trials else ""
    trials = f"{begun}{plan.trials} trial{'s' if plan.trials != 1 else ''}"
    return f"{trials} of {plan.experiment} at preset {plan.preset}: {words or 'none yet'}."


def best_words(table: StudyTable, row: TrialRow) -> str:
    """Which trial is the best, and how good it is."""
    words = objective_words(table.plan.objective)
    value = format_number(row.value)
    if row.reached:
        return f"Trial {row.number}; {words}: {value}."
    return (
        f"Trial {row.number}, which says little: no trial reached it. {words}: {value}, "
        "the last step of the trial."
    )


def _row(table: StudyTable, row: TrialRow) -> Row:
    value = format_number(row.value)
    values = _values(table, row)
    return Row(row.number, value, row.reached, values, row.step, row.seconds, row.message)


def _values(table: StudyTable, row: TrialRow) -> list[str]:
    """The searched settings of a trial in the order of the plan; "–" for those it has not."""
    return [worded(row.values[key]) if key in row.values else "–" for key in table.plan.space]


def domain_words(domain: Domain) -> str:
    """The values of a domain: an interval as one writes it, or choices."""
    values = written(domain.model_copy(update={"when": {}}))
    return values if isinstance(values, str) else ", ".join(map(worded, values))


def when_words(domain: Domain) -> str:
    """On which other settings a domain depends."""
    parts = (
        f"{key} is {' or '.join(map(worded, wanted_values(wanted)))}"
        for key, wanted in domain.when.items()
    )
    return ", ".join(parts) or "always"


def _facts(table: StudyTable) -> list[tuple[str, str]]:
    plan = table.plan
    facts = [
        ("Experiment", plan.folder or plan.experiment),
        ("Preset", plan.preset),
        ("Starts from", f"variant {plan.variant}"),
        ("Changed on the command line", ", ".join(f"{k} = {v}" for k, v in plan.overrides.items())),
        ("Objective", f"{objective_words(plan.objective)}, to {plan.objective.direction}"),
        ("Sampler", f"{plan.sampler}, seed {plan.seed}"),
        ("Pruner", _settings_words(plan.pruner.model_dump())),
        ("Seeds of each trial", ", ".join(map(str, plan.seeds))),
        ("Threads of each run", str(plan.threads)),
        ("Time of all trials", _hours(table.trials)),
    ]
    return [(name, value) for name, value in facts if value]


def _settings_words(settings: dict[str, Any]) -> str:
    name, *rest = settings.values()
    others = ", ".join(f"{key} {settings[key]}" for key in settings if key != "name")
    return f"{name}, {others}" if rest else str(name)


def _hours(trials: Sequence[TrialRow]) -> str:
    """Seconds of all trials together, in words; those of a pause between two parts count too."""
    known = [row.seconds for row in trials if row.seconds is not None]
    return f"{sum(known) / 60:,.1f} min, added up over {len(known)} trials" if known else ""
