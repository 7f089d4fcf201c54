"""Grids, boards and worlds of blocks: MiniGrid and its twin in EnvPool, bsuite, Crafter, 2048, Tetris."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from dqn_tui.envs.families.crafter_game import _InOrder
from dqn_tui.envs.families.masked_2048 import LegalMoves, legal_moves
from dqn_tui.envs.families.minigrid_codes import ACTIONS, LARGEST_CODES
from dqn_tui.envs.make import make_environment
from tests.envs.helpers import make_config, random_actions, skip_unless_installed

EMPTY = "MiniGrid-Empty-5x5-v0"


def test_the_codes_and_actions_of_minigrid_are_those_of_its_package() -> None:
    skip_unless_installed(EMPTY)
    constants: Any = import_module("minigrid.core.constants")
    tables = (constants.OBJECT_TO_IDX, constants.COLOR_TO_IDX, constants.STATE_TO_IDX)
    assert tuple(max(table.values()) for table in tables) == LARGEST_CODES
    actions = [action.name for action in sorted(import_module("minigrid.core.actions").Actions)]
    assert [name.replace(" ", "") for name in ACTIONS] == actions


@pytest.mark.parametrize("env_id", ["MiniGrid-DoorKey-5x5-v0", "EnvPool/MiniGrid-DoorKey-5x5-v0"])
def test_codes_become_a_plane_for_each_object_colour_and_state(env_id: str) -> None:
    skip_unless_installed(env_id)
    environment = make_environment(make_config(env_id, observation_keys=["image"], one_hot_planes=True))
    assert environment.spec.spaces.observation_shape == (11 + 6 + 3, 7, 7)
    seen = [environment.reset(1), *(environment.step(action).observation for action in random_actions(1, 60, 7)[:, 0])]
    for planes in seen:
        for part in (slice(11), slice(11, 17), slice(17, 20)):
            assert (planes[part].sum(axis=0) == 1).all(), "each cell has one object, one colour and one state"


def test_envpools_minigrid_plays_as_the_package_does() -> None:
    """The room is always the same, so that their random numbers make no difference."""
    skip_unless_installed(EMPTY)
    skip_unless_installed(f"EnvPool/{EMPTY}")
    ours, twin = (make_environment(make_config(env_id)) for env_id in (EMPTY, f"EnvPool/{EMPTY}"))
    assert ours.spec.spaces == twin.spec.spaces
    assert ours.spec.action_names == twin.spec.action_names
    for seed, actions in enumerate([[2, 2, 1, 2, 2], *random_actions(20, 120, 7).T.tolist()]):
        np.testing.assert_array_equal(ours.reset(seed), twin.reset(seed))
        for action in actions:
            step, other = ours.step(action), twin.step(action)
            np.testing.assert_array_equal(step.observation, other.observation)
            assert step[2:] == other[2:]
            assert step.reward == pytest.approx(other.reward)
            if step.terminated or step.truncated:
                break
        assert seed > 0 or step.reward == pytest.approx(1 - 0.9 * 5 / 100)


def test_envpool_knows_environments_with_discrete_actions_for_one_agent() -> None:
    skip_unless_installed("EnvPool/")
    make_environment(make_config("EnvPool/Acrobot-v1")).close()
    known = {env_id for env_id in gym.registry if env_id.startswith("EnvPool/")}
    assert {"EnvPool/LunarLander-v3", "EnvPool/BabyAI-GoToRedBall-v0", "EnvPool/highway-fast-v0"} <= known
    assert not {"EnvPool/Pendulum-v1", "EnvPool/Pong-v5", "EnvPool/Ant-v5"} & known


def test_a_noisy_experiment_keeps_its_rules_and_changes_its_noise_with_the_seed() -> None:
    skip_unless_installed("bsuite/")
    environment = make_environment(make_config("bsuite/bandit_noise-0"))
    rewards: dict[int, list[float]] = {seed: [] for seed in range(3)}
    for seed in (0, 1, 2, 0):
        for arm in range(environment.spec.spaces.action_count):
            environment.reset(100 * seed + arm)
            step = environment.step(arm)
            assert (step.terminated, step.truncated) == (True, False)
            rewards[seed].append(step.reward)
    arms = environment.spec.spaces.action_count
    assert rewards[0][:arms] == rewards[0][arms:] != rewards[1]
    assert np.corrcoef(rewards[1], rewards[2])[0, 1] > 0.5, "the arms are worth the same"


def test_catch_falls_for_nine_steps_and_is_drawn_as_text() -> None:
    skip_unless_installed("bsuite/")
    environment = make_environment(make_config("bsuite/catch-0"), should_render=True)
    board = environment.reset(2).reshape(10, 5)
    drawn = environment.render()
    assert isinstance(drawn, str)
    assert [[cell == "#" for cell in line] for line in drawn.splitlines()] == (board == 1).tolist()
    ball, paddle = board[0].argmax(), board[9].argmax()
    toward = {-1: "left", 0: "stay", 1: "right"}
    for _ in range(9):
        step = environment.step(environment.spec.action_names.index(toward[int(np.sign(ball - paddle))]))
        paddle += np.sign(ball - paddle)
    assert (step.reward, step.terminated, step.truncated) == (1.0, True, False)


def test_crafter_ends_with_death_and_is_cut_off_at_its_length() -> None:
    skip_unless_installed("CrafterReward-v1")
    environment = make_environment(make_config("CrafterReward-v1", env_kwargs={"length": 3, "area": [24, 24]}))
    environment.reset(1)
    ends = [environment.step(0)[2:] for _ in range(3)]
    assert ends == [(False, False), (False, False), (False, True)]
    environment.reset(1)
    environment._env.unwrapped._game._player.health = 0
    assert environment.step(0)[2:] == (True, False)


def test_creatures_of_a_region_are_listed_as_they_came() -> None:
    region = _InOrder()
    for creature in ("zombie", "cow", "skeleton", "arrow"):
        region.add(creature)
    region.remove("cow")
    region.add("cow")
    assert list(region) == ["zombie", "skeleton", "arrow", "cow"]


def test_the_worlds_of_crafter_list_creatures_in_that_order() -> None:
    skip_unless_installed("CrafterReward-v1")
    environment = make_environment(make_config("CrafterReward-v1", env_kwargs={"area": [24, 24]}))
    environment.reset(1)
    regions = environment._env.unwrapped._game._world.chunks.values()
    assert {type(region) for region in regions} == {_InOrder}


@pytest.mark.parametrize(
    ("rows", "allowed"),
    [
        (["1...", "....", "....", "...."], "right down"),
        (["....", ".1..", "....", "...."], "up right down left"),
        (["1234", "5678", "1234", "5678"], ""),
        (["1234", "5678", "1234", "5677"], "right left"),
        (["1234", "1678", "5234", "1678"], "up down"),
        (["1234", "....", "....", "...."], "down"),
    ],
)
def test_a_move_of_2048_is_legal_where_a_tile_moves_or_merges(rows: list[str], allowed: str) -> None:
    board = np.array([[0 if cell == "." else int(cell) for cell in row] for row in rows], np.uint8)
    moves = zip(("up", "right", "down", "left"), legal_moves(board), strict=True)
    assert [name for name, is_legal in moves if is_legal] == allowed.split()


def test_the_legal_moves_are_those_that_the_game_accepts() -> None:
    skip_unless_installed("gymnasium_2048/")
    game: Any = import_module("gymnasium_2048.envs").TwentyFortyEightEnv
    generator = np.random.default_rng(3)
    for _ in range(200):
        board = generator.integers(0, 4, (4, 4)).astype(np.uint8) * generator.integers(0, 2, (4, 4), np.uint8)
        accepted = [game.apply_action(board=board, action=action)[2] for action in range(4)]
        assert legal_moves(board).tolist() == accepted


def test_2048_reports_its_legal_moves_at_every_step() -> None:
    class Slide(gym.Env[Any, Any]):
        board = np.array([[1, 0], [0, 0]], np.uint8)

        def reset(self, **_: Any) -> tuple[Any, dict[str, Any]]:
            return 0, {"board": self.board}

        def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:  # noqa: ARG002
            return 0, 0.0, False, False, {"board": self.board[::-1]}

    game = LegalMoves(Slide())
    assert game.reset()[1]["action_mask"].tolist() == [False, True, True, False]
    assert game.step(2)[4]["action_mask"].tolist() == [True, True, False, False]


def test_a_hard_drop_of_tetris_brings_the_next_piece() -> None:
    skip_unless_installed("tetris_gymnasium/Tetris")
    environment = make_environment(make_config("tetris_gymnasium/Tetris"), should_render=True)
    environment.reset(1)
    before = environment.render()
    environment.step(environment.spec.action_names.index("hard drop"))
    after = environment.render()
    assert isinstance(before, str)
    assert isinstance(after, str)
    assert len(after.splitlines()) == 20
    filled = [sum(cell not in ".\n" for cell in text) for text in (before, after)]
    assert filled == [4, 8], "a piece has four cells"
