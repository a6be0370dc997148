"""The report: one HTML file that a lecturer would send to students. It opens with no network.

Everything in it comes from the record: figures are inlined as SVG, animations as GIF, no script
runs, nothing is loaded, and all text is escaped. Interactive figures need a script, so they are
linked.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from research.evidence.claims import Verdict, format_number, format_per_seed, read_verdicts
from research.evidence.gif import inline_gif
from research.evidence.inline_svg import InlineFigure, inline_svg
from research.evidence.interactive import Link, link_to
from research.records.drawn import drawn_files
from research.records.plan import Plan
from research.records.status import Status
from research.records.store import Record

TEMPLATE = "report.html.j2"


@dataclass(frozen=True)
class SettingRow:
    """A setting that differs between variants, with its value in each."""

    key: str
    values: list[str]


@dataclass(frozen=True)
class RunRow:
    """One run with where it stands."""

    label: str
    seed: int
    status: Status


@dataclass(frozen=True)
class Column:
    """A metric of the table of runs: how it is called, and its value in each run."""

    title: str
    values: list[float | None]


@dataclass(frozen=True)
class Section:
    """What the report says about one record."""

    name: str
    anchor: str
    plan: Plan
    figures: list[InlineFigure]
    links: list[Link]
    verdicts: list[Verdict]
    variants: list[str]
    settings: list[SettingRow]
    runs: list[RunRow]
    accuracies: list[Column]
    warnings: list[str]
    facts: list[tuple[str, str]]
    command: str


def compose(records: Sequence[Record], folder: Path | None = None) -> str:
    """The report of one or several records as one page of HTML.

    Args:
        records: they need not be of one experiment, nor finished.
        folder: where the page will lie, for its links; None means the first record's.

    Raises:
        RecordError: a record, or a file of its evidence, is damaged.
    """
    folder = folder or records[0].folder
    sections = [
        _section(record, f"r{index}", folder) for index, record in enumerate(records, start=1)
    ]
    titles = dict.fromkeys(title_of(section.plan) for section in sections)
    return render(TEMPLATE, title=", ".join(titles), sections=sections)


def render(template: str, **values: object) -> str:
    """A page from one of the templates beside this file: all text in it is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=format_number, percent=_percent, duration=_duration, per_seed=format_per_seed
    )
    return environment.get_template(template).render(values)


def title_of(plan: Plan) -> str:
    """Name of the experiment as a heading."""
    return plan.experiment.replace("_", " ").replace("-", " ").capitalize()


def _section(record: Record, anchor: str, folder: Path) -> Section:
    plan = record.plan
    variants = [variant for variant, seeds in plan.runs.items() if seeds]
    runs = [
        RunRow(plan.variants[run.variant].label, run.seed, run.status()) for run in record.runs()
    ]
    provenance = record.read_provenance()
    return Section(
        name=record.name,
        anchor=anchor,
        plan=plan,
        figures=[
            *(inline_svg(path, f"{anchor}-{path.stem}-") for path in _files(record, "svg")),
            *(inline_gif(path) for path in _files(record, "gif")),
        ],
        links=[link_to(path, folder) for path in _files(record, "html")],
        verdicts=read_verdicts(record.verdicts),
        variants=[plan.variants[variant].label for variant in variants],
        settings=differing_settings(plan, variants),
        runs=runs,
        accuracies=accuracies(runs),
        warnings=record.warnings(),
        facts=_facts(plan, provenance),
        command=_command(plan, provenance),
    )


def _files(record: Record, ending: str) -> list[Path]:
    """Figures of one kind that were drawn, the one named like the experiment first."""
    first = record.plan.experiment
    return sorted(drawn_files(record, ending), key=lambda path: (path.stem != first, path.stem))


def accuracies(runs: Sequence[RunRow]) -> list[Column]:
    """Accuracies as last measured; one that no run has, as in a sweep, is left out."""
    columns = [
        Column(title, [run.status.metrics.get(metric) for run in runs])
        for title, metric in (
            ("Training accuracy", "train/accuracy"),
            ("Validation accuracy", "validation/accuracy"),
        )
    ]
    return [column for column in columns if set(column.values) != {None}]


