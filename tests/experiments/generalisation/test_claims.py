"""The verdicts of generalisation: what decides them, and what keeps them from being decided."""

import pytest

from experiments.generalisation import evidence
from experiments.generalisation.claims import CLAIMS
from experiments.generalisation.outcomes import read_outcomes
from experiments.generalisation.selection import BY_TRAIN_LOSS, BY_VALIDATION, choose
from tests.experiments.generalisation.synthetic import make_record, plausible, write_run

GRIDS = ["adam-lr0.003", "adam-lr0.01", "adam-lr0.03", "sgdm-lr0.01", "sgdm-lr0.03", "sgdm-lr0.1"]


def verdict(record, name):
    return {each.id: each for each in evidence.verdicts(record)}[name]


def with_test_accuracy(**by_method):
    """Plausible runs, but for the test accuracy of some methods: one number, or one a seed."""

    def final(variant, seed):
        values = plausible(variant, seed)
        accuracy = by_method.get(variant.rpartition("-lr")[0], 0.87)
        values["test/accuracy"] = accuracy[seed] if isinstance(accuracy, list) else accuracy
        return values

    return final


class TestChoice:
    def test_the_least_mean_loss_inside_of_the_grid(self, tmp_path):
        outcomes = read_outcomes(make_record(tmp_path / "r", variants=GRIDS))
        choice = choose(outcomes, "adam", BY_TRAIN_LOSS)
        assert (choice.rate, choice.variant, choice.is_interior) == (0.01, "adam-lr0.01", True)
        assert choice.grid == (0.003, 0.01, 0.03)
        assert [run.seed for run in choice.outcomes] == [0, 1, 2]
        assert choose(outcomes, "sgdm", BY_TRAIN_LOSS).rate == 0.03
        assert choose(outcomes, "nothing", BY_TRAIN_LOSS) is None

    def test_where_adam_comes_first_the_rate_is_that_of_sgd(self, tmp_path):
        names = ["adam-then-sgd-lr0.01", "adam-then-sgd-lr0.03", "adam-then-sgd-lr0.1"]
        outcomes = read_outcomes(make_record(tmp_path / "r", variants=names))
        choice = choose(outcomes, "adam-then-sgd", BY_TRAIN_LOSS)
        assert (choice.rate, choice.grid) == (0.03, (0.01, 0.03, 0.1))

    def test_the_rules_may_disagree(self, tmp_path):
        outcomes = read_outcomes(make_record(tmp_path / "r", variants=GRIDS))
        assert choose(outcomes, "adam", BY_VALIDATION).rate in (0.003, 0.03)

    def test_the_mean_decides_not_one_seed(self, tmp_path):
        def final(variant, seed):
            lucky = variant == "adam-lr0.003" and seed == 1
            return plausible(variant, seed) | ({"train/loss": 1e-4} if lucky else {})

        outcomes = read_outcomes(make_record(tmp_path / "r", variants=GRIDS, final=final))
        assert choose(outcomes, "adam", BY_TRAIN_LOSS).rate == 0.01

    def test_a_rate_with_a_diverged_run_is_never_the_best(self, tmp_path):
        record = make_record(tmp_path / "r", variants=GRIDS)
        store = record.run("adam-lr0.01", 2)
        write_run(record, store, plausible("adam-lr0.01", 2), "diverged")
        choice = choose(read_outcomes(record), "adam", BY_TRAIN_LOSS)
        assert choice.rate != 0.01
        assert not choice.is_interior


