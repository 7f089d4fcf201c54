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

from dqn_tui.approval import approved_wrappers
from dqn_tui.bounds import allowed_values
from dqn_tui.config import FIXED_KEYS, Config, merge_settings, parse_config, parse_value
from dqn_tui.config_file import read_config_file
from dqn_tui.errors import SettingError, UsageError, did_you_mean, suggest
from dqn_tui.key_names import near_keys

VARIABLE_PREFIX = "DQN_TUI_"
EVENT_VARIABLE, RUN_VARIABLE = f"{VARIABLE_PREFIX}EVENT", f"{VARIABLE_PREFIX}RUN"
"""Set for the command of `--on-event`, which may well start this program again; they are no settings."""
WRAPPERS_KEY = "wrappers"
ZOO_SUFFIXES = (".yml", ".yaml")
_VERSION = re.compile(r"-v\d+$")


class ResolvedSettings(NamedTuple):
    """The settings of a new run.

    Attributes:
        config: every key.
        preset: name of the preset that was named, or else of the environment's own; None where neither is used.
    """

    config: Config
    preset: str | None


class FileLayer(NamedTuple):
    """The keys that a file names; `base`, where a file has one, replaces the environment's preset."""

    named: dict[str, Any]
    base: dict[str, Any] | None = None


class SettingRow(NamedTuple):
    """One configuration key, described.

    Attributes:
        key: its name.
        default: its value where no layer names it.
        allowed: its values, such as `"a whole number >= 1"`.
        meaning: what it does, in a few words.
        can_change: whether it can change when a run is resumed.
    """

    key: str
    default: Any
    allowed: str
    meaning: str
    can_change: bool


def describe_settings() -> list[SettingRow]:
    """Return a row for every configuration key, in the order of the model."""
    return [
        SettingRow(key, field.default, allowed_values(field), field.description or "", key not in FIXED_KEYS)
        for key, field in Config.model_fields.items()
    ]


def load_config(
    *,
    preset: str | None = None,
    file: Path | None = None,
    variables: Mapping[str, str] = os.environ,
    flags: Mapping[str, Any] | None = None,
) -> Config:
    """Return only the configuration of `resolve_settings`."""
    return resolve_settings(preset=preset, file=file, variables=variables, flags=flags).config


def resolve_settings(
    *,
    preset: str | None = None,
    file: Path | None = None,
    variables: Mapping[str, str] = os.environ,
    flags: Mapping[str, Any] | None = None,
) -> ResolvedSettings:
    """Merge the layers, weakest first: defaults, preset, file, variables, flags.

    Without `preset`, the environment's own is used where there is one. A `preset` that names no environment is applied
    on top of the environment's own. A file of the RL Zoo brings Stable-Baselines3's defaults instead of the
    environment's preset.

    Raises:
        SettingError: an unknown key or a value out of bounds; the line names the file or variable that it is from.
        UsageError: an unknown preset, one made for another environment, or a file that cannot be read.
    """
    flags = flags or {}
    from_variables = _from_variables(variables)
    above = _complete_env(merge_settings(from_variables, flags))
    chosen = _choose_preset(preset, above.get("env")) if preset else {}
    from_file = _from_file(file, above.get("env", chosen.get("env"))) if file else FileLayer({})
    named = _complete_env(merge_settings(merge_settings(chosen, from_file.named), above))
    environment = str(named.get("env") or Config.model_fields["env"].default)
    if preset:
        _check_preset_fits(preset, environment)
    base, used = from_file.base, preset
    if base is None:
        own = None if "env" in chosen else _preset_name_for(environment)
        base, used = _read_for(own, environment), preset or own
    try:
        return ResolvedSettings(parse_config(merge_settings(base, named)), used)
    except SettingError as error:
        raise _name_source(error, file, from_file.named, from_variables, flags) from None


def named_settings(
    file: Path | None, variables: Mapping[str, str], flags: Mapping[str, Any], environment: str
) -> dict[str, Any]:
    """Return only the settings that the user named for a run in `environment`: file < variables < flags.

    Raises:
        UsageError: the file cannot be read, or a variable names no key.
    """
    from_file = _from_file(file, environment).named if file else {}
    return merge_settings(merge_settings(from_file, _from_variables(variables)), flags)


