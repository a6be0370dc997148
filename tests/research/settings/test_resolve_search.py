"""From a file's sweep and flags to what a study searches, and what every refusal says."""

import pytest

from research.settings.document import parse_document
from research.settings.errors import SettingsError
from research.settings.resolve_search import resolve_search
from research.settings.search import SearchSettings, StudyPlan
from tests.research.settings.toy_experiment import TEXT, Toy

SWEEP = """\
sweep:
  objective: {metric: validation/loss}
  space:
    optimizer.name: [sgd, adam]
    optimizer.lr:
      - {values: 1e-3..1 log, when: {optimizer.name: sgd}}
      - {values: 1e-5..1e-2 log, when: {optimizer.name: adam}}
    optimizer.momentum: {values: 0..0.9, when: {optimizer.name: sgd}}
    net.width: 16..64 log integer
"""
FIRST = TEXT.count("\n") + 1
"""The line of `sweep:`."""


def search(sweep=SWEEP, variant=None, overrides=None, preset="quick", **flags):
    document = parse_document(TEXT + sweep, "toy.yaml")
    words = {key.replace("__", "."): value for key, value in flags.items()}
    return resolve_search(document, Toy, preset, variant, overrides, words)


def problem(sweep=SWEEP, **arguments) -> str:
    with pytest.raises(SettingsError) as error:
        search(sweep, **arguments)
    assert all("\n" not in line for line in error.value.problems)
    return str(error.value)


def with_line(line: str) -> str:
    return SWEEP + f"    {line}\n"


def test_the_file_says_what_is_searched():
    found, base = search()
    assert list(found.space) == [
        "optimizer.name",
        "optimizer.lr",
        "optimizer.momentum",
        "net.width",
    ]
    assert [each.high for each in found.space["optimizer.lr"]] == [1.0, 1e-2]
    assert (found.variant, base.name, base.settings.steps) == ("plain", "plain", 20)
    assert found.pruner.name == "none"


def test_trials_start_from_the_variant_that_is_asked_for():
    assert search(variant="heavy")[1].settings.steps == 30
    assert search(SWEEP + "  variant: heavy\n")[0].variant == "heavy"
    assert search(SWEEP + "  variant: heavy\n", variant="plain")[0].variant == "plain"


def test_flags_say_more():
    found, _ = search(
        objective__direction="maximize",
        objective__metric="train/loss",
        space__optimizer__name="sgd,adam",
        space__net__width="none",
        space__steps=[1, 2],
        space__optimizer__lr="1e-3..1 log, 5 points",
    )
    assert (found.objective.direction, found.objective.metric) == ("maximize", "train/loss")
    assert list(found.space) == ["optimizer.name", "optimizer.lr", "optimizer.momentum", "steps"]
    assert found.space["optimizer.name"][0].choices == ("sgd", "adam")
    assert [each.points for each in found.space["optimizer.lr"]] == [5]


def test_without_a_sweep_the_flags_are_one():
    found, _ = search("", objective__metric="loss", space__steps="1..9 integer")
    assert (found.objective.metric, list(found.space)) == ("loss", ["steps"])
    assert "toy.yaml: has no sweep, expected one, or --objective.metric NAME" in problem("")
    assert "--space.KEY VALUES" in problem("", space__steps="1..9 integer")


@pytest.mark.parametrize(
    ("overrides", "flags", "keys", "highs"),
    [
        ({"optimizer.lr": 0.1}, {}, ["optimizer.name", "optimizer.momentum", "net.width"], None),
        ({"optimizer.name": "sgd"}, {}, ["optimizer.lr", "optimizer.momentum", "net.width"], 1.0),
        ({"optimizer.name": "adam"}, {}, ["optimizer.lr", "net.width"], 1e-2),
        ({"optimizer": {"name": "adam"}}, {}, ["optimizer.lr", "net.width"], 1e-2),
        ({}, {"space__optimizer__name": None}, ["optimizer.lr", "net.width"], 1e-2),  # the base's
    ],
)
def test_what_is_fixed_is_not_searched_and_answers_conditions(overrides, flags, keys, highs):
    found, _ = search(overrides=overrides, **flags)
    assert list(found.space) == keys
    if highs is not None:
        (rate,) = found.space["optimizer.lr"]
        assert (rate.high, rate.when) == (highs, {})


def test_choices_that_a_flag_leaves_out_take_what_belongs_to_them_along():
    assert "optimizer.momentum" in search(space__optimizer__name=["sgd"])[0].space
    found, _ = search(space__optimizer__name=["adam"])
    assert list(found.space) == ["optimizer.name", "optimizer.lr", "net.width"]
    assert [each.when for each in found.space["optimizer.lr"]] == [{"optimizer.name": "adam"}]
    sweep = with_line("steps: {values: [1, 2], when: {optimizer.name: [sgd, adam]}}")
    found, _ = search(sweep, space__optimizer__name=["adam"])
    assert found.space["steps"][0].when == {"optimizer.name": "adam"}
    typed = {"values": [1], "when": {"optimizer.name": "sgd"}}
    refused = problem(space__optimizer__name=["adam"], space__steps=typed)
    assert refused.startswith('--space.steps.when.optimizer.name is "sgd", expected one of "adam"')


