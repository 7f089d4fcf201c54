"""Stable-Baselines3's two tables, progress.csv and monitor.csv, for existing scripts."""

from __future__ import annotations

import json
from pathlib import Path

from dqn_tui.events import EpisodeEnded, Evaluated, Event, Progress, RunStarted
from dqn_tui.runs.line_file import LineFile

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


class ProgressTable(LineFile):
    """One row per progress event and per evaluation."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        try:
            if self.is_empty:
                self.append(",".join(PROGRESS_COLUMNS))
        except OSError:
            self.close()
            raise

    def write(self, event: Event) -> None:
        """Append the event's row, if it has one.

        Raises:
            OSError: The disk refused it.
        """
        if isinstance(event, Progress):
            self._write_row(event.metrics)
        elif isinstance(event, Evaluated):
            self._write_row({"time/total_timesteps": event.step} | evaluation_metrics(event))

    def _write_row(self, metrics: dict[str, float]) -> None:
        self.append(",".join(f"{metrics[column]:.10g}" if column in metrics else "" for column in PROGRESS_COLUMNS))


class MonitorTable(LineFile):
    """One row per training episode: return, length, seconds since the start."""

    def write(self, event: Event) -> None:
        """Append the event's row, if it has one.

        Raises:
            OSError: The disk refused it.
        """
        if isinstance(event, RunStarted) and self.is_empty:
            self.append(f"#{json.dumps({'t_start': event.time, 'env_id': event.env})}\nr,l,t")
        elif isinstance(event, EpisodeEnded):
            self.append(f"{event.episode_return:.6f},{event.length},{event.seconds:.6f}")


def evaluation_metrics(event: Evaluated) -> dict[str, float]:
    """Return what an evaluation measured, under Stable-Baselines3's names."""
    return {
        "eval/mean_reward": event.mean,
        "eval/std_reward": event.std,
        "eval/mean_ep_length": event.mean_length,
    }
