"""The state of a run: into a checkpoint, and back."""

from __future__ import annotations

from collections import deque

from dqn_tui.config import Config
from dqn_tui.dqn.agent import weights_sha256
from dqn_tui.dqn.saved import MisfitError
from dqn_tui.errors import CheckpointError
from dqn_tui.events import PHASES
from dqn_tui.runs.resume import SavedRun
from dqn_tui.training.chores import Chore, read_chores
from dqn_tui.training.evaluation import Evaluator
from dqn_tui.training.learner import Learner
from dqn_tui.training.meters import PhaseClock
from dqn_tui.training.reporter import Reporter, read_old_state
from dqn_tui.training.saver import Contents, Saver


class RunState:
    """Saves and restores all parts of a run that have a state; each part knows its own."""

    def __init__(
        self,
        config: Config,
        learner: Learner,
        evaluator: Evaluator,
        reporter: Reporter,
        clock: PhaseClock,
        chores: deque[Chore],
        saver: Saver,
    ) -> None:
        self._config = config
        self._learner = learner
        self._evaluator = evaluator
        self._reporter = reporter
        self._clock = clock
        self._chores = chores
        self._saver = saver

    def save(self, reason: str) -> str | None:
        """Save a checkpoint; return its path, or None where that failed.

        Raises:
            DivergedError: the weights are not finite, and must not replace those of a good checkpoint.
        """
        self._learner.agent.check_weights()
        phase = self._clock.switch("saving")
        path = self._saver.save(reason, self._learner.step, self._collect())
        self._clock.switch(phase)
        return path

    def restore(self, saved: SavedRun) -> bool:
        """Restore what a checkpoint holds; return False where an open episode could not be played again.

        Raises:
            CheckpointError: it does not fit the environment or the configuration.
        """
        checkpoint = saved.checkpoint
        try:
            self._restore_small_parts(saved)
            return self._learner.set_state(saved.arrays, saved.state["learning"])
        except MisfitError as error:
            file = checkpoint.path / f"{error.group}.safetensors"
            raise CheckpointError(f"{file} does not fit this run: {error}") from None
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise CheckpointError(f"{checkpoint.path} does not fit this run: {error!r}") from None

    def _collect(self) -> Contents:
        """Return all that the rest of the run depends on."""
        arrays, learning = self._learner.get_state()
        agent = self._learner.agent
        facts = {
            "config": self._config.model_dump(mode="json"),
            "spaces": agent.spaces.to_dict(),
            "eval_mean": self._evaluator.mean_at(self._learner.step),
            "weights_sha256": weights_sha256(agent.online),
        }
        state = {
            "learning": learning,
            "chores": list(self._chores),
            "evaluator": self._evaluator.get_state(),
            "reporter": self._reporter.get_state(),
            "seconds": self._clock.seconds,
        }
        return Contents(arrays, facts, state)

    def _restore_small_parts(self, saved: SavedRun) -> None:
        state, checkpoint = saved.state, saved.checkpoint
        self._chores.extend(read_chores(state["chores"]))
        self._evaluator.set_state(state["evaluator"], checkpoint.step, checkpoint.eval_mean)
        self._reporter.set_state(state["reporter"] if "reporter" in state else read_old_state(state))
        self._clock.seconds.update({phase: float(state["seconds"][phase]) for phase in PHASES})
