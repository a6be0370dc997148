"""A small decoder-only transformer; every choice in which public versions differ is a setting.

`forward` computes the logits of the last positions only: training on answers needs no others, and
a language model asks for all. What `research.models.prefix_sharing` arranges in another way has
methods of its own.

GPT-2 (Radford et al., 2019) is norm "pre", biases, learned positions, activation "gelu_tanh", a
tied output, dropout 0.1 at "gpt2", embeddings and linear weights normal with deviation 0.02, those
that write to the residual stream scaled by depth; its small size has 12 layers and heads of 64.
"""

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from research.settings.models import TransformerSettings


class Transformer(nn.Module):
    """Token and position vectors, blocks, a last norm if norm is "pre", an output layer.

    Initial values are drawn from torch's global generator.
    """

    def __init__(self, settings: TransformerSettings, vocabulary: int, context: int) -> None:
        """Builds the model.

        Args:
            settings: its architecture and initial values.
            vocabulary: number of tokens, and of output classes unless the settings give another.
            context: largest number of positions.
        """
        super().__init__()
        self.settings = settings
        width = settings.width
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.token_scale = width**0.5 if settings.scale_embedding else 1.0
        self.position_embedding = _positions(settings, context)
        self.dropout = nn.Dropout(_dropout(settings, "gpt2", "everywhere"))
        blocks = nn.ModuleList([Block(settings) for _ in range(settings.layers)])
        self.blocks = cast("Sequence[Block]", blocks)  # torch gives a list's elements no type
        self.final_norm = _norm(settings) if settings.norm == "pre" else nn.Identity()
        classes = settings.output_classes or vocabulary
        self.output = nn.Linear(width, classes, bias=settings.bias and not settings.tied_output)
        if settings.tied_output:
            self.output.weight = self.token_embedding.weight
        self._initialise()

    def forward(self, tokens: Tensor, answers: int = 1) -> Tensor:
        """Logits at the last `answers` positions.

        Args:
            tokens: [n, t], t at most the context.
            answers: how many positions; the last block computes keys and values for all, and
                everything else for these only.

        Returns:
            [n, answers, classes].
        """
        states = self.embed(tokens, torch.arange(tokens.shape[1], device=tokens.device))
        for block in self.blocks[:-1]:
            states = block(states, tokens.shape[1])
        return self.logits(self.blocks[-1](states, answers))

    def embed(self, tokens: Tensor, positions: Tensor) -> Tensor:
        """Token vector plus position vector; the index tensors broadcast: [..., width]."""
        vectors: Tensor = self.token_embedding(tokens)
        if self.token_scale != 1:
            vectors = vectors * self.token_scale
        states: Tensor = self.dropout(vectors + self.position_embedding(positions))
        return states

    def logits(self, states: Tensor) -> Tensor:
        """[..., width] -> [..., classes]."""
        logits: Tensor = self.output(self.final_norm(states))
        return logits

    @torch.no_grad()
    def _initialise(self) -> None:
        settings = self.settings
        embedding_std = settings.embedding_init_std
        linear_std = embedding_std if settings.linear_init == "as_embedding" else 0.02
        for module in self.modules():
            if isinstance(module, nn.Embedding):
                module.weight.normal_(std=embedding_std)
            elif isinstance(module, nn.Linear) and settings.linear_init != "pytorch":
                if module.weight is not self.token_embedding.weight:
                    module.weight.normal_(std=linear_std)
                if module.bias is not None:
                    module.bias.zero_()
        if settings.residual_init == "scaled_by_depth":
            for block in self.blocks:
                for layer in (block.attention.output, block.feed_forward.contract):
                    layer.weight /= (2 * settings.layers) ** 0.5


class Block(nn.Module):
    """Causal self-attention, then a feed-forward net, each with a residual connection.

    With f a sub-block, N its layer norm: "pre" x + f(N(x)), "post" N(x + f(x)), "none" x + f(x).
    """

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        self.norm = settings.norm
        self.attention_norm = _norm(settings)
        self.attention = Attention(settings)
        self.feed_forward_norm = _norm(settings)
        self.feed_forward = FeedForward(settings)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, states: Tensor, last: int) -> Tensor:
        """[n, t, width] -> [n, last, width], the block's output at the last positions."""
        inputs = self.attention_inputs(states)
        attended = self.attention(inputs[:, -last:], inputs)
        return self.finish(states[:, -last:], attended)

    def attention_inputs(self, states: Tensor) -> Tensor:
        """What queries, keys and values are projections of: [..., width]."""
        inputs: Tensor = self.attention_norm(states) if self.norm == "pre" else states
        return inputs

    def finish(self, states: Tensor, attended: Tensor) -> Tensor:
        """The rest of the block: attention's residual connection, then the feed-forward net.

        Args:
            states: what entered the block: [..., width].
            attended: the attention's output for the same positions: [..., width].
        """
        states = states + self.dropout(attended)
        if self.norm == "post":
            states = self.attention_norm(states)
        inputs = self.feed_forward_norm(states) if self.norm == "pre" else states
        states = states + self.dropout(self.feed_forward(inputs))
        return self.feed_forward_norm(states) if self.norm == "post" else states


