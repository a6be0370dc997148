"""The claims of cnn_vs_transformer. Their verdicts are whatever comes out."""

from experiments.cnn_vs_transformer.comparisons import GapOfText, SmallerGap
from research.evidence.claims import Claim

SOURCE = "Kunstner et al. (2024), arXiv:2402.19449; Ahn et al. (2023), arXiv:2310.01082, Fig. 1"

SMALL = 0.25
"""How large the gap of images may be, as a share of that of text."""
GAP = 0.05
"""How large the gap of text should be at least."""

IMAGES = {
    "fashion_mnist": ("C7", "Fashion-MNIST"),
    "mnist": ("C7-mnist", "MNIST"),
    "cifar10": ("C7-cifar10", "CIFAR-10"),
    "digits": ("C7-digits", "scikit-learn's digits"),
}
"""By images, the claim about them, and what it calls them."""

CLAIMS: tuple[SmallerGap | GapOfText, ...] = (
    *(
        SmallerGap(
            Claim(
                name,
                f"A CNN on {words} has no gap between SGD with momentum and Adam to speak of: its"
                " relative gap in training loss, tuned, is small against that of a transformer on"
                " docstrings of NumPy and scikit-learn",
                SOURCE,
                f"|gap of the CNN| at most {SMALL:g} of the transformer's in every seed",
            ),
            images=images,
            most=SMALL,
        )
        for images, (name, words) in IMAGES.items()
    ),
    GapOfText(
        Claim(
            "C7-text",
            "A transformer on docstrings of NumPy and scikit-learn learns less with SGD and"
            " momentum than with Adam, each tuned on its training loss",
            SOURCE,
            f"relative gap at least {GAP:g} in every seed",
        ),
        least=GAP,
    ),
)
"""Every claim of the experiment."""
