"""Watching a saved policy: what is refused before the screen, and what goes wrong behind it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from dqn_tui.events import EpisodeEnded
from dqn_tui.runs.checkpoint import read_checkpoint
from tests.helpers import Session, call_program, one_line, program_environment, reseal, train
from tests.terminal import Terminal, dqn_tui


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return train(tmp_path_factory.mktemp("runs"))


def test_watching_without_a_terminal_is_refused(run: Session, capfd: pytest.CaptureFixture[str]) -> None:
    assert call_program("watch", str(run.folder.path)) == 2
    assert "needs a terminal" in one_line(capfd.readouterr().err)


@pytest.mark.parametrize(
    ("target", "episode", "words"),
    [
        ("", "999", "has no record of episode 999: recorded are 1 to "),
        ("", "0", "0"),
        ("checkpoints/step_000000200", "999", "has no record of episode 999: recorded are 1 to "),
    ],
)
def test_episode_that_was_not_recorded_is_refused_in_one_line(
    run: Session, target: str, episode: str, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert call_program("watch", str(run.folder.path / target), "--episode", episode) == 2
    assert words in one_line(capfd.readouterr().err)


def test_run_that_recorded_nothing_says_so(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = train(tmp_path, record=False).folder
    assert call_program("watch", str(folder.path), "--episode", "1") == 2
    assert "has no record of episode 1: no training episode was recorded" in one_line(capfd.readouterr().err)


def test_training_episode_is_played_again_to_its_recorded_return(run: Session) -> None:
    ended = min(run.of(EpisodeEnded), key=lambda event: event.length)
    command = dqn_tui("watch", str(run.folder.path), "--episode", str(ended.episode))
    with Terminal(command, variables=program_environment()) as terminal:
        terminal.wait_for(f"training episode {ended.episode}")
        terminal.wait_for(f"{ended.episode_return:.1f} ")
        terminal.wait_for("terminated")
        assert "does not come out" not in terminal.text
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_screen_is_drawn_before_torch_is_loaded(run: Session, tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("import threading\nthreading.Event().wait()\n")
    variables = program_environment()
    variables["PYTHONPATH"] = os.pathsep.join([str(tmp_path), variables["PYTHONPATH"]])
    with Terminal(dqn_tui("watch", str(run.folder.path)), variables=variables, is_fresh=True) as terminal:
        terminal.wait_for("q Quit")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.modes_left_on == []


def test_leaving_while_the_policy_is_loading_is_at_once(run: Session) -> None:
    command = dqn_tui("watch", str(run.folder.path))
    with Terminal(command, variables=program_environment(), is_fresh=True) as terminal:
        terminal.wait_for("q Quit")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.modes_left_on == []
        assert "does not respond" not in terminal.text


def test_environment_that_cannot_be_made_closes_the_screen_and_is_one_line(tmp_path: Path) -> None:
    folder = train(tmp_path).folder
    started, *rest = folder.events.read_text().splitlines(keepends=True)
    folder.events.write_text(json.dumps(json.loads(started) | {"imports": ["mazes"]}) + "\n" + "".join(rest))
    reseal(folder.best, config=read_checkpoint(folder.best).config | {"env": "Maze-v0"})
    command = dqn_tui("watch", "--runs-dir", str(tmp_path))
    with Terminal(command, columns=200, variables=program_environment()) as terminal:
        assert terminal.wait_for_exit() == 2
        assert terminal.modes_left_on == []
        assert "unknown environment 'Maze-v0'" in terminal.text
        assert "--import mazes: add it" in terminal.text


def test_environment_that_raises_while_it_plays_is_a_failure(tmp_path: Path) -> None:
    path = str(train(tmp_path, env="Toy/RaisesLate-v0", save_every=100).folder.path)
    reseal(Path(path) / "best", config=read_checkpoint(Path(path) / "best").config | {"env": "Toy/RaisesAtOnce-v0"})
    command = dqn_tui("watch", path, "--import", "tests.toy")
    with Terminal(command, columns=200, variables=program_environment()) as terminal:
        terminal.wait_for("the motor burnt out")
        terminal.press("q")
        assert terminal.wait_for_exit() == 1
        assert "dqn-tui: the rollout failed: RuntimeError: the motor burnt out" in terminal.text


def test_a_seed_beside_a_training_episode_is_refused(run: Session, capfd: pytest.CaptureFixture[str]) -> None:
    assert call_program("watch", str(run.folder.path), "--episode", "1", "--seed", "4") == 2
    assert "--seed 4 cannot be combined with --episode" in one_line(capfd.readouterr().err)


def test_a_training_episode_is_written_to_a_file(
    run: Session, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("PIL")
    ended = run.of(EpisodeEnded)[1]
    out = tmp_path / "episode.gif"
    assert call_program("watch", str(run.folder.path), "--episode", str(ended.episode), "--gif", str(out)) == 0
    said = f"{ended.length + 1} frames, {(ended.length + 1) / 50:.1f} s, return {ended.episode_return:g} written to"
    assert said in capfd.readouterr().out
    assert out.exists()
