"""Events as lines that a person reads."""

from __future__ import annotations

from dataclasses import dataclass

from dqn_tui import events
from dqn_tui.view.text import base_name, duration, mean_and_spread, number, size, symbol


@dataclass(frozen=True)
class LogLine:
    """One line of the log.

    Attributes:
        time: UTC seconds.
        step: environment steps.
        symbol: the one-cell sign of the level; `symbol(level, marker)` gives that of another marker.
        text: without the symbol; may hold "±", see `for_marker`.
        level: info, evaluation, best, saved, warning, paused, resumed, ended or failed.
    """

    time: float
    step: int
    symbol: str
    text: str
    level: str


def describe(event: events.Event) -> LogLine | None:
    """The line for an event whose strings are clean; None for those that would only flood the log."""
    told = _tell(event)
    if told is None:
        return None
    level, text = told
    return LogLine(event.time, event.step, symbol(level), text, level)


def _tell(event: events.Event) -> tuple[str, str] | None:
    match event:
        case events.RunStarted():
            words = f"{event.env}, seed {event.seed}, {event.device}, {event.total_timesteps:,} steps"
            memory = f", replay buffer up to {size(event.replay_bytes)}" if event.replay_bytes else ""
            return "info", f"run {event.run}: {words}{memory}"
        case events.LearningStarted():
            return "info", f"learning starts at step {event.step:,}"
        case events.Evaluated():
            return _tell_evaluation(event)
        case events.CheckpointSaved():
            cost = f"{size(event.size_bytes)}, {event.seconds * 1000:.0f} ms"
            return "saved", f"checkpoint {base_name(event.path)} saved ({cost})"
        case events.Paused():
            return "paused", f"paused at step {event.step:,}"
        case events.Resumed():
            return "resumed", f"goes on after a pause of {duration(event.pause_seconds)}"
        case events.RunResumed():
            return "resumed", f"goes on from {base_name(event.checkpoint)} at step {event.step:,}"
        case events.SettingChanged():
            return "info", f"{event.key} changes from {event.old} to {event.new}{_consequence(event.key)}"
        case events.StopRequested():
            return "ended", f"stop asked for at step {event.step:,}"
        case events.WarningRaised():
            return "warning", event.message
        case events.RunEnded():
            return _tell_end(event)
        case events.RunFailed():
            place = f"; traceback in {event.error_log}" if event.error_log else ""
            return "failed", f"run failed at step {event.step:,}: {event.error}{place}{_tell_unsaved(event)}"
    return None


def _consequence(key: str) -> str:
    return "; epsilon and learning rate follow the new horizon" if key == "total_timesteps" else ""


def _tell_evaluation(event: events.Evaluated) -> tuple[str, str]:
    plural = "" if event.episodes == 1 else "s"
    text = f"eval {mean_and_spread(event.mean, event.std)} over {event.episodes} episode{plural}"
    return ("best", f"{text}, new best") if event.is_best else ("evaluation", text)


def _tell_end(event: events.RunEnded) -> tuple[str, str]:
    words = [f"run {event.reason} at step {event.step:,}", f"{event.episodes:,} episodes"]
    if event.best_eval_mean is not None:
        words.append(f"best eval {number(event.best_eval_mean)}")
    words.append(duration(event.wall_seconds))
    return ("failed" if event.reason == "diverged" else "ended"), ", ".join(words) + _tell_unsaved(event)


def _tell_unsaved(event: events.RunEnded | events.RunFailed) -> str:
    return "; the last save failed" if event.save_problem else ""
