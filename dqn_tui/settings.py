"""The layers of settings, weakest first: defaults, preset, `--config` file, `DQN_TUI_*` variables, flags."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from dqn_tui.config import Config, parse_config, parse_value
from dqn_tui.errors import UsageError, did_you_mean

VARIABLE_PREFIX = "DQN_TUI_"
ZOO_SUFFIXES = (".yml", ".yaml")
_VERSION = re.compile(r"-v\d+$")


class FileLayer(NamedTuple):
    """What a file names; `base`, where it has one, stands in the place of the environment's preset."""

    named: dict[str, Any]
    base: dict[str, Any] | None = None


def load_config(
    *,
    preset: str | None = None,
    file: Path | None = None,
    variables: Mapping[str, str] = os.environ,
    flags: Mapping[str, Any] | None = None,
) -> Config:
    """The settings that the layers give, weakest first: defaults, preset, file, variables, flags.

    Without `preset`, the one made for the environment is taken where there is one. A `preset` without `env` is laid
    over that one. A file of the RL Zoo brings Stable-Baselines3's defaults instead of it.

    Raises:
        UsageError: an unknown key or preset, a value out of range, a file that cannot be read.
    """
    above = _complete_env(_from_variables(variables) | dict(flags or {}))
    chosen = _choose_preset(preset, above.get("env")) if preset else {}
    from_file = _from_file(file, above.get("env", chosen.get("env"))) if file else FileLayer({})
    named = _complete_env(chosen | from_file.named | above)
    if from_file.base is not None:
        base = from_file.base
    else:
        environment = named.get("env") or Config.model_fields["env"].default
        base = {} if "env" in chosen else preset_for(str(environment))
    try:
        return parse_config(base | named)
    except UsageError as error:
        if any(_is_about(error, key) for key in from_file.named if key not in above):
            raise UsageError(f"--config {file}: {error}") from None
        raise


def _is_about(error: UsageError, key: str) -> bool:
    return str(error).startswith((f"{key} ", f"unknown key {key!r}"))


def named_settings(
    file: Path | None, variables: Mapping[str, str], flags: Mapping[str, Any], environment: str
) -> dict[str, Any]:
    """What the user named for a run in `environment`: file < variables < flags.

    Raises:
        UsageError: the file cannot be read.
    """
    from_file = _from_file(file, environment).named if file else {}
    return from_file | _from_variables(variables) | dict(flags)


def preset_names() -> list[str]:
    """The presets that come with the package."""
    folder = resources.files("dqn_tui") / "presets"
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


def read_preset(name: str) -> dict[str, Any]:
    """The keys of a preset; one without `env` is for any environment, one with `*` in it for those that match.

    Raises:
        UsageError: there is none of that name.
    """
    if name not in preset_names():
        known = ", ".join(preset_names())
        raise UsageError(f"unknown preset {name!r}; there is {known}{did_you_mean(name, preset_names())}")
    text = (resources.files("dqn_tui") / "presets" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def preset_for(environment: str) -> dict[str, Any]:
    """The keys of the preset made for an environment; just its id where there is none."""
    for name in preset_names():
        values = read_preset(name)
        if fnmatchcase(environment, values.get("env", "")):
            return values | {"env": environment}
    return {"env": environment}


def _complete_env(named: dict[str, Any]) -> dict[str, Any]:
    """An id without its version becomes that of the preset for it: `CartPole` is `CartPole-v1`."""
    environment = str(named.get("env", ""))
    if not environment or _VERSION.search(environment):
        return named
    for name in preset_names():
        pattern = read_preset(name).get("env", "")
        version = _VERSION.search(pattern)
        if version and fnmatchcase(environment, pattern[: version.start()]):
            return named | {"env": environment + version.group()}
    return named


def _choose_preset(name: str, environment: Any) -> dict[str, Any]:
    """A preset that was named; one for a group of environments needs to hear which."""
    values = read_preset(name)
    if "*" in values.get("env", ""):
        if environment is None:
            raise UsageError(f"preset {name!r} is for {values['env']}; say --env and one of them")
        values["env"] = environment
    return values


def _from_file(path: Path, environment: Any) -> FileLayer:
    if path.suffix.lower() in ZOO_SUFFIXES:
        from dqn_tui.zoo import read_zoo_block

        block = read_zoo_block(path, environment if environment is None else str(environment))
        return FileLayer(block.named, block.base)
    try:
        return FileLayer(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"cannot read --config {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"--config {path} is not TOML: {error}") from None


def _from_variables(variables: Mapping[str, str]) -> dict[str, Any]:
    """`DQN_TUI_BATCH_SIZE=32` as `batch_size`; a variable that names no key is an error like any other."""
    return {
        name.removeprefix(VARIABLE_PREFIX).lower(): parse_value(value)
        for name, value in variables.items()
        if name.startswith(VARIABLE_PREFIX)
    }
