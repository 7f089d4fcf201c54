"""What can be trained here: families of environments, what is installed, what to install for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True)
class Family:
    """Environments that come from one package."""

    title: str
    package: str
    install: str
    environments: tuple[str, ...]

    @property
    def is_installed(self) -> bool:
        """Whether its package can be imported."""
        return find_spec(self.package) is not None


FAMILIES = (
    Family(
        "Classic control",
        "pygame",
        "gymnasium[classic-control]",
        ("CartPole-v1", "Acrobot-v1", "MountainCar-v0"),
    ),
    Family("Toy text", "pygame", "gymnasium[toy-text]", ("FrozenLake-v1", "CliffWalking-v1", "Taxi-v4")),
    Family("Box2D", "Box2D", "gymnasium[box2d]", ("LunarLander-v3",)),
)
