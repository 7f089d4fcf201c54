"""The keys in the README's first table of keys."""

from __future__ import annotations

from dqn_tui.ui.keys.chart_keys import CHART_KEYS
from dqn_tui.ui.keys.common_keys import PROGRAM
from dqn_tui.ui.keys.compare_keys import COMPARE_KEYS, TABLE_KEYS
from dqn_tui.ui.keys.dashboard_keys import DASHBOARD_KEYS
from dqn_tui.ui.keys.episode_keys import EPISODE_KEYS
from dqn_tui.ui.keys.play_keys import PLAY_KEYS
from dqn_tui.ui.keys.probe_keys import PROBE_KEYS
from dqn_tui.ui.keys.rollout_keys import ROLLOUT_KEYS
from dqn_tui.ui.keys.stop_keys import STOP_KEYS
from dqn_tui.ui.keys.value_keys import VALUE_KEYS

README_KEYS = (
    *DASHBOARD_KEYS,
    *CHART_KEYS,
    *EPISODE_KEYS,
    *ROLLOUT_KEYS,
    *VALUE_KEYS,
    *STOP_KEYS,
    *(key for key in COMPARE_KEYS if key.group != PROGRAM),
    *TABLE_KEYS,
    *(key for key in PLAY_KEYS if key.group != PROGRAM),
    *(key for key in PROBE_KEYS if key.group != PROGRAM),
)
