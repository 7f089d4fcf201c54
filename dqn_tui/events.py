"""What happens in a run, as a stream of events.

The trainer emits them; the journal on disk, the dashboard and the headless printer all read the same ones. In JSON an
event is one flat object: `{"event": "episode_ended", "time": ..., "step": ..., ...}`. Names are in the past tense.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar

PHASES = ("environment", "acting", "sampling", "learning", "evaluation", "saving", "other")
"""The phases of the training loop; `Progress` reports the share of each as `time/<phase>_fraction`."""


class EndReason(enum.StrEnum):
    """Why a run ended, and the exit code of the program that trained it."""

    COMPLETED = "completed"
    SOLVED = "solved"
    STOPPED = "stopped"
    DIVERGED = "diverged"
    FAILED = "failed"

    @property
    def exit_code(self) -> int:
        """0 where training ended as intended, 1 after an error, 3 after a divergence."""
        return {EndReason.FAILED: 1, EndReason.DIVERGED: 3}.get(self, 0)


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened at environment step `step`, at UTC second `time`."""

    name: ClassVar[str] = "event"
    step: int
    time: float


@dataclass(frozen=True, kw_only=True)
class RunStarted(Event):
    """The first event of every run: everything a viewer needs to draw it.

    `replay_bytes` is the memory of the full replay buffer, 0 where unknown. `preset` names the preset the settings are
    based on, and `imports` the modules given with `--import`.
    """

    name: ClassVar[str] = "run_started"
    run: str
    env: str
    seed: int
    device: str
    total_timesteps: int
    learning_starts: int
    buffer_size: int
    actions: int
    goal: float | None = None
    replay_bytes: int = 0
    preset: str | None = None
    imports: list[str] = field(default_factory=list)
    config: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LearningStarted(Event):
    """The replay buffer holds enough: updates begin."""

    name: ClassVar[str] = "learning_started"


@dataclass(frozen=True, kw_only=True)
class Progress(Event):
    """The meters at one moment, under Stable-Baselines3's metric names."""

    name: ClassVar[str] = "progress"
    metrics: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class EpisodeEnded(Event):
    """A training episode ended: its number (from 1), undiscounted return and length in steps.

    `start_q` is the highest Q-value of its first observation when it began, and `discounted_return` the discounted
    return that followed, both in the environment's own reward units.
    """

    name: ClassVar[str] = "episode_ended"
    episode: int
    episode_return: float
    length: int
    is_truncated: bool
    seconds: float
    start_q: float | None = None
    discounted_return: float | None = None


@dataclass(frozen=True, kw_only=True)
class EvaluationStarted(Event):
    """Greedy episodes begin; training waits for them."""

    name: ClassVar[str] = "evaluation_started"
    episodes: int


@dataclass(frozen=True, kw_only=True)
class Evaluated(Event):
    """Greedy episodes were played with the current weights."""

    name: ClassVar[str] = "evaluated"
    episodes: int
    mean: float
    std: float
    mean_length: float
    is_best: bool


@dataclass(frozen=True, kw_only=True)
class SaveStarted(Event):
    """A checkpoint is being written."""

    name: ClassVar[str] = "save_started"


@dataclass(frozen=True, kw_only=True)
class CheckpointSaved(Event):
    """A checkpoint is on disk. `reason` is one of autosave, request, best, end, failure."""

    name: ClassVar[str] = "checkpoint_saved"
    path: str
    size_bytes: int
    seconds: float
    reason: str
    eval_mean: float | None = None


@dataclass(frozen=True, kw_only=True)
class SaveFailed(Event):
    """The checkpoint at `path` could not be written; `problem` is one line. Training continues."""

    name: ClassVar[str] = "save_failed"
    path: str
    problem: str


@dataclass(frozen=True, kw_only=True)
class Paused(Event):
    """Training stands still between two steps."""

    name: ClassVar[str] = "paused"


@dataclass(frozen=True, kw_only=True)
class Resumed(Event):
    """Training goes on after a pause of so many seconds."""

    name: ClassVar[str] = "resumed"
    pause_seconds: float