def test_a_condition_on_what_its_own_condition_took_away_does_not_hold():
    sweep = with_line("norm: {values: [pre, post], when: {optimizer.name: sgd}}")
    sweep += "    fast: {values: [true, false], when: {norm: post}}\n"
    assert "fast" in search(sweep)[0].space
    assert "fast" not in search(sweep, overrides={"optimizer.name": "adam"})[0].space


REFUSED = [
    ("optimizer.lrr: 0..1", 9, ".optimizer.lrr is no setting; did you mean optimizer.lr?"),
    ("lr: 0..1", 9, ".lr is no setting; did you mean optimizer.lr?"),
    ("net: [1]", 9, ".net is a group of settings; expected one inside, such as net.width"),
    ("steps: 0..9 integer", 9, ": steps is 0, expected a whole number >= 1"),
    ("steps: 1..9", 9, ": steps is a whole number >= 1, expected `integer` after"),
    ("steps: [1, 2.5]", 9, ": steps is 2.5, expected a whole number >= 1"),
    ("norm: [pre, pst]", 9, ': norm is "pst", expected one of pre, post, none; did you mean post?'),
    ("optimizer.betas: [[0.9, 0.1]]", 9, ": optimizer.betas needs optimizer.name adam; sgd has"),
    ("steps: 3", 9, ".steps is 3: expected an interval such as 1e-4..1e-2 log"),
    ("steps: {low: 2}", 9, ".steps: high is null, expected a number"),
    ("steps: {lo: 2, high: 3}", 9, ".steps: unknown setting lo; did you mean low?"),
    (
        "steps: {values: 1..9 integer, when: {optimizer.nme: sgd}}",
        9,
        ".steps.when names optimizer.nme, expected another searched setting: one of "
        "optimizer.name, optimizer.lr, optimizer.momentum, net.width; did you mean optimizer.name?",
    ),
    (
        "steps: {values: 1..9 integer, when: {optimizer.name: sdg}}",
        9,
        '.steps.when.optimizer.name is "sdg", expected one of "sgd", "adam"',
    ),
    (
        "steps: {values: 1..9 integer, when: {net.width: 16}}",
        9,
        ".steps.when.net.width is 16, expected one of choices, which it has not",
    ),
    (
        "steps: [{values: [1], when: {optimizer.name: sgd}}, {values: [2]}]",
        9,
        ".steps has two domains that can hold at once",
    ),
    (
        "steps: {values: [1], when: {fast: true}}\n    fast: {values: [true], when: {steps: 1}}",
        9,
        ".steps: the conditions of steps, fast go in a circle",
    ),
]


@pytest.mark.parametrize(("line", "offset", "expected"), REFUSED)
def test_refusals_name_the_line(line, offset, expected):
    assert problem(with_line(line)).startswith(f"toy.yaml:{FIRST + offset}: sweep.space{expected}")


def test_each_of_several_domains_has_its_own_line():
    sweep = SWEEP.replace("1e-5..1e-2 log", "1e-2..1e-5 log")
    expected = f"toy.yaml:{FIRST + 6}: sweep.space.optimizer.lr: high is 1e-05, expected more than"
    assert problem(sweep).startswith(expected)


