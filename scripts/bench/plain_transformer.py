"""The step that a competent person writes by hand: the yardstick of scripts/bench/grokking.py.

Standard PyTorch, nothing shared and nothing skipped: all positions, all logits, one packed
projection for queries, keys and values, PyTorch's own attention with is_causal, fused AdamW.
Pre-norm, learned positions, ReLU, no biases: the architecture of configs/grokking.yaml.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from research.models.transformer import Transformer
from research.settings.models import TransformerSettings


class PlainBlock(nn.Module):
    """x + attention(norm(x)), then x + feed_forward(norm(x))."""

    def __init__(self, width: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.heads = heads
        self.attention_norm = nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width, bias=False)
        self.projection = nn.Linear(width, width, bias=False)
        self.feed_forward_norm = nn.LayerNorm(width)
        self.feed_forward = nn.Sequential(
            nn.Linear(width, hidden, bias=False), nn.ReLU(), nn.Linear(hidden, width, bias=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        """[n, t, width] -> [n, t, width]."""
        n, t, width = x.shape
        packed = self.query_key_value(self.attention_norm(x)).view(n, t, 3, self.heads, -1)
        query, key, value = packed.permute(2, 0, 3, 1, 4)  # each [n, heads, t, width / heads]
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.projection(mixed.transpose(1, 2).reshape(n, t, width))
        output: Tensor = x + self.feed_forward(self.feed_forward_norm(x))
        return output


class PlainTransformer(nn.Module):
    """Embeddings, blocks, last norm, output layer: logits at every position."""

    def __init__(
        self, layers: int, width: int, heads: int, vocabulary: int, context: int, classes: int
    ) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.position_embedding = nn.Embedding(context, width)
        self.blocks = nn.Sequential(*[PlainBlock(width, heads, 4 * width) for _ in range(layers)])
        self.final_norm = nn.LayerNorm(width)
        self.output = nn.Linear(width, classes, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """[n, t] -> [n, t, classes]."""
        positions = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.token_embedding(tokens) + self.position_embedding(positions)
        logits: Tensor = self.output(self.final_norm(self.blocks(x)))
        return logits


def plain_copy(model: Transformer) -> PlainTransformer:
    """The plain model with the weights of ours.

    Raises:
        ValueError: if ours has another architecture.
    """
    settings = model.settings
    expected = TransformerSettings(
        layers=settings.layers,
        width=settings.width,
        heads=settings.heads,
        embedding_init_std=settings.embedding_init_std,
        linear_init=settings.linear_init,
        output_classes=settings.output_classes,
    )
    if settings != expected:
        raise ValueError(f"the model is {settings!r}, expected {expected!r}")
    plain = PlainTransformer(
        settings.layers,
        settings.width,
        settings.heads,
        vocabulary=model.token_embedding.num_embeddings,
        context=len(model.state_dict()["position_embedding.weight"]),
        classes=model.output.out_features,
    )
    plain.load_state_dict(_packed(model.state_dict(), settings.layers))
    return plain.to(model.output.weight.device)


def plain_optimizer(
    model: PlainTransformer, lr: float, betas: tuple[float, float], weight_decay: float
) -> torch.optim.AdamW:
    """AdamW in its fastest form."""
    return torch.optim.AdamW(
        model.parameters(), lr=lr, betas=betas, weight_decay=weight_decay, fused=True
    )


def plain_step(
    model: PlainTransformer, optimizer: torch.optim.Optimizer, tokens: Tensor, answers: Tensor
) -> Tensor:
    """One update on sequences x o y =, [n, 4], and their answers, [n]; the loss before it: []."""
    loss = F.cross_entropy(model(tokens)[:, -1], answers)
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    optimizer.step()
    return loss.detach()


def _packed(state: dict[str, Tensor], layers: int) -> dict[str, Tensor]:
    """Our weights by the plain model's names; queries, keys and values as one matrix."""
    packed = dict(state)
    for layer in range(layers):
        ours, plain = f"blocks.{layer}.attention", f"blocks.{layer}"
        parts = [packed.pop(f"{ours}.{part}.weight") for part in ("query", "key", "value")]
        packed[f"{plain}.query_key_value.weight"] = torch.cat(parts)
        packed[f"{plain}.projection.weight"] = packed.pop(f"{ours}.output.weight")
        for part, place in (("expand", 0), ("contract", 2)):
            weight = packed.pop(f"{plain}.feed_forward.{part}.weight")
            packed[f"{plain}.feed_forward.{place}.weight"] = weight
    return packed
