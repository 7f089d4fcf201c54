"""The RL Zoo's `env_wrapper` and `env_kwargs`, as settings: names are looked up here, and nothing is imported."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dqn_tui.approval import approved_wrappers
from dqn_tui.errors import UsageError, show_value
from dqn_tui.literal_calls import parse_call

ATARI_WRAPPER = "stable_baselines3.common.atari_wrappers.AtariWrapper"
"""Atari games are wrapped that way in any case, but for the sign of rewards."""


def _read_size(arguments: Mapping[str, Any]) -> dict[str, Any]:
    shape = arguments.get("shape", 84)
    return {"resize": [shape, shape] if isinstance(shape, int) else shape}


def _read_skip(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"frame_skip": arguments.get("skip", 4)}


# By the last part of their names: the modules of Gymnasium's wrappers were renamed more than once.
_SETTINGS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "GrayScaleObservation": lambda _: {"grayscale": True},
    "GrayscaleObservation": lambda _: {"grayscale": True},
    "ResizeObservation": _read_size,
    "FrameSkip": _read_skip,
    "MaxAndSkipEnv": _read_skip,
    "MaxAndSkipObservation": _read_skip,
    "ClipRewardEnv": lambda _: {"clip_rewards": True},
    "TimeLimit": lambda arguments: {"time_limit": arguments.get("max_episode_steps", 0)},
}
_ARGUMENTS = {"shape", "skip", "max_episode_steps", "keep_dim"}
_SOURCES = ("gym.", "gymnasium.", "stable_baselines3.", "rl_zoo3.", "sb3_contrib.")


def read_wrappers(where: str, value: object, *, is_atari: bool) -> dict[str, Any]:
    """Return the settings that stand for the wrappers of a block, none for those named with --wrap.

    Raises:
        UsageError: a wrapper is not known; `where` begins the line.
    """
    settings: dict[str, Any] = {}
    for name, arguments in _list_wrappers(where, value):
        if name == ATARI_WRAPPER and is_atari and not arguments:
            settings["clip_rewards"] = True
            continue
        known = _SETTINGS.get(name.rpartition(".")[2]) if name.startswith(_SOURCES) else None
        if known is not None and set(arguments) <= _ARGUMENTS:
            settings |= known(arguments)
        elif not _is_approved(name):
            module, _, wrapper = name.rpartition(".")
            raise UsageError(
                f"{where}: env_wrapper {show_value(name)} is not known here; the file may not load code, so name it on "
                f"the command line: --wrap {module or 'MODULE'}:{wrapper}"
            )
    return settings


def read_env_kwargs(where: str, value: object) -> dict[str, Any]:
    """Return `env_kwargs`, a mapping or the text of a call of `dict` with literals.

    Raises:
        UsageError: it is anything else.
    """
    found = parse_dict_call(value) if isinstance(value, str) else value
    if not isinstance(found, Mapping) or not all(isinstance(key, str) for key in found):
        raise UsageError(f"{where}: env_kwargs must be a mapping of plain values, got {show_value(value)}")
    return dict(found)


def parse_dict_call(text: str) -> dict[str, Any] | None:
    """Return the keywords of `"dict(key=literal)"`; None where the text is no such call."""
    call = parse_call(text)
    return call.named if call and call.name == "dict" and not call.positional else None


def _list_wrappers(where: str, value: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each wrapper's name and arguments: the Zoo writes a name, a mapping from one to them, or a list of both."""
    for item in value if isinstance(value, list) else [value] if value else []:
        if isinstance(item, str):
            yield item, {}
        elif isinstance(item, Mapping) and all(isinstance(name, str) for name in item):
            for name, arguments in item.items():
                if not isinstance(arguments or {}, Mapping):
                    raise UsageError(f"{where}: env_wrapper {name} takes named arguments, got {show_value(arguments)}")
                yield name, arguments or {}
        else:
            raise UsageError(f"{where}: env_wrapper must name wrappers, got {show_value(item)}")


def _is_approved(name: str) -> bool:
    module, _, wrapper = name.rpartition(".")
    return any(text.partition("(")[0].strip() == f"{module}:{wrapper}" for text in approved_wrappers())
