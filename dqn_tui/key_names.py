"""Names that other programs use for the configuration keys; only suggested, never accepted."""

from __future__ import annotations

from collections.abc import Iterable

from dqn_tui.errors import near_words, suggest

_EPSILON = ("exploration_initial_eps", "exploration_final_eps", "exploration_fraction")
_OTHER_NAMES = {
    "alpha": ("learning_rate",),
    "discount": ("gamma",),
    "epsilon": _EPSILON,
    "hidden": ("net_arch",),
    "hidden_layers": ("net_arch",),
    "hidden_size": ("net_arch",),
    "hidden_sizes": ("net_arch",),
    "layers": ("net_arch",),
    "lr": ("learning_rate",),
    "max_steps": ("total_timesteps",),
    "memory_size": ("buffer_size",),
    "n_envs": ("num_envs",),
    "n_quantiles": ("atoms", "distribution"),
    "n_step": ("n_steps",),
    "n_timesteps": ("total_timesteps",),
    "num_steps": ("total_timesteps",),
    "per": ("prioritized",),
    "polyak": ("tau",),
    "replay_size": ("buffer_size",),
    "steps": ("total_timesteps",),
    "target_update": ("target_update_interval",),
    "timesteps": ("total_timesteps",),
    "update_every": ("train_freq",),
    "warmup": ("learning_starts",),
}


def suggest_keys(word: str, known: Iterable[str]) -> str:
    """Return `"; did you mean …?"` with the keys that a word may stand for, or where to find them all."""
    return suggest(near_keys(word, known)) or "; see `dqn-tui settings`"


def near_keys(word: str, known: Iterable[str]) -> list[str]:
    """Return the keys that a word may stand for; empty where none is near."""
    folded = word.lower().replace("-", "_")
    named = _EPSILON if folded.startswith("eps_") else _OTHER_NAMES.get(folded, ())
    return list(named) or near_words(word, known)
