"""The picture of a comparison for papers."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dqn_tui.errors import UsageError
from dqn_tui.view.x_unit import XUnit
from tests.comparisons import compare, run_events

pytest.importorskip("matplotlib")

from dqn_tui.exports.comparison_plot import write_plot

RUNS = [run_events((1.0, 2.0, 3.0 * seed), seed=seed, gamma=gamma) for seed in (1, 2) for gamma in (0.9, 0.99)]


def test_picture_of_the_same_comparison_has_the_same_bytes(tmp_path: Path) -> None:
    pictures = []
    for name in ("a.svg", "b.svg"):
        write_plot(compare(*RUNS), tmp_path / name, by="gamma", axis=XUnit.SECOND, seed=1)
        pictures.append((tmp_path / name).read_bytes())
    assert pictures[0] == pictures[1]
    assert b"gamma=0.99 (IQM of 2)" in pictures[0] or b"<svg" in pictures[0]


def test_png_is_written_with_runs_alone_and_hostile_names(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    write_plot(compare(*RUNS, run_events(name="$\\frac{")), path, by=None, axis=XUnit.STEP, seed=0)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_file_that_cannot_be_written_and_unknown_kinds_are_refused(tmp_path: Path) -> None:
    for name, message in (("no/x.svg", "cannot be written"), ("x.gif", "ends in")):
        with pytest.raises(UsageError, match=message):
            write_plot(compare(*RUNS), tmp_path / name, by=None, axis=XUnit.STEP, seed=0)


def test_without_matplotlib_one_line_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match=r"pip install 'dqn-tui\[plot\]'"):
        write_plot(compare(*RUNS), tmp_path / "x.svg", by=None, axis=XUnit.STEP, seed=0)
