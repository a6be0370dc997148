"""From a file and flags to settings: precedence, chosen runs, and where a value was written."""

from tests.research.settings.toy_experiment import TEXT, Adam, Limit, Net, Sgd, run


class TestPrecedence:
    def test_file_preset_variant_flag(self):
        settings = {name: each.settings for name, each in run().variants.items()}
        assert settings["plain"].steps == 20, "the preset over the file"
        assert settings["heavy"].steps == 30, "the variant over the preset"
        assert run(steps=40).variants["heavy"].settings.steps == 40, "the flag over all"
        assert run(preset="smoke").variants["plain"].settings.steps == 10, "else the default"

    def test_groups_merge(self):
        heavy = run().variants["heavy"].settings
        assert heavy.optimizer == Adam(lr=1e-3, weight_decay=1)
        assert heavy.net == Net(width=16, heads=4), "a default group keeps its other keys"

    def test_a_flag_changes_one_key_of_a_default_group(self):
        text = TEXT.replace("  optimizer: {name: adam, lr: 1e-3}\n", "")
        assert run(text, optimizer__lr=0.5).variants["plain"].settings.optimizer == Sgd(lr=0.5)

    def test_another_name_replaces_the_component_but_not_what_the_variant_compares(self):
        variants = run(optimizer__name="sgd").variants
        assert variants["plain"].settings.optimizer == Sgd()
        assert variants["heavy"].settings.optimizer == Sgd(weight_decay=1)

    def test_null_removes_an_optional_group(self):
        text = TEXT.replace("  net:\n", "  limit: {metric: loss}\n  net:\n")
        assert run(text).variants["plain"].settings.limit == Limit(metric="loss")
        assert run(text, limit=None).variants["plain"].settings.limit is None


class TestRuns:
    def test_of_the_preset(self):
        assert run().runs == {"plain": [0, 1], "heavy": [5]}

    def test_chosen_variants_keep_the_presets_seeds(self):
        assert run(variants=["heavy", "plain"]).runs == {"heavy": [5], "plain": [0, 1]}

    def test_a_variant_that_the_preset_leaves_out_runs_seed_0(self):
        assert run(preset="smoke", variants=["heavy"]).runs == {"heavy": [0]}

    def test_chosen_seeds_are_those_of_every_variant(self):
        assert run(seeds=[7, 8]).runs == {"plain": [7, 8], "heavy": [7, 8]}


def test_where_a_value_was_written():
    variants = run(steps=3).variants
    assert variants["plain"].where("steps") == "--steps"
    assert variants["plain"].where("net.heads") == "toy.yaml:5: net.heads"
    assert (
        variants["heavy"].where("optimizer.weight_decay") == "toy.yaml:11: optimizer.weight_decay"
    )
    assert variants["plain"].where("net.width") == "toy.yaml:4: net.width", (
        "of a default, its group"
    )