@dataclass(frozen=True, kw_only=True)
class RunResumed(Event):
    """The run goes on from a checkpoint; exactly, unless its open episode could not be reached again."""

    name: ClassVar[str] = "run_resumed"
    checkpoint: str
    size_bytes: int = 0
    is_exact: bool = True


@dataclass(frozen=True, kw_only=True)
class SettingChanged(Event):
    """A configuration key has another value from here on."""

    name: ClassVar[str] = "setting_changed"
    key: str
    old: Any
    new: Any


@dataclass(frozen=True, kw_only=True)
class StopRequested(Event):
    """The run was asked to end before its last step."""

    name: ClassVar[str] = "stop_requested"


@dataclass(frozen=True, kw_only=True)
class WarningRaised(Event):
    """Something that the user should know and that does not end the run."""

    name: ClassVar[str] = "warning"
    message: str


@dataclass(frozen=True, kw_only=True)
class OutputWritten(Event):
    """The environment printed, warned or logged `text`: whole lines, of which `dropped` are in `output.log` only."""

    name: ClassVar[str] = "output_written"
    text: str
    dropped: int = 0


@dataclass(frozen=True, kw_only=True)
class RunEnded(Event):
    """The last event of a run that ended without an error; `reason` is an `EndReason`.

    `cause` says in one line which number was not finite where the run diverged. Pauses count neither in `wall_seconds`
    nor in `steps_per_second`. `save_problem` says why the last save failed, if it did.
    """

    name: ClassVar[str] = "run_ended"
    reason: str
    episodes: int
    mean_return_100: float | None
    best_eval_mean: float | None
    updates: int
    wall_seconds: float
    steps_per_second: float
    checkpoint: str | None
    weights_sha256: str
    cause: str | None = None
    save_problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class RunFailed(Event):
    """The environment or the trainer raised: the error in one line, where the traceback stands, and `save_problem` as
    in `RunEnded`.
    """

    name: ClassVar[str] = "run_failed"
    error: str
    error_log: str | None
    checkpoint: str | None
    save_problem: str | None = None


_TYPES: dict[str, type[Event]] = {
    event.name: event
    for event in (
        RunStarted,
        LearningStarted,
        Progress,
        EpisodeEnded,
        EvaluationStarted,
        Evaluated,
        SaveStarted,
        CheckpointSaved,
        SaveFailed,
        Paused,
        Resumed,
        RunResumed,
        SettingChanged,
        StopRequested,
        WarningRaised,
        OutputWritten,
        RunEnded,
        RunFailed,
    )
}
# Non-finite floats have no place in JSON; they travel as these words, so that a reader can tell them apart.
_NON_FINITE: dict[str, Any] = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def _to_json(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: _to_json(item) for key, item in value.items()}
    return value


def _from_json(value: Any) -> Any:
    return _NON_FINITE.get(value, value) if isinstance(value, str) else value


def to_dict(event: Event) -> dict[str, Any]:
    """The event as a flat object that JSON can hold; the metrics of `Progress` are keys of their own."""
    body = asdict(event)
    head = {"event": event.name, "time": round(body.pop("time"), 6), "step": body.pop("step")}
    if isinstance(event, Progress):
        body = body["metrics"]
    return head | {key: _to_json(value) for key, value in body.items()}


def from_dict(data: Mapping[str, Any]) -> Event:
    """The event that `to_dict` wrote; keys that this version does not know are passed over.

    Raises:
        ValueError: the object is no event, or lacks a key.
    """
    kind = _TYPES.get(str(data.get("event")))
    if kind is None:
        raise ValueError(f"unknown event {data.get('event')!r}")
    body = {key: value for key, value in data.items() if key != "event"}
    if kind is Progress:
        metrics = {key: body.pop(key) for key in list(body) if key not in ("time", "step")}
        body["metrics"] = {key: _from_json(value) for key, value in metrics.items()}
    known = {item.name: item.type for item in fields(kind)}
    try:
        return kind(
            **{
                key: _from_json(value) if "float" in str(known[key]) else value
                for key, value in body.items()
                if key in known
            }
        )
    except TypeError as error:
        raise ValueError(f"event {kind.name!r} is not whole: {error}") from error
