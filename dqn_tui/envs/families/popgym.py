"""POPGym (Morad et al. 2023): small tasks that need memory, so for frames stacked as deep as the task looks back."""

from __future__ import annotations

from importlib import import_module

from dqn_tui.envs.families.family import Family, names_by_environment

_SUITS = ("spades", "diamonds", "hearts", "clubs")
_ACTIONS = {
    "popgym-PositionOnlyCartPoleEasy": ("left", "right"),
    "popgym-VelocityOnlyCartpoleEasy": ("left", "right"),
    "popgym-HigherLowerEasy": ("higher", "lower"),
    "popgym-RepeatPreviousEasy": _SUITS,
}


def register() -> None:
    """Import the tasks, which registers them."""
    import_module("popgym")


FAMILY = Family(
    "POPGym",
    ("popgym-PositionOnlyCartPoleEasy-v0", "popgym-RepeatPreviousEasy-v0", "popgym-HigherLowerEasy-v0"),
    extra="popgym",
    packages={"popgym": "POPGym"},
    prefixes=("popgym-",),
    register=register,
    name_actions=names_by_environment(_ACTIONS),
    is_turn_based=True,
)
