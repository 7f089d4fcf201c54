"""Train DQN in a live terminal dashboard, or from Python.

    run = dqn_tui.train("CartPole-v1", total_timesteps=20_000)
    policy = run.policy()

Importing this package loads nothing else; each name below is loaded when it is first used.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["DqnTuiError", "Policy", "Run", "RunFailedError", "UsageError", "__version__", "load_policy", "train"]

if TYPE_CHECKING:
    from dqn_tui.api.policy import Policy, load_policy
    from dqn_tui.api.run import Run
    from dqn_tui.api.train import train
    from dqn_tui.errors import DqnTuiError, RunFailedError, UsageError

_HOMES = {
    "Policy": "api.policy",
    "load_policy": "api.policy",
    "Run": "api.run",
    "train": "api.train",
    "DqnTuiError": "errors",
    "RunFailedError": "errors",
    "UsageError": "errors",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
