"""The keys in the bar of the dashboard, with the labels that fit the current state."""

from __future__ import annotations

from collections.abc import Mapping

from dqn_tui.ui.keys.chart_keys import CHART_KEYS
from dqn_tui.ui.keys.dashboard_keys import DASHBOARD_KEYS
from dqn_tui.ui.keys.episode_keys import EPISODE_KEYS
from dqn_tui.ui.keys.key import Key
from dqn_tui.ui.keys.rollout_keys import ROLLOUT_KEYS
from dqn_tui.ui.keys.value_keys import VALUE_KEYS
from dqn_tui.ui.widgets.key_bar import BarKey
from dqn_tui.ui.widgets.run_scene import RunScene

_TRAINING = {"pause", "save", "evaluate"}
_AFTERWARDS = {"copy"}


def bar_keys(
    scene: RunScene,
    *,
    has_player_focus: bool,
    is_playing: bool,
    has_list_focus: bool = False,
    episode: int | None = None,
    value_labels: Mapping[str, str] | None = None,
) -> list[BarKey]:
    """Return key, sign and label of each key that does something now.

    While the player or the list of episodes has the focus, its own keys come first; the player's take `space` from
    training. `episode` is the number of the one that the crosshair selects, if any. The keys of the value function take
    the charts' while that has the focus, with `value_labels`; an empty one hides a key.
    """
    labels = _labels(scene, is_playing=is_playing)
    if episode is not None:
        labels["enter"] = f"Play episode {episode:,}"
    signs: dict[str, str] = {}
    keys: tuple[Key, ...] = (*DASHBOARD_KEYS, *CHART_KEYS)
    hidden = _TRAINING if scene.live.is_over or scene.access.refusal is not None else _AFTERWARDS
    if episode is None:
        hidden = hidden | {"enter"}
    if has_list_focus:
        keys = (*EPISODE_KEYS, *keys)
    if has_player_focus:
        keys = (*ROLLOUT_KEYS, *keys)
        hidden = hidden | {"watch"}
        signs, labels["pause"] = {"pause": "p"}, f"{labels.get('pause', 'Pause')} training"
    if value_labels is not None:
        keys = (*VALUE_KEYS, *DASHBOARD_KEYS)
        labels |= value_labels
        hidden = hidden | {"value", "smoother", "log"} | {key for key, label in value_labels.items() if not label}
    useful = (key for key in keys if key.rank and key.id not in hidden)
    return [(key, signs.get(key.id, key.sign), labels.get(key.id, key.label)) for key in useful]


def _labels(scene: RunScene, *, is_playing: bool) -> dict[str, str]:
    """Return the labels that differ from those in the table of keys."""
    states = {
        "rollout.play": ("Pause", is_playing),
        "pause": ("Resume", scene.live.is_paused),
        "stop": ("Quit", scene.live.is_over or scene.access.refusal is not None),
        "detach": ("Leave", not scene.access.is_own),
        "freeze": ("Unfreeze", scene.is_frozen),
        "zoom": ("Restore", scene.is_zoomed),
        "log": ("Linear y", scene.selected in scene.log_scaled),
        "chart.unit": (f"By {scene.viewport.unit.value:<8}", True),
        "smoother": (_smoothing(scene.smoothing), True),
    }
    return {key: label for key, (label, applies) in states.items() if applies}


def _smoothing(window: int) -> str:
    """Return the label that names the strength, of the same width for each."""
    return f"Smooth {'off' if window == 1 else window:<3}"
