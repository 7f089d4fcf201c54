"""Watched episodes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from gymnasium.envs.classic_control import CartPoleEnv

from dqn_tui.dqn.network import QNetwork
from dqn_tui.policy_choice import BEST, LIVE, PolicyChoice
from dqn_tui.rollout import END, SPEEDS, RecordedEpisode, RolloutFrame
from dqn_tui.spaces import Spaces
from dqn_tui.training.player import EpisodePlayer
from dqn_tui.training.policy import Policy
from tests.helpers import LIMIT_SECONDS, quick_config, wait_until

NETWORK = QNetwork(quick_config(), Spaces((4,), 2), generator=torch.Generator().manual_seed(0))


class Shelf:
    """Policies by name, all of step 1,234."""

    def __init__(self, networks: dict[str, QNetwork], step: int = 1_234) -> None:
        self._networks = networks
        self._step = step

    def list_choices(self) -> list[PolicyChoice]:
        return [PolicyChoice(name) for name in self._networks]

    def load(self, choice: PolicyChoice) -> Policy | None:
        network = self._networks.get(choice.name)
        return None if network is None else Policy(network, self._step)


def lone(network: QNetwork, step: int) -> Callable[[Spaces], Shelf]:
    return lambda _: Shelf({LIVE: network}, step)


@pytest.fixture
def player() -> Iterator[EpisodePlayer]:
    player = EpisodePlayer(quick_config(env="CartPole-v1"), 1, lone(NETWORK, 1_234))
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
    wait_until(lambda: (frame_of(player).episode, frame_of(player).step) != (before.episode, before.step), "a frame")
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
    player = EpisodePlayer(quick_config(env=env_id), 1, lone(network, 0))
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
    player = EpisodePlayer(quick_config(env="CartPole-v1"), 1, lone(NETWORK, 0))
    try:
        assert hangs.wait(LIMIT_SECONDS)
        player.close()
        assert not player.join(0.01)
    finally:
        may_go_on.set()
    assert player.join(LIMIT_SECONDS)


def test_without_a_policy_it_says_so() -> None:
    player = EpisodePlayer(quick_config(env="CartPole-v1"), 1, lambda _: Shelf({}))
    wait_until(lambda: player.error is not None, "an error")
    assert player.error == "there is no policy yet"


def test_a_frame_says_which_actions_are_allowed(player: EpisodePlayer) -> None:
    assert frame_of(player).mask is None
    config = quick_config(env="Taxi-v4")
    network = QNetwork(config, Spaces((500,), 6), generator=torch.Generator().manual_seed(0))
    masked = EpisodePlayer(config, 1, lone(network, 1))
    try:
        frame = frame_of(masked)
    finally:
        masked.close()
    assert frame.mask is not None
    assert len(frame.mask) == 6
    assert not all(frame.mask)
    assert frame.mask[frame.action]


def settled(player: EpisodePlayer, is_there: Callable[[RolloutFrame], bool]) -> RolloutFrame:
    """Wait for a frame of that kind, and return it."""
    wait_until(lambda: player.frame is not None and is_there(player.frame), f"that frame, not {player.frame}")
    return frame_of(player)


def at(step: int) -> Callable[[RolloutFrame], bool]:
    return lambda frame: frame.timeline.playhead == step


@pytest.fixture
def shelf_player() -> Iterator[EpisodePlayer]:
    """A paused player with three policies that play differently."""
    networks = {
        name: QNetwork(quick_config(), Spaces((4,), 2), generator=torch.Generator().manual_seed(seed))
        for seed, name in enumerate([LIVE, BEST, "step_000000009"])
    }
    player = EpisodePlayer(quick_config(env="CartPole-v1"), 1, lambda _: Shelf(networks))
    player.toggle_pause()
    player.seek(0)
    yield player
    player.close()


def test_the_playhead_goes_anywhere_and_what_is_there_stays_the_same(player: EpisodePlayer) -> None:
    player.toggle_pause()
    player.seek(END)
    last = settled(player, lambda frame: frame.ending != "")
    assert last.timeline.length == last.step == last.timeline.known
    player.seek(2)
    second = settled(player, at(2))
    assert second.timeline.known == last.step
    player.advance(-10)
    assert settled(player, at(0)).episode_return == 0.0
    player.advance(3)
    player.advance(-1)
    again = settled(player, at(2))
    assert again.q_values == second.q_values
    assert np.array_equal(np.asarray(again.picture), np.asarray(second.picture))
    player.seek(last.step + 50)
    assert settled(player, lambda frame: frame.ending != "").step == last.step


def test_playing_goes_on_from_the_place_that_was_sought(player: EpisodePlayer) -> None:
    player.seek(END)
    settled(player, lambda frame: frame.ending != "")
    player.seek(0)
    assert settled(player, lambda frame: 0 < frame.step < frame.timeline.known).episode == 1
    settled(player, lambda frame: frame.episode == 2)


def test_another_policy_plays_the_same_episode_from_its_start(shelf_player: EpisodePlayer) -> None:
    first = settled(shelf_player, at(0))
    shelf_player.choose_policy(+1)
    second = settled(shelf_player, lambda frame: frame.policy != first.policy)
    assert second.policy == "best @ step 1,234"
    assert second.observation == first.observation
    assert second.q_values != first.q_values
    shelf_player.choose_policy(-1)
    assert settled(shelf_player, lambda frame: frame.policy == first.policy).q_values == first.q_values


def test_two_policies_play_in_step_from_the_same_seed(shelf_player: EpisodePlayer) -> None:
    shelf_player.toggle_compare()
    first = settled(shelf_player, lambda frame: frame.beside is not None)
    assert first.beside is not None
    assert first.beside.policy == "best @ step 1,234"
    assert first.beside.observation == first.observation
    shelf_player.seek(END)
    last = settled(shelf_player, lambda frame: bool(frame.ending and frame.beside and frame.beside.ending))
    assert last.beside is not None
    assert last.timeline.length == max(last.step, last.beside.step)
    parting = last.timeline.parting
    assert parting is not None
    for step in (parting, parting + 1):
        shelf_player.seek(step)
        shown = settled(shelf_player, at(step))
        assert shown.beside is not None
        assert (shown.observation == shown.beside.observation) == (step == parting)
    shelf_player.choose_compared_policy(+1)
    other = settled(shelf_player, lambda frame: frame.beside is not None and frame.beside.policy.startswith("live @"))
    assert other.timeline.playhead == parting + 1
    shelf_player.toggle_compare()
    assert settled(shelf_player, lambda frame: frame.beside is None).step == parting + 1


def test_without_another_policy_nothing_is_compared(player: EpisodePlayer) -> None:
    pause(player)
    player.toggle_compare()
    assert settled(player, lambda frame: frame.note != "").note == "there is no other policy to compare with"
    player.choose_policy(+1)
    assert settled(player, lambda frame: frame.note == "there is no other policy").beside is None


RECORD = RecordedEpisode(312, 0, 5, np.array([1] * 9, np.int64), 0, is_truncated=False, episode_return=9.0)


def test_a_recorded_episode_stops_at_its_end_and_plays_again() -> None:
    player = EpisodePlayer(quick_config(env="CartPole-v1"), 1, lone(NETWORK, 1), record=RECORD)
    try:
        first = settled(player, lambda frame: frame.is_recorded)
        assert (first.episode, first.timeline.length) == (312, 9)
        player.change_speed(+1)
        last = settled(player, lambda frame: frame.ending != "")
        assert last.timeline.playhead == 9
        wait_until(lambda: player.is_paused, "the pause at the end")
        player.toggle_pause()
        settled(player, lambda frame: frame.step < 9)
        settled(player, lambda frame: frame.ending != "")
        player.toggle_compare()
        greedy = settled(player, lambda frame: frame.beside is not None).beside
        assert greedy is not None
        assert not greedy.is_recorded
        player.seek(0)
        settled(player, at(0))
        shown = frame_of(player)
        assert shown.beside is not None
        assert shown.beside.observation == shown.observation
        player.start_new_episode()
        assert settled(player, lambda frame: not frame.is_recorded).episode == 1
    finally:
        player.close()