class TestComparison:
    def test_holds_where_every_seed_is_better(self, tmp_path):
        final = with_test_accuracy(sgdm=[0.88, 0.89, 0.875], adam=0.87)
        found = verdict(make_record(tmp_path / "r", variants=GRIDS, final=final), "A2")
        assert found.verdict == "holds"
        assert found.measured == pytest.approx(0.5)
        assert found.per_seed["sgdm-lr0.03/1"] == pytest.approx(89)
        assert found.per_seed["adam-lr0.01/1"] == pytest.approx(87)
        assert "sgdm-lr0.03 minus adam-lr0.01, by training loss; on average 1.17" in found.note

    @pytest.mark.parametrize("worst", [0.87, 0.869])
    def test_fails_where_one_seed_is_not(self, tmp_path, worst):
        final = with_test_accuracy(sgdm=[0.89, worst, 0.89], adam=0.87)
        found = verdict(make_record(tmp_path / "r", variants=GRIDS, final=final), "A2")
        assert (found.verdict, found.measured) == ("fails", pytest.approx(100 * worst - 87))

    def test_seeds_are_compared_with_their_own(self, tmp_path):
        final = with_test_accuracy(sgdm=[0.81, 0.86, 0.91], adam=[0.80, 0.85, 0.90])
        found = verdict(make_record(tmp_path / "r", variants=GRIDS, final=final), "A2")
        assert (found.verdict, found.measured) == ("holds", pytest.approx(1))

    def test_the_first_evaluation_decides_who_is_fast(self, tmp_path):
        def final(variant, seed):
            return plausible(variant, seed) | {
                "train/loss": (0.02 if variant.startswith("sgdm") else 0.01)
                * (1 + (variant not in ("sgdm-lr0.03", "adam-lr0.01")))
            }

        found = verdict(make_record(tmp_path / "r", variants=GRIDS, final=final), "A1")
        assert found.measured == pytest.approx(0.02**0.125 - 0.01**0.125)
        assert found.verdict == "holds"

    @pytest.mark.parametrize(
        ("left_out", "reason"),
        [
            ("adam-lr0.03", "the best learning rate of adam, 0.01, is the greatest of its grid"),
            ("sgdm-lr0.01", "the best learning rate of sgdm, 0.03, is the least of its grid"),
        ],
    )
    def test_a_best_rate_at_the_edge_decides_nothing(self, tmp_path, left_out, reason):
        variants = [name for name in GRIDS if name != left_out]
        found = verdict(make_record(tmp_path / "r", variants=variants), "A2")
        assert (found.verdict, found.note) == ("not measured", f"grid edge: {reason}")
        assert len(found.per_seed) == 6

    def test_runs_that_are_not_there(self, tmp_path):
        found = verdict(make_record(tmp_path / "r", variants=GRIDS[:3]), "A2")
        assert (found.verdict, found.note) == ("not measured", "the record has no runs of sgdm")

    def test_too_few_seeds(self, tmp_path):
        record = make_record(tmp_path / "r", variants=GRIDS)
        for seed in (1, 2):
            record.plan.runs["adam-lr0.003"].remove(seed)
        found = verdict(record, "A2")
        assert found.note == "adam-lr0.003 has 1 of the 3 seeds that the claim needs"

    def test_other_seeds(self, tmp_path):
        record = make_record(tmp_path / "r", variants=GRIDS)
        for name in GRIDS[3:]:
            record.plan.runs[name][:] = [7, 8, 9]
            for seed in (7, 8, 9):
                write_run(record, record.run(name, seed), plausible(name, seed))
        found = verdict(record, "A2")
        assert found.note == "sgdm-lr0.03 and adam-lr0.01 share 0 seeds"

    def test_an_unfinished_run(self, tmp_path):
        record = make_record(tmp_path / "r", variants=GRIDS)
        store = record.run("sgdm-lr0.1", 1)
        write_run(record, store, plausible("sgdm-lr0.1", 1), "interrupted")
        assert verdict(record, "A2").note == "sgdm-lr0.1/1 is interrupted"

    @pytest.mark.parametrize(
        ("key", "value", "words"),
        [
            ("data.name", "mnist", "the claim is about fashion_mnist"),
            ("model.name", "mlp", "the claim is about cnn"),
            ("data.label_noise", 0.1, "the claim is about 0.0"),
            ("optimizer.weight_decay", 0.1, "the claim is about 0.0"),
            ("data.train_examples", 4999, "the claim needs at least 5000"),
            ("trainer.max_steps", 1200, "the claim needs at least 2400"),
        ],
    )
    def test_other_settings(self, tmp_path, key, value, words):
        record = make_record(tmp_path / "r", variants=GRIDS, overrides={key: value})
        found = verdict(record, "A2")
        assert found.verdict == "not measured"
        assert f"has {key} {value}, {words}" in found.note

    @pytest.mark.parametrize(("method", "key"), [("sgdm", "momentum"), ("adam", "eps")])
    def test_other_optimizers(self, tmp_path, method, key):
        outcomes = read_outcomes(make_record(tmp_path / "r", variants=GRIDS))
        for each in outcomes:
            if each.method == method:
                each.settings["optimizer"][key] = 0.5
        claim = next(each for each in CLAIMS if each.claim.id == "A2")
        found = claim.judge(outcomes)
        assert found.verdict == "not measured" and f"has optimizer.{key} 0.5" in found.note

    def test_early_is_the_first_eighth(self, tmp_path):
        names = [name for name in GRIDS if name.startswith("adam")]
        often = make_record(tmp_path / "often", variants=names, overrides={"evaluation.every": 100})
        found = read_outcomes(often)[0]
        assert found.early("train/loss") == found.curves["train/loss"][2]  # step 300 of 2400
        late = make_record(tmp_path / "late", variants=GRIDS, overrides={"evaluation.every": 600})
        judged = verdict(late, "A1")
        assert judged.verdict == "not measured" and "was not evaluated when" in judged.note

    def test_more_images_and_steps_are_fine(self, tmp_path):
        more = {"data.train_examples": None, "trainer.max_steps": 3000}
        record = make_record(tmp_path / "r", variants=GRIDS, overrides=more)
        assert verdict(record, "A2").verdict != "not measured"

    def test_everything_diverged(self, tmp_path):
        record = make_record(tmp_path / "r", variants=GRIDS)
        for store in record.runs():
            write_run(record, store, plausible(store.variant, 0), "diverged")
        assert verdict(record, "A2").note == "every rate of sgdm diverged in a seed"


