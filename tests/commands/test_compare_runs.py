"""`dqn-tui compare` without a screen, and what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.comparisons import run_events, write_runs
from tests.helpers import call_program, one_line, program_environment
from tests.terminal import Terminal, dqn_tui


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    """Two learning rates, two seeds each."""
    return write_runs(
        tmp_path / "runs",
        *(
            run_events((10.0, 20.0 * rate), evaluations={200: 100 * rate + seed}, learning_rate=rate, seed=seed)
            for rate in (1.0, 2.0)
            for seed in (1, 2)
        ),
    )


def test_tables_in_a_pipe_are_plain_and_name_each_run(runs: list[Path], capfd: pytest.CaptureFixture[str]) -> None:
    assert call_program("compare", *map(str, runs), "--by", "learning_rate") == 0
    output = capfd.readouterr().out
    lines = [line.split() for line in output.splitlines()]
    assert lines[:3] == [
        ["Runs"],
        ["id", "learning_rate", "seed", "step", "state", "run"],
        ["a", "1", "1", "200", "done", str(runs[0])],
    ]
    assert ["A", "learning_rate=1", "2", "101.5", "(101", "to", "102)", "-", "0.00"] in [line[:9] for line in lines]
    assert "\x1b" not in output


def test_json_is_one_object_with_groups(runs: list[Path], capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ["compare", *map(str, runs), "--by", "learning_rate", "--json"]
    assert call_program(*arguments) == 0
    first = capfd.readouterr().out
    found = json.loads(first, parse_constant=pytest.fail)
    assert found["differing_settings"] == ["learning_rate", "seed"]
    assert [run["settings"] for run in found["runs"][:2]] == [
        {"learning_rate": 1.0, "seed": 1},
        {"learning_rate": 1.0, "seed": 2},
    ]
    assert [group["scores"]["best_evaluation"]["iqm"] for group in found["groups"]] == [101.5, 201.5]
    assert [item["best_evaluation"] for item in found["probability_of_improvement"]] == [0.0, 1.0]
    assert call_program(*arguments) == 0
    assert capfd.readouterr().out == first


def test_csv_has_a_row_for_each_point_of_each_curve(
    runs: list[Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "curves.csv"
    assert call_program("compare", *map(str, runs), "--csv", str(path)) == 0
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["value"] for row in rows if row["metric"] == "return" and row["run"] == str(runs[3])] == [
        "10.0",
        "40.0",
    ]
    assert capfd.readouterr().out == ""


def test_newest_run_and_patterns_name_runs_and_each_is_taken_once(
    runs: list[Path], capfd: pytest.CaptureFixture[str]
) -> None:
    (runs[0].parent / "notes").mkdir()
    pattern = str(runs[0].parent / "*")
    assert call_program("compare", pattern, str(runs[1]), "--json") == 0
    assert [run["run"] for run in json.loads(capfd.readouterr().out)["runs"]] == [str(run) for run in runs]
    assert call_program("compare", "latest", "--runs-dir", str(runs[0].parent), "--json") == 0
    assert len(json.loads(capfd.readouterr().out)["runs"]) == 1


def test_one_run_is_shown_and_said_to_be_alone(runs: list[Path], capfd: pytest.CaptureFixture[str]) -> None:
    assert call_program("compare", str(runs[0])) == 0
    captured = capfd.readouterr()
    assert "nothing to compare it with" in one_line(captured.err)
    assert "101" in captured.out


def test_wrong_use_is_one_line_and_exit_code_2(
    runs: list[Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = str(runs[0])
    for arguments, message in (
        (["nowhere"], "nowhere is no run folder"),
        ([str(tmp_path)], "is no run folder"),
        ([str(tmp_path / "x*")], "no run matches"),
        (["latest", "--runs-dir", str(tmp_path / "none")], "there are no runs"),
        ([run, "--by", "lr"], "did you mean learning_rate?"),
        ([run, "--csv", str(tmp_path / "no" / "x.csv")], "cannot be written"),
        ([run, "--plot", "x.txt"], "ends in .svg, .png, .pdf, got 'x.txt'"),
        ([], "RUN"),
    ):
        assert call_program("compare", *arguments) == 2, arguments
        assert message in one_line(capfd.readouterr().err)


def test_program_draws_the_comparison_on_a_terminal_and_restores_it(runs: list[Path]) -> None:
    command = dqn_tui("compare", *map(str, runs), "--by", "settings")
    with Terminal(command, columns=100, rows=30, variables=program_environment(), is_fresh=True) as terminal:
        terminal.wait_for("compare 4 runs")
        terminal.wait_for("learning_rate=2")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.modes_left_on == []


def test_interrupt_ends_the_screen_with_its_own_code(runs: list[Path]) -> None:
    with Terminal(dqn_tui("compare", str(runs[0])), variables=program_environment(), is_fresh=True) as terminal:
        terminal.wait_for("nothing to compare it with")
        terminal.press("ctrl+c")
        assert terminal.wait_for_exit() == 0
        assert terminal.modes_left_on == []
