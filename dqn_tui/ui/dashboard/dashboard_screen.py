"""The dashboard: shows a run as it trains, and sends it the user's requests."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType

from dqn_tui import control
from dqn_tui.control import Access, TrainingRun
from dqn_tui.errors import DqnTuiError
from dqn_tui.events import CheckpointSaved, EndReason, Event
from dqn_tui.ui.app.application import Departure
from dqn_tui.ui.app.scene_screen import REMEMBERED
from dqn_tui.ui.charts.chart_screen import ChartScreen
from dqn_tui.ui.charts.run_chart import LEGEND
from dqn_tui.ui.dashboard.bar_keys import bar_keys
from dqn_tui.ui.dashboard.episodes_panel import EpisodesPanel
from dqn_tui.ui.dashboard.pacer import Pacer
from dqn_tui.ui.dashboard.pane import Pane, PaneTable, help_table
from dqn_tui.ui.dashboard.panes import PANES
from dqn_tui.ui.dashboard.run_feed import RunFeed
from dqn_tui.ui.dashboard.stage import Stage
from dqn_tui.ui.dialogs.stop_screen import Choice, StopScreen
from dqn_tui.ui.keys.chart_keys import CHART_KEYS
from dqn_tui.ui.keys.dashboard_keys import DASHBOARD_KEYS
from dqn_tui.ui.keys.episode_keys import EPISODE_KEYS
from dqn_tui.ui.keys.key import bindings
from dqn_tui.ui.keys.rollout_keys import ROLLOUT_KEYS
from dqn_tui.ui.keys.stop_keys import STOP_KEYS
from dqn_tui.ui.keys.value_keys import VALUE_KEYS
from dqn_tui.ui.theatre.rollout_panel import RolloutPanel
from dqn_tui.ui.values.value_panel import ValuePanel
from dqn_tui.ui.widgets.help_table import HelpTable
from dqn_tui.ui.widgets.key_bar import BarKey, KeyBar
from dqn_tui.ui.widgets.panel import Panel
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.episode_table import EpisodeRow
from dqn_tui.view.herald import Herald, Notify, choose_notify
from dqn_tui.view.marker import detect_marker
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import base_name, plain, size
from dqn_tui.view.window_title import describe_run
from dqn_tui.work_clock import working_seconds

_NOTIFY_HELP = {
    Notify.AUTO: "bell and desktop notification while you work elsewhere",
    Notify.BELL: "the terminal's bell alone, wherever you work",
    Notify.NONE: "neither bell nor notification",
}


class DashboardScreen(ChartScreen):
    """Draws a `TrainingRun`, which has its own thread and is never waited for.

    Attributes:
        view: the run as it is now; still valid after the screen is gone.
    """

    KEYS = (*DASHBOARD_KEYS, *CHART_KEYS)
    HELP_KEYS = (*KEYS, *EPISODE_KEYS, *ROLLOUT_KEYS, *VALUE_KEYS, *STOP_KEYS)
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)

    def __init__(
        self,
        run: TrainingRun,
        *,
        env: str,
        seed: int | None = None,
        marker: str = "auto",
        view: RunView | None = None,
        start: Path | None = None,
        notify: str | None = None,
        clock: Callable[[], float] = time.time,
        working_clock: Callable[[], float] = working_seconds,
        panes: Sequence[Pane] = PANES,
        can_detach: bool = False,
    ) -> None:
        self.view = view or RunView()
        marker = detect_marker() if marker == "auto" else marker
        super().__init__(
            RunScene(
                marker=marker,
                live=self.view,
                env=plain(env),
                seed=seed,
                start=start or Path.cwd(),
                selected=PaneTable(panes).main.id,
            )
        )
        self._panes = PaneTable(panes)
        self._feed = RunFeed(run, self.view, clock, working_clock)
        self._pacer = Pacer()
        self._can_detach = can_detach
        self._clock, self._asked_notify = clock, notify
        self._was_over = self._is_leaving = False
        self._before_rollout = self._panes.main.id
        self._signal_code: int | None = None

    def compose(self) -> ComposeResult:
        """Yield the stage with all panels."""
        self._stage = Stage(self._panes, self.scene, self._bar_keys)
        yield self._stage

    # --- the run ---

    def on_mount(self) -> None:
        """Start the run once the first frame has been drawn."""
        self.recall_smoothing()
        self._herald = Herald(
            self.view,
            self.host.write_codes,
            choose_notify(self._asked_notify, self.host.memory.preferences.notify),
            marker=self.scene.marker,
            clock=self._clock,
        )
        self._schedule_tick()
        self.call_after_refresh(self._feed.start, partial(self.host.call_from_anywhere, self._take_news))

    def _schedule_tick(self) -> None:
        is_free = self.view.is_paused or self.view.is_over
        self.set_timer(self._pacer.seconds_to_next(is_free=is_free), self._tick_on_time)

    def _tick_on_time(self) -> None:
        self.tick()
        self._schedule_tick()

    def tick(self) -> None:
        """Take in what happened, and draw it on all panels, so that they show the same moment."""
        self._take()
        self.repaint()

    def _take_news(self) -> None:
        """Do the same at once, but let the timer draw while a long past is being read."""
        self._take()
        if not self.scene.access.is_loading:
            self.repaint()

    def _take(self) -> None:
        access = self._feed.access
        taken = self._feed.take()
        if not access.is_loading:
            for event in taken:
                self._react(event)
            self._call_user(taken)
        self.host.show_window_title(describe_run(self.view, self.scene.env, self.scene.marker))
        self._take_access(access)
        # The past of a run may hold several ends, each followed by a resume.
        if self.view.is_over != self._was_over and not access.is_loading:
            self._was_over = self.view.is_over
            self._show_end()

    def _take_access(self, access: Access) -> None:
        before, self.scene.access = self.scene.access, access
        is_new = access.refusal != before.refusal and not before.is_loading
        if access.refusal is not None and is_new and not (access.is_loading or self.view.is_over):
            self.notify(access.refusal, title="Read-only")

    def _call_user(self, taken: Sequence[Event]) -> None:
        self._herald.has_focus = self.host.has_focus
        self._herald.take(taken)

    def _react(self, event: Event) -> None:
        if isinstance(event, CheckpointSaved) and event.reason == "request":
            self.notify(f"{plain(base_name(event.path))} ({size(event.size_bytes)})", title="Checkpoint saved")

    def _show_end(self) -> None:
        """Leave if the user is waiting for that; else show the summary beside the charts, or hide it again."""
        if self._is_leaving:
            self._leave()
            return
        if isinstance(self.app.screen, StopScreen):
            self.app.screen.dismiss()
        self.scene.frozen = None
        self.rearrange()

    # --- drawing ---

    def on_resize(self) -> None:
        """Draw the panels that have a place now and had none before."""
        self.call_after_refresh(self.repaint)

    def repaint(self) -> None:
        """Redraw what has changed and is visible."""
        self._feed.read_clock()
        self.scene.now = self._feed.now
        self._stage.repaint()

    def rearrange(self) -> None:
        """Lay out and redraw all panels."""
        self.scene.version += 1
        self._stage.rearrange()
        self.call_after_refresh(self.repaint)

    # --- leaving ---

    def _leave(self) -> None:
        """Leave with the code of a bad end of the own run, else with that of a signal."""
        reason = self.view.end_reason if self.scene.access.is_own else None
        self.host.leave((reason.exit_code if reason else 0) or self._signal_code or 0)

    def action_stop(self) -> None:
        """Ask how to stop; leave if there is nothing to stop from here."""
        access = self.scene.access
        if self.view.is_over or access.refusal is not None:
            self._leave()
        else:
            self.app.push_screen(StopScreen(self._stop, is_own=access.is_own, is_ascii=self.scene.is_ascii))

    def action_detach(self) -> None:
        """Leave while training continues."""
        if self.view.is_over:
            self._leave()
        elif not self.scene.access.is_own:
            self.host.leave(0)
        elif self._can_detach:
            self.host.leave(0, departure=Departure.DETACHED)
        else:
            self.notify("Training cannot continue without this terminal")

    def _stop(self, choice: Choice) -> None:
        if self.view.is_over:
            self._leave()
        elif choice is Choice.DETACH:
            self.action_detach()
        elif choice is Choice.ABANDON:
            self._abandon()
        else:
            self._is_leaving = True
            self._feed.request(control.Stop(should_save=choice is Choice.SAVE))

    def _abandon(self) -> None:
        """Leave without waiting for a run that does not stop; one that another process trains is left to that."""
        departure = Departure.ABANDONED if self.scene.access.is_own else Departure.LEFT
        self.host.leave(EndReason.FAILED.exit_code, departure=departure)

    def leave_for_signal(self, code: int) -> None:
        """Leave when the run is over; the handler of the signal has already requested the stop.

        A run that another process trains is left at once.
        """
        self._signal_code = code
        self._is_leaving = True
        if self.view.is_over or not self.scene.access.is_own:
            self._leave()
        else:
            self.notify("Finishing the step and saving; interrupt twice to end at once", timeout=30)

    # --- keys: training ---

    def action_toggle_pause(self) -> None:
        """Pause or resume."""
        if self._takes_requests():
            self._feed.toggle_pause()

    def action_take_step(self) -> None:
        """Take one step while paused."""
        if self._takes_requests():
            if self.view.is_paused:
                self._feed.request(control.TakeStep())
            else:
                self.notify("Single steps need a pause: press space first")

    def action_save(self) -> None:
        """Request a checkpoint."""
        if self._takes_requests():
            self._feed.request(control.Save())

    def action_evaluate(self) -> None:
        """Request greedy episodes."""
        if self._takes_requests():
            self._feed.request(control.Evaluate())

    def _takes_requests(self) -> bool:
        """Return whether the run can be asked for something; else say why not."""
        if self.view.is_over:
            self.notify("The run is over", timeout=2)
        elif self.scene.access.is_loading:
            self.notify("The run is still being read", timeout=2)
        elif (refusal := self.scene.access.refusal) is not None:
            self.notify(refusal, title="Read-only")
        else:
            return True
        return False

    def action_copy_path(self) -> None:
        """Copy the path of the run folder."""
        if self.view.run:
            self.host.copy_path(self.view.run)
        else:
            self.notify("There is no run folder yet", timeout=2)

    # --- keys: the rollout ---

    def action_toggle_rollout(self) -> None:
        """Open a rollout, or close it."""
        if self.scene.is_rollout_open:
            self.close_rollout()
        else:
            self._open_rollout()

    def _open_rollout(self, episode: int | None = None) -> None:
        try:
            rollout = self._feed.start_rollout(episode)
        except DqnTuiError as error:
            self.notify(plain(error), title="No rollout")
            return
        self.close_value()
        self._stage.player.close()
        self._stage.player.open(rollout)
        self._before_rollout = self._panes.main.id if episode is None else self.scene.selected
        self.scene.is_rollout_open = True
        self.select_pane(self._panes.theatre.id)

    @on(RolloutPanel.Closed)
    def close_rollout(self) -> None:
        """Return to the charts, or to the list that the episode was chosen from."""
        self._stage.player.close()
        self.scene.is_rollout_open = self.scene.is_zoomed = False
        self.select_pane(self._before_rollout)

    @on(EpisodesPanel.Chosen)
    def _play_chosen(self, message: EpisodesPanel.Chosen) -> None:
        self._open_rollout(episode=message.number)

    # --- keys: the value function ---

    def action_toggle_value(self) -> None:
        """Show the value function as a picture, or close it."""
        if self.scene.is_value_open:
            self.close_value()
        elif self._panes.value is not None:
            self._open_value(self._panes.value)

    def _open_value(self, pane: Pane) -> None:
        assert self._stage.value is not None
        try:
            pictures = self._feed.start_value_pictures()
        except DqnTuiError as error:
            self.notify(plain(error), title="No pictures")
            return
        if self.scene.is_rollout_open:
            self.close_rollout()
        self._stage.value.open(pictures)
        self.scene.is_value_open = True
        self.select_pane(pane.id)

    @on(ValuePanel.Closed)
    def close_value(self) -> None:
        """Return to the charts, if the value function is shown."""
        if self.scene.is_value_open and self._stage.value is not None:
            self._stage.value.close()
            self.scene.is_value_open = self.scene.is_zoomed = False
            self.select_pane(self._panes.main.id)

    # --- keys: the view ---

    def select_pane(self, pane: str) -> None:
        """Focus a pane; the player of a rollout gets the keyboard with it, and is opened first where it is closed."""
        is_theatre, is_value = (self._panes[pane] is one for one in (self._panes.theatre, self._panes.value))
        if is_theatre and not self.scene.is_rollout_open:
            self._open_rollout()
            return
        if is_value and not self.scene.is_value_open:
            self._open_value(self._panes[pane])
            return
        self.scene.selected = pane
        self.set_focus(self._stage.taker_of_keys(pane))
        self.rearrange()

    @on(Panel.PaneChosen)
    def _choose_pane(self, message: Panel.PaneChosen) -> None:
        self.select_pane(message.pane)
        if message.should_zoom:
            self.action_zoom()

    def action_focus_digit(self, digit: int) -> None:
        """Focus the pane with this digit."""
        if pane := self._panes.with_digit(digit):
            self.select_pane(pane.id)

    def action_focus_pane(self, pane: str) -> None:
        """Focus the pane with this id."""
        self.select_pane(pane)

    def action_focus_next_pane(self, direction: int) -> None:
        """Focus the next (1) or the previous (-1) pane; a closed rollout is passed over."""
        has_theatre = self.scene.is_rollout_open
        following = self._panes.neighbour(
            self.scene.selected, direction, has_theatre=has_theatre, has_value=self.scene.is_value_open
        )
        self.select_pane(following.id)

    def action_zoom(self) -> None:
        """Enlarge the focused pane, or restore it."""
        self.scene.is_zoomed = not self.scene.is_zoomed
        self.rearrange()

    def action_enter(self) -> None:
        """Play the episode under the crosshair; without one, enlarge the focused pane, or restore it."""
        if (episode := self._episode_at_crosshair()) is not None:
            self._open_rollout(episode=episode.number)
        else:
            self.action_zoom()

    def _episode_at_crosshair(self) -> EpisodeRow | None:
        """Return the episode that the crosshair selects in the focused chart; None where it selects none."""
        chart, x = self._panes[self.scene.selected].chart, self.scene.viewport.crosshair
        return self.scene.episode_at(x) if x is not None and chart is not None and chart.has_episodes else None

    def action_back(self) -> None:
        """Remove the crosshair, else leave the enlarged pane, else the rollout."""
        if self.remove_crosshair():
            return
        if self.scene.is_zoomed:
            self.action_zoom()
        elif self.scene.is_rollout_open:
            self.close_rollout()
        else:
            self.close_value()

    def action_toggle_log(self) -> None:
        """Switch the focused chart between a linear and a logarithmic y axis."""
        if self._panes[self.scene.selected].chart is not None:
            self.scene.log_scaled ^= {self.scene.selected}
            self.repaint_all()

    def action_freeze(self) -> None:
        """Hold the picture while training continues, or catch up."""
        self.scene.frozen = None if self.scene.is_frozen else copy.deepcopy(self.view)
        self.repaint_all()

    # --- key bar, palette and help ---

    def _bar_keys(self) -> list[BarKey]:
        focused = self._stage.taker_of_keys(self.scene.selected)
        episode = self._episode_at_crosshair()
        return bar_keys(
            self.scene,
            has_player_focus=focused is self._stage.player,
            has_list_focus=isinstance(focused, EpisodesPanel),
            episode=None if episode is None else episode.number,
            is_playing=self._stage.player.is_playing,
            value_labels=focused.key_labels() if isinstance(focused, ValuePanel) else None,
        )

    @on(KeyBar.Pressed)
    async def _press(self, message: KeyBar.Pressed) -> None:
        is_own = message.key in (*ROLLOUT_KEYS, *EPISODE_KEYS, *VALUE_KEYS)
        focused = self._stage.taker_of_keys(self.scene.selected) if is_own else None
        await (focused or self).run_action(message.key.call())

    def commands(self) -> Iterable[SystemCommand]:
        """Yield the commands of the keys, and one that focuses each pane."""
        yield from super().commands()
        if self.scene.is_rollout_open:
            yield from self._stage.player.commands()
        for pane in self._panes:
            yield SystemCommand(f"Go to: {pane.title}", pane.about, partial(self.select_pane, pane.id))
        for notify, about in _NOTIFY_HELP.items():
            yield SystemCommand(f"Notify: {notify}", about, partial(self._choose_notify, notify))

    def _choose_notify(self, notify: Notify) -> None:
        """Call the user in another way, now and in the next runs."""
        self._herald.notify = notify
        self.host.memory.remember(notify=str(notify))
        self.notify(_NOTIFY_HELP[notify], title="Notify", timeout=2.5)

    def help_tables(self) -> Sequence[HelpTable]:
        """Return the panes, the legend of the charts, and what is remembered."""
        return (help_table(self._panes), LEGEND, REMEMBERED)
