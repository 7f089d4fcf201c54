"""The line of progress: in a terminal, in a notebook, in a pipe."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from dqn_tui.api.progress import NoProgress, PlainLines, ProgressLine, choose_printer
from dqn_tui.events import WarningRaised
from dqn_tui.view.run_view import RunView
from tests.api.helpers import quick_train


class Terminal(io.StringIO):
    """A terminal that keeps what is written."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """It is one."""
        return True


class ZMQInteractiveShell:
    """As IPython names the shell of a notebook's kernel."""

    kernel = object()


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel of a notebook."""
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=ZMQInteractiveShell))


def test_a_pipe_is_silent_unless_progress_is_wanted(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    quick_train(tmp_path)
    assert capfd.readouterr() == ("", "")
    quick_train(tmp_path, progress=True)
    output = capfd.readouterr()
    assert "run completed at step 200" in output.out
    assert (output.err, "\r" in output.out) == ("", False)


def test_a_terminal_gets_one_line_on_standard_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    quick_train(tmp_path)
    written = terminal.getvalue()
    assert written.startswith("\r")
    assert written.count("\n") == 1
    last = written.rpartition("\r")[2]
    assert last.startswith("DONE  200/200 steps (100%)")


@pytest.mark.usefixtures("notebook")
def test_a_notebook_gets_one_line_without_codes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    quick_train(tmp_path)
    output = capfd.readouterr()
    assert output.err == ""
    assert "\x1b" not in output.out
    assert output.out.count("\n") == 1
    assert output.out.rpartition("\r")[2].startswith("DONE  200/200 steps (100%)")


def test_the_printer_follows_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", Terminal())
    assert isinstance(choose_printer("auto"), ProgressLine)
    assert isinstance(choose_printer(True), ProgressLine)
    assert isinstance(choose_printer(False), NoProgress)
    monkeypatch.setattr("sys.stderr", None)
    assert isinstance(choose_printer("auto"), NoProgress)
    assert isinstance(choose_printer(True), PlainLines)


def test_others_print_on_an_empty_line_and_warnings_stay_above() -> None:
    for is_terminal, erased in ((True, "\r\x1b[K"), (False, "\r" + 80 * " ")):
        terminal = Terminal()
        printer, view = ProgressLine(terminal, is_terminal=is_terminal), RunView()
        view.total_timesteps = 10
        printer.refresh(view)
        drawn = len(terminal.getvalue())
        warning = WarningRaised(time=0.0, step=1, message="disk\x1b[31m full")
        printer.show(warning, view.apply(warning))
        after = terminal.getvalue()[drawn:]
        assert after.startswith(erased[:10])
        assert after.endswith("full\n")
        assert "\x1b[31m" not in after
        printer.clear()
        assert terminal.getvalue()[drawn:] == after


def test_an_output_that_is_lost_ends_nothing() -> None:
    terminal = Terminal()
    printer = ProgressLine(terminal, is_terminal=True)
    terminal.close()
    printer.refresh(RunView())
    printer.close()
