"""What is worth calling the user of a run for while they look elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from dqn_tui import events
from dqn_tui.events import EndReason, Event
from dqn_tui.view.returns import return_text, solved_step
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import base_name

BEST_SECONDS = 600.0
"""Least time between two notices of a new best evaluation."""
NEWS_SECONDS = 60.0
"""Age from which an event is no news: a viewer that joins a run late reads its whole past at once."""


class Notice(NamedTuple):
    """One sentence about the run, and whether it ended with that."""

    text: str
    is_last: bool


class Notices:
    """Picks notices from the events of a run: its end, its goal, and now and then a new best evaluation.

    An end that someone asked for is no news, and neither is the first evaluation, which is always the best.
    """

    def __init__(self, view: RunView) -> None:
        self._view = view
        self._told_best_at = -math.inf

    def pick(self, taken: Iterable[Event], now: float) -> Notice | None:
        """Return the most important notice among events that `view` has just applied; `now` is in UTC seconds."""
        found: dict[str, Notice] = {}
        for event in taken:
            if now - event.time <= NEWS_SECONDS and (judged := self._judge(event, now)):
                kind, text = judged
                found[kind] = Notice(f"{self._name}: {text}", is_last=kind == "end")
        kind = next((kind for kind in ("end", "solved", "best") if kind in found), "")
        if kind == "best":
            self._told_best_at = now
        return found.get(kind)

    @property
    def _name(self) -> str:
        return self._view.env or base_name(self._view.run) or "run"

    def _judge(self, event: Event, now: float) -> tuple[str, str] | None:
        """Return kind and text of the event's notice, if it has one."""
        match event:
            case events.RunEnded() if event.reason != EndReason.STOPPED:
                return "end", self._describe_end(event)
            case events.RunFailed():
                return "end", f"run failed at step {event.step:,}: {event.error}"
            case events.RunInterrupted():
                return "end", f"run interrupted after step {event.step:,}: its process is gone"
            case events.Evaluated() if self._is_first_solution(event):
                return "solved", f"solved at step {event.step:,}"
            case events.Evaluated() if self._is_surprise(event) and now - self._told_best_at >= BEST_SECONDS:
                return "best", f"new best evaluation {return_text(self._view, event.mean)} at step {event.step:,}"
        return None

    def _is_first_solution(self, event: events.Evaluated) -> bool:
        goal = self._view.goal
        return goal is not None and event.mean >= goal and solved_step(self._view) == event.step

    def _is_surprise(self, event: events.Evaluated) -> bool:
        return event.is_best and len(self._view.evaluations) > 1

    def _describe_end(self, event: events.RunEnded) -> str:
        if event.cause:
            return f"run {event.reason} at step {event.step:,}: {event.cause}"
        best = event.best_eval_mean
        outcome = "" if best is None else f", best evaluation {return_text(self._view, best)}"
        return f"run {event.reason} at step {event.step:,}{outcome}"
