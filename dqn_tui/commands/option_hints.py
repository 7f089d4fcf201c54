"""Explains an option that does not exist: which option, or which configuration key, was probably meant."""

from __future__ import annotations

from difflib import get_close_matches

# Names that other programs give to these options.
_OPTIONS = {
    "env-id": "--env",
    "environment": "--env",
    "game": "--env",
    "total-timesteps": "--steps",
    "timesteps": "--steps",
    "n-timesteps": "--steps",
    "num-steps": "--steps",
    "max-steps": "--steps",
    "random-seed": "--seed",
    "gpu": "--device cuda",
    "cuda": "--device cuda",
    "cpu": "--device cpu",
    "headless": "--no-ui",
    "no-gui": "--no-ui",
    "plain": "--no-ui",
    "quiet": "--no-ui",
    "tensorboard-log": "--tensorboard",
    "tb": "--tensorboard",
    "log-dir": "--runs-dir",
    "logdir": "--runs-dir",
    "save-dir": "--runs-dir",
    "output": "--runs-dir",
    "out": "--runs-dir",
    "run-name": "--name",
    "exp-name": "--name",
    "hyperparams": "--config or --set",
    "hyperparameters": "--config or --set",
    "load": "--resume",
    "continue": "--resume",
    "checkpoint": "--resume",
}


def explain_option(option: str, known: list[str]) -> str:
    """Return one line about an unknown option.

    Args:
        option: as it was typed, without a value.
        known: the options of the command.
    """
    from dqn_tui.config import Config
    from dqn_tui.key_names import near_keys

    line, word = f"no such option {option}", option.lstrip("-").lower().replace("_", "-")
    if near := get_close_matches(f"--{word}", known, n=1, cutoff=0.85):
        return f"{line}; did you mean {near[0]}?"
    if "--set" in known:
        if word in _OPTIONS:
            return f"{line}; did you mean {_OPTIONS[word]}?"
        if keys := near_keys(word, Config.model_fields):
            return f"{line}; did you mean {' or '.join(f'--set {key}=…' for key in keys)}?"
    near = get_close_matches(f"--{word}", known, n=3, cutoff=0.6)
    return f"{line}; did you mean {' or '.join(near)}?" if near else f"{line}; see --help"
