"""What many tests need: quick runs in this thread, in a thread of their own, and as the real program."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

from dqn_tui.cli import run
from dqn_tui.config import Config, parse_config
from dqn_tui.control import Control, Request
from dqn_tui.dqn.agent import Agent
from dqn_tui.dqn.sizes import TORCH_THREADS
from dqn_tui.event_json import to_dict
from dqn_tui.events import CheckpointSaved, Event, SaveStarted
from dqn_tui.runs.checkpoint import read_checkpoint
from dqn_tui.runs.folder import RunFolder, create_run_folder
from dqn_tui.runs.host import describe_host
from dqn_tui.runs.manifest import seal
from dqn_tui.runs.recorder import Recorder
from dqn_tui.runs.resume import find_resumable, load_saved_run
from dqn_tui.training.background import BackgroundRun
from dqn_tui.training.build import build_trainer
from dqn_tui.training.trainer import Trainer
from tests.warm_server import Start
from tests.warm_start import REPOSITORY, PipedProgram, can_fork

LIMIT_SECONDS = 30.0
Kind = TypeVar("Kind", bound=Event)

QUICK: dict[str, Any] = {
    "env": "CartPole-v1",
    "seed": 3,
    "device": "cpu",
    "total_timesteps": 200,
    "net_arch": [8],
    "batch_size": 8,
    "buffer_size": 1_000,
    "learning_starts": 40,
    "train_freq": 2,
    "target_update_interval": 10,
    "exploration_fraction": 0.5,
    "eval_every": 0,
    "eval_episodes": 1,
    "eval_max_steps": 50,
    "save_every": 0,
    "log_every": 50,
}


def quick_config(**settings: Any) -> Config:
    """A run of a fraction of a second."""
    return parse_config(QUICK | settings)


def quick_flags(**settings: Any) -> list[str]:
    """The same settings on the command line."""
    flags = []
    for key, value in (QUICK | settings).items():
        flags += ["--set", f"{key}={value}"]
    return flags


class ScriptedControl(Control):
    """Hands out the next request of a script whenever the trainer stands still.

    A trainer that would wait for ever fails the test instead of hanging it.
    """

    def __init__(self, script: Iterable[Request] = ()) -> None:
        super().__init__()
        self._script = iter(script)
        self.waited_at: list[int] = []
        self.step_of: Callable[[], int] = lambda: 0

    def wait(self) -> list[Request]:
        """The next request, at once; notes at which step the trainer stood."""
        if not self.is_pending:
            self.waited_at.append(self.step_of())
            request = next(self._script, None)
            assert request is not None, f"the trainer waits at step {self.step_of()} and nobody will wake it"
            self.submit(request)
        return super().wait()


def open_run(runs_dir: Path, config: Config) -> tuple[RunFolder, Recorder]:
    """A new run folder, and what records into it."""
    folder = create_run_folder(runs_dir, config.env, "test")
    return folder, Recorder(folder, config, describe_host("cpu", TORCH_THREADS))


@dataclass
class Session:
    """A run in this thread, from its first step to its last event."""

    folder: RunFolder
    trainer: Trainer
    control: ScriptedControl
    events: list[Event] = field(default_factory=list)

    @property
    def agent(self) -> Agent:
        """What learned."""
        return self.trainer.learner.agent

    @property
    def names(self) -> list[str]:
        """Names of the events, in order."""
        return [event.name for event in self.events]

    def of(self, kind: type[Kind]) -> list[Kind]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def only(self, kind: type[Kind]) -> Kind:
        """The one event of a kind."""
        (event,) = self.of(kind)
        return event


def train(
    runs_dir: Path,
    *,
    script: Iterable[Request] = (),
    first: Iterable[Request] = (),
    on_event: Callable[[Event], Iterable[Request]] = lambda _: (),
    imports: Sequence[str] = (),
    preset: str | None = None,
    **settings: Any,
) -> Session:
    """Train in this thread.

    `first` is requested before the first step, `script` one by one whenever the trainer stands still, and what
    `on_event` returns right after an event.
    """
    config = quick_config(**settings)
    control = ScriptedControl(script)
    events: list[Event] = []

    def publish(event: Event) -> None:
        events.append(event)
        for request in on_event(event):
            control.submit(request)

    folder, recorder = open_run(runs_dir, config)
    trainer = build_trainer(config, folder, recorder, control, publish, None, imports, preset)
    control.step_of = lambda: trainer.step
    for request in first:
        control.submit(request)
    _run(trainer, recorder)
    return Session(folder, trainer, control, events)


def _run(trainer: Trainer, recorder: Recorder) -> None:
    try:
        trainer.run()
    finally:
        trainer.close()
        recorder.close()


def resume_run(folder: RunFolder, *, first: Iterable[Request] = (), imports: Sequence[str] = ()) -> Session:
    """Go on with a run from its newest checkpoint, in this thread; the events are those from there on."""
    _, path = find_resumable(folder.path)
    checkpoint = read_checkpoint(path)
    config = parse_config(checkpoint.config)
    saved = load_saved_run(folder, checkpoint, config)
    control = ScriptedControl()
    events: list[Event] = []
    recorder = Recorder(folder, config, describe_host("cpu", TORCH_THREADS), saved)
    trainer = build_trainer(config, folder, recorder, control, events.append, saved, imports)
    for request in first:
        control.submit(request)
    _run(trainer, recorder)
    return Session(folder, trainer, control, events)


class Follower:
    """A run on its own thread, whose events can be waited for."""

    def __init__(self, runs_dir: Path, *, first: Iterable[Request] = (), output: str = "", **settings: Any) -> None:
        config = quick_config(**settings)
        self.folder, recorder = open_run(runs_dir, config)
        self.run = BackgroundRun(config, self.folder, recorder)
        self.events: list[Event] = []
        self._seen = 0
        self._news = threading.Event()
        for request in first:
            self.run.request(request)
        self.run.report_output(output)
        self.run.start(self._news.set)

    def wait_for(self, kind: type[Kind], where: Callable[[Kind], bool] = lambda _: True) -> Kind:
        """The next event of a kind after the last one that was waited for."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while True:
            self.events += self.run.drain()
            for event in self.events[self._seen :]:
                self._seen += 1
                if isinstance(event, kind) and where(event):
                    return event
            left = deadline - time.monotonic()
            assert left > 0, f"no {kind.__name__} came; last were {[event.name for event in self.events[-8:]]}"
            self._news.wait(min(left, 0.05))
            self._news.clear()

    def finish(self) -> list[Event]:
        """All events of the run, once its thread has ended."""
        assert self.run.join(LIMIT_SECONDS)
        self.events += self.run.drain()
        return self.events


