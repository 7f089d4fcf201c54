"""The settings of the run, for screens with room to spare."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from dqn_tui.ui.panel import FramedPanel
from dqn_tui.ui.rows import Row, centre_block
from dqn_tui.view.text import number, plain

# A member of the family that is switched on says which algorithm this is; one that is off, and its numbers, little.
_MEMBERS = {
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
    """Key and value of each setting, those that matter most first."""

    def title_row(self) -> Row:
        """Their number stands beside it."""
        return [("Settings", "title")]

    def content_key(self) -> Hashable:
        """They are known from the first event on, and change where a run goes on with others."""
        return tuple(map(str, self.scene.shown.config.items()))

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """One row a setting."""
        config = self.scene.shown.config
        if not config:
            return centre_block([[("loading…", "muted")]], width, height)
        names = _order(config)
        shown = names if len(names) <= height else names[: height - 1]
        rows: list[Row] = [[(f" {plain(name):<25}", "muted"), (_value(config[name]), "text")] for name in shown]
        return rows if shown is names else [*rows, [(f" …and {len(names) - len(shown)} more", "muted")]]


def _order(config: Mapping[str, object]) -> list[str]:
    """The keys, those that matter most first."""
    on = [name for member, numbers in _MEMBERS.items() if _is_on(config.get(member)) for name in (member, *numbers)]
    off = [name for member, numbers in _MEMBERS.items() for name in (member, *numbers) if name not in on]
    others = [name for name in config if name not in off]
    return [name for name in dict.fromkeys([*on, *_FIRST, *others, *off]) if name in config and name not in _ELSEWHERE]


def _is_on(value: object) -> bool:
    return value is True or (not isinstance(value, bool) and value not in (None, 1, "none"))


def _value(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "-"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return number(value)
    if value in ([], ()):
        return "linear"
    return plain(" x ".join(map(str, value)) if isinstance(value, list | tuple) else str(value))
