"""Suggestions for ids that nothing has registered."""

from __future__ import annotations

import pytest

from dqn_tui.envs.near_ids import near_ids


@pytest.mark.parametrize(
    ("env_id", "expected"),
    [
        ("cartpole-v1", ["CartPole-v1"]),
        ("CartPole-v99", ["CartPole-v1"]),
        ("CartPol-v1", ["CartPole-v1"]),
        ("Pong-v5", ["ALE/Pong-v5"]),
        ("pong", ["ALE/Pong-v5"]),
        ("ALE/Pong-v9", ["ALE/Pong-v5"]),
        ("Qbert-v9", ["ALE/Qbert-v5"]),
        ("ale/Pon-v5", ["ALE/Pong-v5"]),
        ("breakout-v1", ["MinAtar/Breakout-v1"]),
        ("Breakout-v5", ["ALE/Breakout-v5"]),
        ("minatar/breakout-v0", ["MinAtar/Breakout-v0"]),
        ("LunarLandar-v3", ["LunarLander-v3"]),
        ("lunarlander", ["LunarLander-v3"]),
        ("EnvPool/highway-fast", ["EnvPool/highway-fast-v0"]),
        ("minigrid-doorkey-5x5-v1", ["MiniGrid-DoorKey-5x5-v0"]),
        ("Nothing-v0", []),
        ("", []),
        ("a/b/c-v1-v2\nd", []),
        ("zzz" * 1_000, []),
        ("CartPole-v" + "9" * 5_000, []),
    ],
)
def test_a_wrong_id_suggests_the_one_that_is_meant(env_id: str, expected: list[str]) -> None:
    assert near_ids(env_id)[:1] == expected
