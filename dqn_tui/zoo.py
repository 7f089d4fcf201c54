"""A block of the RL Zoo's `dqn.yml` or `qrdqn.yml` (https://github.com/DLR-RM/rl-baselines3-zoo), as settings of a run.

The Zoo evaluates strings such as `policy_kwargs` as Python. Here they are parsed, and only plain literals are accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dqn_tui.envs.families.atari import is_atari
from dqn_tui.errors import UsageError, did_you_mean, show_value
from dqn_tui.plain_yaml import read_plain_yaml
from dqn_tui.zoo_wrappers import parse_dict_call, read_env_kwargs, read_wrappers

ATARI_BLOCK = "atari"
# The linear layer that Stable-Baselines3 puts between the convolutions and `net_arch` (Mnih et al. 2015).
_CNN_FEATURES = 512

# Stable-Baselines3's defaults, since 2.3. Features that its algorithms lack are off.
_DQN = {
    "double": False,
    "learning_rate": 1e-4,
    "buffer_size": 1_000_000,
    "learning_starts": 100,
    "batch_size": 32,
    "tau": 1.0,
    "gamma": 0.99,
    "train_freq": 4,
    "gradient_steps": 1,
    "n_steps": 1,
    "target_update_interval": 10_000,
    "exploration_fraction": 0.1,
    "exploration_initial_eps": 1.0,
    "exploration_final_eps": 0.05,
    "max_grad_norm": 10.0,
}
# Divided by the batch size.
_QRDQN_ADAM_EPS = 0.01
# QR-DQN does not clip gradients: this norm is never reached.
_QRDQN = _DQN | {
    "distribution": "qr",
    "atoms": 200,
    "learning_rate": 5e-5,
    "exploration_fraction": 0.005,
    "exploration_final_eps": 0.01,
    "max_grad_norm": 1e12,
}
_NUMBERS = {key: key for key in _DQN if key != "double"} | {
    "n_timesteps": "total_timesteps",
    "n_envs": "num_envs",
    "frame_stack": "frame_stack",
}
_NORMALIZED_OBSERVATIONS = {"norm_obs": True, "norm_reward": False}
_KEYS = (*_NUMBERS, "policy", "policy_kwargs", "env_wrapper", "env_kwargs", "optimize_memory_usage", "normalize")


class ZooBlock(NamedTuple):
    """The settings of a block.

    Attributes:
        base: Stable-Baselines3's defaults for keys that are not in the block.
        named: the keys in the block, and `env`.
    """

    base: dict[str, Any]
    named: dict[str, Any]


def read_zoo_block(path: Path, environment: str | None) -> ZooBlock:
    """Return the block for an environment; without one, the only block of the file.

    Raises:
        UsageError: the file cannot be read, has no such block, or the block has a key or value that is not supported.
    """
    blocks = _read_blocks(path)
    name = _choose(path, blocks, environment)
    where = f"--config {path}: {name}"
    block = blocks[name]
    if not isinstance(block, Mapping):
        raise UsageError(f"{where} must hold keys and values, got {show_value(block)}")
    return _take_over(where, {str(key): value for key, value in block.items()}, environment or name, path.stem)


def _read_blocks(path: Path) -> dict[str, Any]:
    blocks = read_plain_yaml(path)
    if not isinstance(blocks, Mapping):
        raise UsageError(f"--config {path} must map environments to blocks, got {show_value(blocks)}")
    return {_name(key): block for key, block in blocks.items()}


def _name(key: object) -> str:
    text = str(key)
    return text if text.isprintable() else repr(text)


def _choose(path: Path, blocks: Mapping[str, Any], environment: str | None) -> str:
    """Return the name of the environment's block."""
    there_is = _cut(f"the file has {', '.join(blocks) or 'none'}", 300)
    if environment is None:
        if len(blocks) != 1 or ATARI_BLOCK in blocks:
            raise UsageError(f"--config {path}: choose a block with --env; {there_is}")
        return next(iter(blocks))
    if environment in blocks:
        return environment
    if is_atari(environment) and ATARI_BLOCK in blocks:
        return ATARI_BLOCK
    raise UsageError(f"--config {path} has no block for env {environment!r}; {there_is}")


