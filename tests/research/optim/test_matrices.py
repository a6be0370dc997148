"""Which parameters Muon takes."""

import pytest
import torch
from torch import nn

from research.models.transformer import Transformer
from research.optim.matrices import split_matrices
from research.optim.optimizers import build_optimizer
from research.settings.errors import SettingsError
from research.settings.models import TransformerSettings
from research.settings.optimizers import MuonSettings


def names(model, parameters):
    wanted = {id(each) for each in parameters}
    return {name for name, each in model.named_parameters() if id(each) in wanted}


def test_of_a_transformer_what_lies_between_embeddings_and_output():
    model = Transformer(TransformerSettings(width=8, heads=2, layers=1), 11, 4)
    matrices, rest = split_matrices(model)
    attention = {f"blocks.0.attention.{name}" for name in ("query", "key", "value", "output")}
    hidden = {*attention, "blocks.0.feed_forward.expand", "blocks.0.feed_forward.contract"}
    assert names(model, matrices) == {f"{name}.weight" for name in hidden}
    assert {"token_embedding.weight", "output.weight"} <= names(model, rest)
    assert len(matrices) + len(rest) == len(list(model.parameters()))


def test_of_a_network_all_but_the_output_layer_and_what_has_other_axes():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Linear(8, 4), nn.LayerNorm(4), nn.Linear(4, 3))
    matrices, rest = split_matrices(model)
    assert names(model, matrices) == {"1.weight"}
    assert len(rest) == 7


def test_a_layer_that_stands_alone_is_taken():
    assert len(split_matrices(nn.Linear(3, 2))[0]) == 1


def test_of_bare_parameters_every_matrix():
    shapes = [(2, 3), (3,), (4, 4), (2, 2, 2)]
    parameters = [nn.Parameter(torch.zeros(shape)) for shape in shapes]
    matrices, rest = split_matrices(parameters)
    assert [tuple(each.shape) for each in matrices] == [(2, 3), (4, 4)]
    assert [tuple(each.shape) for each in rest] == [(3,), (2, 2, 2)]


def test_muon_has_nothing_to_do_without_a_matrix():
    with pytest.raises(SettingsError, match=r"shape \(3,\): choose another optimizer"):
        build_optimizer(MuonSettings(), [nn.Parameter(torch.zeros(3))])


def test_muon_needs_no_second_optimizer_without_a_rest():
    optimizer = build_optimizer(MuonSettings(), [nn.Parameter(torch.zeros(3, 2))])
    assert [group["lr"] for group in optimizer.param_groups] == [0.02]
