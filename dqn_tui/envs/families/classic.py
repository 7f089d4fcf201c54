"""Classic control, which comes with Gymnasium."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dqn_tui.envs.families.family import Family, NativeVector, axes_by_environment, names_by_environment
from dqn_tui.envs.geometry import PlaneAxis

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dqn_tui.config import Config

_ACTIONS = {
    "CartPole": ("left", "right"),
    "Acrobot": ("torque -1", "torque 0", "torque +1"),
    "MountainCar": ("left", "coast", "right"),
}
_OBSERVATIONS = {
    "CartPole": ("x", "x'", "θ", "θ'"),
    "Acrobot": ("cos θ1", "sin θ1", "cos θ2", "sin θ2", "θ1'", "θ2'"),
    "MountainCar": ("x", "x'"),
    "Pendulum": ("cos θ", "sin θ", "θ'"),
}
_AXES = {
    "CartPole": (
        PlaneAxis("x", -2.4, 2.4, "m"),
        PlaneAxis("x'", -3.0, 3.0, "m/s"),
        PlaneAxis("θ", -0.21, 0.21, "rad"),
        PlaneAxis("θ'", -3.0, 3.0, "rad/s"),
    ),
    "Acrobot": (
        *(PlaneAxis(name, -1.0, 1.0) for name in ("cos θ1", "sin θ1", "cos θ2", "sin θ2")),
        PlaneAxis("θ1'", -12.57, 12.57, "rad/s"),
        PlaneAxis("θ2'", -28.27, 28.27, "rad/s"),
    ),
    "MountainCar": (PlaneAxis("position", -1.2, 0.6), PlaneAxis("velocity", -0.07, 0.07)),
    "Pendulum": (PlaneAxis("cos θ", -1.0, 1.0), PlaneAxis("sin θ", -1.0, 1.0), PlaneAxis("θ'", -8.0, 8.0, "rad/s")),
}
_BEST_AXES = {"CartPole": (2, 3), "Acrobot": (4, 5), "MountainCar": (0, 1), "Pendulum": (1, 2)}


class CartPoles:
    """Gymnasium's CartPole in NumPy: each cart starts where the single CartPole starts from the same seed."""

    def __init__(self, config: Config) -> None:
        import gymnasium as gym

        self.vector = gym.make_vec(config.env, config.num_envs, vectorization_mode="vector_entry_point")
        self._carts: Any = self.vector.unwrapped
        self._carts.reset(seed=0)

    def reset(self, seeds: Mapping[int, int]) -> NDArray[np.float32]:
        """See `NativeGames`."""
        from gymnasium.utils import seeding

        carts = self._carts
        for index, seed in seeds.items():
            generator, _ = seeding.np_random(seed)
            carts.state[:, index] = generator.uniform(carts.low, carts.high, len(carts.state))
            carts.steps[index] = 0
            carts.prev_done[index] = False
        observations: NDArray[np.float32] = carts.state.T.astype("float32")
        return observations


FAMILY = Family(
    "Classic control",
    ("CartPole-v1", "Acrobot-v1", "MountainCar-v0", "Pendulum-v1"),
    packages={"pygame": "pygame"},
    name_actions=names_by_environment(_ACTIONS),
    name_observations=names_by_environment(_OBSERVATIONS),
    measure_axes=axes_by_environment(_AXES),
    best_axes=_BEST_AXES,
    name_keys=names_by_environment({"Acrobot": ("left", "", "right")}),
    native=NativeVector(
        "CartPole",
        "gymnasium.envs.classic_control.cartpole:CartPoleVectorEnv",
        CartPoles,
        {"frame_stack": 1, "scale_observations": False},
    ),
)
