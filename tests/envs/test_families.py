"""What holds for the environments of every family: reproducible episodes, and silence on the terminal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dqn_tui.envs.environment import Environment
from dqn_tui.envs.families.light_imports import stand_ins
from dqn_tui.envs.make import make_environment
from tests.envs.helpers import make_config, random_actions, skip_unless_installed

KNOWN = [
    ("MiniGrid-DoorKey-5x5-v0", 40),
    ("MiniGrid-Dynamic-Obstacles-6x6-v0", 20),
    ("BabyAI-GoToRedBall-v0", 40),
    ("highway-fast-v0", 4),
    ("bsuite/catch-0", 20),
    ("bsuite/cartpole_noise-0", 40),
    ("bsuite/deep_sea_stochastic-0", 40),
    ("bsuite/umbrella_length-22", 40),
    ("popgym-RepeatPreviousEasy-v0", 40),
    ("CrafterReward-v1", 15),
    ("VizdoomBasic-v1", 20),
    ("MiniWorld-OneRoom-v0", 20),
    ("FlappyBird-v0", 60),
    ("gymnasium_2048/TwentyFortyEight-v0", 40),
    ("tetris_gymnasium/Tetris", 60),
    ("EnvPool/MiniGrid-DoorKey-5x5-v0", 40),
    ("EnvPool/LunarLander-v3", 40),
    ("EnvPool/highway-fast-v0", 8),
]
"""An environment of each family, and how many steps of it take less than a second."""
ARGUMENTS: dict[str, dict[str, Any]] = {"CrafterReward-v1": {"area": [24, 24]}}
"""Of those that take a second to reset otherwise."""
SILENT = [
    ("BabyAI-GoToRedBall-v0", 60),
    ("highway-fast-v0", 1),
    ("bsuite/catch-0", 2),
    ("popgym-HigherLowerEasy-v0", 2),
    ("CrafterReward-v1", 1),
    ("VizdoomBasic-v1", 2),
    ("MiniWorld-OneRoom-v0", 2),
    ("FlappyBird-v0", 2),
    ("gymnasium_2048/TwentyFortyEight-v0", 2),
    ("tetris_gymnasium/Tetris", 2),
    ("EnvPool/Acrobot-v1", 2),
]
"""An environment of each family, and how many episodes are begun: BabyAI prints in some of many."""


@pytest.mark.parametrize(("env_id", "steps"), KNOWN)
def test_an_episode_depends_only_on_its_seed_and_actions(env_id: str, steps: int) -> None:
    skip_unless_installed(env_id)
    config = make_config(env_id, env_kwargs=ARGUMENTS.get(env_id, {}))
    environment = make_environment(config)
    actions = random_actions(1, steps, environment.spec.spaces.action_count)[:, 0].tolist()
    first = _play(environment, 3, actions)
    _play(environment, 8, actions[: steps // 2])
    assert _play(environment, 3, actions) == first
    environment.close()
    again = make_environment(config)
    assert _play(again, 3, actions) == first
    again.close()


def _play(environment: Environment, seed: int, actions: list[int]) -> list[Any]:
    seen: list[Any] = [environment.reset(seed).tobytes()]
    for action in actions:
        step = environment.step(action)
        seen.append((step.observation.tobytes(), *step[1:]))
        if step.terminated or step.truncated:
            break
    return seen


@pytest.mark.parametrize(("env_id", "episodes"), SILENT)
def test_environments_are_silent_leave_no_files_and_load_no_plotting(
    env_id: str, episodes: int, tmp_path: Path
) -> None:
    skip_unless_installed(env_id)
    settings = {"env": env_id, "env_kwargs": ARGUMENTS.get(env_id, {})}
    program = f"""
import sys
from dqn_tui.config import parse_config
from dqn_tui.envs.make import make_environment
environment = make_environment(parse_config({settings!r}), should_render=True)
for seed in range({episodes}):
    environment.reset(seed)
environment.step(0)
environment.render()
assert "seaborn" not in sys.modules and "plotnine" not in sys.modules and "jax" not in sys.modules
# EnvPool itself needs it.
assert "matplotlib" not in sys.modules or "envpool" in sys.modules
environment.close()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_stand_ins_are_found_by_imports_and_then_gone() -> None:
    with stand_ins("no_such_package", "no_such_package.plots", "sys"):
        import no_such_package.plots as plots  # type: ignore[import-not-found]

        assert plots is sys.modules["no_such_package.plots"]
    assert "no_such_package" not in sys.modules
    assert "no_such_package.plots" not in sys.modules
    assert sys.modules["sys"] is sys


def test_stand_ins_are_gone_after_an_import_that_failed() -> None:
    with pytest.raises(ImportError, match="stop"), stand_ins("no_such_package"):
        raise ImportError("stop")
    assert "no_such_package" not in sys.modules
