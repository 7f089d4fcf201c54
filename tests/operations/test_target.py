"""TARGET: a run, a checkpoint, the newest run."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dqn_tui.errors import UsageError
from dqn_tui.operations.target import find_checkpoint, find_own_run, resolve_run
from dqn_tui.runs.checkpoint import read_checkpoint
from dqn_tui.runs.folder import RunFolder, create_run_folder
from tests.helpers import call_program, one_line, train


@pytest.fixture(scope="module")
def runs_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A runs folder whose newest run has no checkpoint."""
    path = tmp_path_factory.mktemp("runs")
    train(path)
    newest = create_run_folder(path, "CartPole-v1", "new", datetime(2100, 1, 1, tzinfo=UTC))
    newest.events.write_bytes(b"")
    return path


def older(runs_dir: Path) -> RunFolder:
    (path,) = (path for path in runs_dir.iterdir() if "__new__" not in path.name)
    return RunFolder(path)


def test_latest_is_the_newest_run(runs_dir: Path) -> None:
    assert resolve_run("latest", runs_dir).name == "CartPole-v1__new__21000101-000000"
    with pytest.raises(UsageError, match="has no checkpoint"):
        find_checkpoint("latest", runs_dir, should_take_last=False)


def test_without_a_target_the_newest_run_that_has_a_checkpoint_is_meant(runs_dir: Path) -> None:
    assert find_checkpoint(None, runs_dir, should_take_last=False).path == older(runs_dir).best
    assert find_checkpoint(None, runs_dir, should_take_last=True).path == older(runs_dir).step_folders()[-1]


def test_a_checkpoint_knows_its_run_until_it_is_copied_out_of_it(runs_dir: Path, tmp_path: Path) -> None:
    run = older(runs_dir)
    for path in (run.best, run.step_folders()[-1]):
        assert find_own_run(read_checkpoint(path)) == RunFolder(run.path.absolute())
    shutil.copytree(run.best, tmp_path / "best")
    assert find_own_run(read_checkpoint(tmp_path / "best")) is None
    shutil.copytree(run.best, run.path / "elsewhere")
    assert find_own_run(read_checkpoint(run.path / "elsewhere")) is None


def test_path_is_taken_as_it_is(tmp_path: Path) -> None:
    assert resolve_run("./latest", tmp_path) == Path("latest")
    assert resolve_run("some/run", tmp_path) == Path("some/run")


@pytest.mark.parametrize(
    "arguments", [["eval"], ["watch"], ["eval", "latest"], ["watch", "latest"], ["--no-ui", "--resume", "latest"]]
)
def test_no_runs_are_one_line_that_names_the_folder(
    tmp_path: Path, arguments: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert call_program(*arguments, "--runs-dir", str(tmp_path)) == 2
    message = one_line(capfd.readouterr().err)
    assert message.startswith("dqn-tui: there are no runs")
    assert str(tmp_path) in message


@pytest.mark.parametrize("arguments", [["eval"], ["watch"], ["--no-ui", "--resume"], ["runs", "--runs-dir"]])
def test_name_of_three_hundred_characters_is_no_crash(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    code = call_program(*arguments, "x" * 300)
    output = capfd.readouterr()
    assert code == (0 if "there are no runs" in output.out else 2)
    assert "Traceback" not in output.err
    if code:
        assert "xxx" in one_line(output.err)
