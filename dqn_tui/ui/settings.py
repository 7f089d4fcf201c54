"""The settings of the run, for screens with room to spare."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from dqn_tui.ui.panel import FramedPanel
from dqn_tui.ui.rows import Row, centre_block
from dqn_tui.view.text import number, plain

_FIRST = (
    *("net_arch", "learning_rate", "gamma", "batch_size", "buffer_size", "learning_starts", "train_freq"),
    *("gradient_steps", "target_update_interval", "tau", "double", "n_steps", "max_grad_norm"),
    *("exploration_fraction", "exploration_initial_eps", "exploration_final_eps"),
    *("eval_every", "eval_episodes", "save_every", "keep_last"),
)
_SHOWN_ELSEWHERE = {"env", "seed", "device", "total_timesteps", "goal"}


class SettingsPanel(FramedPanel):
    """Key and value of each setting, those that matter most first."""

    def title_row(self) -> Row:
        """Their number stands beside it."""
        return [("Settings", "title")]

    def content_key(self) -> Hashable:
        """They are known from the first event on."""
        return (self.scene.shown.run, len(self.scene.shown.config))

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """One row a setting."""
        config = self.scene.shown.config
        if not config:
            return centre_block([[("loading…", "muted")]], width, height)
        names = [*(name for name in _FIRST if name in config)]
        names += [name for name in config if name not in _FIRST and name not in _SHOWN_ELSEWHERE]
        return [[(f" {plain(name):<25}", "muted"), (_value(config[name]), "text")] for name in names[:height]]


def _value(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "-"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return number(value)
    return plain(" x ".join(map(str, value)) if isinstance(value, list | tuple) else str(value))
