"""What the curves of double_descent_width are called: by their settings, never by their variant.

A setting of the command line reaches every variant, so that a variant's name may not be what ran.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from experiments.double_descent_width.readings import Reading
from experiments.double_descent_width.settings import DoubleDescentWidthSettings

DATA = {
    "digits": "digits",
    "mnist": "images of MNIST",
    "fashion_mnist": "images of Fashion-MNIST",
    "cifar10": "images of CIFAR-10",
}
OPTIMIZERS = {"sgd": "SGD", "nesterov": "Nesterov", "adam": "Adam", "adamw": "AdamW"}
"""What is said of an optimizer; nothing of heavy ball, which is the experiment's own."""


def distinct(
    groups: Mapping[str, Sequence[Reading]],
) -> tuple[dict[str, Sequence[Reading]], dict[str, str]]:
    """The variants that aren't the same runs as an earlier one; and whose repetition others are."""
    kept: dict[str, Sequence[Reading]] = {}
    repeated: dict[str, str] = {}
    for variant, readings in groups.items():
        like = next((name for name in kept if _are_alike(kept[name], readings)), None)
        if like is None:
            kept[variant] = readings
        else:
            repeated[variant] = like
    return kept, repeated


def _are_alike(one: Sequence[Reading], other: Sequence[Reading]) -> bool:
    first, second = ([(each.settings, each.store.seed) for each in runs] for runs in (one, other))
    return first == second


def labels_of(settings: DoubleDescentWidthSettings) -> str:
    """What the training labels are, such as "15 % of the labels wrong"."""
    if not settings.data.label_noise:
        return "right labels"
    became = "wrong" if settings.data.noisy_labels == "wrong" else "drawn anew"
    return f"{100 * settings.data.label_noise:g} % of the labels {became}"


def share_of(parameters: float) -> str:
    """A number of parameters over nK, in words: 0.65 is "0.65 nK", 1 is "nK"."""
    return "nK" if parameters == 1 else f"{parameters:g} nK"


def stop_of(settings: DoubleDescentWidthSettings) -> float | None:
    """Up to how many times nK parameters weights are reused; None if no width reuses any."""
    reuses = any(settings.reuses(index) for index in range(len(settings.widths)))
    return settings.reuse_until if reuses else None


def reuse_of(settings: DoubleDescentWidthSettings) -> str:
    """Such as "reused up to 0.65 nK, Adam"; the optimizer is left out if it is heavy ball."""
    stop = stop_of(settings)
    reuse = "not reused" if stop is None else f"reused up to {share_of(stop)}"
    optimizer = OPTIMIZERS.get(settings.optimizer.name)
    return f"{reuse}, {optimizer}" if optimizer else reuse


def runs_of(settings: DoubleDescentWidthSettings) -> str:
    """Such as "right labels, weights reused up to nK"."""
    return f"{labels_of(settings)}, weights {reuse_of(settings)}"


def images_of(settings: DoubleDescentWidthSettings) -> str:
    """Such as "400 digits" or "2,000 images of MNIST"."""
    return f"{settings.data.train_size:,} {DATA[settings.data.name]}"


def threshold_of(settings: DoubleDescentWidthSettings) -> str:
    """What nK is made of."""
    return f"n = {settings.data.train_size:,} images, K = {settings.data.classes} classes"


def told_apart(names: Mapping[str, str], labels: Mapping[str, str]) -> dict[str, str]:
    """Names by variant; those that two variants share get the record's label behind them."""
    count = Counter(names.values())
    return {
        variant: f"{name} ({labels[variant]})" if count[name] > 1 else name
        for variant, name in names.items()
    }
