"""The transformer's logits with every causal prefix computed once: same numbers, 40 % of the work.

With a causal mask the state of a position depends on the tokens up to it and on nothing else. In
`x o y =` the states at x and o are functions of x alone, so a batch of any size has only as many
different ones as there are elements; and before the first attention a position's state is a
function of its own token. So each state is computed once for every value of the *key* that it
depends on, and gathered where a position with a finer key attends to it:

    key          rows            the state depends on
    constant     1               no column of the batch
    a column     elements        the value of that column, for example x
    example      batch size      two columns or more

Attention joins the keys of all positions up to its own. The states of all positions are kept
stacked in one matrix, position after position: [rows, width]. Exact, gradients too, but not with
dropout.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate

import torch
from torch import Tensor
from torch.nn import functional as F

from research.models.transformer import Block, Transformer

_CONSTANT = "constant"
_EXAMPLE = "example"


class PrefixSharing:
    """Computes a transformer's logits with shared prefixes, for sequences of one form.

    Example: `PrefixSharing(("left", 97, "right", 98), elements=97)` is for the sequences x 97 y 98,
    where x and y are the columns "left" and "right" of the batch.
    """

    def __init__(self, sequence: Sequence[str | int], elements: int) -> None:
        """Plans the computation.

        Args:
            sequence: one entry a position: a column, or the token that all examples have there.
            elements: the columns' values are 0 to elements - 1, which are their tokens.
        """
        self.sequence = tuple(sequence)
        self.elements = elements
        self.token_keys = [e if isinstance(e, str) else _CONSTANT for e in self.sequence]
        self.prefix_keys = list(accumulate(self.token_keys, _join))

    def logits(self, model: Transformer, columns: Mapping[str, Tensor], answers: int = 1) -> Tensor:
        """Equals model(tokens, answers), tokens being the sequence with the columns filled in.

        Args:
            model: the transformer.
            columns: the batch's columns: each [n], int64.
            answers: how many of the last positions.

        Returns:
            [n, answers, classes].

        Raises:
            ValueError: if the model would drop out, or if examples share a state that is asked for.
        """
        self._refuse(model, answers)
        rows = _Rows(columns, self.elements)
        states, keys = self._embed(model, rows), self.token_keys
        for depth, block in enumerate(model.blocks, start=1):
            first = len(keys) - answers if depth == len(model.blocks) else 0
            states = _through(block, states, keys, self.prefix_keys[first:], rows)
            keys = self.prefix_keys
        return model.logits(states.view(answers, -1, states.shape[-1]).transpose(0, 1))

    def _refuse(self, model: Transformer, answers: int) -> None:
        if model.training and model.settings.dropout > 0:
            raise ValueError(
                f"dropout is {model.settings.dropout}, expected 0:"
                " a state that examples share can not be dropped for one of them"
            )
        whole = self.prefix_keys.count(_EXAMPLE)
        if not 1 <= answers <= whole:
            raise ValueError(
                f"answers is {answers}, expected 1 to {whole}:"
                f" only the last {whole} states of this sequence differ from example to example"
            )

    def _embed(self, model: Transformer, rows: "_Rows") -> Tensor:
        """The states before the first block: [rows, width]."""
        tokens = [
            rows.elements if isinstance(entry, str) else torch.full_like(rows.elements[:1], entry)
            for entry in self.sequence
        ]
        positions = [torch.full_like(token, position) for position, token in enumerate(tokens)]
        return model.embed(torch.cat(tokens), torch.cat(positions))


class _Rows:
    """Which row of a coarser key belongs to which row of a finer one, for one batch."""

    def __init__(self, columns: Mapping[str, Tensor], elements: int) -> None:
        some = next(iter(columns.values()))
        self.columns = columns
        self.examples = torch.arange(len(some), device=some.device)
        self.elements = torch.arange(elements, device=some.device)

    def of(self, key: str) -> Tensor:
        """0, 1, ...: as many as the key has rows."""
        if key == _EXAMPLE:
            return self.examples
        return self.elements[:1] if key == _CONSTANT else self.elements

    def inside(self, coarse: str, fine: str) -> Tensor:
        """The coarse key's row for every row of the fine key: [rows of fine]."""
        if coarse == fine:
            return self.of(fine)
        return torch.zeros_like(self.of(fine)) if coarse == _CONSTANT else self.columns[coarse]

    def seen(self, keys: Sequence[str], key: str) -> Tensor:
        """For every row of `key` the stacked row of each of the positions: [rows, positions]."""
        sizes = (len(self.of(coarse)) for coarse in keys)
        offsets = accumulate(sizes, initial=0)
        places = [self.inside(coarse, key) + o for coarse, o in zip(keys, offsets, strict=False)]
        return torch.stack(places, dim=1)


def _through(
    block: Block, states: Tensor, keys: Sequence[str], prefix_keys: Sequence[str], rows: _Rows
) -> Tensor:
    """One block, for the last positions: stacked states by `keys` -> stacked by `prefix_keys`."""
    attention, first = block.attention, len(keys) - len(prefix_keys)
    sizes = [len(rows.of(key)) for key in keys]
    inputs = block.attention_inputs(states)
    key, value = attention.key(inputs), attention.value(inputs)
    skipped = sum(sizes[:first])
    queries = torch.split(attention.query(inputs[skipped:]), sizes[first:])
    entered = torch.split(states[skipped:], sizes[first:])
    attended, residual = [], []
    for position, prefix_key in enumerate(prefix_keys, start=first):
        query, state = queries[position - first], entered[position - first]
        if keys[position] != prefix_key:
            copies = rows.inside(keys[position], prefix_key)
            query, state = F.embedding(copies, query), F.embedding(copies, state)
        seen = rows.seen(keys[: position + 1], prefix_key)
        keys_seen, values_seen = F.embedding(seen, key), F.embedding(seen, value)
        attended.append(_attend(query, keys_seen, values_seen, attention.heads))
        residual.append(state)
    return block.finish(torch.cat(residual), attention.output(torch.cat(attended)))


def _attend(query: Tensor, key: Tensor, value: Tensor, heads: int) -> Tensor:
    """Attention of one position: query [n, width], key and value [n, t, width] -> [n, width].

    Written out: for a handful of positions this is several times faster on a CPU, forwards and
    backwards, than F.scaled_dot_product_attention or products of many tiny matrices.
    """
    query = query.view(len(query), 1, heads, -1)
    key, value = (states.view(*states.shape[:2], heads, -1) for states in (key, value))
    scores = (query * key).sum(dim=-1, keepdim=True) * query.shape[-1] ** -0.5
    mixed: Tensor = (scores.softmax(dim=1) * value).sum(dim=1)  # [n, heads, width / heads]
    return mixed.flatten(1)


def _join(first: str, second: str) -> str:
    """The coarsest key that tells all states apart which either of two keys tells apart."""
    if second in (first, _CONSTANT):
        return first
    return second if first == _CONSTANT else _EXAMPLE
