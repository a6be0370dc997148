"""What figures call the networks: by what they are, as far as they differ."""

from collections.abc import Sequence

from experiments.skip_connections.readings import Reading
from experiments.skip_connections.settings import SkipConnectionsSettings


def one_of_each(readings: Sequence[Reading]) -> list[Reading]:
    """Of every variant the run with the lowest seed, with skips before without."""
    chosen: dict[str, Reading] = {}
    for reading in readings:
        known = chosen.setdefault(reading.store.variant, reading)
        if reading.store.seed < known.store.seed:
            chosen[reading.store.variant] = reading
    return sorted(chosen.values(), key=_order)


def names_of(readings: Sequence[Reading]) -> dict[str, str]:
    """By variant, what it is: skips always, depth and length of training where they differ."""
    settings = {reading.store.variant: reading.settings for reading in readings}
    has_depths = len({each.depth for each in settings.values()}) > 1
    has_lengths = len({epochs(each) for each in settings.values()}) > 1
    names = {}
    for variant, each in settings.items():
        parts = [f"{each.depth} layers"] if has_depths else []
        parts.append("with skips" if each.model.skip else "without skips")
        parts += [f"{epochs(each):.3g} epochs"] if has_lengths else []
        names[variant] = ", ".join(parts)
    if len(set(names.values())) < len(names):
        names = {variant: f"{variant}: {name}" for variant, name in names.items()}
    return names


def epochs(settings: SkipConnectionsSettings) -> float:
    """Passes over the training images."""
    size = settings.data.train_size
    batch = min(settings.batch_size or size, size)
    steps = size // batch if settings.last_batch == "drop" else -(-size // batch)
    return settings.trainer.max_steps / steps


def networks_of(readings: Sequence[Reading]) -> str:
    """The networks as one phrase for captions, such as "34 layers, 8 channels, digits"."""
    depths = sorted({reading.settings.depth for reading in readings})
    [first, *_] = readings
    layers = " and ".join(f"{depth}" for depth in depths)
    data = first.settings.data.name.replace("_", "-")
    return f"{layers} layers, {first.settings.model.width} channels at first, on {data}"


def _order(reading: Reading) -> tuple[int, bool, int]:
    settings = reading.settings
    return settings.depth, not settings.model.skip, settings.trainer.max_steps