@pytest.mark.parametrize(
    ("sweep", "expected"),
    [
        ("sweep: 3\n", "toy.yaml:{0}: sweep is 3, expected a mapping"),
        ("sweep: {space: 3}\n", "toy.yaml:{0}: sweep.space is 3, expected settings and their"),
        ("sweep: {space: {}}\n", "toy.yaml:{0}: sweep.space: nothing is left to search"),
        (SWEEP.replace("metric", "metrc"), "toy.yaml:{1}: sweep: objective.metric is missing"),
        (SWEEP + "  variant: hevy\n", 'toy.yaml:{9}: sweep.variant: unknown variant "hevy"; did'),
        (SWEEP + "  variant: 3\n", "toy.yaml:{9}: sweep: variant is 3, expected text, or null"),
        (SWEEP + "  prunner: {}\n", "toy.yaml:{9}: sweep: unknown setting prunner; did you mean"),
        (SWEEP + "  pruner: {name: mdian}\n", "toy.yaml:{9}: sweep: pruner.name is"),
        (
            SWEEP.replace("loss}", "loss, take: steps_to}"),
            "toy.yaml:{1}: sweep: objective.reaches is null, expected a number, because take is",
        ),
        (
            SWEEP.replace("loss}", "loss, reaches: 1.0}"),
            "toy.yaml:{1}: sweep: objective.reaches is 1.0, expected null, because take is last",
        ),
        (
            SWEEP + "  pruner: {name: median}\n",
            "toy.yaml:{9}: sweep.pruner.name is median, expected none: this experiment has no",
        ),
    ],
)
def test_refusals_of_the_section(sweep, expected):
    lines = [FIRST + offset for offset in range(10)]
    assert problem(sweep).startswith(expected.format(*lines))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"space__optimizer__lr": "0..1"}, "--space.optimizer.lr: optimizer.lr is 0.0, expected"),
        ({"space__net__wdth": "1..2"}, "--space.net.wdth is no setting; did you mean"),
        ({"space__steps": "1.9"}, '--space.steps is "1.9": expected an interval'),
        ({"space__net__widht": "none"}, '--space.net.widht none: unknown searched setting "net.wi'),
        ({"objective__metrc": 1}, "unknown setting --objective.metrc; did you mean --objective.me"),
        ({"objective__take": "lst"}, '--objective.take is "lst", expected one of last, least'),
        ({"pruner__name": "median"}, "--pruner.name is median, expected none: this experiment"),
        ({"preset": "quik"}, 'unknown preset "quik"; did you mean quick?'),
        ({"variant": "hevy"}, 'unknown variant "hevy"; did you mean heavy?'),
        (
            {"space__steps": "1..2 integer", "overrides": {"steps": 3}},
            "--space.steps searches what a flag fixes, --steps; expected one of them",
        ),
        (
            {"overrides": {"optimizer.momentum": 0.5}},
            "--optimizer.momentum needs --optimizer.name sgd",
        ),
    ],
)
def test_refusals_name_the_flag(arguments, expected):
    assert problem(**arguments).startswith(expected)


def test_a_setting_that_is_not_searched_says_which_trial_it_does_not_suit():
    sweep = with_line("fast: [true, false]").replace("    optimizer.name: [sgd, adam]\n", "")
    sweep = "\n".join(line for line in sweep.split("\n") if "when" not in line)
    sweep = sweep.replace("    optimizer.lr:\n", "")
    found = problem(sweep, overrides={"net.width": 128})
    assert found == (
        f"toy.yaml:{FIRST + 2}: sweep.space: --net.width is 128, expected at most 64, because fast "
        "is true (with fast true)"
    )


def test_what_suits_no_trial_is_told_where_it_was_written():
    found = problem(SWEEP.replace("16..64 log integer", "15..64 log integer"))
    line = FIRST + 8
    assert (
        found == f"toy.yaml:{line}: sweep.space: net.heads is 4, expected a divisor of the width 15"
    )


def test_a_pruner_compares_no_steps():
    sweep = SWEEP.replace("loss}", "loss, take: steps_to, reaches: 0.1}")
    assert "pruner.name is" in problem(sweep, pruner__name="median")
    assert "half-way with objective.take steps_to" in problem(sweep, pruner__name="median")


def test_plans_read_back_the_same():
    found, base = search(SWEEP)
    plan = StudyPlan(
        experiment="toy",
        preset="quick",
        variant="plain",
        base=base.settings.model_dump(mode="json"),
        space=found.space,
        objective=found.objective,
        trials=3,
    )
    assert StudyPlan.model_validate_json(plan.model_dump_json()) == plan
    assert StudyPlan.model_validate(plan.model_dump(mode="json")) == plan
    assert SearchSettings.model_validate(found.model_dump(mode="json")) == found


def test_a_loss_is_never_maximized_nor_an_accuracy_minimized_unless_it_is_said():
    """The direction of another metric in the file, or the default, would turn the search round."""
    rises = SWEEP.replace("loss}", "accuracy, direction: maximize}")
    expected = (
        '--objective.metric is "validation/loss", expected --objective.direction beside it: '
        "without it this study would maximize the loss"
    )
    assert problem(rises, objective__metric="validation/loss") == expected
    in_the_file = problem(SWEEP.replace("loss}", "accuracy}"))
    assert in_the_file == (
        f'toy.yaml:{FIRST + 1}: sweep.objective.metric is "validation/accuracy", expected '
        "objective.direction beside it: without it this study would minimize the accuracy"
    )
    for direction in ("minimize", "maximize"):
        words = {"objective__metric": "validation/loss", "objective__direction": direction}
        assert search(rises, **words)[0].objective.direction == direction
    assert search(rises)[0].objective.direction == "maximize"
    worst = SWEEP.replace("loss}", "loss, direction: maximize}")
    assert search(worst)[0].objective.direction == "maximize"
    first = SWEEP.replace("loss}", "accuracy, take: steps_to, reaches: 0.5}")
    assert search(first)[0].objective.direction == "minimize"
