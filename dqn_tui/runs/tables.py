"""Stable-Baselines3's two tables, for the scripts that people already have: progress.csv and monitor.csv."""

from __future__ import annotations

import json
import os
from pathlib import Path

from dqn_tui.events import EpisodeEnded, Evaluated, Event, Progress, RunStarted

PROGRESS_COLUMNS = (
    "time/total_timesteps",
    "time/time_elapsed",
    "time/fps",
    "time/episodes",
    "rollout/ep_rew_mean",
    "rollout/ep_len_mean",
    "rollout/exploration_rate",
    "train/loss",
    "train/learning_rate",
    "train/n_updates",
    "train/q_mean",
    "train/target_mean",
    "train/td_error",
    "train/grad_norm",
    "replay/size",
    "eval/mean_reward",
    "eval/std_reward",
    "eval/mean_ep_length",
)


class ProgressTable:
    """One row for each progress event and each evaluation."""

    def __init__(self, path: Path) -> None:
        self.path = path
        is_new = not path.exists()
        self._file = path.open("a", encoding="utf-8", newline="", buffering=1)
        if is_new:
            self._file.write(",".join(PROGRESS_COLUMNS) + "\n")

    def write(self, event: Event) -> None:
        """Add the event's row, if it has one."""
        if isinstance(event, Progress):
            self._write_row(event.metrics)
        elif isinstance(event, Evaluated):
            self._write_row(
                {
                    "time/total_timesteps": event.step,
                    "eval/mean_reward": event.mean,
                    "eval/std_reward": event.std,
                    "eval/mean_ep_length": event.mean_length,
                }
            )

    def sync(self) -> int:
        """Bring all that was written to the disk; returns the file's length."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write_row(self, metrics: dict[str, float]) -> None:
        cells = (f"{metrics[column]:.10g}" if column in metrics else "" for column in PROGRESS_COLUMNS)
        self._file.write(",".join(cells) + "\n")


class MonitorTable:
    """One row for each training episode: return, length, seconds since the start."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_new = not path.exists()
        self._file = path.open("a", encoding="utf-8", newline="", buffering=1)

    def write(self, event: Event) -> None:
        """Add the event's row, if it has one."""
        if isinstance(event, RunStarted) and self._is_new:
            self._file.write(f"#{json.dumps({'t_start': event.time, 'env_id': event.env})}\nr,l,t\n")
        elif isinstance(event, EpisodeEnded):
            self._file.write(f"{event.episode_return:.6f},{event.length},{event.seconds:.6f}\n")

    def sync(self) -> int:
        """Bring all that was written to the disk; returns the file's length."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
