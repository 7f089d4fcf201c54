"""How to train in environments that no family covers."""

from __future__ import annotations

from typing import NamedTuple


class Recipe(NamedTuple):
    """A way to train in environments of one kind.

    Attributes:
        title: what they are.
        install: a shell command; None where there is nothing to install.
        module: a Python module that the user writes; None where none is needed.
        train: a shell command; words in capitals stand for the user's own.
        note: what else there is to know; empty where nothing.
    """

    title: str
    install: str | None
    module: str | None
    train: str
    note: str = ""


RECIPES = (
    Recipe(
        "Any other package for Gymnasium",
        None,
        None,
        "dqn-tui --import PACKAGE --env ID",
        "--wrap MODULE:NAME puts a wrapper of the package, or one of your own, around it.",
    ),
    Recipe(
        "DeepMind Control",
        "pip install shimmy dm_control 'mujoco<4'",
        None,
        "dqn-tui --import shimmy --env dm_control/cartpole-balance-v0 --set action_bins=3",
    ),
    Recipe(
        "Others for dm_env, with discrete actions",
        "pip install shimmy bsuite",
        "import gymnasium, shimmy, PACKAGE\n"
        'gymnasium.register("My-v0", lambda **given: shimmy.BSuiteCompatibilityV0(PACKAGE.make(), **given))',
        "dqn-tui --import MODULE --env My-v0",
        "bsuite itself is a family of its own, and needs none of this.",
    ),
    Recipe(
        "Packages for OpenAI Gym",
        "pip install shimmy gym==0.26.2",
        None,
        "dqn-tui --import shimmy --import PACKAGE --env GymV26Environment-v0 --env-arg env_id=ID "
        "--env-arg make_kwargs.disable_env_checker=true",
        "GymV21Environment-v0 where reset() returns the observation alone. Crafter is a family of its own.",
    ),
)
