"""Every metric has one panel, in the section of its kind."""

import pytest

from scripts.dashboards.families import OTHER, kind_of, metric_sections, panel_of


@pytest.mark.parametrize(
    ("metric", "section", "panel"),
    [
        ("train/loss", "Train", "train/loss"),
        ("validation/largest_logit", "Validation", "validation/largest_logit"),
        ("lr", "Learning rate", "lr"),
        ("range_test/suggested_lr", "Learning rate", "range_test/suggested_lr"),
        ("per_class/train/loss/group_03", "Losses by class", "per_class/train/loss"),
        ("per_class/train/loss/all", "Losses by class", "per_class/train/loss"),
        ("weight_norm/embedding", "Weight norms", "weight_norm/embedding"),
        ("curvature/train/lambda_max", "Curvature", "curvature/train/lambda_max"),
        ("curvature-12-train/lambda_max", "Curvature", "curvature-*-train/lambda_max"),
        ("surface-0-test/centre_loss", "Surfaces", "surface-*-test/centre_loss"),
        ("milestone/train_99", "milestone", "milestone/train_*"),
        ("rate2/loss", "rate*", "rate*/loss"),
        ("floor/0.005", "floor", "floor/*"),
        ("norm", OTHER, "norm"),
        ("train_mse", OTHER, "train_mse"),
    ],
)
def test_where_a_metric_is(metric: str, section: str, panel: str) -> None:
    assert (kind_of(metric), panel_of(metric)) == (section, panel)


def test_every_metric_has_one_panel_and_sections_stand_in_order() -> None:
    groups = [f"per_class/{split}/loss/group_{n:02}" for split in ("train", "test") for n in (1, 2)]
    metrics = ["norm", "fourier/gini", "lr", "batch/loss", *groups, "test/accuracy", "train/loss"]
    sections = metric_sections(metrics)
    titles = ["Train", "Test", "Batch", "Learning rate", "Losses by class", "fourier", OTHER]
    assert [section.title for section in sections] == titles
    panels = [panel for section in sections for panel in section.panels]
    assert sorted(name for panel in panels for name in panel.metrics) == sorted(metrics)
    by_class = {panel.title: panel for panel in sections[4].panels}
    assert by_class["per_class/train/loss"].metrics == tuple(groups[:2])
    logarithmic = {panel.title for panel in panels if panel.logarithmic}
    assert logarithmic == {"train/loss", "batch/loss", "lr", *by_class}
    assert [panel.title for panel in panels if panel.share] == ["test/accuracy"]


def test_stages_follow_each_other_each_with_its_kinds() -> None:
    metrics = ["training/train/loss", "training/lr", "surface/loss", "landscape/train/loss"]
    sections = metric_sections(metrics, ("training", "surface"))
    named = {section.title: section.panels[0].metrics for section in sections}
    assert named == {
        "landscape": ("landscape/train/loss",),  # no stage of this run, but its own word
        "training: Train": ("training/train/loss",),
        "training: Learning rate": ("training/lr",),
        "surface: Other metrics": ("surface/loss",),
    }
