"""Every setting of a run: one model, its defaults and bounds, and how it is read and written.

Names are those of Stable-Baselines3's DQN and the RL Zoo. Counts of time are environment steps unless a field says
otherwise. Bounds keep every value within what float32, int64 and a message on one line can hold.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from dqn_tui.bounds import Allowed, allowed_values
from dqn_tui.errors import SettingError, UsageError, show_value
from dqn_tui.key_names import suggest_keys
from dqn_tui.plain_values import check_plain, merge_tables
from dqn_tui.toml_text import toml_value

LARGEST_COUNT = 10**12
LARGEST_RETURN = 1e12
LARGEST_LEARNING_RATE = 1e3
MOST_LAYERS = 64
WIDEST_LAYER = 65_536
LONGEST_SIDE = 4_096
"""Of a picture, in pixels."""
LINEAR_PREFIX = "lin_"

Fraction = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1, le=LARGEST_COUNT)]
Interval = Annotated[int, Field(ge=0, le=LARGEST_COUNT)]
Width = Annotated[int, Field(ge=1, le=WIDEST_LAYER)]
Rate = Annotated[
    float | str,
    Allowed(f'a number > 0 and <= {LARGEST_LEARNING_RATE:g}, or "{LINEAR_PREFIX}" and such a number'),
]
GradientSteps = Annotated[int, Field(ge=-1, le=LARGEST_COUNT), Allowed("a whole number >= 1, or -1 for one per step")]
Table = Annotated[dict[str, Any], Allowed('a table of plain values, such as {map_name = "8x8"}')]
Words = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=500)], ...], Field(max_length=64)]
Length = Annotated[int, Field(ge=0, le=LONGEST_SIDE)]


class Config(BaseModel):
    """The resolved settings of one run."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    env: str = Field("CartPole-v1", min_length=1, description="Gymnasium environment id")
    env_kwargs: Table = Field({}, description="arguments of the environment; --env-arg KEY=VALUE sets one")
    wrappers: Annotated[Words, Allowed("a list given with --wrap MODULE:NAME")] = Field(
        (), description="wrappers of your own around the environment; only --wrap sets them"
    )
    time_limit: Interval = Field(0, description="steps after which an episode is truncated; 0: the environment's own")
    frame_skip: int = Field(1, ge=1, le=1_000, description="steps for which each action is repeated")
    num_envs: int = Field(1, ge=1, le=4096, description="environments that step together")
    vectorization: Literal["serial", "parallel", "native"] = Field(
        "serial", description="one process, worker processes, or the environment's own vector implementation"
    )
    observation_keys: Annotated[Words, Allowed('a list of entries, such as ["image", "agent.position"]')] = Field(
        (), description="entries of Dict and Tuple observations to learn from; []: all that a network can take"
    )
    crop: Annotated[tuple[Length, ...], Allowed("[] or [top, bottom, left, right] in pixels")] = Field(
        (), description="pictures: rows and columns to cut off"
    )
    grayscale: bool = Field(False, description="pictures: colours to gray")
    resize: Annotated[tuple[Length, ...], Allowed("[] or [height, width] in pixels, each >= 1")] = Field(
        (), description="pictures: new height and width"
    )
    one_hot_planes: bool = Field(False, description="images of small codes: a plane of 0 and 1 for each code")
    frame_stack: int = Field(1, ge=1, le=64, description="latest observations stacked into one")
    scale_observations: bool = Field(False, description="scale bounded entries of vectors to [-1, 1]")
    normalize_observations: bool = Field(
        False, description="vectors: subtract the running mean, divide by the running standard deviation"
    )
    action_bins: Annotated[int, Field(ge=0, le=1_000), Allowed("0, or a whole number from 2 to 1,000")] = Field(
        0, description="continuous actions: values per dimension, in equal steps; 0: refuse them"
    )
    sticky_actions: Fraction = Field(0.25, description="Atari: probability of repeating the last action")
    seed: int = Field(1, ge=0, lt=2**31, description="seed of every random draw")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="where the networks are; auto is the CPU")
    total_timesteps: Count = Field(100_000, description="environment steps of the whole run")

    net_arch: tuple[Width, ...] = Field(
        (128, 128), max_length=MOST_LAYERS, description="widths of the Q-network's hidden layers"
    )
    encoder: Literal["auto", "nature", "impala", "minatar", "grid", "flat"] = Field(
        "auto", description="convolutional network in front of the hidden layers, for images"
    )
    double: bool = Field(True, description="Double DQN: the online network selects, the target network evaluates")
    dueling: bool = Field(False, description="separate streams for state value and action advantages")
    noisy: bool = Field(False, description="NoisyNet: linear layers explore with learned noise")
    noisy_std: float = Field(0.5, gt=0, le=100, description="NoisyNet: initial sigma, times 1/sqrt(inputs)")
    distribution: Literal["none", "c51", "qr"] = Field(
        "none", description="learn the mean return, or its distribution (C51, QR-DQN)"
    )
    atoms: int = Field(51, ge=2, le=1_000, description="C51's atoms or QR-DQN's quantiles per action")
    v_min: float = Field(-10.0, ge=-LARGEST_RETURN, le=LARGEST_RETURN, description="C51: lowest return")
    v_max: float = Field(10.0, ge=-LARGEST_RETURN, le=LARGEST_RETURN, description="C51: highest return")
    munchausen: bool = Field(False, description="soft targets and log-policy rewards; replaces double")
    munchausen_alpha: Fraction = Field(0.9, description="Munchausen: weight of the log-policy in the reward")
    munchausen_tau: float = Field(0.03, ge=1e-6, le=1e6, description="Munchausen: temperature of the policy")
    munchausen_clip: float = Field(-1.0, ge=-1e6, lt=0, description="Munchausen: lowest log-policy reward")
    prioritized: bool = Field(False, description="sample transitions in proportion to their TD errors")
    priority_alpha: Fraction = Field(0.5, description="0: uniform; 1: fully proportional")
    priority_beta: Fraction = Field(0.4, description="initial exponent of the importance weights, annealed to 1")
    gamma: Fraction = Field(0.99, description="discount factor")
    n_steps: int = Field(1, ge=1, le=10_000, description="steps of reward before bootstrapping")
    learning_rate: Rate = Field(1e-3, description='of Adam; "lin_1e-3" decays linearly to 0')
    batch_size: int = Field(64, ge=1, le=1_000_000, description="transitions per update")
    buffer_size: Count = Field(100_000, description="capacity of the replay buffer, in transitions")
    learning_starts: Interval = Field(1_000, description="steps before the first update")
    train_freq: Count = Field(4, description="steps between bursts of updates")
    gradient_steps: GradientSteps = Field(1, description="updates per burst; -1: one per step since the last burst")
    target_update_interval: Count = Field(500, description="steps between updates of the target network")
    tau: float = Field(1.0, gt=0, le=1, description="weight of the online network in a target update")
    adam_eps: float = Field(1e-8, ge=1e-30, le=1e3, description="epsilon of Adam")
    max_grad_norm: float = Field(10.0, ge=1e-9, le=1e30, description="norm to which gradients are clipped")
    exploration_fraction: Fraction = Field(0.1, description="fraction of the run over which epsilon decays")
    exploration_initial_eps: Fraction = Field(1.0, description="epsilon at the start")
    exploration_final_eps: Fraction = Field(0.05, description="epsilon after the decay")

    clip_rewards: bool = Field(False, description="learn from the signs of rewards; returns are reported unclipped")
    reward_scale: float = Field(
        1.0, ge=1e-9, le=1e9, description="factor on rewards for learning; reported returns and Q-values are unscaled"
    )

    eval_every: Interval = Field(5_000, description="steps between evaluations; 0: only at the end")
    eval_episodes: Count = Field(10, description="greedy episodes per evaluation")
    eval_max_steps: Count = Field(27_000, description="steps after which an evaluation episode is cut")
    goal: float | None = Field(None, description="return that counts as solved; default: the environment's own")
    until_solved: bool = Field(False, description="end the run once an evaluation reaches the goal and confirms it")
    save_every: Interval = Field(10_000, description="steps between checkpoints; 0: only at the end")
    keep_last: Count = Field(3, description="newest automatic checkpoints to keep")
    log_every: Interval = Field(0, description="steps between progress events; 0: 100, or 1/10,000 of a long run")
    record: bool = Field(True, description="keep seed and actions of every training episode, to watch it again")

    @field_validator("learning_rate")
    @classmethod
    def _check_learning_rate(cls, value: float | str) -> float | str:
        text = value.removeprefix(LINEAR_PREFIX) if isinstance(value, str) else value
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not 0 < number <= LARGEST_LEARNING_RATE:
            raise ValueError
        return value if isinstance(value, str) and value.startswith(LINEAR_PREFIX) else number

    @field_validator("gradient_steps")
    @classmethod
    def _check_gradient_steps(cls, value: int) -> int:
        if value == 0:
            raise ValueError
        return value

    @field_validator("env_kwargs")
    @classmethod
    def _check_env_kwargs(cls, value: dict[str, Any]) -> dict[str, Any]:
        check_plain(value)
        return value

    @field_validator("crop", "resize")
    @classmethod
    def _check_lengths(cls, value: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        count, least = (4, 0) if info.field_name == "crop" else (2, 1)
        if value and (len(value) != count or min(value) < least):
            raise ValueError
        return value

    @field_validator("action_bins")
    @classmethod
    def _check_action_bins(cls, value: int) -> int:
        if value == 1:
            raise ValueError
        return value

    @model_validator(mode="after")
    def _check_together(self) -> Config:
        if self.buffer_size < self.batch_size:
            raise _MisfitError("buffer_size", f">= batch_size ({self.batch_size})", self.buffer_size, "batch_size")
        if self.exploration_final_eps > self.exploration_initial_eps:
            allowed = f"<= exploration_initial_eps ({self.exploration_initial_eps})"
            raise _MisfitError("exploration_final_eps", allowed, self.exploration_final_eps, "exploration_initial_eps")
        if self.distribution == "c51" and self.v_max <= self.v_min:
            raise _MisfitError("v_max", f"> v_min ({self.v_min})", self.v_max, "v_min")
        return self

    @property
    def updates_per_burst(self) -> int:
        """Number of updates after each `train_freq` steps."""
        return self.train_freq if self.gradient_steps == -1 else self.gradient_steps

    @property
    def progress_every(self) -> int:
        """Number of steps between two progress events."""
        return self.log_every or max(100, self.total_timesteps // 10_000)


class _MisfitError(ValueError):
    """Two settings that do not fit together."""

    def __init__(self, key: str, allowed: str, value: object, other: str) -> None:
        super().__init__(f"{key} must be {allowed}, got {value}")
        self.keys = (key, other)


# The environment's spaces, the shape of the networks, and the contents of the replay buffer depend on these.
PREPARATION_KEYS = (
    *("env_kwargs", "wrappers", "time_limit", "frame_skip", "observation_keys", "crop", "grayscale", "resize"),
    *("one_hot_planes", "action_bins"),
)
"""Keys that change what an environment observes and does, besides those that a family supports itself."""
_ENVIRONMENT_KEYS = (
    *("env", "seed", "num_envs", "vectorization", "frame_stack", "scale_observations", "sticky_actions"),
    *PREPARATION_KEYS,
)
_NETWORK_KEYS = (
    "normalize_observations",
    "net_arch",
    "encoder",
    "dueling",
    "noisy",
    "distribution",
    "atoms",
    "v_min",
    "v_max",
)
_REPLAY_KEYS = ("buffer_size", "prioritized", "gamma", "n_steps", "clip_rewards", "reward_scale")
FIXED_KEYS = (*_ENVIRONMENT_KEYS, *_NETWORK_KEYS, *_REPLAY_KEYS)
"""Keys that cannot change when a run is resumed: its arrays and its replay buffer were made with them."""


def change_config(config: Config, changes: Mapping[str, Any]) -> Config:
    """Return the settings of a run that is resumed with some of its keys changed.

    Raises:
        SettingError: an unknown key, a value out of bounds, or a key that cannot change.
    """
    changed = parse_config(merge_settings(config.model_dump(), changes))
    for key in FIXED_KEYS:
        old, new = getattr(config, key), getattr(changed, key)
        if old != new:
            raise SettingError(f"{key} cannot change when a run is resumed: it is {old}, got {new}", key)
    return changed


def merge_settings(weaker: Mapping[str, Any], stronger: Mapping[str, Any]) -> dict[str, Any]:
    """Return two layers as one; tables are merged entry by entry."""
    return {**weaker, **stronger} | merge_tables(
        {key: value for key, value in weaker.items() if isinstance(value, Mapping)},
        {key: value for key, value in stronger.items() if isinstance(value, Mapping)},
    )


def parse_config(values: Mapping[str, Any]) -> Config:
    """Return a checked `Config`.

    Raises:
        SettingError: the first key that is wrong; one line with its value and what is allowed.
    """
    for key in values:
        if key not in Config.model_fields:
            raise SettingError(f"unknown key {show_value(key)}{suggest_keys(key, Config.model_fields)}", key)
    for key, value in values.items():
        # pydantic would take true for 1.
        if _holds_truth_value(value) and Config.model_fields[key].annotation is not bool:
            raise _refuse(key, allowed_values(Config.model_fields[key]), str(value).lower())
    try:
        return Config.model_validate(dict(values))
    except ValidationError as error:
        raise _explain(error) from None


def parse_assignment(text: str, option: str = "--set") -> tuple[str, Any]:
    """Split `"KEY=VALUE"` into a key and a value, which is TOML or else a bare word.

    Raises:
        UsageError: there is no key, or no `=`.
    """
    key, separator, value = text.partition("=")
    if not separator or not key.strip():
        raise UsageError(f"{option} takes KEY=VALUE, got {show_value(text)}")
    return key.strip(), parse_value(value.strip())


def parse_value(text: str) -> Any:
    """Return a TOML value, or the text itself where it is none, or one that is too large or too deeply nested."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text


def to_toml(config: Config) -> str:
    """Return every key that has a value as TOML, which `parse_config(tomllib.loads(...))` reads back unchanged."""
    lines = [
        f"{key} = {toml_value(list(value) if isinstance(value, tuple) else value)}"
        for key, value in config.model_dump().items()
        if value is not None
    ]
    return "\n".join(lines) + "\n"


def _holds_truth_value(value: Any) -> bool:
    return isinstance(value, bool) or (
        isinstance(value, list | tuple) and any(isinstance(item, bool) for item in value)
    )


def _explain(error: ValidationError) -> SettingError:
    """Return the first of pydantic's errors in our words."""
    first = error.errors(include_url=False)[0]
    if not first["loc"]:
        misfit = first["ctx"]["error"]
        return SettingError(str(misfit), *misfit.keys)
    key = str(first["loc"][0])
    return _refuse(key, allowed_values(Config.model_fields[key], first), show_value(first["input"]))


def _refuse(key: str, allowed: str, shown: str) -> SettingError:
    return SettingError(f"{key} must be {allowed}, got {shown}", key)
