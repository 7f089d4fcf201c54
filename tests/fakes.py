"""Scripted fakes of a run and a rollout; `python -m tests.fakes` shows the dashboard with them."""

from __future__ import annotations

import argparse
import dataclasses
import math
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui import control, events
from dqn_tui.control import Access, Request
from dqn_tui.events import EndReason, Event
from dqn_tui.rollout import END, SPEEDS, RolloutFrame, Timeline, Trace
from dqn_tui.value_pictures import ValuePicture, ValueQuery

CONFIG = {
    "env": "CartPole-v1",
    "seed": 1,
    "net_arch": [128, 128],
    "double": True,
    "gamma": 0.99,
    "learning_rate": 1e-3,
    "batch_size": 64,
    "buffer_size": 100_000,
    "learning_starts": 1_000,
    "train_freq": 4,
    "gradient_steps": 1,
    "target_update_interval": 500,
    "exploration_fraction": 0.3,
    "exploration_initial_eps": 1.0,
    "exploration_final_eps": 0.05,
    "eval_every": 5_000,
    "eval_episodes": 10,
    "save_every": 10_000,
}
TOTAL, LEARNING_STARTS = 50_000, 1_000
EPISODE_STEPS = 500
POLICIES = ("live @ step 12,400", "best @ step 10,000 · eval 387.4")


class FakeRun:
    """A run whose events the test emits. It records requests, and answers them as a trainer would."""

    def __init__(self, *, should_answer: bool = True, start_time: float = 1_000.0) -> None:
        self.requests: list[Request] = []
        self.rollouts: list[FakeRollout] = []
        self.played: list[int | None] = []
        self.pictures: list[FakePictures] = []
        self.granted = Access()
        self.is_started = False
        self.step = 0
        self.time = start_time
        self._should_answer = should_answer
        self._inbox: list[Event] = []
        self._lock = threading.Lock()
        self._on_news: Callable[[], None] = lambda: None

    # --- TrainingRun ---

    def start(self, on_news: Callable[[], None]) -> None:
        self.is_started = True
        self._on_news = on_news

    def request(self, request: Request) -> None:
        self.requests.append(request)
        if self._should_answer:
            self.emit(*self.answers(request))

    def drain(self) -> list[Event]:
        with self._lock:
            inbox, self._inbox = self._inbox, []
        return inbox

    def start_rollout(self, episode: int | None = None) -> FakeRollout:
        self.played.append(episode)
        self.rollouts.append(FakeRollout())
        return self.rollouts[-1]

    def start_value_pictures(self) -> FakePictures:
        self.pictures.append(FakePictures())
        return self.pictures[-1]

    @property
    def access(self) -> Access:
        return self.granted

    # --- the script ---

    def emit(self, *new: Event) -> None:
        """Put events into the inbox, and wake the viewer."""
        with self._lock:
            self._inbox.extend(new)
        self._on_news()

    def answers(self, request: Request) -> Sequence[Event]:
        """Return the events with which a trainer confirms a request."""
        now: dict[str, Any] = {"step": self.step, "time": self.time}
        match request:
            case control.Pause():
                return [events.Paused(**now)]
            case control.Resume():
                return [events.Resumed(pause_seconds=1.0, **now)]
            case control.TakeStep():
                self.step += 1
                return [progress(self.step, self.time)]
            case control.Save():
                return [events.SaveStarted(**now), saved(self.step, self.time, "request")]
            case control.Evaluate():
                return [events.EvaluationStarted(episodes=10, **now), evaluated(self.step, self.time, 400.0)]
            case control.Stop(should_save):
                path = "runs/demo/checkpoints/step_000012345" if should_save else None
                return [events.StopRequested(**now), ended(self.step, self.time, "stopped", checkpoint=path)]
        return []

    def play(self, until: int, every: int = 100, seed: int = 0) -> None:
        """Emit the events of a run that learns, up to a step."""
        self.emit(*script(until, every, seed, self.time))
        self.step = until


def started(at: float = 1_000.0, **changes: object) -> events.RunStarted:
    """Return the first event."""
    values: dict[str, object] = {
        "run": "CartPole-v1__s1__20261122-123000",
        "env": "CartPole-v1",
        "seed": 1,
        "device": "cpu",
        "total_timesteps": TOTAL,
        "learning_starts": LEARNING_STARTS,
        "buffer_size": 100_000,
        "actions": 2,
        "action_names": ["left", "right"],
        "goal": 475.0,
        "config": CONFIG,
    }
    return events.RunStarted(step=0, time=at, **(values | changes))  # type: ignore[arg-type]


