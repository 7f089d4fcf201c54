"""Every setting of a run: one model, its defaults, and how the layers of settings combine.

Names are those of Stable-Baselines3's DQN and the RL Zoo. Counts of time are environment steps unless a field says
otherwise.
"""

from __future__ import annotations

import json
import math
import os
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from dqn_tui.errors import UsageError, did_you_mean

Fraction = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]
LINEAR_PREFIX = "lin_"
VARIABLE_PREFIX = "DQN_TUI_"


class Config(BaseModel):
    """The resolved settings of one run."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    env: str = Field("CartPole-v1", min_length=1, description="Gymnasium environment id")
    num_envs: Count = Field(1, description="environments that step together")
    vectorization: Literal["serial", "parallel", "native"] = Field(
        "serial", description="one process; worker processes; Gymnasium's own vector environment"
    )
    frame_stack: Count = Field(1, description="observations stacked into one")
    sticky_actions: Fraction = Field(0.25, description="Atari: probability that the last action is repeated")
    seed: int = Field(1, ge=0, lt=2**31, description="all random draws derive from it")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto: CUDA for large networks only")
    total_timesteps: Count = Field(100_000, description="environment steps of the whole run")

    net_arch: tuple[Count, ...] = Field((128, 128), description="hidden layers of the Q-network")
    double: bool = Field(True, description="Double DQN: the online network selects, the target network values")
    gamma: Fraction = Field(0.99, description="discount factor")
    n_steps: Count = Field(1, description="steps of reward before bootstrapping")
    learning_rate: float | str = Field(1e-3, description='Adam\'s; "lin_1e-3" falls linearly to 0')
    batch_size: Count = Field(64, description="transitions of one update")
    buffer_size: Count = Field(100_000, description="transitions that the replay buffer holds")
    learning_starts: int = Field(1_000, ge=0, description="steps before the first update")
    train_freq: Count = Field(4, description="steps between bursts of updates")
    gradient_steps: int = Field(1, ge=-1, description="updates of a burst; -1: as many as steps")
    target_update_interval: Count = Field(500, description="steps between updates of the target network")
    tau: float = Field(1.0, gt=0, le=1, description="share of the online weights in a target update")
    max_grad_norm: float = Field(10.0, gt=0, description="gradients are scaled down to this norm")
    exploration_fraction: Fraction = Field(0.1, description="share of the run in which epsilon falls")
    exploration_initial_eps: Fraction = Field(1.0, description="epsilon at the start")
    exploration_final_eps: Fraction = Field(0.05, description="epsilon after the fall")

    eval_every: int = Field(5_000, ge=0, description="steps between evaluations; 0: only at the end")
    eval_episodes: Count = Field(10, description="greedy episodes of an evaluation")
    eval_max_steps: Count = Field(27_000, description="an evaluation episode is cut here")
    goal: float | None = Field(None, description="return that counts as solved; default: the environment's own")
    until_solved: bool = Field(False, description="end the run when the goal is reached and confirmed")
    save_every: int = Field(10_000, ge=0, description="steps between checkpoints; 0: only at the end")
    keep_last: Count = Field(3, description="automatic checkpoints that stay")
    log_every: int = Field(0, ge=0, description="steps between progress events; 0: 100, or 1/10,000 of a long run")

    @field_validator("learning_rate")
    @classmethod
    def _check_learning_rate(cls, value: float | str) -> float | str:
        text = value.removeprefix(LINEAR_PREFIX) if isinstance(value, str) else value
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not 0 < number < math.inf:
            raise ValueError('a number > 0, or "lin_" and a number > 0')
        return value if isinstance(value, str) and value.startswith(LINEAR_PREFIX) else number

    @field_validator("gradient_steps")
    @classmethod
    def _check_gradient_steps(cls, value: int) -> int:
        if value == 0:
            raise ValueError(">= 1, or -1 for as many as steps")
        return value

    @model_validator(mode="after")
    def _check_together(self) -> Config:
        if self.buffer_size < self.batch_size:
            raise ValueError(f"buffer_size must be >= batch_size ({self.batch_size}), got {self.buffer_size}")
        if self.exploration_final_eps > self.exploration_initial_eps:
            raise ValueError(
                f"exploration_final_eps must be <= exploration_initial_eps ({self.exploration_initial_eps}), "
                f"got {self.exploration_final_eps}"
            )
        return self

    @property
    def updates_per_burst(self) -> int:
        """Updates that follow each `train_freq` steps."""
        return self.train_freq if self.gradient_steps == -1 else self.gradient_steps

    @property
    def progress_every(self) -> int:
        """Steps between two progress events."""
        return self.log_every or max(100, self.total_timesteps // 10_000)


# --- layers: defaults < preset < file < DQN_TUI_* < flags ---


def load_config(
    *,
    preset: str | None = None,
    file: Path | None = None,
    variables: Mapping[str, str] = os.environ,
    flags: Mapping[str, Any] | None = None,
) -> Config:
    """The settings that the layers give, weakest first: defaults, preset, file, variables, flags.

    Without `preset`, the one made for the environment is taken where there is one.

    Raises:
        UsageError: an unknown key or preset, a value out of range, a file that cannot be read.
    """
    named = named_settings(file, variables, flags or {})
    environment = named.get("env")
    base = read_preset(preset) if preset else preset_for(str(environment or Config.model_fields["env"].default))
    return parse_config(base | named)


def named_settings(file: Path | None, variables: Mapping[str, str], flags: Mapping[str, Any]) -> dict[str, Any]:
    """What the user named: file < variables < flags.

    Raises:
        UsageError: the file cannot be read.
    """
    return (_from_file(file) if file else {}) | _from_variables(variables) | dict(flags)


FIXED_KEYS = ("env", "seed", "net_arch", "buffer_size", "gamma", "n_steps")
"""What a run cannot change when it goes on: its arrays and its replay buffer were made with it."""


def change_config(config: Config, changes: Mapping[str, Any]) -> Config:
    """The settings of a run that goes on with some of its keys changed.

    Raises:
        UsageError: an unknown key, a value out of range, or a key that cannot change.
    """
    changed = parse_config(config.model_dump() | dict(changes))
    for key in FIXED_KEYS:
        old, new = getattr(config, key), getattr(changed, key)
        if old != new:
            raise UsageError(f"{key} cannot change when a run goes on: it is {old}, got {new}")
    return changed


def parse_config(values: Mapping[str, Any]) -> Config:
    """A checked `Config`.

    Raises:
        UsageError: one line that names the first key that is wrong, its value, and what is allowed.
    """
    for key in values:
        if key not in Config.model_fields:
            known = did_you_mean(key, Config.model_fields) or f"; there is {', '.join(Config.model_fields)}"
            raise UsageError(f"unknown key {key!r}{known}")
    for key, value in values.items():
        if isinstance(value, bool) and Config.model_fields[key].annotation is not bool:
            raise UsageError(f"{key} must be a number or a text, got {str(value).lower()}")
    try:
        return Config.model_validate(dict(values))
    except ValidationError as error:
        raise UsageError(_explain(error)) from None


def parse_assignment(text: str) -> tuple[str, Any]:
    """`"KEY=VALUE"` as a key and a value; VALUE is TOML where it can be, else a bare word.

    Raises:
        UsageError: there is no `=`.
    """
    key, separator, value = text.partition("=")
    if not separator or not key.strip():
        raise UsageError(f"--set takes KEY=VALUE, got {text!r}")
    return key.strip(), parse_value(value.strip())


def to_toml(config: Config) -> str:
    """Every key as it was resolved; `parse_config(tomllib.loads(...))` gives the same settings."""
    lines = [
        f"{key} = {_toml_value(list(value) if isinstance(value, tuple) else value)}"
        for key, value in config.model_dump().items()
        if value is not None
    ]
    return "\n".join(lines) + "\n"


def _toml_value(value: Any) -> str:
    """TOML's numbers, lists and strings are JSON's, but for DEL and what lies beyond 16 bits."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def preset_names() -> list[str]:
    """The presets that come with the package."""
    folder = resources.files("dqn_tui") / "presets"
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


def read_preset(name: str) -> dict[str, Any]:
    """The keys of a preset.

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
        if values["env"] == environment:
            return values
    return {"env": environment}


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
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


def parse_value(text: str) -> Any:
    """A TOML value, or the text itself where it is none."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


# pydantic's error types, in words that say what is allowed.
_KINDS = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "a text",
    "string_too_short": "a text that is not empty",
    "tuple_type": "a list such as [128, 128]",
}


def _explain(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    message = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        return message
    key = str(first["loc"][0])
    return f"{key} must be {_allowed(first, message)}, got {_shown(first['input'])}"


def _allowed(error: Mapping[str, Any], message: str) -> str:
    limits: Sequence[tuple[str, str]] = (("ge", ">="), ("gt", ">"), ("le", "<="), ("lt", "<"))
    context = error.get("ctx", {})
    for name, sign in limits:
        if name in context:
            return f"{sign} {context[name]}"
    if error["type"] == "literal_error":
        return f"one of {context['expected']}"
    if error["type"] in _KINDS:
        return _KINDS[error["type"]]
    words = message.removeprefix("Input should be ")
    return words[:1].lower() + words[1:]


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, str) else str(value)
