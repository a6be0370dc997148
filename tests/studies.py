"""The plan of a small study, for tests."""

from research.settings.search import StudyPlan

SPACE = {
    "optimizer.lr": [{"low": 1e-4, "high": 1e-1, "log": True}],
    "width": [{"low": 1, "high": 9, "integer": True}],
    "betas": [{"choices": [[0.9, 0.99], [0.9, 0.999]]}],
}


def toy_plan(**changes):
    """Six random trials over three settings of nothing."""
    plain = {
        "experiment": "toy",
        "preset": "smoke",
        "variant": "plain",
        "base": {"optimizer": {"lr": 0.1, "name": "sgd"}, "width": 3, "betas": [0.9, 0.99]},
        "space": SPACE,
        "objective": {"metric": "loss"},
        "trials": 6,
        **changes,
    }
    return StudyPlan.model_validate(plain)