def progress(step: int, at: float, noise: float = 0.0, speed: float = 1_874.0) -> events.Progress:
    """Return the metrics at a step."""
    skill = learnt(step)
    metrics = {
        "time/total_timesteps": float(step),
        "time/fps": speed * (1 + noise / 50),
        "time/steps_per_second": speed * (1 + noise / 50),
        "rollout/exploration_rate": max(0.05, 1 - step / (0.3 * TOTAL) * 0.95),
        "replay/size": float(min(step, 100_000)),
        "rollout/action_share/0": 0.5 + 0.2 * math.cos(step / 4_000),
        "rollout/action_share/1": 0.5 - 0.2 * math.cos(step / 4_000),
        "time/environment_fraction": 0.31,
        "time/acting_fraction": 0.22,
        "time/sampling_fraction": 0.03,
        "time/learning_fraction": 0.41,
        "time/evaluation_fraction": 0.01,
        "time/other_fraction": 0.02,
    }
    if step % 2_000 == 0:
        metrics |= {
            "system/cpu_percent": 101.0 + 4 * noise,
            "system/memory_bytes": 3.1e8 + 1_200 * min(step, 100_000),
            "system/disk_free_bytes": 6.9e10 - 60 * step,
        }
    if step > LEARNING_STARTS:
        metrics |= {
            "train/loss": (0.02 + 0.9 * math.exp(-step / 6_000)) * math.exp(noise / 2),
            "train/learning_rate": 1e-3,
            "train/n_updates": (step - LEARNING_STARTS) / 4,
            "train/q_mean": 62 * skill + noise,
            "train/target_mean": 60 * skill,
            "train/td_error": 0.42 * math.exp(noise / 4),
            "train/td_error_p10": 0.04 * math.exp(noise / 4),
            "train/td_error_p50": 0.3 * math.exp(noise / 4),
            "train/td_error_p90": 1.1 * math.exp(noise / 4),
            "train/grad_norm": 1.8 * math.exp(noise / 4),
        }
    return events.Progress(step=step, time=at, metrics=metrics)


def learnt(step: int) -> float:
    """Return how well the policy plays at a step, from 0 to 1."""
    return 1 / (1 + math.exp(-(step - 19_000) / 4_500))


def evaluated(step: int, at: float, mean: float, *, is_best: bool = False, std: float = 48.0) -> events.Evaluated:
    """Return an evaluation of ten episodes."""
    return events.Evaluated(step=step, time=at, episodes=10, mean=mean, std=std, mean_length=mean, is_best=is_best)


def saved(step: int, at: float, reason: str = "autosave") -> events.CheckpointSaved:
    """Return a saved checkpoint of 1.2 MB."""
    path = f"runs/CartPole-v1__s1__20261122-123000/checkpoints/step_{step:09}"
    return events.CheckpointSaved(step=step, time=at, path=path, size_bytes=1_258_291, seconds=0.014, reason=reason)


def ended(
    step: int, at: float, reason: str = "completed", *, checkpoint: str | None = None, cause: str | None = None
) -> events.RunEnded:
    """Return the last event."""
    return events.RunEnded(
        step=step,
        time=at,
        reason=EndReason(reason),
        episodes=312,
        mean_return_100=287.4,
        best_eval_mean=437.2,
        updates=12_250,
        wall_seconds=26.4,
        steps_per_second=1_874.0,
        checkpoint=checkpoint,
        weights_sha256="0" * 64,
        cause=cause,
    )


def failed(step: int, at: float, error: str = "ValueError: the environment broke") -> events.RunFailed:
    """Return the last event of a run whose environment raised."""
    return events.RunFailed(step=step, time=at, error=error, error_log="runs/demo/error.log", checkpoint=None)


def script(until: int, every: int = 100, seed: int = 0, start_time: float = 1_000.0) -> list[Event]:
    """Return the events of a run that learns, up to a step."""
    maker = _ScriptMaker(seed, start_time)
    return [event for step in range(0, until + 1, every) for event in maker.at(step)]


