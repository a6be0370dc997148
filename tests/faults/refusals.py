"""A refused command: exit code 2, and one line on the standard error."""

from experiments.__main__ import main


def refused(capsys, *words: str) -> str:
    """The one line of a refused command."""
    code = main(words)
    captured = capsys.readouterr()
    assert code == 2, captured
    assert captured.out == ""
    return one_line(captured.err)


def one_line(error: str) -> str:
    assert error.startswith("descent: "), error
    assert error.count("\n") == 1, error
    assert error.endswith("\n"), error
    assert "Traceback" not in error
    return error