TIMES = {
    "time",
    "seconds",
    "wall_seconds",
    "steps_per_second",
    "time/time_elapsed",
    "time/fps",
    "time/steps_per_second",
}
PLACES = {"run", "checkpoint", "config"}


def timeless(told: Iterable[Event]) -> list[dict[str, Any]]:
    """Return all events but those of saving, without what depends on the clock or on the run folder."""
    kept = (to_dict(event) for event in told if not isinstance(event, SaveStarted | CheckpointSaved))
    return [
        {key: value for key, value in event.items() if key not in TIMES | PLACES and not _depends_on_machine(key)}
        for event in kept
    ]


def _depends_on_machine(metric: str) -> bool:
    return metric.endswith("_fraction") or metric.startswith("system/")


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Return as soon as a condition holds; fail where it never does."""
    deadline = time.monotonic() + LIMIT_SECONDS
    tick = threading.Event()
    while not is_so():
        assert time.monotonic() < deadline, f"never: {what}"
        tick.wait(0.005)


def program_environment(**variables: str) -> dict[str, str]:
    """The environment of a real program: the tests can be imported, nothing of ours leaks in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DQN_TUI_")}
    return kept | {"PYTHONPATH": str(REPOSITORY)} | variables


def program(*arguments: str) -> list[str]:
    """The command line of the real program."""
    return [sys.executable, "-m", "dqn_tui", *arguments]


def start_program(*arguments: str, cwd: Path, **variables: str) -> subprocess.Popen[str] | PipedProgram:
    """The real program, its streams piped; forked if it can be, see `tests.warm_start`."""
    environment = program_environment(**variables)
    if can_fork(environment):
        return PipedProgram(Start(list(arguments), str(cwd), environment))
    nothing, pipe = subprocess.DEVNULL, subprocess.PIPE
    command = program(*arguments)
    return subprocess.Popen(command, cwd=cwd, env=environment, stdin=nothing, stdout=pipe, stderr=pipe, text=True)


def run_program(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """The real program, its streams piped, to its end; forked if it can be, see `tests.warm_start`."""
    process = start_program(*arguments, cwd=cwd, **variables)
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    return subprocess.CompletedProcess(program(*arguments), process.wait(), out, err)


def run_program_anew(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """The real program, its streams piped, to its end; never forked."""
    return subprocess.run(
        program(*arguments),
        cwd=cwd,
        env=program_environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def call_program(*arguments: str) -> int:
    """The program in this process, for what does not need one of its own; returns the exit code."""
    with patch.object(sys, "argv", ["dqn-tui", *arguments]):
        return run()


def reseal(checkpoint: Path, **changes: Any) -> None:
    """Change facts of a checkpoint's manifest as one who knows how to seal it."""
    manifest = json.loads((checkpoint / "manifest.json").read_bytes()) | changes
    del manifest["manifest_sha256"]
    (checkpoint / "manifest.json").write_bytes(seal(manifest))


def change_state(checkpoint: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a checkpoint's `state.json` and seal it again."""
    file = checkpoint / "state.json"
    state = json.loads(file.read_bytes())
    change(state)
    replace_file(file, json.dumps(state).encode())


def replace_file(file: Path, content: bytes) -> None:
    """Write one of a checkpoint's files anew, and seal the checkpoint again."""
    file.write_bytes(content)
    files = json.loads((file.parent / "manifest.json").read_bytes())["files"]
    files[file.name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    reseal(file.parent, files=files)


def only_run(runs_dir: Path) -> RunFolder:
    """The one run folder in a runs folder."""
    (path,) = runs_dir.iterdir()
    return RunFolder(path)


def one_line(text: str) -> str:
    """The text, which is a single line and no traceback."""
    lines = text.splitlines()
    assert len(lines) == 1, text
    assert "Traceback" not in text
    return lines[0]
