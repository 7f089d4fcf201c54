"""The settings of the run."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from dqn_tui.toml_text import toml_value
from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row, centre_block
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.text import number, plain

# Extensions of DQN and their parameters: those in use come first, since they name the algorithm; the others come last.
_EXTENSIONS = {
    "double": (),
    "n_steps": (),
    "dueling": (),
    "distribution": ("atoms", "v_min", "v_max"),
    "noisy": ("noisy_std",),
    "prioritized": ("priority_alpha", "priority_beta"),
    "munchausen": ("munchausen_alpha", "munchausen_tau", "munchausen_clip"),
}
_FIRST = (
    *("net_arch", "learning_rate", "gamma", "batch_size", "buffer_size", "learning_starts", "train_freq"),
    *("gradient_steps", "target_update_interval", "tau", "reward_scale", "max_grad_norm"),
    *("exploration_fraction", "exploration_initial_eps", "exploration_final_eps"),
    *("eval_every", "eval_episodes", "save_every", "keep_last", "num_envs"),
)
_ELSEWHERE = {"env", "seed", "device", "total_timesteps", "goal"}


class SettingsPanel(FramedPanel):
    """Key and value of each setting, the most important first."""

    scene: RunScene

    def content_key(self) -> Hashable:
        """Return the settings: known from the first event on, changed by a resume with others."""
        return tuple(map(str, self.scene.shown.config.items()))

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return one row per setting."""
        config = self.scene.shown.config
        if not config:
            return centre_block([[("loading…", "muted")]], width, height)
        names = _order(config)
        shown = names if len(names) <= height else names[: height - 1]
        rows: list[Row] = [[(f" {plain(name):<25}", "muted"), (_value(config[name], name), "text")] for name in shown]
        return rows if shown is names else [*rows, [(f" …and {len(names) - len(shown)} more", "muted")]]


def _order(config: Mapping[str, object]) -> list[str]:
    """Return the keys, the most important first."""
    on = [name for key, parameters in _EXTENSIONS.items() if _is_on(config.get(key)) for name in (key, *parameters)]
    off = [name for key, parameters in _EXTENSIONS.items() for name in (key, *parameters) if name not in on]
    others = [name for name in config if name not in off]
    return [name for name in dict.fromkeys([*on, *_FIRST, *others, *off]) if name in config and name not in _ELSEWHERE]


def _is_on(value: object) -> bool:
    return value is True or (not isinstance(value, bool) and value not in (None, 1, "none"))


def _value(value: object, name: str) -> str:
    if name == "net_arch" and not value:
        return "linear"
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "-"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, Mapping):
        return plain(toml_value(value)) if value else "-"
    if isinstance(value, list | tuple):
        are_numbers = all(isinstance(item, int) for item in value)
        return plain((" x " if are_numbers else ", ").join(map(str, value))) or "-"
    return plain(str(value))
