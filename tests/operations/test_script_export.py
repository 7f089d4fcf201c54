"""Episodes of the theatre as files: greedy and recorded ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from dqn_tui.envs.make import make_environment
from dqn_tui.errors import UsageError
from dqn_tui.operations.script_export import start_export
from dqn_tui.runs.episode_reader import read_episode
from dqn_tui.training.evaluation import evaluate
from dqn_tui.training.policy import Policy
from dqn_tui.training.take import PlayedScript, Script
from tests.helpers import train

pillow = pytest.importorskip("PIL.Image")
pytest.importorskip("imageio_ffmpeg")


def count_frames(path: Path) -> int:
    with pillow.open(path) as image:
        return int(image.n_frames)


def test_a_greedy_episode_is_written_from_its_reset_to_its_end(tmp_path: Path) -> None:
    session = train(tmp_path)
    config, network = session.trainer._config, session.agent.copy_policy()
    script = Script(Policy(network, 1), "live", 1, 77)
    out = tmp_path / "greedy.gif"
    export = start_export(PlayedScript(config, script), out, has_bars=True)
    assert export.join(60)
    evaluation = evaluate(network, make_environment(config), 1, lambda _: 77, max_steps=10_000)
    assert evaluation is not None
    assert (export.error, export.frames) == (None, evaluation.lengths[0] + 1)
    assert export.outcome is not None
    assert f"return {evaluation.returns[0]:g}" in export.outcome


def test_a_recorded_episode_is_written_even_without_a_policy(tmp_path: Path) -> None:
    session = train(tmp_path)
    record = read_episode(session.folder, 2)
    out = tmp_path / "record.gif"
    script = Script(None, "no policy yet", record.number, record.seed, record)
    export = start_export(PlayedScript(session.trainer._config, script), out, has_bars=False)
    assert export.join(60)
    assert export.error is None
    assert export.report is not None
    assert export.report.episode_return == record.episode_return
    assert export.frames == len(record.actions) + 1 >= count_frames(out)


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    session = train(tmp_path)
    played = PlayedScript(session.trainer._config, Script(None, "", 1, 1, read_episode(session.folder, 1)))
    with pytest.raises(UsageError, match=r"must end in \.gif or \.mp4, got 'a\.avi'"):
        start_export(played, tmp_path / "a.avi", has_bars=False)
