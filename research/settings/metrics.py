"""Which metrics an evaluation logs, as far as settings tell: a stop on another would never come.

Every split has its loss and accuracy; an experiment says what it adds, or nothing, and then only
splits are known.
"""

from collections.abc import Sequence

from research.settings.errors import did_you_mean

OF_EVERY_SPLIT = ("loss", "accuracy")
SPLITS = ("train", "validation", "test")
"""What a first part must be for a metric to be known as one of a split."""


def expected_instead(
    metric: str, splits: Sequence[str] | None, added: Sequence[str] | None
) -> str | None:
    """What is expected in place of a metric, as words that follow "expected"; None if it may be.

    Args:
        metric: such as validation/accuracy.
        splits: the splits that are evaluated; None if that is not known.
        added: what is logged besides loss and accuracy, of each split as `*/name`; None if that is
            not known.
    """
    if splits is None:
        return None
    if added is None:
        split = metric.partition("/")[0]
        if split in splits or split not in (*SPLITS, *OF_EVERY_SPLIT):
            return None
        return f"a metric of {' or '.join(splits)}, such as {splits[0]}/loss"
    known = metrics_of(splits, added)
    if metric in known:
        return None
    return f"one of {', '.join(known)}{did_you_mean(metric, known)}"


def metrics_of(splits: Sequence[str], added: Sequence[str] = ()) -> list[str]:
    """Every metric: loss, accuracy and `*/name` of each split, then the others and the step."""
    names = [*OF_EVERY_SPLIT, *(name.removeprefix("*/") for name in added if name[:2] == "*/")]
    of_splits = [f"{split}/{name}" for split in splits for name in names]
    return [*of_splits, *(name for name in added if name[:2] != "*/"), "step"]
