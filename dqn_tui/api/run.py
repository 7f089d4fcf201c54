"""A run on disk: its state, settings and events, its policy, and its continuation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from dqn_tui.api.local_environments import use_factory
from dqn_tui.api.policy import Policy, as_words, load_policy
from dqn_tui.api.session import Shown, train_run
from dqn_tui.api.settings_types import Settings
from dqn_tui.approval import approve_wrappers
from dqn_tui.config import Config, parse_config
from dqn_tui.errors import UsageError
from dqn_tui.event_json import to_record
from dqn_tui.operations.preparation import RunOptions
from dqn_tui.operations.target import find_run
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.journal import read_journal
from dqn_tui.runs.summaries import BestEvaluation, RunSummary, read_run_summary

if TYPE_CHECKING:
    import pandas as pd


class Run:
    """A run: one that `train` returned, or any run folder, also of a run that another process trains now.

    Everything is read from the folder when it is asked for.

    Attributes:
        path: the run folder.

    Args:
        path: a run folder, or "latest".
        runs_dir: where "latest" looks.

    Raises:
        UsageError: there is no such run.
    """

    def __init__(self, path: str | Path = "latest", *, runs_dir: str | Path = "runs") -> None:
        self.path: Path = find_run(str(path), Path(runs_dir)).path

    def __repr__(self) -> str:
        summary = self._summary
        env = summary.started.env if summary.started else "unknown environment"
        best = f", best {summary.best.mean:g}" if summary.best else ""
        return f"<Run {self.path}: {env}, {summary.state.value} at step {summary.step:,}{best}>"

    @property
    def state(self) -> str:
        """Its state: running, completed, solved, stopped, diverged, failed, interrupted or unreadable."""
        return self._summary.state.value

    @property
    def step(self) -> int:
        """Environment steps taken."""
        return self._summary.step

    @property
    def best(self) -> BestEvaluation | None:
        """Mean return and step of its best evaluation; None before there is one."""
        return self._summary.best

    @property
    def config(self) -> Config:
        """All of its settings, as attributes: `run.config.learning_rate`.

        Raises:
            UsageError: they cannot be read.
        """
        return parse_config(self._summary.settings)

    @property
    def weights_sha256(self) -> str | None:
        """Hash of its weights at the end; None where it has not ended."""
        return getattr(self._summary.end, "weights_sha256", None)

    def events(self) -> list[dict[str, Any]]:
        """Return its events as plain records, oldest first: `{"event": "episode_ended", "time": …, "step": …, …}`.

        Raises:
            UsageError: they cannot be read.
        """
        try:
            return [to_record(event) for event in read_journal(RunFolder(self.path).events)]
        except OSError as error:
            raise UsageError(f"run {self.path} cannot be read: {error.strerror or error}") from None

    def frame(self) -> pd.DataFrame:
        """Return its measurements as a pandas frame: a column for each metric, a row for each step measured.

        The index is the environment step; `time_seconds` is UTC. A metric that was not measured at a row's step is NaN
        there, so `run.frame()["eval/mean_reward"].dropna()` are the evaluations. Several episodes that end at the same
        step have a row each.

        Raises:
            UsageError: pandas is not installed, or the events cannot be read.
        """
        from dqn_tui.exports.frame import make_frame

        return make_frame(RunFolder(self.path).events)

    def policy(self, *, last: bool = False) -> Policy:
        """Return its best policy, or that of its newest checkpoint.

        Raises:
            UsageError: there is no checkpoint.
        """
        return load_policy(self.path, last=last)

    def resume(
        self,
        total_timesteps: int | None = None,
        *,
        env: Callable[..., Any] | None = None,
        imports: str | Sequence[str] = (),
        wrappers: str | Sequence[str] = (),
        on_event: Callable[[dict[str, Any]], object] | None = None,
        progress: Shown = "auto",
        **settings: Unpack[Settings],
    ) -> Run:
        """Train it further, from its newest checkpoint, exactly as if it had never stopped; return it.

        Args:
            total_timesteps: steps of the whole run; more extend it.
            env: the function that makes the environment, for a run that was trained with one by another program.
            imports, wrappers, on_event, progress: as for `train`.
            settings: settings that may change when a run is resumed.

        Raises:
            UsageError, RunFailedError, KeyboardInterrupt: as for `train`.
        """
        flags = named_settings(total_timesteps, settings)
        options = RunOptions(flags, None, None, self.path.parent, None, str(self.path), as_words(imports))
        train_run(prepare_environment(options, env, as_words(wrappers)), on_event=on_event, progress=progress)
        return self

    @property
    def _summary(self) -> RunSummary:
        return read_run_summary(RunFolder(self.path))


def named_settings(total_timesteps: int | None, settings: Settings) -> dict[str, Any]:
    """Return the settings that the caller named."""
    return {**settings} if total_timesteps is None else {**settings, "total_timesteps": total_timesteps}


def prepare_environment(options: RunOptions, env: Callable[..., Any] | None, wrappers: tuple[str, ...]) -> RunOptions:
    """Let a resumed run use the function and the wrappers that its caller passes."""
    assert options.resume is not None
    approve_wrappers(wrappers)
    if env is not None:
        summary = read_run_summary(find_run(options.resume, options.runs_dir))
        use_factory(env, summary.started.env if summary.started else "")
    return options
