"""Watched episodes."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from gymnasium.envs.classic_control import CartPoleEnv

from dqn_tui.dqn.network import QNetwork
from dqn_tui.rollout import SPEEDS, RolloutFrame
from dqn_tui.spaces import Spaces
from dqn_tui.training.player import EpisodePlayer
from dqn_tui.training.policy import Policy
from tests.helpers import LIMIT_SECONDS, quick_config, wait_until

NETWORK = QNetwork(quick_config(), Spaces((4,), 2), generator=torch.Generator().manual_seed(0))


@pytest.fixture
def player() -> Iterator[EpisodePlayer]:
    player = EpisodePlayer(quick_config(env="CartPole-v1"), 1, lambda: Policy(NETWORK, 1_234))
    yield player
    player.close()


def frame_of(player: EpisodePlayer) -> RolloutFrame:
    wait_until(lambda: player.frame is not None, "a first frame")
    assert player.frame is not None
    return player.frame


def pause(player: EpisodePlayer) -> RolloutFrame:
    """Pause the player; return the frame at which it stopped."""
    player.toggle_pause()
    assert player.is_paused
    return advance(player, frame_of(player))


def advance(player: EpisodePlayer, before: RolloutFrame) -> RolloutFrame:
    player.advance()
    wait_until(lambda: player.frame is not before, "the next frame")
    return frame_of(player)


def test_a_frame_says_what_is_shown(player: EpisodePlayer) -> None:
    frame = frame_of(player)
    assert frame.policy == "live @ step 1,234"
    assert frame.episode == 1
    assert isinstance(frame.picture, np.ndarray)
    expected = NETWORK.q_values(np.array([frame.observation], np.float32))[0]
    np.testing.assert_allclose(frame.q_values, expected, rtol=1e-5)
    assert frame.action == int(np.argmax(frame.q_values))
    assert player.error is None


def test_a_frame_names_actions_and_entries(player: EpisodePlayer) -> None:
    frame = frame_of(player)
    assert frame.action_names == ("left", "right")
    assert frame.observation_names == ("x", "x'", "θ", "θ'")


def test_while_paused_it_goes_one_frame_forward_at_a_time(player: EpisodePlayer) -> None:
    frame = pause(player)
    for _ in range(3):
        following = advance(player, frame)
        if following.episode == frame.episode:
            assert following.step == frame.step + 1
            assert following.episode_return == frame.episode_return + 1
        frame = following


def test_an_episode_ends_and_the_next_begins_from_its_reset(player: EpisodePlayer) -> None:
    frame = pause(player)
    while not frame.ending:
        frame = advance(player, frame)
    assert frame.ending == "terminated"
    following = advance(player, frame)
    assert (following.episode, following.step, following.episode_return) == (frame.episode + 1, 0, 0.0)


def test_a_new_episode_can_be_begun_at_once(player: EpisodePlayer) -> None:
    pause(player)
    player.start_new_episode()
    wait_until(lambda: frame_of(player).episode == 2, "the second episode")


def test_speeds_stop_at_their_ends(player: EpisodePlayer) -> None:
    assert player.speed == 1.0
    for _ in range(20):
        player.change_speed(1)
    assert player.speed == max(SPEEDS)
    for _ in range(20):
        player.change_speed(-1)
    assert player.speed == min(SPEEDS)


@pytest.mark.parametrize(
    ("env_id", "word"), [("Toy/RaisesAtOnce-v0", "the motor burnt out"), ("No-v0", "No-v0"), ("Toy/Truncated-v0", "")]
)
def test_an_environment_that_fails_ends_the_player_with_one_line(env_id: str, word: str) -> None:
    network = QNetwork(quick_config(net_arch=[]), Spaces((1,), 2), generator=torch.Generator().manual_seed(0))
    player = EpisodePlayer(quick_config(env=env_id), 1, lambda: Policy(network, 0))
    for _ in range(10):
        player.change_speed(1)
    if word:
        wait_until(lambda: player.error is not None, "an error")
        assert word in (player.error or "")
        assert "\n" not in (player.error or "")
    else:
        assert frame_of(player).picture is None
    player.close()


def test_closed_player_closes_its_environment_and_ends(player: EpisodePlayer, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    monkeypatch.setattr(CartPoleEnv, "close", lambda _: closed.append(threading.current_thread().name))
    frame_of(player)
    assert not player.join(0)
    player.close()
    assert player.join(LIMIT_SECONDS)
    assert closed == ["rollout"]


def test_joining_a_player_whose_environment_hangs_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    hangs, may_go_on = threading.Event(), threading.Event()

    def hang(_: CartPoleEnv) -> None:
        hangs.set()
        may_go_on.wait(LIMIT_SECONDS)

    monkeypatch.setattr(CartPoleEnv, "render", hang)
    player = EpisodePlayer(quick_config(env="CartPole-v1"), 1, lambda: Policy(NETWORK, 0))
    try:
        assert hangs.wait(LIMIT_SECONDS)
        player.close()
        assert not player.join(0.01)
    finally:
        may_go_on.set()
    assert player.join(LIMIT_SECONDS)


def test_without_a_policy_it_says_so() -> None:
    player = EpisodePlayer(quick_config(env="CartPole-v1"), 1, lambda: None)
    wait_until(lambda: player.error is not None, "an error")
    assert player.error == "there is no policy yet"


def test_a_frame_says_which_actions_are_allowed(player: EpisodePlayer) -> None:
    assert frame_of(player).mask is None
    config = quick_config(env="Taxi-v4")
    network = QNetwork(config, Spaces((500,), 6), generator=torch.Generator().manual_seed(0))
    masked = EpisodePlayer(config, 1, lambda: Policy(network, 1))
    try:
        frame = frame_of(masked)
    finally:
        masked.close()
    assert frame.mask is not None
    assert len(frame.mask) == 6
    assert not all(frame.mask)
    assert frame.mask[frame.action]