class _ScriptMaker:
    def __init__(self, seed: int, start_time: float) -> None:
        self._random = random.Random(seed)
        self._start_time = start_time
        self._episode, self._episode_end, self._best = 0, 20, 0.0

    def at(self, step: int) -> list[Event]:
        at = self._start_time + step / 1_874
        made: list[Event] = [started(self._start_time)] if step == 0 else []
        if step == LEARNING_STARTS:
            made.append(events.LearningStarted(step=step, time=at))
        made += self._episodes(step, at)
        made.append(progress(step, at, self._random.gauss(0, 1)))
        if step and step % 5_000 == 0:
            made += self._evaluation(step, at)
        if step and step % 10_000 == 0:
            made += [events.SaveStarted(step=step, time=at), saved(step, at)]
        if step == 27_000:
            made.append(events.WarningRaised(step=step, time=at, message="loss spike 0.31 = 9x median"))
        return made

    def _episodes(self, step: int, at: float) -> list[Event]:
        made: list[Event] = []
        while self._episode_end <= step:
            self._episode += 1
            mean = 22 + 478 * learnt(step)
            length = int(min(500, max(8, self._random.gauss(mean, 0.28 * mean))))
            made.append(
                events.EpisodeEnded(
                    step=self._episode_end,
                    time=at,
                    episode=self._episode,
                    episode_return=float(length),
                    length=length,
                    is_truncated=length == 500,
                    seconds=0.1,
                    start_q=62 * learnt(step),
                    discounted_return=(1 - 0.99**length) / 0.01,
                )
            )
            self._episode_end += length
        return made

    def _evaluation(self, step: int, at: float) -> list[Event]:
        mean = min(500.0, max(9.0, 500 * learnt(step + 2_000) + self._random.gauss(0, 20)))
        is_best = mean > self._best
        self._best = max(self._best, mean)
        return [
            events.EvaluationStarted(step=step, time=at, episodes=10),
            evaluated(step, at, mean, is_best=is_best, std=abs(self._random.gauss(40, 15))),
        ]


class FakePictures:
    """Pictures of a value function that a test makes from what it was asked for."""

    def __init__(self, paint: Callable[[ValueQuery], ValuePicture | None] = lambda _: None) -> None:
        self.queries: list[ValueQuery] = []
        self.picture: ValuePicture | None = None
        self.error: str | None = None
        self.is_shown = True
        self.is_closed = False
        self.paint = paint

    def ask(self, query: ValueQuery) -> None:
        self.queries.append(query)
        self.picture = self.paint(query) or self.picture

    def show(self, *, is_shown: bool) -> None:
        self.is_shown = is_shown

    def close(self) -> None:
        self.is_closed = True


class FakeRollout:
    """A cart that sways, without physics. `advance` moves it; with `play` a thread does."""

    def __init__(self, *, should_play: bool = False) -> None:
        self.frame: RolloutFrame | None = make_frame(0)
        self.error: str | None = None
        self.is_paused = False
        self.speed = 1.0
        self.calls: list[str] = []
        self.is_closed = False
        self._policy = 0
        self._is_comparing = False
        if should_play:
            threading.Thread(target=self._play, daemon=True).start()

    def _show(self, step: int) -> None:
        beside = make_frame(max(0, step), policy=POLICIES[1]) if self._is_comparing else None
        self.frame = dataclasses.replace(make_frame(max(0, step), policy=POLICIES[self._policy]), beside=beside)

    @property
    def script(self) -> object:
        return "a script"

    def toggle_pause(self) -> None:
        self.calls.append("toggle_pause")
        self.is_paused = not self.is_paused

    def advance(self, frames: int = 1) -> None:
        self.calls.append("advance" if frames == 1 else f"advance {frames:+}")
        self._show(self.frame.step + frames if self.frame else 0)

    def seek(self, step: int) -> None:
        self.calls.append(f"seek {'end' if step == END else step}")
        self._show(min(step, EPISODE_STEPS))

    def choose_policy(self, direction: int) -> None:
        self.calls.append(f"choose_policy {direction:+}")
        self._policy = (self._policy + direction) % len(POLICIES)
        self._show(self.frame.step if self.frame else 0)

    def toggle_compare(self) -> None:
        self.calls.append("toggle_compare")
        self._is_comparing = not self._is_comparing
        self._show(self.frame.step if self.frame else 0)

    def choose_compared_policy(self, direction: int) -> None:
        self.calls.append(f"choose_compared_policy {direction:+}")

    def change_speed(self, direction: int) -> None:
        self.calls.append(f"change_speed {direction:+}")
        position = min(len(SPEEDS) - 1, max(0, SPEEDS.index(self.speed) + direction))
        self.speed = SPEEDS[position]

    def start_new_episode(self) -> None:
        self.calls.append("start_new_episode")
        self.frame = make_frame(0, episode=(self.frame.episode if self.frame else 0) + 1)

    def close(self) -> None:
        self.calls.append("close")
        self.is_closed = True

    def _play(self) -> None:
        while not self.is_closed:
            time.sleep(1 / (50 * self.speed))
            if not self.is_paused and self.frame:
                self._show((self.frame.step + 1) % EPISODE_STEPS)


