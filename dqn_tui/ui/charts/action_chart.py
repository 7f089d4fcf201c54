"""The chart of the actions: how often each of them is taken."""

from __future__ import annotations

from dqn_tui.events import MOST_ACTION_SHARES
from dqn_tui.ui.charts.chart_facts import until_progress
from dqn_tui.ui.charts.chart_spec import ChartSpec, Parts
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.layer import Layer
from dqn_tui.view.run_view import RunView
from dqn_tui.view.series import Series

ROLES = ("share-1", "share-2", "share-3", "share-4", "share-5", "share-6")
_LONGEST_NAME = 10
_NOTHING = Series()


def short_names(view: RunView) -> list[str]:
    """Return a name for each action, only the first word where these differ; indices where there are no names."""
    names = view.action_names
    if len(names) != view.actions or not all(map(str.strip, names)):
        return [str(action) for action in range(view.actions)]
    words = [name.split()[0] for name in names]
    return [name[:_LONGEST_NAME].rstrip() for name in (words if len(set(words)) == len(words) else names)]


def first_share(view: RunView) -> Series:
    """Return the share of the first action; all shares are reported together."""
    return view.action_shares.get(0, _NOTHING)


def until_shares(view: RunView) -> str:
    """Return what the shares wait for."""
    if view.actions > MOST_ACTION_SHARES:
        return f"not recorded for {view.actions:,} actions"
    return until_progress(view)


def shares(view: RunView) -> Parts:
    """Return name, newest share and role of each action."""
    names = dict(enumerate(short_names(view)))
    return [
        (names.get(action, str(action)), series.last or 0.0, ROLES[action % len(ROLES)])
        for action, series in sorted(view.action_shares.items())
    ]


def share_layers(_chart: ChartSpec, view: RunView, _smoothing: int) -> list[Layer]:
    """Return the shares of all actions over each other, the first at the bottom."""
    ordered = sorted(view.action_shares.items())
    labels = [name for name, _, _ in shares(view)]
    return [Layer.shares([series for _, series in ordered], ROLES, labels)] if ordered else []


def share_facts(scene: RunScene, _chart: ChartSpec) -> list[Row]:
    """Return each action and how often it was taken last."""
    return [[(f"{name} ", role), (f"{share:>4.0%}", "text")] for name, share, role in shares(scene.shown)]


def most_frequent(view: RunView) -> tuple[str, float]:
    """Return the action taken most often and its share; an empty name where nothing is known."""
    name, share, _ = max(shares(view), key=lambda part: part[1], default=("", 0.0, ""))
    return name, share
