"""Events as log lines."""

from __future__ import annotations

from dataclasses import dataclass

from dqn_tui import events
from dqn_tui.events import EndReason
from dqn_tui.view.text import base_name, duration, mean_and_spread, number, size, symbol


@dataclass(frozen=True)
class LogLine:
    """One line of the log.

    Attributes:
        time: UTC seconds.
        step: Environment steps.
        symbol: The one-cell symbol of the level; `symbol(level, marker)` gives that of another marker.
        text: Without the symbol; may contain "±", see `for_marker`.
        level: info, evaluation, best, saved, warning, paused, resumed, ended or failed.
    """

    time: float
    step: int
    symbol: str
    text: str
    level: str


def describe(event: events.Event) -> LogLine | None:
    """Return the line for an event whose strings are clean; None for events that would flood the log."""
    described = _describe(event)
    if described is None:
        return None
    level, text = described
    return LogLine(event.time, event.step, symbol(level), text, level)


def _describe(event: events.Event) -> tuple[str, str] | None:
    match event:
        case events.RunStarted():
            return "info", _describe_start(event)
        case events.LearningStarted():
            return "info", f"learning starts at step {event.step:,}"
        case events.Evaluated():
            return _describe_evaluation(event)
        case events.CheckpointSaved():
            cost = f"{size(event.size_bytes)}, {event.seconds * 1000:.0f} ms"
            return "saved", f"checkpoint {base_name(event.path)} saved ({cost})"
        case events.SaveFailed():
            return "warning", f"checkpoint {base_name(event.path)} not saved: {event.problem}"
        case events.Paused():
            return "paused", f"paused at step {event.step:,}"
        case events.Resumed():
            return "resumed", f"resumed after a pause of {duration(event.pause_seconds)}"
        case events.RunResumed():
            return "resumed", f"resumed from {base_name(event.checkpoint)} at step {event.step:,}"
        case events.SettingChanged():
            return "info", f"{event.key} changed from {event.old} to {event.new}{_consequence(event.key)}"
        case events.StopRequested():
            return "ended", f"stop requested at step {event.step:,}"
        case events.WarningRaised():
            return "warning", event.message
        case events.OutputWritten():
            return "info", "output begins; all of it is in output.log"
        case events.Detached():
            return "info", f"training continues in the background from step {event.step:,}"
        case events.RunEnded():
            return _describe_end(event)
        case events.RunInterrupted():
            return "failed", f"interrupted after step {event.step:,}: its process is gone"
        case events.RunFailed():
            traceback = f"; traceback in {event.error_log}" if event.error_log else ""
            return "failed", f"run failed at step {event.step:,}: {event.error}{traceback}{_save_failure(event)}"
    return None


def _describe_start(event: events.RunStarted) -> str:
    preset = f", preset {event.preset}" if event.preset else ""
    memory = f", replay buffer up to {size(event.replay_bytes)}" if event.replay_bytes else ""
    facts = f"{event.env}, seed {event.seed}, {event.device}, {event.total_timesteps:,} steps"
    return f"run {base_name(event.run)}: {facts}{preset}{memory}"


def _consequence(key: str) -> str:
    return "; epsilon and learning rate follow the new horizon" if key == "total_timesteps" else ""


def _describe_evaluation(event: events.Evaluated) -> tuple[str, str]:
    plural = "" if event.episodes == 1 else "s"
    text = f"eval {mean_and_spread(event.mean, event.std)} over {event.episodes} episode{plural}"
    return ("best", f"{text}, new best") if event.is_best else ("evaluation", text)


def _describe_end(event: events.RunEnded) -> tuple[str, str]:
    cause = f": {event.cause}" if event.cause else ""
    facts = [f"run {event.reason} at step {event.step:,}{cause}", f"{event.episodes:,} episodes"]
    if event.best_eval_mean is not None:
        facts.append(f"best eval {number(event.best_eval_mean)}")
    facts.append(duration(event.wall_seconds))
    level = "failed" if event.reason == EndReason.DIVERGED else "ended"
    return level, ", ".join(facts) + _save_failure(event)


def _save_failure(event: events.RunEnded | events.RunFailed) -> str:
    return "; the last save failed" if event.save_problem else ""
