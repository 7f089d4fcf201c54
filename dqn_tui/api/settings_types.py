"""The settings as keyword arguments, for editors and type checkers; `dqn_tui.config` declares them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict


class Settings(TypedDict, total=False):
    """Every setting but those that have a parameter of their own; `dqn-tui settings` explains them."""

    env_kwargs: Mapping[str, Any]
    time_limit: int
    frame_skip: int
    num_envs: int
    vectorization: Literal["serial", "parallel", "native"]
    observation_keys: Sequence[str]
    crop: Sequence[int]
    grayscale: bool
    resize: Sequence[int]
    one_hot_planes: bool
    frame_stack: int
    scale_observations: bool
    normalize_observations: bool
    action_bins: int
    sticky_actions: float
    seed: int
    device: Literal["auto", "cpu", "cuda"]
    net_arch: Sequence[int]
    encoder: Literal["auto", "nature", "impala", "minatar", "grid", "flat"]
    double: bool
    dueling: bool
    noisy: bool
    noisy_std: float
    distribution: Literal["none", "c51", "qr"]
    atoms: int
    v_min: float
    v_max: float
    munchausen: bool
    munchausen_alpha: float
    munchausen_tau: float
    munchausen_clip: float
    prioritized: bool
    priority_alpha: float
    priority_beta: float
    gamma: float
    n_steps: int
    learning_rate: float | str
    batch_size: int
    buffer_size: int
    learning_starts: int
    train_freq: int
    gradient_steps: int
    target_update_interval: int
    tau: float
    adam_eps: float
    max_grad_norm: float
    exploration_fraction: float
    exploration_initial_eps: float
    exploration_final_eps: float
    clip_rewards: bool
    reward_scale: float
    eval_every: int
    eval_episodes: int
    eval_max_steps: int
    goal: float | None
    until_solved: bool
    save_every: int
    keep_last: int
    log_every: int
    record: bool
