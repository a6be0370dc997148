"""A dashboard as W&B's own objects: a workspace with a section for each kind of what there is."""

import hashlib
from collections.abc import Iterable
from typing import Any

from research.records.wandb_session import STEP_AXIS
from research.records.wandb_trial import OBJECTIVE, STATE
from scripts.dashboards.contents import Contents
from scripts.dashboards.families import LinePanel, metric_sections
from scripts.dashboards.objects import expr, panels, workspaces

OPEN_SECTIONS = 4
"""Sections that are unfolded when the page is opened; of those below, nothing is loaded."""
RUNS_SHOWN = 100
STUDY = "Study"
EVIDENCE = "Figures and tables"


def build_workspace(contents: Contents, entity: str, project: str) -> workspaces.Workspace:
    """The workspace of one experiment; the same contents give the same, to every id.

    Args:
        contents: what there is to show.
        entity: the user or team of W&B to whom it belongs.
        project: the project in which the runs are.
    """
    sections = [*_study(contents), *_lines(contents), *_evidence(contents)]
    for number, section in enumerate(sections):
        section.is_open = number < OPEN_SECTIONS
        for panel in section.panels:
            assert isinstance(panel, panels.Panel)
            panel._id = _name(contents.experiment, section.name, repr(panel))
    workspace = workspaces.Workspace(
        entity=entity,
        project=project,
        name=contents.experiment,
        sections=sections,
        settings=workspaces.WorkspaceSettings(x_axis=STEP_AXIS, max_runs=RUNS_SHOWN),
        runset_settings=_runs(contents),
    )
    workspace._internal_runset_id = _name(contents.experiment, "runs")
    return workspace


def specification(workspace: workspaces.Workspace) -> dict[str, Any]:
    """What W&B is sent of a workspace: plain types."""
    plain: dict[str, Any] = workspace._to_model().spec.model_dump(
        mode="json", by_alias=True, exclude_none=True
    )
    return plain


def _name(*parts: str) -> str:
    """An id that the same parts always give, in W&B's form: 12 characters."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _runs(contents: Contents) -> workspaces.RunsetSettings:
    """The runs of the experiment; where a study says what is better, the best ones first."""
    columns, order = [f"summary:{STATE}"], expr.Ordering(expr.Metric("CreatedTimestamp"), False)
    if contents.direction:
        columns = [f"summary:{OBJECTIVE}", *columns]
        order = expr.Ordering(expr.Summary(OBJECTIVE), contents.direction == "minimize")
    return workspaces.RunsetSettings(
        filters=expr.And(expr.Config("experiment") == contents.experiment),
        order=[order],
        pinned_columns=columns,
    )


def _section(title: str, shown: Iterable[panels.PanelTypes]) -> workspaces.Section:
    return workspaces.Section(
        name=title,
        panels=list(shown),
        panel_settings=workspaces.SectionPanelSettings(x_axis=STEP_AXIS),
    )


def _lines(contents: Contents) -> list[workspaces.Section]:
    sections = metric_sections(contents.metrics, contents.stages)
    return [_section(each.title, map(_line_plot, each.panels)) for each in sections]


def _line_plot(panel: LinePanel) -> panels.LinePlot:
    return panels.LinePlot(
        title=panel.title,
        x=STEP_AXIS,
        y=list(panel.metrics),
        title_x="optimizer steps",
        log_y=panel.logarithmic or None,
        range_y=(0.0, 1.0) if panel.share else (None, None),
        max_runs_to_show=RUNS_SHOWN,
    )


def _study(contents: Contents) -> list[workspaces.Section]:
    """Parallel coordinates, importances, and the objective over trials and over each setting."""
    if not contents.searched:
        return []
    title = contents.objective or OBJECTIVE
    objective = panels.SummaryMetric(OBJECTIVE)
    columns = [
        panels.ParallelCoordinatesPlotColumn(
            metric=_setting(key), display_name=key, log=logarithmic or None
        )
        for key, logarithmic in contents.searched.items()
    ]
    columns.append(panels.ParallelCoordinatesPlotColumn(metric=objective, display_name=title))
    over_trials = panels.ScatterPlot(
        title=f"{title}: over the trials",
        x=panels.Config("trial"),
        y=objective,
        running_ymin=contents.direction == "minimize" or None,
        running_ymax=contents.direction == "maximize" or None,
    )
    over_settings = [
        panels.ScatterPlot(
            title=f"{title}: over {key}", x=_setting(key), y=objective, log_x=logarithmic or None
        )
        for key, logarithmic in contents.searched.items()
    ]
    parallel = panels.ParallelCoordinatesPlot(title=f"{title}: all trials", columns=columns)
    importance = panels.ParameterImportancePlot(with_respect_to=OBJECTIVE)
    return [_section(STUDY, [parallel, importance, over_trials, *over_settings])]


def _setting(key: str) -> panels.Config:
    """Where a searched setting stands in a trial's configuration."""
    return panels.Config(f"searched.{key}")


def _evidence(contents: Contents) -> list[workspaces.Section]:
    """Figures as pictures to page through, tables to sort."""
    figures = [panels.MediaBrowser(title=name, media_keys=[name]) for name in contents.figures]
    tables = [panels.WeavePanelSummaryTable(table_name=name) for name in contents.tables]
    return [_section(EVIDENCE, [*figures, *tables])] if figures or tables else []
