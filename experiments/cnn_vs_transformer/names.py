"""What figures call the networks of cnn_vs_transformer and their data."""

import dataclasses
from collections.abc import Sequence

from experiments.cnn_vs_transformer.gaps import Network, optimizer_of
from research.evidence.tuned_rates import Trial

DATA = {
    "digits": "digits",
    "mnist": "MNIST",
    "fashion_mnist": "Fashion-MNIST",
    "cifar10": "CIFAR-10",
    "python_docs": "docstrings",
    "tiny_shakespeare": "Shakespeare",
    "wikitext2": "WikiText-2",
    "wikitext103": "WikiText-103",
    "penn_treebank": "Penn Treebank",
}
"""What figures call the data; text of a folder has no name of its own."""


def title_of(network: Network) -> str:
    """The network and its data, such as "CNN, Fashion-MNIST"."""
    data = network.settings["data"]
    reference = data["name"] == "python_docs" and list(data["sources"]) == ["topics"]
    words = "Python's reference" if reference else DATA.get(data["name"], "text")
    return f"{'CNN' if network.is_cnn else 'Transformer'}, {words}"


def by_optimizer(trials: Sequence[Trial]) -> list[Trial]:
    """The runs of one network, with the optimizer alone for a method: that has a colour."""
    return [dataclasses.replace(each, method=optimizer_of(each.method)) for each in trials]
