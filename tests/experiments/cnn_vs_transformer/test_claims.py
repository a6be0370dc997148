"""The verdicts of cnn_vs_transformer: what decides them, and what keeps them from being decided."""

import math

import pytest

from experiments.cnn_vs_transformer.claims import CLAIMS, GAP, SMALL
from experiments.cnn_vs_transformer.gaps import relative_gap
from tests.experiments.cnn_vs_transformer.made_up import (
    BEST,
    ENTROPY,
    make_networks,
    make_plan,
    valley,
)


@pytest.fixture(scope="module")
def plan():
    return make_plan()


def verdict(plan, name, final=valley):
    judged = [claim.judge(plan, make_networks(plan, final)) for claim in CLAIMS]
    return {each.id: each for each in judged}[name]


def with_gaps(images, text):
    """Runs whose best rates have relative gaps of these, by seed."""

    def final(method, rate, seed):
        network, _, optimizer = method.partition("-")
        loss = BEST[f"{network}-adam"][1]
        wanted = (images if network == "cnn" else text)[seed]
        if optimizer == "sgdm":
            loss += wanted * (ENTROPY[network] - loss)
        best, _ = BEST[method]
        return loss + abs(math.log(rate / best))

    return final


class TestSmallerGap:
    def test_holds_where_it_is_small_in_every_seed(self, plan):
        found = verdict(plan, "C7", with_gaps([0.01, -0.02, 0.03], [0.2, 0.2, 0.2]))
        assert (found.verdict, found.measured) == ("holds", pytest.approx(0.15))
        assert found.per_seed["cnn-sgdm-lr0.03/1"] == pytest.approx(-0.02)
        assert found.per_seed["transformer-sgdm-lr0.1/2"] == pytest.approx(0.2)
        assert "mean training loss of cnn-sgdm-lr0.03" in found.note

    @pytest.mark.parametrize("lost", [0.06, -0.06])
    def test_fails_where_one_seed_has_a_gap_on_either_side(self, plan, lost):
        found = verdict(plan, "C7", with_gaps([0.0, 0.0, lost], [0.2, 0.2, 0.2]))
        assert (found.verdict, found.measured) == ("fails", pytest.approx(0.3))

    def test_the_bound_itself_is_small_enough(self, plan):
        gaps = with_gaps([0.0, 0.0, (SMALL - 1e-9) * 0.2], [0.2, 0.2, 0.2])
        assert verdict(plan, "C7", gaps).verdict == "holds"

    def test_seeds_are_compared_with_their_own(self, plan):
        found = verdict(plan, "C7", with_gaps([0.02, 0.04, 0.06], [0.1, 0.2, 0.3]))
        assert found.measured == pytest.approx(0.2)

    @pytest.mark.parametrize("text", [0.0, -0.1])
    def test_fails_where_text_has_no_gap(self, plan, text):
        found = verdict(plan, "C7", with_gaps([0.0] * 3, [0.2, 0.2, text]))
        assert (found.verdict, found.measured) == ("fails", None)

    def test_other_images_have_a_claim_of_their_own(self, plan):
        assert verdict(plan, "C7-mnist").note == "the record has no CNN on mnist"
        other = make_plan("mnist")
        assert verdict(other, "C7").note == "the record has no CNN on fashion_mnist"
        assert verdict(other, "C7-mnist").verdict == "holds"

    def test_without_text(self):
        plan = make_plan()
        for variant in [name for name in plan.runs if name.startswith("transformer")]:
            del plan.runs[variant]
        assert verdict(plan, "C7").note == "the record has no transformer"
        assert verdict(plan, "C7-text").note == "the record has no transformer"


class TestGapOfText:
    def test_the_smallest_gap_decides(self, plan):
        found = verdict(plan, "C7-text", with_gaps([0.0] * 3, [0.3, 0.1, 0.2]))
        assert (found.verdict, found.measured) == ("holds", pytest.approx(0.1))
        assert list(found.per_seed) == [f"transformer-sgdm-lr0.1/{seed}" for seed in (0, 1, 2)]

    @pytest.mark.parametrize("least", [GAP - 0.01, -0.2])
    def test_fails(self, plan, least):
        found = verdict(plan, "C7-text", with_gaps([0.0] * 3, [0.3, 0.3, least]))
        assert (found.verdict, found.measured) == ("fails", pytest.approx(least))


