"""The events of a run: the only thing the trainer and its viewers share.

The trainer emits them; the journal on disk, the dashboard and the headless printers consume the same stream. As JSON an
event is one flat object, `{"event": "episode_ended", "time": ..., "step": ..., ...}`; `event_json` writes and reads it.
Event names are in the past tense.
"""

from __future__ import annotations

import enum
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

PHASES = ("environment", "acting", "sampling", "learning", "evaluation", "saving", "other")
"""The phases of the training loop; `Progress` reports the share of each as `time/<phase>_fraction`."""

MOST_ACTION_SHARES = 18
"""`Progress` has no `rollout/action_share` where there are more actions; 18 are those of the Atari games."""

LARGEST_COUNT = 2**63 - 1
LATEST_TIME = 221_845_392_000
"""The first second of the year 9000; calendars end soon after."""

Count = Annotated[int, Meta(ge=0, le=LARGEST_COUNT)]
Seconds = Annotated[float, Meta(ge=0, lt=LATEST_TIME)]


class EndReason(enum.StrEnum):
    """Why a run ended, and the exit code of the program that trained it."""

    COMPLETED = "completed"
    SOLVED = "solved"
    STOPPED = "stopped"
    DIVERGED = "diverged"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """Its process ended without a last event. No trainer reports this; readers find it out."""

    @property
    def exit_code(self) -> int:
        """0 where training ended as intended, 1 after an error, 3 after a divergence."""
        return {EndReason.FAILED: 1, EndReason.DIVERGED: 3}.get(self, 0)


class Event(Struct, frozen=True, kw_only=True, tag_field="event"):
    """Something that happened at environment step `step`, at UTC second `time`.

    The annotated bounds hold for events that were read from JSON; they are not checked when an event is created.
    """

    time: Seconds
    step: Count

    @property
    def name(self) -> str:
        """The event's name in JSON."""
        return str(self.__struct_config__.tag)


class RunStarted(Event, frozen=True, kw_only=True, tag="run_started"):
    """The first event of every run: all that a viewer needs to draw it.

    `replay_bytes` is the memory of the full replay buffer, 0 if unknown. `preset` names the preset the settings are
    based on, and `imports` the modules given with `--import`. `action_names` has a name for each action, or is empty.
    """

    run: str
    env: str
    seed: Count
    device: str
    total_timesteps: Count
    learning_starts: Count
    buffer_size: Count
    actions: Count
    action_names: list[str] = msgspec.field(default_factory=list)
    goal: float | None = None
    replay_bytes: Count = 0
    preset: str | None = None
    imports: list[str] = msgspec.field(default_factory=list)
    config: dict[str, Any] = msgspec.field(default_factory=dict)


class LearningStarted(Event, frozen=True, kw_only=True, tag="learning_started"):
    """The replay buffer holds enough transitions; gradient steps begin."""


class Progress(Event, frozen=True, kw_only=True, tag="progress"):
    """The current metrics, under Stable-Baselines3's names; in JSON each metric is a key of its own."""

    metrics: dict[str, float]


class EpisodeEnded(Event, frozen=True, kw_only=True, tag="episode_ended"):
    """A training episode ended: its number (from 1), undiscounted return and length in steps.

    `start_q` is the highest Q-value of its first observation when it began, and `discounted_return` the discounted
    return that followed, both in the environment's own reward units.
    """

    episode: Count
    episode_return: float
    length: Count
    is_truncated: bool
    seconds: float
    start_q: float | None = None
    discounted_return: float | None = None


class EvaluationStarted(Event, frozen=True, kw_only=True, tag="evaluation_started"):
    """An evaluation of `episodes` greedy episodes begins; training waits for it."""

    episodes: Count


class Evaluated(Event, frozen=True, kw_only=True, tag="evaluated"):
    """The greedy policy was evaluated: mean and standard deviation of the returns, mean length in steps."""

    episodes: Count
    mean: float
    std: float
    mean_length: float
    is_best: bool


class SaveStarted(Event, frozen=True, kw_only=True, tag="save_started"):
    """A checkpoint is being written; `CheckpointSaved` or `SaveFailed` follows."""


class CheckpointSaved(Event, frozen=True, kw_only=True, tag="checkpoint_saved"):
    """A checkpoint is on disk. `reason` is one of autosave, request, best, end, failure."""

    path: str
    size_bytes: Count
    seconds: float
    reason: str
    eval_mean: float | None = None


class SaveFailed(Event, frozen=True, kw_only=True, tag="save_failed"):
    """The checkpoint at `path` could not be written; `problem` is one line. Training continues."""

    path: str
    problem: str


class Paused(Event, frozen=True, kw_only=True, tag="paused"):
    """Training is paused between two environment steps."""


class Resumed(Event, frozen=True, kw_only=True, tag="resumed"):
    """Training continues after a pause of `pause_seconds`."""

    pause_seconds: float


class RunResumed(Event, frozen=True, kw_only=True, tag="run_resumed"):
    """The run continues from a checkpoint; `is_exact` is false if its open episode could not be replayed."""

    checkpoint: str
    size_bytes: Count = 0
    is_exact: bool = True


class SettingChanged(Event, frozen=True, kw_only=True, tag="setting_changed"):
    """A configuration key has a new value from this step on."""

    key: str
    old: Any
    new: Any


class StopRequested(Event, frozen=True, kw_only=True, tag="stop_requested"):
    """The run was asked to end before its last step."""


class WarningRaised(Event, frozen=True, kw_only=True, tag="warning"):
    """A problem that the user should know about and that does not end the run."""

    message: str


class OutputWritten(Event, frozen=True, kw_only=True, tag="output_written"):
    """The environment printed, warned or logged `text`: whole lines, of which `dropped` are in `output.log` only."""

    text: str
    dropped: Count = 0


class Detached(Event, frozen=True, kw_only=True, tag="detached"):
    """The dashboard was closed, and training continues in the background."""


class RunEnded(Event, frozen=True, kw_only=True, tag="run_ended"):
    """The last event of a run that ended without an error.

    `cause` names, in one line, the number that was not finite if the run diverged. Pauses count neither in
    `wall_seconds` nor in `steps_per_second`. `save_problem` says why the last save failed, if it did.
    """

    reason: EndReason
    episodes: Count
    mean_return_100: float | None
    best_eval_mean: float | None
    updates: Count
    wall_seconds: float
    steps_per_second: float
    checkpoint: str | None
    weights_sha256: str
    cause: str | None = None
    save_problem: str | None = None


class RunFailed(Event, frozen=True, kw_only=True, tag="run_failed"):
    """The environment or the trainer raised.

    `error` is one line, `error_log` the path of the traceback, `save_problem` as in `RunEnded`.
    """

    error: str
    error_log: str | None
    checkpoint: str | None
    save_problem: str | None = None


class RunInterrupted(Event, frozen=True, kw_only=True, tag="run_interrupted"):
    """The process that trained the run is gone, and the run has no last event.

    It is in no journal: a reader that follows a journal adds it at the journal's end.
    """


KINDS: tuple[type[Event], ...] = (
    RunStarted, LearningStarted, Progress, EpisodeEnded, EvaluationStarted, Evaluated, SaveStarted, CheckpointSaved,
    SaveFailed, Paused, Resumed, RunResumed, SettingChanged, StopRequested, WarningRaised, OutputWritten, Detached,
    RunEnded, RunFailed, RunInterrupted,
)  # fmt: skip
"""All kinds of events."""
