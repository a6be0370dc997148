"""Settings of the models."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import Settings, refuse


class TransformerSettings(Settings):
    """A decoder-only transformer; what public versions choose in silence is a setting."""

    layers: int = Field(default=2, ge=1)
    """Number of blocks."""
    width: int = Field(default=128, ge=1)
    """Width of the residual stream."""
    heads: int = Field(default=4, ge=1)
    """Attention heads; they must divide the width."""
    feed_forward_factor: int = Field(default=4, ge=1)
    """Hidden width of the feed-forward block over the model's width."""
    norm: Literal["pre", "post", "none"] = "pre"
    """Layer norm before each sub-block (and once before the output), after each, or nowhere."""
    norm_affine: bool = True
    """Whether layer norms have a trained scale and shift."""
    positions: Literal["learned", "sinusoidal"] = "learned"
    """Position vectors: trained, or the fixed sines and cosines of Vaswani et al. (2017)."""
    activation: Literal["relu", "gelu", "gelu_tanh"] = "relu"
    """Non-linearity of the feed-forward block; gelu_tanh is GPT-2's approximation of GELU."""
    bias: bool = False
    """Whether linear layers have biases; a tied output layer has none."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Dropout of what `dropout_at` names."""
    dropout_at: Literal["sub_blocks", "gpt2", "everywhere"] = "sub_blocks"
    """Outputs of the sub-blocks; in GPT-2 also attention weights and what enters the first block;
    everywhere is hidden units of the feed-forward block too, as in torch's TransformerEncoder."""
    embedding_init_std: float = Field(default=0.02, gt=0)
    """Deviation of initial token and learned position vectors; nn.Embedding's default is 1."""
    scale_embedding: bool = False
    """Whether token vectors are multiplied by sqrt(width) before positions are added."""
    linear_init: Literal["pytorch", "normal_0.02", "as_embedding"] = "pytorch"
    """Initial linear weights: nn.Linear's uniform ±1/sqrt(fan in), normal with deviation 0.02, or
    normal with that of the embeddings."""
    residual_init: Literal["as_others", "scaled_by_depth"] = "as_others"
    """Whether initial weights that write to the residual stream are divided by sqrt(2 layers)."""
    tied_output: bool = False
    """Whether the output layer's weights are the token vectors."""
    output_classes: int | None = Field(default=None, ge=2)
    """Rows of the output layer; null means one per token. Unused ones make a harder head."""

    @model_validator(mode="after")
    def _tied_output_has_the_tokens_classes(self) -> Self:
        if self.tied_output and self.output_classes is not None:
            refuse("output_classes", self.output_classes, "null, because tied_output is true")
        return self

    @model_validator(mode="after")
    def _heads_divide_width(self) -> Self:
        if self.width % self.heads:
            refuse("heads", self.heads, f"a divisor of the width {self.width}")
        return self


Widths = Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(strict=False, min_length=1)]
Activation = Literal["relu", "gelu", "tanh"]


class MLPSettings(Settings):
    """A fully connected network."""

    name: Literal["mlp"] = "mlp"
    widths: Widths = (128,)
    """Units of each hidden layer."""
    activation: Activation = "relu"
    """Non-linearity after each hidden layer."""
    batch_norm: bool = False
    """Batch normalisation before each non-linearity."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Dropout after each non-linearity."""


class CNNSettings(Settings):
    """A convolutional network: blocks that halve the image, then one hidden layer."""

    name: Literal["cnn"] = "cnn"
    channels: Widths = (16, 32)
    """Channels of each block: a convolution, a non-linearity, and a pool of 2 x 2 pixels."""
    kernel: Literal[3, 5] = 3
    """Height and width of each convolution, in pixels."""
    pool: Literal["max", "average"] = "max"
    """What 2 x 2 pixels become: their maximum, or their mean."""
    hidden: int | None = Field(default=64, ge=1)
    """Units of the layer before the output; null for none, so that blocks lead to the output."""
    activation: Activation = "relu"
    """Non-linearity after each convolution and the hidden layer."""
    batch_norm: bool = False
    """Batch normalisation before each non-linearity."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Dropout of what enters the hidden and the output layer; see `dropout_before`."""
    dropout_before: Literal["hidden_and_output", "hidden"] = "hidden_and_output"
    """Which layers' inputs dropout acts on."""


ImageModelSettings = Annotated[MLPSettings | CNNSettings, Field(discriminator="name")]


class CNN5Settings(Settings):
    """The five-layer convolutional network of double descent, of width k."""

    name: Literal["cnn5"] = "cnn5"
    width: int = Field(default=64, ge=1)
    """Channels k of the first convolution; the next ones have 2k, 4k and 8k."""
    shrink: int = Field(default=1, ge=1)
    """The image is averaged over squares of so many pixels first; 1 takes it as it is."""


class ResNetSettings(Settings):
    """A residual network for small images, of width k; the defaults are ResNet18's."""

    name: Literal["resnet"] = "resnet"
    width: int = Field(default=64, ge=1)
    """Channels k of the first stage; each further stage has twice as many, and half the sides."""
    blocks: Widths = (2, 2, 2, 2)
    """Blocks of two convolutions in each stage: [9, 9, 9] and width 16 make 56 layers."""
    skip: bool = True
    """Whether blocks add what they were given to what they make of it."""
    order: Literal["pre", "post"] = "pre"
    """Norm and ReLU before each convolution, or after it as in the first residual networks."""
    shrink: int = Field(default=1, ge=1)
    """The image is averaged over squares of so many pixels first; 1 takes it as it is."""
    init: Literal["pytorch", "he"] = "pytorch"
    """Initial weights: PyTorch's uniform ones, or normal ones that keep the size of activations."""


ScaledModelSettings = Annotated[CNN5Settings | ResNetSettings, Field(discriminator="name")]
"""The networks whose size is a width k."""