def _take_over(where: str, block: Mapping[str, Any], environment: str, algorithm: str) -> ZooBlock:
    for key in block:
        if key not in _KEYS:
            known = did_you_mean(key, _KEYS) or f"; supported are {', '.join(_KEYS)}"
            raise UsageError(f"{where}: unknown key {show_value(key)}{known}")
    _check_no_change(where, block)
    features = _features(where, block, environment)
    arguments = parse_policy_kwargs(where, block.get("policy_kwargs", {}))
    is_quantile = "n_quantiles" in arguments or algorithm.lower().startswith("qrdqn")
    base = (_QRDQN if is_quantile else _DQN) | {"net_arch": features or [64, 64]}
    named = {"env": environment} | {_NUMBERS[key]: _number(value) for key, value in block.items() if key in _NUMBERS}
    if "net_arch" in arguments:
        named["net_arch"] = [*features, *arguments["net_arch"]]
    batch_size = named.get("batch_size", base["batch_size"])
    if is_quantile and isinstance(batch_size, int) and batch_size > 0:
        base["adam_eps"] = _QRDQN_ADAM_EPS / batch_size
    named |= _read_normalization(where, block.get("normalize", False))
    named |= read_wrappers(where, block.get("env_wrapper"), is_atari=is_atari(environment))
    if "env_kwargs" in block:
        named["env_kwargs"] = read_env_kwargs(where, block["env_kwargs"])
    if "n_quantiles" in arguments:
        named |= {"distribution": "qr", "atoms": arguments["n_quantiles"]}
    return ZooBlock(base, _in_single_steps(base | named, named))


def _in_single_steps(settings: Mapping[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    """Convert `train_freq`, which Stable-Baselines3 counts in steps of all environments at once, to single steps."""
    count, every = settings.get("num_envs", 1), settings["train_freq"]
    if count == 1 or not (isinstance(count, int) and isinstance(every, int)):
        return named
    return named | {"train_freq": every * count}


def _check_no_change(where: str, block: Mapping[str, Any]) -> None:
    """Check the keys that are accepted only with a value that changes nothing here."""
    usage = block.get("optimize_memory_usage", False)
    if not isinstance(usage, bool):
        raise UsageError(f"{where}: optimize_memory_usage must be true or false, got {show_value(usage)}")


def _read_normalization(where: str, value: object) -> dict[str, Any]:
    arguments = parse_dict_call(value) if isinstance(value, str) else None
    if arguments == _NORMALIZED_OBSERVATIONS:
        return {"normalize_observations": True}
    if value is not False:
        allowed = '"dict(norm_obs=True, norm_reward=False)"'
        raise UsageError(f"{where}: normalize must be false or {allowed}, got {show_value(value)}")
    return {}


def _features(where: str, block: Mapping[str, Any], environment: str) -> list[int]:
    """Return the layers that the policy puts below its `net_arch`."""
    policy = block.get("policy", "CnnPolicy" if is_atari(environment) else "MlpPolicy")
    if policy not in ("MlpPolicy", "CnnPolicy"):
        raise UsageError(f"{where}: policy must be MlpPolicy or CnnPolicy, got {show_value(policy)}")
    return [_CNN_FEATURES] if policy == "CnnPolicy" else []


def parse_policy_kwargs(where: str, value: object) -> dict[str, Any]:
    """Return the arguments of `"dict(net_arch=[256, 256], n_quantiles=25)"`, or of the same as a mapping.

    Nothing is evaluated.

    Raises:
        UsageError: it is anything else.
    """
    arguments = parse_dict_call(value) if isinstance(value, str) else value
    if not isinstance(arguments, Mapping) or not all(_fits(key, item) for key, item in arguments.items()):
        allowed = "dict(net_arch=[64, 64], n_quantiles=25) with plain numbers"
        raise UsageError(f"{where}: policy_kwargs must be {allowed}, got {show_value(value)}")
    return dict(arguments)


def _fits(key: object, value: object) -> bool:
    if key == "net_arch":
        return isinstance(value, list) and all(type(item) is int for item in value)
    return key == "n_quantiles" and type(value) is int


def _number(value: Any) -> Any:
    """Convert a number that YAML reads as a string (`1e5`), and a count that the Zoo writes as a float."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
