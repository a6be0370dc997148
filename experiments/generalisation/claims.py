"""The claims of generalisation. Their verdicts are whatever comes out."""

from experiments.generalisation.comparisons import (
    Change,
    Comparison,
    Switching,
    accuracy_gap,
    accuracy_on_test,
    early_loss,
)
from experiments.generalisation.selection import BY_VALIDATION
from research.evidence.claims import Claim

WILSON = "Wilson et al. (2017), arXiv:1705.08292"
KESKAR = "Keskar and Socher (2017), arXiv:1712.07628"
OURS = "our measurements"

IN_EVERY_SEED = "more than 0 in every seed"

CLAIMS = (
    Comparison(
        Claim(
            "A1",
            "Adam is faster: after the first eighth of the steps its training loss is below that"
            " of SGD with momentum",
            WILSON,
            f"difference of the losses {IN_EVERY_SEED}",
        ),
        greater="sgdm",
        less="adam",
        number=early_loss,
    ),
    Comparison(
        Claim(
            "A2",
            "SGD with momentum generalises better at the end: its test accuracy is above Adam's,"
            " each at the learning rate that trains best",
            WILSON,
            f"percentage points {IN_EVERY_SEED}",
        ),
        greater="sgdm",
        less="adam",
        number=accuracy_on_test,
    ),
    Comparison(
        Claim(
            "A3",
            "SGD with momentum generalises better at the end: its test accuracy is above Adam's,"
            " each at the learning rate that is best on validation images",
            WILSON,
            f"percentage points {IN_EVERY_SEED}",
        ),
        greater="sgdm",
        less="adam",
        number=accuracy_on_test,
        rule=BY_VALIDATION,
    ),
    Comparison(
        Claim(
            "A4",
            "SWATS ends better than Adam in test accuracy, each at the learning rate that trains"
            " best",
            KESKAR,
            f"percentage points {IN_EVERY_SEED}",
        ),
        greater="swats",
        less="adam",
        number=accuracy_on_test,
    ),
    Comparison(
        Claim(
            "A5",
            "Adam first and SGD from a chosen step on ends better than Adam in test accuracy, each"
            " at the learning rate that trains best",
            KESKAR,
            f"percentage points {IN_EVERY_SEED}",
        ),
        greater="adam-then-sgd",
        less="adam",
        number=accuracy_on_test,
    ),
    Change(
        Claim(
            "A6",
            "Dropout narrows the gap between training and test accuracy, with Adam and with SGD",
            "Srivastava et al. (2014), JMLR 15, 1929",
            f"percentage points that it narrows {IN_EVERY_SEED}",
        ),
        setting="dropout",
        number=accuracy_gap,
    ),
    Change(
        Claim(
            "A7",
            "Batch normalisation speeds training up: after the first eighth of the steps the"
            " training loss is lower, with Adam and with SGD",
            "Ioffe and Szegedy (2015), arXiv:1502.03167",
            f"decrease of the loss {IN_EVERY_SEED}",
        ),
        setting="batch-norm",
        number=early_loss,
    ),
    Switching(
        Claim(
            "O4",
            "When SWATS switches depends on its tolerance: never at 1e-9, the paper's, and within"
            " 100 steps at 1e-3",
            OURS,
            "last switch at 1e-3 by step 100, none at 1e-9",
        ),
    ),
)
"""Every claim of the experiment."""
