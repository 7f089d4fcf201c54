"""Random configurations: a run that is killed or stopped, once or twice, and resumed ends like one left alone.

A kill is simulated by a copy of the run folder between two of its events or system calls: that is all that SIGKILL
leaves. One configuration in ten is run, killed and resumed as the real program.

Configuration n is the same in every process: its random stream is seeded with FUZZ_SEED and n. With the variable
FUZZ_LOG, each finished configuration appends a line to that file.
"""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from dqn_tui import events
from dqn_tui.config import Config, parse_config
from dqn_tui.control import Control, Stop
from dqn_tui.dqn.sizes import TORCH_THREADS
from dqn_tui.events import Event
from dqn_tui.runs.checkpoint import read_checkpoint, verify_checkpoint
from dqn_tui.runs.folder import RunFolder, create_run_folder
from dqn_tui.runs.host import describe_host
from dqn_tui.runs.journal import read_journal
from dqn_tui.runs.recorder import Recorder
from dqn_tui.runs.resume import find_resumable, load_saved_run
from dqn_tui.training.build import build_trainer, free_memory
from dqn_tui.training.completion import is_complete
from tests.helpers import QUICK, one_line, only_run, program, program_environment, timeless

CONFIGURATIONS = 200
BLOCK = 10
FUZZ_SEED = int(os.environ.get("FUZZ_SEED", "1"))
IMPORTS = ("tests.toy", "tests.training.toys")
KILL, STOP = "kill", "stop"
SIGNALS = {KILL: signal.SIGKILL, STOP: signal.SIGTERM}
INTERRUPTED = (-signal.SIGKILL, -signal.SIGTERM, 128 + signal.SIGTERM)
"""Exit codes; a SIGTERM before the program has loaded its handlers just ends it."""
OS_CALLS = ("write", "fsync", "rename", "unlink", "rmdir", "mkdir")
CLOCK_COLUMNS = {"time/time_elapsed", "time/fps", "t"}

VECTORS = ("CartPole-v1", "Toy/Chain-v0", "Toy/Roams-v0", "Toy/JamsOnce-v0", "Toy/Dict-v0", "Blackjack-v1")
MASKED = ("Toy/FickleMasks-v0", "Toy/RoamsMasked-v0", "Toy/MaskedFork-v0", "Toy/RoamsMaskedImage-v0")
IMAGES = ("Toy/RoamsImage-v0", "Toy/Flashes-v0", "Toy/Image-v0")


# --- configurations ---


@dataclass(frozen=True)
class Case:
    """One random configuration, and how its run is interrupted."""

    number: int
    settings: dict[str, Any]
    interruptions: tuple[str, ...]
    generator: random.Random = field(repr=False, compare=False)

    @property
    def is_real(self) -> bool:
        """Whether the real program is killed."""
        return self.number % BLOCK == BLOCK - 1

    def __str__(self) -> str:
        return (
            f"configuration {self.number} of seed {FUZZ_SEED}, {'real' if self.is_real else 'simulated'} "
            f"{' and '.join(self.interruptions)}: {json.dumps(self.settings)}"
        )


def draw_case(number: int) -> Case:
    generator = random.Random(f"{FUZZ_SEED}/{number}")
    settings = draw_environment(generator) | draw_agent(generator) | draw_schedule(generator)
    if settings["num_envs"] == 1 and settings["vectorization"] == "native":
        settings["num_envs"] = 2
    kinds = (STOP,) if settings["save_every"] == 0 else (KILL, KILL, STOP)
    interruptions = tuple(generator.choice(kinds) for _ in range(generator.choice((1, 1, 2))))
    return Case(number, QUICK | settings, interruptions, generator)


def draw_environment(generator: random.Random) -> dict[str, Any]:
    env = generator.choice(generator.choice((VECTORS, MASKED, MASKED, IMAGES)))
    vectorizations = ["serial"] * 6 + ["parallel"] + ["native"] * 4 * (env == "CartPole-v1")
    vectorization = generator.choice(vectorizations)
    is_native = vectorization == "native"
    return {
        "env": env,
        "seed": generator.randrange(10_000),
        "vectorization": vectorization,
        "num_envs": generator.randint(1, 4),
        "frame_stack": 1 if is_native else generator.choice((1, 1, 2, 4)),
        "scale_observations": not is_native and generator.random() < 0.3,
    }


