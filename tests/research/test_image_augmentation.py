"""The task of images with augmentation: in training only, and framed in black."""

import pytest
import torch
from torch import Tensor, nn

from research.image_task import ImageTask
from research.models.cnn5 import CNN5
from research.models.resnet import ResNet
from research.settings.images import ImageSettings
from research.settings.models import CNN5Settings, ResNetSettings


class Seen(nn.Module):
    """A network that shows what it is shown."""

    def forward(self, images: Tensor) -> Tensor:
        return images


@pytest.mark.parametrize("augmentation", ["none", "crop_flip"])
def test_what_the_network_sees(augmentation):
    data = ImageSettings.model_validate({"train_examples": 50, "augmentation": augmentation})
    task, network = ImageTask(data, CNN5Settings(width=1)), Seen()
    batch = task.splits["train"]
    torch.manual_seed(0)
    assert torch.equal(task.outputs(network.eval(), batch), batch["images"])
    seen = task.outputs(network.train(), batch)
    if augmentation == "none":
        assert torch.equal(seen, batch["images"])
        return
    assert seen.shape == batch["images"].shape
    moved = [not torch.equal(*pair) for pair in zip(seen, batch["images"], strict=True)]
    assert sum(moved) > 40
    black = batch["images"].min()
    framed = (seen[:, :, 0] == black).all(dim=(1, 2)) & (seen[:, :, 1] == black).all(dim=(1, 2))
    assert framed.any(), "a digit moved down has black above it, not the grey of zero"
    assert black < 0
    assert not torch.equal(seen, task.outputs(network, batch)), "anew at every call"


def test_the_frame_of_a_colour_image_is_black_in_every_channel(monkeypatch):
    images = torch.rand(5, 3, 32, 32) + torch.tensor([1.0, 2.0, 3.0]).view(1, 3, 1, 1)
    split = {"images": images, "labels": torch.zeros(5, dtype=torch.int64)}
    monkeypatch.setattr("research.image_task.load_images", lambda *_: {"train": split})
    task = ImageTask(ImageSettings(name="cifar10", augmentation="crop_flip"), CNN5Settings(width=1))
    assert torch.equal(task.background, torch.stack([images[:, c].min() for c in range(3)]))


@pytest.mark.parametrize(
    ("model", "kind"), [(CNN5Settings(width=2), CNN5), (ResNetSettings(width=2), ResNet)]
)
def test_the_scaled_networks(model, kind):
    task = ImageTask(ImageSettings(train_examples=20), model)
    assert isinstance(task.model, kind)
    assert task.outputs(task.model, task.splits["train"]).shape == (20, 10)
