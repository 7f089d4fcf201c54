"""The screen of a probe, which fills as it runs: `dqn-tui probe`."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from dqn_tui.probe_report import ProbeReport
from dqn_tui.ui.app.scene_screen import SceneScreen
from dqn_tui.ui.keys.key import bindings
from dqn_tui.ui.keys.probe_keys import PROBE_KEYS
from dqn_tui.ui.probe.report_panel import ReportPanel
from dqn_tui.ui.widgets.key_bar import KeyBar
from dqn_tui.ui.widgets.panel import Panel
from dqn_tui.ui.widgets.rows import Row, justify
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.marker import detect_marker
from dqn_tui.view.text import bar, plain

UPDATES_PER_SECOND = 5
SLOW_SECONDS = 2.0
_BAR = 20


class ProbeSession(Protocol):
    """A probe on its own thread. No call blocks."""

    @property
    def report(self) -> ProbeReport | None:
        """The newest report, a new object for each; None before the first."""

    @property
    def error(self) -> str | None:
        """Why the probe ended early, in one line; None otherwise."""

    @property
    def busy_seconds(self) -> float:
        """Seconds since the last step, while it runs."""

    def start(self) -> None:
        """Make the environment and begin."""

    def close(self) -> None:
        """End the probe; returns at once."""


class ProbeHeader(Panel):
    """One row: what is probed, and how far it is."""

    def __init__(self, scene: RunScene, session: ProbeSession, env: str) -> None:
        super().__init__(scene, id="header")
        self._session, self._env = session, plain(env)

    def content_key(self) -> Hashable:
        """Return how far it is."""
        report = self._session.report
        busy = int(self._session.busy_seconds)
        return (report and (report.steps, report.is_complete), self._session.error, busy)

    def build_rows(self, width: int, height: int) -> Sequence[Row]:  # noqa: ARG002
        """Return the row."""
        left: Row = [(" PROBE", "focus"), (f" {self._env}", "strong")]
        return [justify(left, [*self._progress(), (" ", "text")], width)]

    def _progress(self) -> Row:
        session, report = self._session, self._session.report
        if session.error:
            return [(f"failed: {plain(session.error)}", "error")]
        if report is None:
            return [("loading…", "muted")]
        if report.is_complete:
            return [("✓ ", "success"), (f"{report.steps:,} random steps", "text")]
        if session.busy_seconds >= SLOW_SECONDS:
            return [(f"the environment has not answered for {int(session.busy_seconds)} s", "warning")]
        share = min(1.0, report.steps / report.wanted_steps)
        episodes = f" {len(report.episodes.returns):,} episodes" if share >= 1 else ""
        drawn = bar(share, _BAR, self.scene.marker)
        return [(drawn, "bar"), (f" {report.steps:,} of {report.wanted_steps:,} steps{episodes}", "text")]


class ProbeScreen(SceneScreen):
    """Shows a probe until the user leaves; ends it on the way out.

    Args:
        session: not started yet.
        env: what is probed.
        marker: braille, block or ascii.
    """

    scene: RunScene

    KEYS = PROBE_KEYS
    HELP_KEYS = PROBE_KEYS
    BINDINGS: ClassVar[list[BindingType]] = bindings(PROBE_KEYS)
    DEFAULT_CSS = """
    ProbeScreen #header, ProbeScreen #keys { height: 1; }
    ProbeScreen #report { height: 1fr; }
    """

    def __init__(self, session: ProbeSession, *, env: str, marker: str = "auto") -> None:
        super().__init__(RunScene(marker=detect_marker() if marker == "auto" else marker))
        self._session = session
        self._env = env

    def compose(self) -> ComposeResult:
        """Yield header, report and keys."""
        session = self._session
        self._report = ReportPanel(self.scene, lambda: session.report, lambda: session.error, id="report")
        bar_keys = [(key, key.sign, key.label) for key in PROBE_KEYS if key.rank]
        yield Vertical(
            ProbeHeader(self.scene, session, self._env), self._report, KeyBar(self.scene, lambda: bar_keys, id="keys")
        )

    def on_mount(self) -> None:
        """Start once the first frame is drawn: loading keeps the processor busy."""
        self.call_after_refresh(self._session.start)
        self.set_interval(1 / UPDATES_PER_SECOND, self.repaint)

    def on_unmount(self) -> None:
        """End the probe together with the screen."""
        self._session.close()

    def action_scroll_lines(self, count: int) -> None:
        """Scroll by lines."""
        self._report.scroll_lines(count)

    def action_scroll_pages(self, count: int) -> None:
        """Scroll by pages."""
        self._report.scroll_lines(count * max(1, self._report.size.height - 1))

    def action_scroll_to_edge(self, place: int) -> None:
        """Scroll to the beginning or the end."""
        self._report.scroll_to_edge(is_end=bool(place))

    def on_mouse_scroll_down(self) -> None:
        """Scroll with the wheel."""
        self._report.scroll_lines(3)

    def on_mouse_scroll_up(self) -> None:
        """Scroll with the wheel."""
        self._report.scroll_lines(-3)

    def action_leave(self) -> None:
        """Quit."""
        self.host.leave(0)

    @on(KeyBar.Pressed)
    async def _press(self, message: KeyBar.Pressed) -> None:
        await self.run_action(message.key.call())
