"""The claims of random_search: what each says, the runs it needs, its number and its bounds."""

from experiments.random_search import numbers
from research.evidence.bounded_claim import BoundedClaim
from research.evidence.claims import Claim

BERGSTRA = "Bergstra and Bengio (2012), JMLR 13:281"
OURS = "our measurements"

CLAIMS = (
    BoundedClaim(
        Claim(
            "H1a",
            "Where one of four dimensions matters, 16 random trials do at least as well as the grid"
            " of 16: share of the searches",
            f"{BERGSTRA}; the number: {OURS}",
            "≥ 0.8",
        ),
        ("one-of-four",),
        numbers.chance_random_reaches_grid_of_16,
        low=0.8,
    ),
    BoundedClaim(
        Claim(
            "H1b",
            "The same with 81 trials and the grid of 81",
            f"{BERGSTRA}; the number: {OURS}",
            "≥ 0.8",
        ),
        ("one-of-four",),
        numbers.chance_random_reaches_grid_of_81,
        low=0.8,
    ),
    BoundedClaim(
        Claim(
            "H1c",
            "Control: where both of two dimensions matter the grid wins, its mean best value minus"
            " that of random search, the smaller of 16 and 64 trials",
            OURS,
            "≥ 0.05",
        ),
        ("all-of-two",),
        numbers.control,
        low=0.05,
    ),
    BoundedClaim(
        Claim(
            "H2",
            "Mean best values of grid and random search are those of their closed forms: largest"
            " distance in standard errors, all sizes of the grid in three variants",
            OURS,
            "≤ 4",
        ),
        ("one-of-four", "two-of-four", "all-of-two"),
        numbers.off_the_closed_forms,
        high=4,
    ),
    BoundedClaim(
        Claim(
            "H3",
            "Where one of four dimensions matters, quasi-random trials beat random ones: mean best"
            " value of 16, difference",
            f"{BERGSTRA}; the number: {OURS}",
            "≥ 0.05",
        ),
        ("one-of-four",),
        numbers.quasi_random_gain,
        low=0.05,
    ),
    BoundedClaim(
        Claim(
            "H4",
            "Where two of four dimensions matter, TPE beats random search: mean best value of 81"
            " trials, difference",
            OURS,
            "≥ 0.1",
        ),
        ("two-of-four",),
        numbers.tpe_gain,
        low=0.1,
    ),
    BoundedClaim(
        Claim(
            "H5",
            "In the control the grid wins only over points that are drawn blindly: mean best value"
            " of 81 trials of TPE minus that of the grid of 81",
            OURS,
            "≥ 0.05",
        ),
        ("all-of-two",),
        numbers.tpe_over_grid,
        low=0.05,
    ),
    BoundedClaim(
        Claim(
            "H6",
            "A network on digits: mean least validation error of the grid of 16 minus that of 16"
            " random trials",
            f"{BERGSTRA}; the number: {OURS}",
            "≥ 0.01",
        ),
        ("network",),
        numbers.grid_error_over_random,
        low=0.01,
    ),
    BoundedClaim(
        Claim(
            "H7",
            "There one setting matters: share of the variance of random trials' errors that the"
            " learning rate explains",
            f"{BERGSTRA}; the number: {OURS}",
            "≥ 0.6",
        ),
        ("network",),
        numbers.share_of_learning_rate,
        low=0.6,
    ),
    BoundedClaim(
        Claim(
            "H8",
            "The others hardly do: largest share of weight decay, momentum and hidden units",
            OURS,
            "≤ 0.1",
        ),
        ("network",),
        numbers.largest_other_share,
        high=0.1,
    ),
    BoundedClaim(
        Claim(
            "H9",
            "Control: a grid with a learning rate that happens to be a good one beats random search"
            " on the same network, mean least validation error of random search minus the grid's",
            OURS,
            "≥ 0.001",
        ),
        ("network-fixed",),
        numbers.random_error_over_grid,
        low=0.001,
    ),
)
