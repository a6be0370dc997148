"""The Euclidean norm of the weights, all together and by group."""

from collections.abc import Callable, Iterable

from pytorch_lightning import Callback, LightningModule, Trainer
from torch import Tensor

GroupedNorms = Callable[[Iterable[tuple[str, Tensor]]], dict[str, Tensor]]


def norm_of_all(parameters: Iterable[tuple[str, Tensor]]) -> dict[str, Tensor]:
    """{"all": ||w||_2} over every parameter."""
    squares = [parameter.detach().square().sum() for _, parameter in parameters]
    return {"all": sum(squares[1:], squares[0]).sqrt()}


class WeightNorms(Callback):
    """Logs weight_norm/<group> at every evaluation, of any LightningModule.

    Args:
        norms: from named parameters to norms by group.
    """

    def __init__(self, norms: GroupedNorms = norm_of_all) -> None:
        self.norms = norms

    def on_validation_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Logs the norms with the metrics of the evaluation."""
        if trainer.sanity_checking:
            return
        model = getattr(pl_module, "model", pl_module)
        norms = {
            f"weight_norm/{group}": norm
            for group, norm in self.norms(model.named_parameters()).items()
        }
        pl_module.log_dict(norms, batch_size=1, sync_dist=True)
