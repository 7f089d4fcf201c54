"""The dashboard: shows a run as it trains, and passes the user's wishes on to it."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual import on

from dqn_tui import control
from dqn_tui.control import TrainingRun
from dqn_tui.errors import DqnTuiError
from dqn_tui.events import CheckpointSaved, Event, Paused, Resumed
from dqn_tui.ui.pacer import Pacer
from dqn_tui.ui.panes_app import PanesApp
from dqn_tui.ui.rollout import RolloutPanel
from dqn_tui.ui.stop_dialog import ABANDON, KILL, StopScreen
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import plain, size

FAILED_CODE, DIVERGED_CODE = 1, 3


class DashboardApp(PanesApp):
    """Draws a `TrainingRun`. The run has a thread of its own, which the application never waits for.

    Attributes:
        view: the run as it is, the one that was given or a new one; good for a summary after the screen is gone.
        was_abandoned: the user left without waiting for a run that did not stop.
    """

    TITLE = "dqn-tui"

    def __init__(
        self,
        run: TrainingRun,
        *,
        env: str,
        seed: int | None = None,
        marker: str = "auto",
        view: RunView | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(env=env, seed=seed, marker=marker, view=view, clock=clock)
        self._training = run
        self._is_news_pending = False
        self._is_pause_wanted = False
        self._pacer = Pacer()
        self._tick_count = 0
        self._was_over = False
        self._signal_code: int | None = None
        self._is_leaving = False
        self.was_abandoned = False

    # --- the run behind the screen ---

    def on_mount(self) -> None:
        """Training begins only when the first picture stands."""
        self.watch_colors()
        self._wait_for_tick()
        self.call_after_refresh(self._training.start, self._tell_news)

    def on_unmount(self) -> None:
        """The rollout's environment is given back."""
        self.rollout_panel.close()

    def _tell_news(self) -> None:
        """Called on the trainer's thread: wakes the screen, once for many events."""
        if self._is_news_pending:
            return
        self._is_news_pending = True
        self.call_from_anywhere(self.tick)

    def _tick_on_time(self) -> None:
        """Numbers change at every tick, charts at every second one."""
        self._tick_count += 1
        self.tick(has_charts=self._tick_count % 2 == 0)
        self._wait_for_tick()

    def _wait_for_tick(self) -> None:
        is_free = self.view.is_paused or self.view.is_over
        self.set_timer(self._pacer.seconds_to_next(is_free=is_free), self._tick_on_time)

    def tick(self, *, has_charts: bool = True) -> None:
        """Take in what happened, and draw it."""
        self._is_news_pending = False
        self.take_time()
        for event in self._training.drain():
            self.view.apply(event)
            self._react(event)
        if self.view.is_over and not self._was_over:
            self._was_over = True
            self._when_over()
        self.repaint(has_charts=has_charts)

    def _react(self, event: Event) -> None:
        if isinstance(event, Paused | Resumed):
            self._is_pause_wanted = isinstance(event, Paused)
        if isinstance(event, CheckpointSaved) and event.reason == "request":
            self.tell(f"{plain(event.path)} ({size(event.size_bytes)})", "Checkpoint saved")

    # --- the end ---

    def _when_over(self) -> None:
        """Leave if that was asked for; else the summary stands beside the charts."""
        if self._is_leaving:
            self._leave()
            return
        if isinstance(self.screen, StopScreen):
            self.screen.dismiss("")
        self.scene.shown = self.view
        self.rearrange()

    def _leave(self) -> None:
        code = self._end_code()
        self.exit(code, return_code=code)

    def _end_code(self) -> int:
        """A bad end says more than the signal that came with it."""
        if self.view.failed:
            return FAILED_CODE
        if self.view.ended and self.view.ended.reason == "diverged":
            return DIVERGED_CODE
        return self._signal_code or 0

    def action_stop(self) -> None:
        """Ask what to do; after the end, leave."""
        if self.view.is_over:
            self._leave()
        else:
            self.push_screen(StopScreen(self._stop_chosen, is_ascii=self.scene.is_ascii))

    async def action_quit(self) -> None:
        """Textual's own way out goes through the same dialog."""
        self.action_stop()

    def _stop_chosen(self, choice: str) -> None:
        if self.view.is_over:
            self._leave()
        elif choice == ABANDON:
            self.was_abandoned = True
            self.exit(FAILED_CODE, return_code=FAILED_CODE)
        else:
            self._is_leaving = True
            self._training.request(control.Stop(should_save=choice != KILL))

    def stop_for_signal(self, number: int) -> None:
        """Leave when the run is over; whoever caught the signal has asked the run to stop."""
        self._signal_code = 128 + number
        self._is_leaving = True
        if self.view.is_over:
            self._leave()
        else:
            self.tell("Finishing the step and saving. A second interrupt within two seconds ends at once.", timeout=30)

    # --- what the keys do: training ---

    def action_toggle_pause(self) -> None:
        """Ask for a pause, or for its end; the header changes when the run confirms it."""
        if self._is_running():
            self._is_pause_wanted = not self._is_pause_wanted
            self._training.request(control.Pause() if self._is_pause_wanted else control.Resume())

    def action_take_step(self) -> None:
        """One step while paused."""
        if self._is_running():
            if self.view.is_paused:
                self._training.request(control.TakeStep())
            else:
                self.tell("Single steps are for a paused run: press space first.")

    def action_save(self) -> None:
        """Ask for a checkpoint."""
        if self._is_running():
            self._training.request(control.Save())

    def action_evaluate(self) -> None:
        """Ask for greedy episodes."""
        if self._is_running():
            self._training.request(control.Evaluate())

    def _is_running(self) -> bool:
        if self.view.is_over:
            self.tell("The run is over.")
        return not self.view.is_over

    # --- what the keys do: the rollout ---

    def action_toggle_rollout(self) -> None:
        """Watch the policy play, or stop watching."""
        if self.scene.is_rollout_open:
            self.action_close_rollout()
            return
        try:
            rollout = self._training.start_rollout()
        except DqnTuiError as error:
            self.tell(plain(error), "No rollout")
            return
        self.rollout_panel.open(rollout)
        self.scene.is_rollout_open = True
        self.select_pane("rollout")

    @on(RolloutPanel.Closed)
    def action_close_rollout(self) -> None:
        """Back to the charts."""
        self.rollout_panel.close()
        self.scene.is_rollout_open = self.scene.is_zoomed = False
        self.select_pane("return")
