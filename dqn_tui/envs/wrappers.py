"""Wrappers of the user's own around an environment: `--wrap MODULE:NAME` or `--wrap 'MODULE:NAME(key=value)'`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import Any, NamedTuple

import gymnasium as gym

from dqn_tui.approval import approved_wrappers
from dqn_tui.envs.foreign import foreign_code, import_module
from dqn_tui.errors import UsageError, show_value
from dqn_tui.literal_calls import parse_call

_FORM = re.compile(r"(?P<module>[A-Za-z_][\w.]*):(?P<name>[A-Za-z_][\w.]*)(?:\((?P<arguments>.*)\))?", re.DOTALL)

Env = gym.Env[Any, Any]


class WrapperCall(NamedTuple):
    """A callable that takes an environment first, and its other arguments."""

    module: str
    name: str
    positional: tuple[Any, ...]
    named: dict[str, Any]


def parse_wrapper(text: str) -> WrapperCall:
    """Parse `MODULE:NAME(1, key="value")`; arguments are Python literals, and nothing is evaluated.

    Raises:
        UsageError: the text has another form.
    """
    found = _FORM.fullmatch(text.strip())
    call = parse_call(f"call({found['arguments'] or ''})") if found else None
    if found is None or call is None:
        raise UsageError(
            f"--wrap takes MODULE:NAME or MODULE:NAME(key=value), with plain values, got {show_value(text)}"
        )
    return WrapperCall(found["module"], found["name"], call.positional, call.named)


def check_approved(texts: Sequence[str]) -> None:
    """Check that the command line of this process named each of a run's wrappers.

    Raises:
        UsageError: it did not; the line says which to add.
    """
    missing = [text for text in texts if text not in approved_wrappers()]
    if missing:
        options = " ".join(f"--wrap {shlex.quote(text)}" for text in missing)
        raise UsageError(
            f"the run's environment has wrappers, which a run folder may not load by itself: add {options}"
        )


def apply_wrappers(env: Env, texts: Sequence[str]) -> Env:
    """Return the environment in its wrappers, the first one innermost.

    Raises:
        UsageError: one is not approved, cannot be imported, raises, or returns no environment.
    """
    check_approved(texts)
    for text in texts:
        env = _apply(env, text)
    return env


def _apply(env: Env, text: str) -> Env:
    call = parse_wrapper(text)
    where = f"--wrap {text}"
    wrapper: Any = import_module(call.module)
    for part in call.name.split("."):
        wrapper = getattr(wrapper, part, None)
    if not callable(wrapper):
        raise UsageError(f"{where}: {call.module} has no {call.name} that can be called")
    with foreign_code(where):
        wrapped = wrapper(env, *call.positional, **call.named)
    if not isinstance(wrapped, gym.Env):
        raise UsageError(f"{where}: {call.name} must return a Gymnasium environment, got {type(wrapped).__name__}")
    return wrapped
