"""Every setting of a run: one model, its defaults and bounds, and how it is read and written.

Names are those of Stable-Baselines3's DQN and the RL Zoo. Counts of time are environment steps unless a field says
otherwise.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from dqn_tui.errors import UsageError, did_you_mean

Fraction = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]
LINEAR_PREFIX = "lin_"


class Config(BaseModel):
    """The resolved settings of one run."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    env: str = Field("CartPole-v1", min_length=1, description="Gymnasium environment id")
    num_envs: int = Field(1, ge=1, le=4096, description="environments that step together")
    vectorization: Literal["serial", "parallel", "native"] = Field(
        "serial", description="one process; worker processes; Gymnasium's own vector environment"
    )
    frame_stack: Count = Field(1, description="observations stacked into one")
    scale_observations: bool = Field(False, description="vectors with bounds are brought to [-1, 1]")
    sticky_actions: Fraction = Field(0.25, description="Atari: probability that the last action is repeated")
    seed: int = Field(1, ge=0, lt=2**31, description="all random draws derive from it")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto: CUDA for large networks only")
    total_timesteps: Count = Field(100_000, description="environment steps of the whole run")

    net_arch: tuple[Count, ...] = Field((128, 128), description="hidden layers of the Q-network")
    encoder: Literal["auto", "nature", "impala", "minatar"] = Field("auto", description="convolutions, for images")
    double: bool = Field(True, description="Double DQN: the online network selects, the target network values")
    dueling: bool = Field(False, description="separate streams for the state's value and the actions' advantages")
    noisy: bool = Field(False, description="NoisyNet: linear layers explore by learned noise")
    noisy_std: float = Field(0.5, gt=0, description="NoisyNet: sigma at the start, times 1/sqrt(inputs)")
    distribution: Literal["none", "c51", "qr"] = Field(
        "none", description="what is learned of the return: its mean or all of it"
    )
    atoms: int = Field(51, ge=2, le=1_000, description="C51's atoms or QR-DQN's quantiles, for each action")
    v_min: float = Field(-10.0, description="C51: lowest return")
    v_max: float = Field(10.0, description="C51: highest return")
    munchausen: bool = Field(False, description="soft targets and log-policy rewards; replaces double")
    munchausen_alpha: Fraction = Field(0.9, description="Munchausen: share of the log-policy in the reward")
    munchausen_tau: float = Field(0.03, gt=0, description="Munchausen: temperature of the policy")
    munchausen_clip: float = Field(-1.0, lt=0, description="Munchausen: lowest log-policy reward")
    prioritized: bool = Field(False, description="replay in proportion to the TD errors")
    priority_alpha: Fraction = Field(0.5, description="0: uniform; 1: fully proportional")
    priority_beta: Fraction = Field(0.4, description="importance weights at the start; 1 at the end")
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
    adam_eps: float = Field(1e-8, gt=0, description="Adam's epsilon")
    max_grad_norm: float = Field(10.0, gt=0, description="gradients are scaled down to this norm")
    exploration_fraction: Fraction = Field(0.1, description="share of the run in which epsilon falls")
    exploration_initial_eps: Fraction = Field(1.0, description="epsilon at the start")
    exploration_final_eps: Fraction = Field(0.05, description="epsilon after the fall")

    clip_rewards: bool = Field(False, description="learn from the rewards' signs; returns are reported as they are")
    reward_scale: float = Field(1.0, gt=0, description="rewards are learned times this; returns and Q-values stay")

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
        if self.distribution == "c51" and self.v_max <= self.v_min:
            raise ValueError(f"v_max must be > v_min ({self.v_min}), got {self.v_max}")
        return self

    @property
    def updates_per_burst(self) -> int:
        """Updates that follow each `train_freq` steps."""
        return self.train_freq if self.gradient_steps == -1 else self.gradient_steps

    @property
    def progress_every(self) -> int:
        """Steps between two progress events."""
        return self.log_every or max(100, self.total_timesteps // 10_000)


# What an environment gives, what a network looks like, and what a replay buffer keeps.
_ENVIRONMENT_KEYS = ("env", "seed", "num_envs", "vectorization", "frame_stack", "scale_observations", "sticky_actions")
_NETWORK_KEYS = ("net_arch", "encoder", "dueling", "noisy", "distribution", "atoms", "v_min", "v_max")
_REPLAY_KEYS = ("buffer_size", "prioritized", "gamma", "n_steps", "clip_rewards", "reward_scale")
FIXED_KEYS = (*_ENVIRONMENT_KEYS, *_NETWORK_KEYS, *_REPLAY_KEYS)
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
