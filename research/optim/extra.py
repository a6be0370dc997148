"""The checked classes of pytorch_optimizer, imported when one of them is wanted.

The package holds more than a hundred optimizers of unequal care, and takes seconds to import; its
Shampoo, SWATS and Amos differ from their papers, so those are our own.
"""

from torch.optim import Optimizer

from research.optim.targets import Target, parameters_of
from research.settings.optimizers.extra import AdEMAMixSettings, SoapSettings


def soap(settings: SoapSettings, target: Target) -> Optimizer:
    """SOAP; its QR decomposition is done in float32 whatever the parameters' type."""
    from pytorch_optimizer import SOAP

    return SOAP(
        parameters_of(target),
        lr=settings.lr,
        betas=settings.betas,
        shampoo_beta=settings.shampoo_beta,
        weight_decay=settings.weight_decay,
        precondition_frequency=settings.precondition_every,
        max_precondition_dim=settings.largest_axis,
        eps=settings.eps,
    )


def ademamix(settings: AdEMAMixSettings, target: Target) -> Optimizer:
    """AdEMAMix with decoupled weight decay."""
    from pytorch_optimizer import AdEMAMix

    return AdEMAMix(
        parameters_of(target),
        lr=settings.lr,
        betas=settings.betas,
        alpha=settings.alpha,
        t_alpha_beta3=settings.warmup_steps,
        eps=settings.eps,
        weight_decay=settings.weight_decay,
        weight_decouple=True,
    )
