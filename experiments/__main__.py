"""The command line `descent`, also `python -m experiments`: exit codes, a line for each error."""

import gc
import sys
from collections.abc import Sequence

from research.search.errors import StorageError
from research.settings.errors import SettingsError

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130
ALLOCATIONS_BETWEEN_COLLECTIONS = 100_000
"""Python's 700 would search all that start-up makes, over and over, for garbage that it has not."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: what follows `descent`; None takes the process's own.

    Returns:
        The exit code: 0 done, 1 a run or the machine failed, 2 bad input, 3 a claim fails under
        --check, 130 or 143 stopped and resumable.
    """
    if arguments is None:
        gc.set_threshold(ALLOCATIONS_BETWEEN_COLLECTIONS)  # before most of the imports

    import typer

    from experiments.command_line.dispatch import dispatch

    try:
        code = dispatch(list(sys.argv[1:] if arguments is None else arguments))
        if sys.stdout is not None:  # as it is after `descent list >&-`
            sys.stdout.flush()
        return code
    except SettingsError as error:
        for problem in error.problems:
            _refuse(problem, BAD_INPUT)
        return BAD_INPUT
    except typer.TyperException as error:
        return _refuse(_plain(error.format_message()), BAD_INPUT)
    except StorageError as error:
        return _refuse(str(error), FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            return FAILED
        where = f": {error.filename}" if error.filename else ""
        return _refuse(f"{error.strerror or error}{where}", FAILED)


def _plain(message: str) -> str:
    """A message of Typer's as one of ours: the flag first, without quotes."""
    return message.removeprefix("Invalid value for ").replace("'", "")


def _refuse(message: str, code: int) -> int:
    """One line on stderr, whatever was in the message."""
    words = " ".join(message.split())
    line = "".join(letter if letter.isprintable() else "?" for letter in words)
    sys.stderr.write(f"descent: {line}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