def draw_agent(generator: random.Random) -> dict[str, Any]:
    def flip() -> bool:
        return generator.random() < 0.5

    learning_rate = generator.choice((1e-3, 3e-4, "lin_1e-3"))
    return {
        "double": flip(),
        "dueling": flip(),
        "noisy": flip(),
        "distribution": generator.choice(("none", "c51", "qr")),
        "atoms": generator.choice((2, 5, 11)),
        "v_min": generator.choice((-10.0, -1.0)),
        "v_max": generator.choice((1.0, 25.0)),
        "munchausen": generator.random() < 0.3,
        "prioritized": flip(),
        "n_steps": generator.randint(1, 5),
        "net_arch": generator.choice(([8], [16, 8], [4, 4, 4])),
        "gamma": generator.choice((0.5, 0.9, 0.99, 1.0)),
        "learning_rate": learning_rate,
        "batch_size": generator.choice((1, 4, 8, 16)),
        "buffer_size": generator.choice((16, 50, 64, 200, 1_000)),
        "tau": generator.choice((1.0, 1.0, 0.3, 0.01)),
        "reward_scale": generator.choice((1.0, 1.0, 0.1, 5.0)),
        "clip_rewards": generator.random() < 0.3,
        "max_grad_norm": generator.choice((10.0, 0.5)),
    }


def draw_schedule(generator: random.Random) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "total_timesteps": generator.randint(300, 800),
        "learning_starts": generator.choice((0, 17, 40, 100)),
        "train_freq": generator.choice((1, 2, 4, 7, 16)),
        "gradient_steps": generator.choice((-1, -1, 1, 2, 5)),
        "target_update_interval": generator.choice((1, 10, 33, 100)),
        "exploration_fraction": generator.choice((0.1, 0.5, 1.0)),
        "eval_every": generator.choice((0, 50, 70, 120)),
        "eval_episodes": generator.randint(1, 3),
        "eval_max_steps": generator.choice((5, 25)),
        "save_every": generator.choice((0, 30, 50, 75, 75, 120, 120)),
        "keep_last": generator.randint(1, 3),
        "log_every": generator.choice((0, 10, 33, 50)),
    }
    if generator.random() < 0.1:
        settings |= {"until_solved": True, "goal": generator.choice((0.2, 2.0))}
    return settings


# --- runs in this process ---


class StoppingControl(Control):
    """Counts the moments at which the trainer looks for requests, and requests a stop at one of them."""

    is_pending: bool

    def __init__(self, stop_at: int | None = None) -> None:
        self.looks = 0
        self._stop_at = stop_at
        super().__init__()

    @property  # type: ignore[no-redef]
    def is_pending(self) -> bool:
        """As in `Control`; the stop is requested just before."""
        self.looks += 1
        if self.looks == self._stop_at:
            self.submit(Stop())
        return self._has_requests

    @is_pending.setter
    def is_pending(self, value: bool) -> None:
        self._has_requests = value