def differing_settings(plan: Plan, variants: Sequence[str]) -> list[SettingRow]:
    """Only the settings that are not the same in all variants, by dotted key."""
    flat = [dict(_flatten(plan.variants[variant].settings)) for variant in variants]
    keys = dict.fromkeys(key for settings in flat for key in settings)
    rows = [SettingRow(key, [_plain(settings.get(key, "–")) for settings in flat]) for key in keys]
    return [row for row in rows if len(set(row.values)) > 1]


def _flatten(settings: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in settings.items():
        if isinstance(value, dict):
            pairs += _flatten(value, f"{prefix}{key}.")
        else:
            pairs.append((f"{prefix}{key}", value))
    return pairs


def _plain(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _command(plan: Plan, provenance: dict[str, Any]) -> str:
    """The command as it was typed, or one that does the same where nobody noted it."""
    typed = [str(argument) for argument in provenance.get("command") or []]
    if typed:
        return shlex.join([Path(typed[0]).name, *typed[1:]])
    command = ["descent", "run", plan.folder or plan.experiment, "--preset", plan.preset]
    for key, value in plan.overrides.items():
        command += [f"--{key}", str(value)]
    return shlex.join(command)


def _facts(plan: Plan, provenance: dict[str, Any]) -> list[tuple[str, str]]:
    """The provenance in words; what is not known is left out."""
    facts = [
        ("Preset", plan.preset),
        ("Changed on the command line", ", ".join(f"{k} = {v}" for k, v in plan.overrides.items())),
        ("Started", _moment(provenance.get("started"))),
        ("Took", _duration(provenance.get("seconds"))),
        ("Processes", f"{plan.workers} side by side, {plan.threads} thread(s) each"),
        *provenance_facts(provenance),
    ]
    return [(name, value) for name, value in facts if value]


def provenance_facts(provenance: dict[str, Any]) -> list[tuple[str, str]]:
    """Hardware, data, source and versions in words; what is not known is left out."""
    hardware = provenance.get("hardware") or {}
    versions = provenance.get("versions") or {}
    gpus = ", ".join(hardware.get("gpus") or [])
    facts = [
        ("Processor", _processor(hardware)),
        ("GPU", gpus or "none"),
        ("System", hardware.get("system") or ""),
        ("Data files", _data(provenance.get("data") or [])),
        ("Source", _commit(provenance.get("git"))),
        ("Source of the experiment", _commit(provenance.get("user_git"))),
        ("Versions", ", ".join(f"{name} {v}" for name, v in versions.items() if v)),
    ]
    return [(name, value) for name, value in facts if value]


def _data(used: Sequence[dict[str, Any]]) -> str:
    """Which sets are the official files, and which files are not; texts that are no such files."""
    others: dict[str, list[str]] = {}
    texts = []
    for file in used:
        if file.get("official_sha256") == "":
            versions = f" ({file['versions']})" if "versions" in file else ""
            texts.append(f"{file['file']}{versions}, SHA-256 {file['sha256'][:12]}...")
            continue
        others.setdefault(file["set"], []).extend(
            [] if file["official"] else [Path(file["file"]).name]
        )
    files = [
        f"{name}: {', '.join(files)} not as published" if files else f"{name}: the official files"
        for name, files in others.items()
    ]
    return "; ".join(files + texts)


def _processor(hardware: dict[str, Any]) -> str:
    parts = [str(hardware.get("cpu") or "")]
    if hardware.get("cores"):
        parts.append(f"{hardware['cores']} cores")
    if hardware.get("memory_gib"):
        parts.append(f"{hardware['memory_gib']} GiB memory")
    return ", ".join(part for part in parts if part)


def _commit(git: dict[str, Any] | None) -> str:
    if not git:
        return ""
    commit = git.get("commit")
    state = "with changes that are not committed" if git.get("dirty") else "clean tree"
    return f"commit {commit}, {state}" if commit else "no commit yet"


def _moment(text: str | None) -> str:
    return f"{datetime.fromisoformat(text):%-d %B %Y, %H:%M} UTC" if text else ""


def _percent(number: float | None) -> str:
    return "–" if number is None else f"{100 * number:.1f} %"


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
