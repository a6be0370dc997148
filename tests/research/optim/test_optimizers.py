"""From settings to an optimizer: the registry, and what it promises to those who build one."""

import pytest
import torch
from torch import nn

from research.optim.optimizers import build_optimizer, needs_closure
from research.settings.base import Settings
from research.settings.optimizers import (
    AdamSettings,
    AdamWSettings,
    LBFGSSettings,
    ProdigySettings,
    ScheduleFreeSGDSettings,
    SGDSettings,
)


def test_a_module_its_parameters_and_a_list_of_them_are_one_target():
    model = nn.Linear(3, 2)
    for target in (model, model.parameters(), list(model.parameters())):
        optimizer = build_optimizer(AdamSettings(), target)
        found = [p for group in optimizer.param_groups for p in group["params"]]
        assert [id(p) for p in found] == [id(p) for p in model.parameters()]


def test_only_lbfgs_needs_the_loss_again():
    parameters = [nn.Parameter(torch.ones(3))]
    assert needs_closure(build_optimizer(LBFGSSettings(), parameters))
    assert not needs_closure(build_optimizer(AdamWSettings(), parameters))


def test_the_kernel_is_the_fused_one_where_there_is_one():
    parameters = [nn.Parameter(torch.ones(3))]
    for settings in (AdamSettings(), AdamWSettings(), SGDSettings()):
        assert build_optimizer(settings, parameters).param_groups[0]["fused"]


def test_schedule_free_starts_ready_to_train():
    optimizer = build_optimizer(ScheduleFreeSGDSettings(), [nn.Parameter(torch.ones(3))])
    assert all(group["train_mode"] for group in optimizer.param_groups)


def test_nothing_is_printed(capsys):
    """prodigyopt says a line about weight decay, where its constructor is given one."""
    build_optimizer(ProdigySettings(weight_decay=0.1), [nn.Parameter(torch.ones(3))])
    assert capsys.readouterr() == ("", "")


def test_settings_of_nothing_known():
    class Unknown(Settings):
        pass

    with pytest.raises(KeyError, match="Unknown"):
        build_optimizer(Unknown(), [nn.Parameter(torch.ones(3))])