class Killer:
    """Copies a run folder at one of the moments between its first checkpoint and its end, all equally likely.

    A moment is one before an event is passed on, or before a system call that changes a file.
    """

    def __init__(self, source: Path, copy: Path, generator: random.Random) -> None:
        self._source, self._copy = source, copy
        self._generator = generator
        self._lock = threading.Lock()
        self._moments = 0
        self.is_armed = False

    @property
    def has_copy(self) -> bool:
        """Whether there was such a moment."""
        return self._moments > 0

    def take(self, event: Event) -> None:
        """Take the next event of the run."""
        self.is_armed = self.is_armed or isinstance(event, events.CheckpointSaved | events.RunResumed)
        self.pass_moment()
        if isinstance(event, events.RunEnded):
            self.is_armed = False

    def pass_moment(self) -> None:
        """Copy the folder if the dice say so; what the copying itself does is no moment."""
        if self.is_armed and self._lock.acquire(blocking=False):
            try:
                self._moments += 1
                if self._generator.randrange(self._moments) == 0:
                    shutil.rmtree(self._copy, ignore_errors=True)
                    shutil.copytree(self._source, self._copy)
            finally:
                self._lock.release()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Notice system calls."""
        originals = {name: getattr(os, name) for name in OS_CALLS}

        def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any, **more: Any) -> Any:
                self.pass_moment()
                return original(*arguments, **more)

            return call

        with ExitStack() as patches:
            for name, original in originals.items():
                patches.enter_context(patch.object(os, name, wrap(original)))
            yield


class Runner:
    """Runs of one configuration, each in a folder of its own below `root`."""

    def __init__(self, root: Path, case: Case) -> None:
        self.config = parse_config(case.settings)
        self._root = root
        self._generator = case.generator
        self._runs = 0

    def start(self, control: StoppingControl) -> tuple[RunFolder, Path | None]:
        """Run from the first step; return the folder, and what a kill at a random moment leaves of it, if any."""
        folder = create_run_folder(self._new_place(), self.config.env, "fuzz")
        return folder, self._run(folder, self.config, control, None)

    def resume(self, path: Path, control: StoppingControl) -> Path | None:
        """Resume from the newest checkpoint, if there is anything left to do; return as `start` does."""
        folder, checkpoint_path = find_resumable(path)
        checkpoint = read_checkpoint(checkpoint_path)
        config = parse_config(checkpoint.config)
        if is_complete(folder, checkpoint, config):
            return None
        return self._run(folder, config, control, load_saved_run(folder, checkpoint, config))

    def _run(self, folder: RunFolder, config: Config, control: StoppingControl, saved: Any) -> Path | None:
        killer = Killer(folder.path, self._new_place() / folder.path.name, self._generator)
        imports = IMPORTS if config.vectorization == "parallel" else ()
        with killer.watching():
            recorder = Recorder(folder, config, describe_host("cpu", TORCH_THREADS), saved)
            trainer = build_trainer(config, folder, recorder, control, killer.take, saved, imports)
            try:
                trainer.run()
            finally:
                trainer.close()
                recorder.close()
                free_memory()
        return killer._copy if killer.has_copy else None

    def _new_place(self) -> Path:
        self._runs += 1
        return self._root / str(self._runs)


def interrupt_and_resume(root: Path, case: Case) -> tuple[RunFolder, RunFolder, int]:
    """Return the straight run, the interrupted one, and the number of interruptions that took place."""
    runner, control = Runner(root, case), StoppingControl()
    straight, left = runner.start(control)
    looks, done = control.looks, 0
    present: Path | None = None
    for kind in case.interruptions:
        if kind == STOP:
            control = StoppingControl(case.generator.randint(1, looks if present is None else max(1, looks // 2)))
            if present is None:
                present = runner.start(control)[0].path
            else:
                runner.resume(present, control)
            done += is_stopped(present)
        else:
            left = left if present is None else runner.resume(present, StoppingControl())
            if left is not None:
                present, done = left, done + 1
    assert present is not None
    runner.resume(present, StoppingControl())
    return straight, RunFolder(present), done


def is_stopped(run: Path) -> bool:
    *_, last = read_journal(run / "events.jsonl")
    return isinstance(last, events.RunEnded) and last.reason == "stopped"


# --- runs of the real program ---


def kill_program(root: Path, case: Case) -> tuple[RunFolder, RunFolder, int]:
    """Like `interrupt_and_resume`, with signals to the real program."""
    straight, _ = Runner(root / "straight", case).start(StoppingControl())
    size = straight.events.stat().st_size
    runs_dir = root / "program"
    # Every key, so that no preset of the environment decides one.
    settings = parse_config(case.settings).model_dump(mode="json", exclude_none=True)
    flags = [word for key, value in settings.items() for word in ("--set", f"{key}={json.dumps(value)}")]
    arguments = anew = ("--runs-dir", str(runs_dir), *flags)
    done = 0
    for kind in case.interruptions:
        start = max(measure_journal(runs_dir), 0.15 * size)
        process = start_program(*arguments, cwd=root)
        signal_at_size(process, runs_dir, case.generator.uniform(start, size), SIGNALS[kind])
        code, said = finish(process)
        done += code in INTERRUPTED
        assert code in INTERRUPTED or code == 0 or "is complete" in one_line(said), said
        arguments = find_continuation(runs_dir, anew)
    code, said = finish(start_program(*arguments, cwd=root))
    assert code == 0 or "is complete" in one_line(said), said
    return straight, only_run(runs_dir), done


def find_continuation(runs_dir: Path, anew: tuple[str, ...]) -> tuple[str, ...]:
    """Return the arguments that resume the run, or start it anew where it was killed before its first checkpoint."""
    run = only_run(runs_dir)
    resume = ("--resume", str(run.path))
    if run.step_folders() or run.best.exists():
        return resume
    code, said = finish(start_program(*resume, cwd=runs_dir))
    assert code == 2
    assert "no checkpoint to resume from" in one_line(said)
    shutil.rmtree(run.path)
    return anew


def start_program(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    imports = [word for name in IMPORTS for word in ("--import", name)]
    return subprocess.Popen(
        program("--no-ui", *imports, *arguments),
        cwd=cwd,
        env=program_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def signal_at_size(process: subprocess.Popen[str], runs_dir: Path, size: float, number: signal.Signals) -> None:
    """Send a signal once the journal of the only run in a folder has this size, unless the program ends before."""

    while process.poll() is None and measure_journal(runs_dir) < size:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.002)
    process.send_signal(number)


def measure_journal(runs_dir: Path) -> int:
    """Return the bytes of the only run's journal; 0 where there is none yet."""
    return sum(journal.stat().st_size for journal in runs_dir.glob("*/events.jsonl"))


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Return the exit code and what was said on standard error."""
    with process:
        try:
            _, said = process.communicate()
        finally:
            process.kill()
    return process.returncode, said


# --- comparison ---


def outcome(folder: RunFolder) -> dict[str, Any]:
    """Return all that must be equal."""
    (*_, newest) = folder.step_folders()
    last = verified(newest)
    return {
        "weights": last["weights_sha256"],
        "arrays": {name: facts["sha256"] for name, facts in last["files"].items() if name.endswith(".safetensors")},
        "events": told(folder),
        "progress.csv": read_table(folder.progress, 0),
        "monitor.csv": read_table(folder.monitor, 1),
        "recording": folder.recording.read_bytes(),
        "best": {key: verified(folder.best)[key] for key in ("step", "weights_sha256", "eval_mean")},
    }


def verified(path: Path) -> dict[str, Any]:
    """Return the manifest of a checkpoint that is whole."""
    verify_checkpoint(path)
    manifest: dict[str, Any] = json.loads((path / "manifest.json").read_bytes())
    return manifest


def told(folder: RunFolder) -> list[dict[str, Any]]:
    """Return the events without interruptions, and without evaluations that did not end."""
    kept = [event for event in read_journal(folder.events) if not is_interruption(event)]
    assert isinstance(kept[-1], events.RunEnded)
    # The program's command line differs, not the run.
    plain = [{key: event[key] for key in event if key not in ("imports", "preset")} for event in timeless(kept)]
    begun = [event["event"] == "evaluation_started" for event in plain]
    return [event for event, *both in zip(plain, begun, [*begun[1:], False], strict=True) if not all(both)]


def is_interruption(event: Event) -> bool:
    if isinstance(event, events.WarningRaised):
        return event.message.startswith("checkpoints after step")
    is_stop = isinstance(event, events.RunEnded) and event.reason == "stopped"
    return is_stop or isinstance(event, events.StopRequested | events.RunResumed)


def read_table(path: Path, header: int) -> list[dict[str, str]]:
    """Return a table's rows without what the clock decides; `header` lines come before its names."""
    with path.open(newline="") as file:
        for _ in range(header):
            next(file)
        rows = list(csv.DictReader(file))
    return [{name: value for name, value in row.items() if name not in CLOCK_COLUMNS} for row in rows]


