"""From the words of a command line to a call: finds the command and splits its arguments."""

from typing import cast

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from experiments.command_line.arguments import (
    Arguments,
    TypedSettings,
    read_overrides,
    refuse_overrides,
    split,
    unknown_option,
)
from experiments.command_line.catalog import Experiment, find
from experiments.command_line.commands import LANDSCAPE, LISTINGS, OVERRIDABLE, SWEEP, app
from research.settings.errors import SettingsError, unknown


def dispatch(arguments: list[str]) -> int:
    """Runs the command that the arguments name.

    Returns:
        Its exit code.

    Raises:
        SettingsError: the arguments can't be.
        typer.TyperException: Typer refuses what is left of them.
    """
    group = cast(TyperGroup, get_command(app))
    if not arguments or arguments[0] == "--help":
        return _typer(group, ["--help"])
    if arguments == ["--version"]:
        return _version()
    name, *rest = arguments
    if name.startswith("-"):
        raise unknown("option", name, ["--help", "--version"])
    if name not in group.commands:
        raise unknown("command", name, list(group.commands))
    command = cast(TyperCommand, group.commands[name])
    options = _options(command)
    parts = split(rest, options)
    if name not in OVERRIDABLE:
        refuse_overrides(parts.overrides, options)
    if parts.wants_help:
        return _help(group, name, parts, options)
    _require_arguments(command, name, parts, options)
    typed = TypedSettings(parts.overrides, options, ["descent", *arguments])
    return _typer(group, [name, *parts.declared], typed)


def _options(command: TyperCommand) -> dict[str, bool]:
    """The declared options, and whether each takes a value."""
    options = {"--help": False}
    for parameter in command.params:
        if isinstance(parameter, TyperOption):
            options |= dict.fromkeys(parameter.opts, not parameter.is_flag)
    return options


def _require_arguments(
    command: TyperCommand, name: str, parts: Arguments, options: dict[str, bool]
) -> None:
    """Positional arguments: as many as the command takes; none beside an option that lists.

    A misspelled option without a dot may have swallowed one as its value, so it is named first.
    """
    wanted = [each for each in command.params if isinstance(each, TyperArgument)]
    listing = [option for option in LISTINGS if option in options and option in parts.declared]
    if listing:
        _require_only(name, listing, parts)
    elif wanted and not parts.positional:
        for override in parts.overrides:
            if "." not in override.key:
                raise SettingsError(unknown_option(override, options))
        what = wanted[0].metavar
        instead = "".join(f", or {option}" for option in LISTINGS if option in options)
        raise SettingsError(f"{name} needs {what}: write descent {name} {what}{instead}")
    many = any(each.nargs == -1 for each in wanted)
    if not many and len(parts.positional) > len(wanted):
        extra = parts.positional[len(wanted)]
        raise SettingsError(f"{name} takes no argument {extra!r}; settings are --key value")


def _require_only(name: str, listing: list[str], parts: Arguments) -> None:
    """A list of all choices has nothing to do with one experiment or its settings."""
    others = [f"--{override.key}" for override in parts.overrides]
    others += [word.partition("=")[0] for word in parts.declared if word not in (*LISTINGS, "--")]
    if others:
        raise SettingsError(f"{name} {' '.join(listing)} stands alone, found {others[0]} beside it")


def _help(group: TyperGroup, name: str, parts: Arguments, options: dict[str, bool]) -> int:
    """The command's own help, and all settings: with `run` and `show`, those of an experiment."""
    if name == LANDSCAPE:
        return _help_with_measurements(group, parts, options)
    if name not in OVERRIDABLE or not parts.positional:
        return _typer(group, [name, "--help"])

    from experiments.command_line.settings_help import print_settings
    from experiments.command_line.terminal import make_console

    experiment = find(parts.positional[0])
    if name == SWEEP:
        return _help_with_search(group, experiment, parts, options)
    overrides = read_overrides(parts.overrides, experiment.settings_class(), options)
    _typer(group, [name, "--help"])
    print_settings(make_console(), experiment, overrides)
    return 0


def _help_with_search(
    group: TyperGroup, experiment: Experiment, parts: Arguments, options: dict[str, bool]
) -> int:
    from experiments.command_line.search.words import read_words
    from experiments.command_line.search_help import print_search
    from experiments.command_line.settings_help import print_settings
    from experiments.command_line.terminal import make_console

    words = read_words(parts.overrides, experiment.settings_class(), options)
    _typer(group, [SWEEP, "--help"])
    console = make_console()
    print_settings(console, experiment, words.settings)
    print_search(console, experiment, words.settings, words.search)
    return 0


def _help_with_measurements(group: TyperGroup, parts: Arguments, options: dict[str, bool]) -> int:
    from experiments.command_line.settings_help import print_measured
    from experiments.command_line.terminal import make_console
    from experiments.network_landscape.settings import MeasuredSettings

    overrides = read_overrides(parts.overrides, MeasuredSettings, options)
    _typer(group, [LANDSCAPE, "--help"])
    print_measured(make_console(), overrides)
    return 0


def _typer(group: TyperGroup, arguments: list[str], typed: TypedSettings | None = None) -> int:
    code = group.main(arguments, prog_name="descent", standalone_mode=False, obj=typed)
    return code if isinstance(code, int) else 0


def _version() -> int:
    from importlib.metadata import PackageNotFoundError, version

    try:
        typer.echo(f"descent {version('descent')}")
    except PackageNotFoundError:
        typer.echo("descent, not installed: running from a checkout")
    return 0