class Attention(nn.Module):
    """Heads of softmax(q k^T / sqrt(width / heads)) v; no position sees one after it."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        width, bias = settings.width, settings.bias
        self.heads = settings.heads
        self.dropout = _dropout(settings, "gpt2", "everywhere")
        self.query = nn.Linear(width, width, bias=bias)
        self.key = nn.Linear(width, width, bias=bias)
        self.value = nn.Linear(width, width, bias=bias)
        self.output = nn.Linear(width, width, bias=bias)

    def forward(self, last_inputs: Tensor, inputs: Tensor) -> Tensor:
        """The output at the last positions: [n, last, width], [n, t, width] -> [n, last, width]."""
        query, key, value = self.query(last_inputs), self.key(inputs), self.value(inputs)
        last, positions = last_inputs.shape[1], inputs.shape[1]
        mask = None
        if 1 < last < positions:
            square = torch.ones(last, positions, dtype=torch.bool, device=query.device)
            mask = square.tril(diagonal=positions - last)
        mixed = F.scaled_dot_product_attention(
            self._split(query),
            self._split(key),
            self._split(value),
            attn_mask=mask,
            dropout_p=self.dropout if self.training else 0.0,
            is_causal=1 < last == positions,  # which fast kernels know, a mask they may not
        )
        output: Tensor = self.output(mixed.transpose(1, 2).flatten(2))
        return output

    def _split(self, states: Tensor) -> Tensor:
        """[n, t, width] -> [n, heads, t, width / heads]."""
        return states.view(*states.shape[:2], self.heads, -1).transpose(1, 2)


class FeedForward(nn.Module):
    """W2 a(W1 x), a the activation."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        hidden = settings.feed_forward_factor * settings.width
        self.expand = nn.Linear(settings.width, hidden, bias=settings.bias)
        self.activation = _activation(settings)
        self.dropout = nn.Dropout(_dropout(settings, "everywhere"))
        self.contract = nn.Linear(hidden, settings.width, bias=settings.bias)

    def forward(self, inputs: Tensor) -> Tensor:
        """[..., width] -> [..., width]."""
        outputs: Tensor = self.contract(self.dropout(self.activation(self.expand(inputs))))
        return outputs


class SinusoidalPositions(nn.Module):
    """Fixed vectors: sin(t r_i) at even i, cos(t r_(i-1)) at odd i, with r_i = 10000^(-i / width).

    Source: Vaswani et al. (2017), section 3.5.
    """

    table: Tensor

    def __init__(self, context: int, width: int) -> None:
        super().__init__()
        entry = torch.arange(width)
        rates = 10_000.0 ** (-(entry - entry % 2).double() / width)  # [width]
        angles = torch.arange(context).double()[:, None] * rates  # [context, width]
        table = torch.where(entry % 2 == 0, angles.sin(), angles.cos())
        self.register_buffer("table", table.to(torch.get_default_dtype()), persistent=False)

    def forward(self, positions: Tensor) -> Tensor:
        """[...] -> [..., width]."""
        return self.table[positions]


def _positions(settings: TransformerSettings, context: int) -> nn.Module:
    if settings.positions == "sinusoidal":
        return SinusoidalPositions(context, settings.width)
    return nn.Embedding(context, settings.width)


def _norm(settings: TransformerSettings) -> nn.Module:
    if settings.norm == "none":
        return nn.Identity()
    return nn.LayerNorm(settings.width, elementwise_affine=settings.norm_affine)


def _activation(settings: TransformerSettings) -> nn.Module:
    if settings.activation == "relu":
        return nn.ReLU()
    return nn.GELU(approximate="tanh" if settings.activation == "gelu_tanh" else "none")


def _dropout(settings: TransformerSettings, *places: str) -> float:
    """The rate, where the settings name one of the places; else 0."""
    return settings.dropout if settings.dropout_at in places else 0.0
