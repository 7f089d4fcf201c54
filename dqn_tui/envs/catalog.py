"""What can be trained here: families of environments, what is installed, what to install for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from dqn_tui.errors import UsageError


@dataclass(frozen=True)
class Family:
    """Environments that come from one package.

    Attributes:
        title: what people call them.
        extra: of dqn-tui, that installs them; None where they come with it.
        packages: what must be there to make one: the name to import, and what people call it.
        environments: their ids, or the best known of them.
        namespace: what stands before the "/" in the ids of all of them.
    """

    title: str
    extra: str | None
    packages: Mapping[str, str]
    environments: tuple[str, ...]
    namespace: str | None = None

    @property
    def is_installed(self) -> bool:
        """Whether its packages can be imported."""
        return not self.missing_packages

    @property
    def missing_packages(self) -> list[str]:
        """What cannot be imported, as people call it."""
        return [name for package, name in self.packages.items() if find_spec(package) is None]

    @property
    def install_command(self) -> str:
        """What a shell takes to install it."""
        return f"pip install 'dqn-tui[{self.extra}]'" if self.extra else "pip install dqn-tui"


FAMILIES = (
    Family(
        "Classic control",
        None,
        {"pygame": "pygame"},
        ("CartPole-v1", "Acrobot-v1", "MountainCar-v0"),
    ),
    Family(
        "Toy text",
        None,
        {"pygame": "pygame"},
        ("FrozenLake-v1", "FrozenLake8x8-v1", "CliffWalking-v1", "Taxi-v4"),
    ),
    Family("Box2D", "box2d", {"Box2D": "Box2D"}, ("LunarLander-v3",)),
    Family(
        "MinAtar",
        "minatar",
        {"minatar": "MinAtar"},
        (
            "MinAtar/Asterix-v1",
            "MinAtar/Breakout-v1",
            "MinAtar/Freeway-v1",
            "MinAtar/Seaquest-v1",
            "MinAtar/SpaceInvaders-v1",
        ),
        "MinAtar",
    ),
    Family(
        "Atari (any ALE/*-v5)",
        "atari",
        {"ale_py": "ale-py", "cv2": "OpenCV"},
        ("ALE/Pong-v5", "ALE/Breakout-v5", "ALE/SpaceInvaders-v5", "ALE/Qbert-v5", "ALE/MsPacman-v5"),
        "ALE",
    ),
)


def check_installed(env_id: str) -> None:
    """See that the package of a known environment is there.

    Raises:
        UsageError: it is not; the line says how to install it.
    """
    for family in FAMILIES:
        if family.extra and _is_of(family, env_id) and (missing := family.missing_packages):
            raise UsageError(f"{env_id} needs {' and '.join(missing)}: {family.install_command}")


def _is_of(family: Family, env_id: str) -> bool:
    """An id without its version counts too, as Gymnasium takes it."""
    namespace, separator, _ = env_id.partition("/")
    if separator:
        return namespace == family.namespace
    return any(env_id.partition("-v")[0] == known.partition("-v")[0] for known in family.environments)