def compare(case: Case, straight: RunFolder, resumed: RunFolder) -> None:
    expected, found = outcome(straight), outcome(resumed)
    wrong = {name: first_difference(expected[name], found[name]) for name in expected if expected[name] != found[name]}
    assert not wrong, f"{case}\ndiffers in {wrong}"


def first_difference(expected: Any, found: Any) -> Any:
    if isinstance(expected, list):
        pairs = zip(expected, found, strict=False)
        return next(((a, b) for a, b in pairs if a != b), f"lengths {len(expected)} and {len(found)}")
    return expected, found


# --- tests ---


def check(root: Path, case: Case) -> None:
    """Run, interrupt, resume and compare one configuration."""
    root.mkdir()
    try:
        straight, resumed, done = (kill_program if case.is_real else interrupt_and_resume)(root, case)
        compare(case, straight, resumed)
    except BaseException as error:
        log(f"FAILED {type(error).__name__} {case}")
        error.add_note(str(case))
        raise
    shutil.rmtree(root)
    log(f"equal after {done} interruptions: {case}")


def log(line: str) -> None:
    if path := os.environ.get("FUZZ_LOG"):
        with open(path, "a") as file:
            file.write(f"{line}\n")


def check_block(root: Path, numbers: range) -> None:
    """Check all, and only then fail."""
    failures = []
    for number in numbers:
        try:
            check(root / str(number), draw_case(number))
        except Exception as error:  # noqa: BLE001 - the others are still to be checked
            failures.append(error)
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {len(numbers)}", failures)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_interrupted_configuration_ends_like_a_straight_one(memory_path: Path, number: int) -> None:
    check(memory_path / "fuzz", draw_case(number))


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("first", range(0, CONFIGURATIONS, BLOCK))
def test_interrupted_configurations_end_like_straight_ones(memory_path: Path, first: int) -> None:
    check_block(memory_path, range(first, first + BLOCK))