def refuse_wrappers(settings: Mapping[str, Any], source: str) -> None:
    """Refuse wrappers in a layer of settings unless --wrap named them too: they are code.

    Raises:
        SettingError: there are others; the line names the `source`.
    """
    found = settings.get(WRAPPERS_KEY, ())
    if not isinstance(found, list | tuple) or any(wrapper not in approved_wrappers() for wrapper in found):
        message = f"{source}: wrappers can only be set with --wrap MODULE:NAME on the command line"
        raise SettingError(message, WRAPPERS_KEY)


def preset_names() -> list[str]:
    """Return the names of the presets that come with the package."""
    folder = resources.files("dqn_tui") / "presets"
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


def read_preset(name: str) -> dict[str, Any]:
    """Return the keys of a preset; one without `env` is for any environment, `*` in `env` matches several.

    Raises:
        UsageError: there is none of that name.
    """
    if name not in preset_names():
        hint = did_you_mean(name, preset_names()) or f"; choose one of {', '.join(preset_names())}"
        raise UsageError(f"unknown preset {name!r}{hint}")
    text = (resources.files("dqn_tui") / "presets" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def preset_for(environment: str) -> dict[str, Any]:
    """Return the keys of the environment's own preset, or just `env` where there is none."""
    return _read_for(_preset_name_for(environment), environment)


def _preset_name_for(environment: str) -> str | None:
    return next((name for name in preset_names() if fnmatchcase(environment, read_preset(name).get("env", ""))), None)


def _read_for(name: str | None, environment: str) -> dict[str, Any]:
    return (read_preset(name) if name else {}) | {"env": environment}


def _check_preset_fits(name: str, environment: str) -> None:
    made_for = read_preset(name).get("env", "*")
    if not fnmatchcase(environment, made_for):
        raise UsageError(
            f"preset {name!r} is for {made_for}, got env {environment!r}; leave out --preset, "
            f"or copy its settings into a --config file"
        )


def _complete_env(named: dict[str, Any]) -> dict[str, Any]:
    """Give an id without a version that of its preset: `CartPole` becomes `CartPole-v1`."""
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
    """Read the preset that was named; one for several environments needs `--env` beside it."""
    values = read_preset(name)
    if "*" in values.get("env", ""):
        if environment is None:
            raise UsageError(f"preset {name!r} is for {values['env']}; choose one of them with --env")
        values["env"] = environment
    return values


def _from_file(path: Path, environment: Any) -> FileLayer:
    layer = _read_file(path, environment)
    refuse_wrappers(layer.named, f"--config {path}")
    return layer


def _read_file(path: Path, environment: Any) -> FileLayer:
    if path.suffix.lower() in ZOO_SUFFIXES:
        from dqn_tui.zoo import read_zoo_block

        block = read_zoo_block(path, environment if environment is None else str(environment))
        return FileLayer(block.named, block.base)
    try:
        return FileLayer(tomllib.loads(read_config_file(path).decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"--config {path} is not TOML: {error}") from None
    except RecursionError:
        raise UsageError(f"--config {path} is nested too deeply") from None
    except ValueError:
        raise UsageError(f"--config {path} has an integer of more than 4,300 digits") from None


def _from_variables(variables: Mapping[str, str]) -> dict[str, Any]:
    """Read `DQN_TUI_BATCH_SIZE=32` as `batch_size`.

    Raises:
        SettingError: a variable names no key.
    """
    found: dict[str, Any] = {}
    for name, value in variables.items():
        if not name.startswith(VARIABLE_PREFIX) or name in (EVENT_VARIABLE, RUN_VARIABLE):
            continue
        key = name.removeprefix(VARIABLE_PREFIX).lower()
        if key not in Config.model_fields:
            near = suggest(map(_variable_for, near_keys(key, Config.model_fields)))
            raise SettingError(f"unknown variable {name}{near or '; see `dqn-tui settings`'}", key)
        found[key] = parse_value(value)
        refuse_wrappers(found, name)
    return found


def _variable_for(key: str) -> str:
    return f"{VARIABLE_PREFIX}{key.upper()}"


def _name_source(
    error: SettingError,
    file: Path | None,
    from_file: Mapping[str, Any],
    from_variables: Mapping[str, Any],
    flags: Mapping[str, Any],
) -> SettingError:
    """Put the file or variable that a wrong key is from in front of the error; a flag needs no such name."""
    if any(key in flags for key in error.keys):
        return error
    sources = [_variable_for(key) for key in error.keys if key in from_variables]
    sources += [f"--config {file}" for key in error.keys if key in from_file]
    return SettingError(f"{sources[0]}: {error}", *error.keys) if sources else error
