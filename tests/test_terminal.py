"""The real program on a real pseudo-terminal: keys, signals, exits, and the terminal as it was before."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dqn_tui import events
from dqn_tui.preferences import Preferences, user_file
from dqn_tui.runs.checkpoint import resolve_target
from dqn_tui.runs.folder import find_run_folders
from dqn_tui.runs.journal import read_journal, read_last_event
from tests.terminal import Terminal, dqn_tui

LONG = ("--steps", "10000000")
SHORT = ("--steps", "4000", "--set", "eval_every=2000", "--set", "eval_episodes=2")


@contextmanager
def dashboard(
    runs_dir: Path, *arguments: str, columns: int = 120, rows: int = 40, is_fresh: bool = False
) -> Iterator[Terminal]:
    """The dashboard of a long run, once it trains."""
    command = dqn_tui("--runs-dir", str(runs_dir), *(arguments or LONG))
    with Terminal(command, columns, rows, is_fresh=is_fresh) as terminal:
        terminal.wait_for("RUNNING")
        yield terminal


def last_event(runs_dir: Path) -> events.Event | None:
    return read_last_event(find_run_folders(runs_dir)[0].events)


@pytest.mark.parametrize(
    ("keys", "code"), [(("q", "s"), 0), pytest.param(("q", "k"), 0, marks=pytest.mark.slow), (("ctrl+c", "ctrl+c"), 0)]
)
def test_the_stop_dialog_ends_the_run_and_restores_the_terminal(
    tmp_path: Path, keys: tuple[str, str], code: int
) -> None:
    with dashboard(tmp_path, is_fresh=True) as terminal:
        terminal.press(keys[0])
        terminal.wait_for("Stop without saving")
        terminal.press(keys[1])
        assert terminal.wait_for_exit() == code
        assert terminal.modes_left_on == []
    ended = last_event(tmp_path)
    assert isinstance(ended, events.RunEnded)
    assert ended.reason == "stopped"
    assert (ended.checkpoint is None) == (keys[1] == "k")


def test_input_that_is_not_text_is_dropped_and_an_interrupt_saves_the_run(tmp_path: Path) -> None:
    with dashboard(tmp_path) as terminal:
        terminal.send(b"\xff\xfe\xc3(\x1b[M\xf0\xf1\xf2\x1b[<999999999999;0;-1M\x1b[1;;;u")
        # A key that is read together with it is dropped with it.
        terminal.press_until("f", "FROZEN")
        terminal.send_signal(signal.SIGINT)
        assert terminal.wait_for_exit() == 130
        assert terminal.modes_left_on == []
    assert resolve_target(find_run_folders(tmp_path)[0].path, should_take_last=True).step > 0


@pytest.mark.slow
def test_an_interrupt_of_the_whole_process_group_is_one_interrupt(tmp_path: Path) -> None:
    with dashboard(tmp_path) as terminal:
        os.killpg(terminal.pid, signal.SIGINT)
        assert terminal.wait_for_exit() == 130
    ended = last_event(tmp_path)
    assert isinstance(ended, events.RunEnded)
    assert ended.checkpoint is not None


def test_ctrl_z_without_a_shell_returns_at_once_and_a_termination_still_saves(tmp_path: Path) -> None:
    with dashboard(tmp_path) as terminal:
        terminal.drawn = b""
        terminal.press("ctrl+z")
        terminal.wait_for(lambda: b"Where the time goes" in terminal.drawn.partition(b"\x1b[?1049l")[2])
        assert b"\x1b[?1049h" in terminal.drawn.partition(b"\x1b[?1049l")[2]
        terminal.press("space")
        terminal.wait_for("PAUSED")
        terminal.send_signal(signal.SIGTERM)
        assert terminal.wait_for_exit() == 143
        assert terminal.modes_left_on == []
    assert resolve_target(find_run_folders(tmp_path)[0].path, should_take_last=True).step > 0


def test_run_continues_to_its_end_without_its_terminal(tmp_path: Path) -> None:
    with dashboard(tmp_path, "--steps", "4000", "--set", "eval_every=0") as terminal:
        terminal.hang_up()
        assert terminal.wait_for_exit() == 0
    ended = last_event(tmp_path)
    assert isinstance(ended, events.RunEnded)
    assert (ended.reason, ended.step) == ("completed", 4000)


def test_lost_terminal_stops_and_saves_the_run_if_requested(tmp_path: Path) -> None:
    with dashboard(tmp_path, *LONG, "--on-hangup", "stop") as terminal:
        terminal.hang_up()
        assert terminal.wait_for_exit() == 129
    ended = last_event(tmp_path)
    assert isinstance(ended, events.RunEnded)
    assert ended.reason == "stopped"
    assert ended.checkpoint is not None


def test_the_dashboard_headless_and_pauses_end_on_the_same_weights(tmp_path: Path) -> None:
    with dashboard(tmp_path / "shown", *SHORT) as terminal:
        terminal.press("space")
        terminal.wait_for("PAUSED")
        terminal.press(".", ".", "e", "s")
        terminal.wait_for("Checkpoint saved")
        terminal.press("w")
        terminal.wait_for("ROLLOUT")
        terminal.press("esc")
        terminal.wait_until_gone("ROLLOUT")
        terminal.press("space")
        terminal.wait_for("DONE")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert "dqn-tui watch" in terminal.text
    shown = last_event(tmp_path / "shown")
    with Terminal(dqn_tui("--runs-dir", str(tmp_path / "plain"), "--no-ui", *SHORT), is_fresh=True) as terminal:
        assert terminal.wait_for_exit() == 0
    plain = last_event(tmp_path / "plain")
    assert isinstance(shown, events.RunEnded)
    assert isinstance(plain, events.RunEnded)
    assert shown.weights_sha256 == plain.weights_sha256
    assert shown.updates == plain.updates


def test_paused_run_takes_single_steps(tmp_path: Path) -> None:
    with dashboard(tmp_path) as terminal:
        terminal.press("space")
        terminal.wait_for("PAUSED")
        terminal.press(".")
        terminal.press("q")
        terminal.wait_for("Stop without saving")
        terminal.press("s")
        terminal.wait_for_exit()
    seen = list(read_journal(find_run_folders(tmp_path)[0].events))
    paused = next(event for event in seen if isinstance(event, events.Paused))
    assert isinstance(seen[-1], events.RunEnded)
    assert seen[-1].step == paused.step + 1


def test_the_window_is_named_after_the_run_until_the_program_leaves(tmp_path: Path) -> None:
    with dashboard(tmp_path) as terminal:
        terminal.wait_for(
            lambda: re.search(rb"\x1b\]2;RUNNING \d+% CartPole-v1 \S+ dqn-tui\a", terminal.drawn) is not None
        )
        terminal.press("q")
        terminal.wait_for("Stop without saving")
        terminal.press("k")
        assert terminal.wait_for_exit() == 0
        assert terminal.modes_left_on == []
    assert terminal.drawn.index(b"\x1b[22;0t") < terminal.drawn.index(b"\x1b]2;") < terminal.drawn.index(b"\x1b[23;0t")


@pytest.mark.parametrize(
    ("name", "is_named"), [("xterm-256color", True), pytest.param("linux", False, marks=pytest.mark.slow)]
)
def test_a_progress_bar_names_the_window_too_where_there_is_one(tmp_path: Path, name: str, *, is_named: bool) -> None:
    command = dqn_tui("--runs-dir", str(tmp_path), "--no-ui", *LONG)
    with Terminal(command, 120, 40, {"TERM": name}, is_fresh=True) as terminal:
        terminal.wait_for(lambda: "RUNNING" in terminal.text and (not is_named or b"\x1b]2;RUNNING" in terminal.drawn))
        terminal.send_signal(signal.SIGINT)
        assert terminal.wait_for_exit() == 130
        assert terminal.modes_left_on == []
    assert (b"\x1b[23;0t" in terminal.drawn) == (b"\x1b]" in terminal.drawn) == is_named


def test_a_terminal_that_is_too_small_says_which_size_it_needs(tmp_path: Path) -> None:
    with dashboard(tmp_path) as terminal:
        terminal.resize(30, 8)
        terminal.wait_for("40x12", 10)
        terminal.resize(120, 40)
        terminal.wait_for("Return")
        terminal.press("q")
        terminal.wait_for("Stop without saving")
        terminal.press("k")
        terminal.wait_for_exit()


def test_a_saved_policy_is_watched_and_evaluated(tmp_path: Path) -> None:
    with Terminal(dqn_tui("--runs-dir", str(tmp_path), "--no-ui", "--steps", "1500"), is_fresh=True) as terminal:
        terminal.wait_for_exit()
    run = str(find_run_folders(tmp_path)[0].path)
    with Terminal(dqn_tui("watch", run), is_fresh=True) as terminal:
        terminal.wait_for("ROLLOUT")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.modes_left_on == []
    with Terminal(dqn_tui("eval", run, "--episodes", "3", "--json"), 400, is_fresh=True) as terminal:
        assert terminal.wait_for_exit() == 0
        report = json.loads(terminal.text.strip())
    assert len(report["returns"]) == report["episodes"] == 3


def test_an_ascii_dashboard_draws_nothing_else(tmp_path: Path) -> None:
    with dashboard(tmp_path, *LONG, "--marker", "ascii", columns=80, rows=24) as terminal:
        assert terminal.text.isascii()
        terminal.press("q")
        terminal.wait_for("Stop without saving")
        assert terminal.text.isascii()
        terminal.press("k")
        terminal.wait_for_exit()


def test_locale_without_utf8_gets_nothing_but_ascii(tmp_path: Path) -> None:
    variables = {"LC_ALL": "C", "LANG": "C"}
    with Terminal(dqn_tui("--runs-dir", str(tmp_path), *SHORT), 80, 24, variables) as terminal:
        terminal.wait_for("RUNNING")
        terminal.press("space")
        terminal.wait_for("PAUSED")
        terminal.press("?")
        terminal.wait_for("one environment step while paused")
        terminal.press("q")
        terminal.wait_until_gone("one environment step while paused")
        terminal.press("q")
        terminal.wait_for("Stop without saving")
        terminal.press("s")
        assert terminal.wait_for_exit() == 0
        assert terminal.drawn.isascii()
    run = str(find_run_folders(tmp_path)[0].path)
    with Terminal(dqn_tui("watch", run), 80, 24, variables) as terminal:
        terminal.wait_for("CartPole-v1 . ")
        terminal.wait_for("t ")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.drawn.isascii()


def test_preferences_reach_the_next_program_and_the_path_the_clipboard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with dashboard(tmp_path / "runs") as terminal:
        terminal.press("m")
        terminal.wait_for("ema50")
        terminal.press("y")
        path = str(find_run_folders(tmp_path / "runs")[0].path)
        copied = b"\x1b]52;c;" + base64.b64encode(path.encode())
        terminal.wait_for(lambda: copied in terminal.drawn)
        terminal.press("q")
        terminal.wait_for("Stop without saving")
        terminal.press("k")
        terminal.wait_for_exit()
    assert user_file().preferences == Preferences(smoothing=50)
    with dashboard(tmp_path / "runs") as terminal:
        terminal.wait_for("ema50")
        terminal.press("q")
        terminal.wait_for("Stop without saving")
        terminal.press("k")
        terminal.wait_for_exit()


def test_a_run_stopped_and_resumed_in_the_dashboard_ends_on_the_same_weights(tmp_path: Path) -> None:
    with dashboard(tmp_path / "stopped", *SHORT) as terminal:
        terminal.press("space")
        terminal.wait_for("PAUSED")
        terminal.press("q")
        terminal.wait_for("Stop without saving")
        terminal.press("s")
        assert terminal.wait_for_exit() == 0
    run = find_run_folders(tmp_path / "stopped")[0].path
    with Terminal(dqn_tui("--resume", str(run)), is_fresh=True) as terminal:
        terminal.wait_for("DONE")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    with Terminal(dqn_tui("--runs-dir", str(tmp_path / "plain"), "--no-ui", *SHORT)) as terminal:
        terminal.wait_for_exit()
    resumed, plain = last_event(tmp_path / "stopped"), last_event(tmp_path / "plain")
    assert isinstance(resumed, events.RunEnded)
    assert isinstance(plain, events.RunEnded)
    assert resumed.weights_sha256 == plain.weights_sha256
    assert (resumed.episodes, resumed.updates) == (plain.episodes, plain.updates)