class TestChange:
    NAMES = ("adam-lr0.01", "sgdm-lr0.03", "adam-dropout", "sgdm-dropout")

    def record(self, folder, **gaps):
        def final(variant, seed):
            gap = gaps.get(variant.replace("-", "_").partition("_lr")[0], 0.1)
            gap = gap[seed] if isinstance(gap, list) else gap
            return plausible(variant, seed) | {"train/accuracy": 0.8 + gap, "test/accuracy": 0.8}

        return make_record(folder, variants=list(self.NAMES), final=final)

    def test_holds_where_every_gap_narrows(self, tmp_path):
        record = self.record(tmp_path / "r", adam_dropout=0.05, sgdm_dropout=[0.02, 0.08, 0.01])
        found = verdict(record, "A6")
        assert (found.verdict, found.measured) == ("holds", pytest.approx(2))
        assert found.per_seed["sgdm-dropout/1"] == pytest.approx(8)
        assert found.per_seed["adam-lr0.01/0"] == pytest.approx(10)

    def test_fails_where_one_does_not(self, tmp_path):
        record = self.record(tmp_path / "r", adam_dropout=0.05, sgdm_dropout=[0.02, 0.11, 0.01])
        found = verdict(record, "A6")
        assert (found.verdict, found.measured) == ("fails", pytest.approx(-1))

    def test_not_measured_without_the_same_run_unchanged(self, tmp_path):
        record = make_record(tmp_path / "r", variants=["adam-lr0.03", *self.NAMES[1:]])
        found = verdict(record, "A6")
        assert found.verdict == "not measured"
        assert "adam-dropout has too few equals without it" in found.note


class TestSwitching:
    def record(self, folder, steps):
        record = make_record(folder, "swats")
        for store in record.runs():
            switched = steps.get(store.variant, lambda seed: None)(store.seed)
            write_run(record, store, plausible(store.variant, 0), switched=switched)
        return record

    def test_holds(self, tmp_path):
        record = self.record(tmp_path / "r", {"swats-tol1e-3": lambda seed: 90 + seed})
        found = verdict(record, "O4")
        assert (found.verdict, found.measured) == ("holds", 94)
        assert found.per_seed["swats-tol1e-9/0"] is None
        assert found.per_seed["swats-tol1e-3/2"] == 92

    @pytest.mark.parametrize(
        "steps",
        [
            {"swats-tol1e-3": lambda seed: 97 + seed},
            {"swats-tol1e-3": lambda seed: 50 if seed else None},
            {"swats-tol1e-3": lambda seed: 50, "swats-tol1e-9": lambda seed: 900 if seed else None},
        ],
    )
    def test_fails_where_it_is_late_never_or_switches_at_the_papers_tolerance(
        self, tmp_path, steps
    ):
        found = verdict(self.record(tmp_path / "r", steps), "O4")
        assert found.verdict == "fails"
        assert found.measured in (101, None)

    def test_not_measured_without_runs(self, tmp_path):
        found = verdict(make_record(tmp_path / "r", variants=GRIDS[:1]), "O4")
        assert found.note == "the record has no runs of SWATS at tolerance 1e-9"


def test_no_test_image_is_looked_at_to_choose(tmp_path):
    """The choice stays the same whatever the test accuracies are."""
    rates = []
    for number, accuracy in enumerate((0.1, 0.9)):

        def final(variant, seed, accuracy=accuracy):
            own = accuracy if "0.003" in variant else 1 - accuracy
            return plausible(variant, seed) | {"test/accuracy": own}

        outcomes = read_outcomes(make_record(tmp_path / str(number), variants=GRIDS, final=final))
        rates.append(
            [choose(outcomes, "adam", rule).rate for rule in (BY_TRAIN_LOSS, BY_VALIDATION)]
        )
    assert rates[0] == rates[1]