class TestNotMeasured:
    @pytest.mark.parametrize("method", ["cnn-adam", "transformer-sgdm"])
    def test_a_best_rate_at_the_edge(self, plan, method):
        def final(each, rate, seed):
            return 1 / rate if each == method else valley(each, rate, seed)

        found = verdict(plan, "C7", final)
        assert found.verdict == "not measured"
        assert found.note.startswith(f"grid edge: the best learning rate of {method}, ")
        assert len(found.per_seed) == 6

    def test_too_few_seeds(self):
        plan = make_plan()
        plan.runs["cnn-adam-lr0.01"].remove(1)
        found = verdict(plan, "C7")
        assert found.note == "cnn-adam-lr0.01 has 2 of the 3 seeds that the claim needs"
        assert verdict(plan, "C7-text").verdict == "holds", "which is not about the CNN"

    def test_other_seeds_of_the_two_networks(self):
        plan = make_plan()
        for variant in [name for name in plan.runs if name.startswith("transformer")]:
            plan.runs[variant] = [1, 2, 3]
        assert verdict(plan, "C7").note == "cnn and transformer share 2 seeds"

    def test_a_schedule(self):
        found = verdict(make_plan(overrides={"schedule.name": "cosine"}), "C7-text")
        assert "has schedule.name cosine, the claim is about constant" in found.note

    @pytest.mark.parametrize(
        ("key", "value", "words"),
        [
            ("trainer.max_steps", 400, "trainer.max_steps 400, the claim needs at least 600"),
            ("optimizer.momentum", 0.5, "optimizer.momentum 0.5, the claim is about 0.9"),
            ("optimizer.weight_decay", 0.1, "weight_decay 0.1, the claim is about 0.0"),
            ("data.sources", ["topics"], "the claim is about ['numpy', 'sklearn']"),
            ("evaluation.train_examples", 2, "the claim needs at least 640"),
        ],
    )
    def test_other_settings(self, key, value, words):
        plan = make_plan()
        group, _, name = key.partition(".")
        for variant, each in plan.variants.items():
            if variant.startswith("transformer-sgdm"):
                each.settings[group][name] = value
        assert words in verdict(plan, "C7-text").note

    def test_a_smaller_vocabulary_or_other_text(self):
        plan = make_plan()
        for variant, each in plan.variants.items():
            if variant.startswith("transformer"):
                each.settings["data"]["vocabulary"]["size"] = 500
        assert "data.vocabulary.size 500" in verdict(plan, "C7-text").note
        for variant, each in plan.variants.items():
            if variant.startswith("transformer"):
                each.settings["data"]["name"] = "wikitext2"
        assert "data.name wikitext2" in verdict(plan, "C7").note

    def test_no_entropy(self, plan, monkeypatch):
        monkeypatch.setitem(ENTROPY, "transformer", math.nan)
        found = verdict(plan, "C7-text")
        assert found.note == "transformer has no entropy of its labels"

    def test_a_network_that_learned_no_more_than_frequencies(self, plan, monkeypatch):
        monkeypatch.setitem(ENTROPY, "cnn", 0.1)
        found = verdict(plan, "C7")
        assert found.verdict == "not measured"
        assert found.note == "cnn-adam-lr0.01 learned no more than frequencies"

    def test_averaged_weights(self):
        plan = make_plan(overrides={"averaging.name": "ema"})
        assert "has averaging {" in verdict(plan, "C7").note


def test_the_gap_of_the_made_up_runs(plan):
    expected = relative_gap(4.0, 3.7, 5.5)
    assert verdict(plan, "C7-text").per_seed["transformer-sgdm-lr0.1/0"] == pytest.approx(expected)