def make_frame(step: int, episode: int = 1, *, policy: str = POLICIES[0]) -> RolloutFrame:
    """Return a moment of the swaying cart."""
    position, angle = 0.8 * math.sin(step / 40), 0.12 * math.sin(step / 11)
    return RolloutFrame(
        policy=policy,
        episode=episode,
        step=step,
        episode_return=float(step),
        q_values=(41.7 + 10 * angle, 41.7 - 10 * angle),
        action=int(angle < 0),
        observation=(position, math.cos(step / 40) / 2, angle, math.cos(step / 11)),
        picture=draw_cart(position, angle),
        trace=make_trace(max(step, 200)),
        timeline=Timeline(step, max(step, 200), None),
    )


def make_trace(steps: int) -> Trace:
    """Return the numbers of an episode that sways."""
    at = np.arange(steps + 1)
    values = 41.7 + 10 * np.abs(np.sin(at / 30))
    return Trace(
        values.astype(np.float32), np.ones(steps, np.float32), (np.sin(at[1:] / 7) * np.cos(at[1:] / 50)).astype("f4")
    )


def draw_cart(position: float, angle: float) -> NDArray[np.uint8]:
    """Return roughly the picture of Gymnasium's CartPole: uint8 [400, 600, 3]."""
    picture = np.full((400, 600, 3), 255, dtype=np.uint8)
    picture[300:301] = 0
    x = int(300 + 125 * position)
    picture[285:315, x - 25 : x + 25] = 0
    for along in range(100):
        px, py = int(x + along * math.sin(angle)), int(290 - along * math.cos(angle))
        picture[py - 1 : py + 2, px - 5 : px + 5] = (202, 152, 101)
    picture[286:294, x - 4 : x + 4] = (129, 132, 203)
    return picture


class DemoRun(FakeRun):
    """A run that plays the script on a thread, at a chosen speed, and obeys requests."""

    def __init__(self, *, start_at: int = 0, steps_per_second: float = 1_874.0, end: str = "completed") -> None:
        super().__init__(should_answer=False, start_time=time.time() - start_at / 1_874)
        self._start_at, self._speed, self._end = start_at, steps_per_second, end
        self._control = control.Control()

    def start(self, on_news: Callable[[], None]) -> None:
        super().start(on_news)
        threading.Thread(target=self._train, daemon=True).start()

    def request(self, request: Request) -> None:
        self.requests.append(request)
        self._control.submit(request)

    def start_rollout(self, episode: int | None = None) -> FakeRollout:
        self.played.append(episode)
        self.rollouts.append(FakeRollout(should_play=True))
        return self.rollouts[-1]

    def _train(self) -> None:
        maker = _ScriptMaker(0, self.time)
        for step in range(0, TOTAL + 1, 100):
            if self._has_stopped(step):
                return
            self.step = step
            self._collect(maker.at(step))
            if step == TOTAL or (step >= self._start_at and self._end == "failed"):
                break
            if step >= self._start_at:
                time.sleep(100 / self._speed)
        last = failed(self.step, time.time()) if self._end == "failed" else None
        path = "runs/CartPole-v1__s1__20261122-123000/checkpoints/step_000050000"
        self.emit(last or ended(self.step, time.time(), self._end, checkpoint=path))

    def _collect(self, new: list[Event]) -> None:
        with self._lock:
            self._inbox.extend(new)

    def _has_stopped(self, step: int) -> bool:
        requests = self._control.take() if self._control.is_pending else []
        is_paused = False
        while True:
            for request in requests:
                self.time = time.time()
                self.emit(*self.answers(request))
                if isinstance(request, control.Stop):
                    return True
                is_paused = isinstance(request, control.Pause) or (
                    is_paused and not isinstance(request, control.Resume)
                )
            if not is_paused:
                return False
            self.step = step
            requests = self._control.wait()


def main() -> int:
    """Open the dashboard on a scripted run."""
    from dqn_tui.ui.app.application import DqnTuiApp
    from dqn_tui.ui.dashboard.dashboard_screen import DashboardScreen

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--at", type=int, default=27_400, help="steps already taken")
    parser.add_argument("--speed", type=float, default=1_874.0, help="steps per second")
    parser.add_argument("--marker", default="braille")
    parser.add_argument("--end", default="completed")
    chosen = parser.parse_args()
    run = DemoRun(start_at=chosen.at, steps_per_second=chosen.speed, end=chosen.end)
    app = DqnTuiApp(DashboardScreen(run, env="CartPole-v1", seed=1, marker=chosen.marker))
    app.run()
    return app.return_code or 0


if __name__ == "__main__":
    raise SystemExit(main())
