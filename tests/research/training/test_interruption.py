"""Signals as requests, with real signals."""

import signal

import pytest

from research.training.interruption import Interrupted, Interruption


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["SIGTERM", "SIGINT"]
)
def test_a_signal_is_remembered_and_not_died_of(number, code):
    with Interruption() as interruption:
        interruption.raise_if_requested()
        assert not interruption.requested
        signal.raise_signal(number)
        assert interruption.requested
        with pytest.raises(Interrupted, match=f"interrupted by {number.name}") as stop:
            interruption.raise_if_requested()
    assert stop.value.exit_code == code


def test_the_first_signal_counts():
    """Who sends SIGTERM and then loses patience still gets the exit code of SIGTERM."""
    with Interruption() as interruption:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
    assert interruption.signal_number == signal.SIGTERM


def test_the_former_handlers_come_back():
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError), Interruption() as interruption:
        assert signal.getsignal(signal.SIGTERM) == interruption._remember
        raise ZeroDivisionError
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_a_library_that_puts_its_own_handlers_on_top_is_overruled():
    """Lightning does; `install` is called again, and the first handlers still come back."""
    before = signal.getsignal(signal.SIGTERM)
    with Interruption() as interruption:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        interruption.install()
        signal.raise_signal(signal.SIGTERM)
        assert interruption.requested
    assert signal.getsignal(signal.SIGTERM) == before


def test_code_that_handles_errors_does_not_swallow_it():
    assert not issubclass(Interrupted, Exception)
