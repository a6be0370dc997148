"""What can not be is refused in one line, and every preset is what it says."""

import pytest
from pydantic import ValidationError

from experiments.skip_connections.claims import AT_LEAST, NAMED_BY_CLAIMS
from experiments.skip_connections.settings import SkipConnectionsSettings
from research.evidence.claimed_settings import difference
from research.settings.resolve import resolve
from tests.experiments.skip_connections.made_up import shipped


def settings_of(preset):
    command = resolve(shipped(), SkipConnectionsSettings, preset)
    return {name: each.settings for name, each in command.variants.items()}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"surface": {"dimensions": 1, "splits": ["train"]}}, "expected 2, because planes"),
        (
            {"surface": {"points": 2, "splits": ["train"]}},
            "surface.points is 2, expected at least 3",
        ),
        ({"surface": {"second_points": 2, "splits": ["train"]}}, "second_points is 2, expected at"),
        ({"surface": {"splits": ["validation"]}}, "surface.splits"),
        ({"surface": {"splits": ["test"]}}, "train among them"),
        ({"curvature": {"splits": ["test"]}}, "curvature.splits is .*train among them"),
        ({"curvature": {"largest": 0}}, "at least 1, because the largest are compared"),
        ({"curvature_map": {"points": 1}}, "greater than or equal to 2"),
        ({"model": {"name": "resnet", "shrink": 3}}, "at most 2 for digits"),
        ({"model": {"name": "cnn5"}}, "'resnet'"),
        ({"batch_size": 1}, "batch norm needs two"),
        ({"batch_size": 50, "data": {"train_examples": 101}}, "leave a batch of 1"),
    ],
)
def test_what_can_not_be(changes, words):
    with pytest.raises(ValidationError, match=words):
        SkipConnectionsSettings.model_validate(changes)


@pytest.mark.parametrize(
    ("preset", "variants"),
    [("quick", ["skip", "plain", "plain-long"]), ("paper", ["resnet56", "resnet56-plain"])],
)
def test_the_presets_are_what_the_claims_are_about(preset, variants):
    shown = settings_of(preset)
    for name in variants:
        plain = shown[name].model_dump(mode="json")
        assert difference(plain, NAMED_BY_CLAIMS[name], AT_LEAST[name]) is None
    for settings in shown.values():
        assert settings.trainer.max_steps % settings.evaluation.every == 0
        assert settings.trainer.max_steps % settings.trainer.checkpoint_every == 0


def test_quick_is_deep_and_has_one_budget():
    quick = settings_of("quick")
    assert {each.depth for each in quick.values()} == {34}
    assert quick["skip"].trainer.max_steps == quick["plain"].trainer.max_steps
    assert quick["plain-long"].trainer.max_steps == 4 * quick["plain"].trainer.max_steps


def test_paper_is_the_sources():
    """Li et al. (2018): 300 epochs of 391 batches, ten times less after 150, 225 and 275."""
    paper = settings_of("paper")
    assert {each.depth for each in paper.values()} == {20, 56}
    for settings in paper.values():
        assert settings.trainer.max_steps == 300 * 391
        assert settings.schedule.milestones == [150 * 391, 225 * 391, 275 * 391]
        assert settings.data.train_size == 50_000
        assert len(settings.surface.axes[0]) == 51
        assert settings.surface.axes[0][25] == 0


def test_directions_are_drawn_anew_for_every_seed():
    settings = SkipConnectionsSettings()
    seeds = {settings.directions(seed).seed for seed in range(5)}
    assert len(seeds) == 5
    assert settings.directions(3).normalisation == settings.surface.directions.normalisation


def test_the_map_covers_the_plane():
    changes = {"surface": {"span": [-1, 1], "second_span": [0, 2]}, "curvature_map": {"points": 3}}
    changes["surface"]["splits"] = ["train"]
    settings = SkipConnectionsSettings.model_validate(changes)
    assert settings.map_axes == ((-1, 0, 1), (0, 1, 2))
