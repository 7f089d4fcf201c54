"""The policies of one run: the live one, and those of its checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from dqn_tui.config import Config
from dqn_tui.errors import CheckpointError
from dqn_tui.policy_choice import BEST, LIVE, PolicyChoice
from dqn_tui.runs.checkpoint import (
    Checkpoint,
    check_fit,
    find_checkpoints,
    find_newest,
    is_checkpoint_folder,
    read_checkpoint,
)
from dqn_tui.runs.folder import RunFolder
from dqn_tui.spaces import Spaces
from dqn_tui.training.policy import Policy, decode_network, load_policy

_POLICIES_KEPT = 4


class PolicyShelf:
    """Lists the policies of a run and loads them; every call may read the disk and block.

    Args:
        fetch_live: returns a copy of the weights that the run has now, None where it does not answer; None instead
            offers saved policies only.
        folder: the run folder.
        config: its settings.
        spaces: observations and actions of its environment.
    """

    def __init__(
        self, fetch_live: Callable[[], Policy | None] | None, folder: RunFolder, config: Config, spaces: Spaces
    ) -> None:
        self._fetch_live = fetch_live
        self._folder = folder
        self._config = config
        self._spaces = spaces
        self._kept: dict[str, Policy] = {}

    def list_choices(self) -> tuple[PolicyChoice, ...]:
        """Return the live policy, the best one where there is one, and all checkpoints, oldest first."""
        saved = [(checkpoint.path.name, checkpoint) for checkpoint in find_checkpoints(self._folder)]
        if (best := self._find_best()) is not None:
            saved.insert(0, (BEST, best))
        found = (PolicyChoice(name, checkpoint.step, checkpoint.eval_mean) for name, checkpoint in saved)
        return tuple(found) if self._fetch_live is None else (PolicyChoice(), *found)

    def load(self, choice: PolicyChoice) -> Policy | None:
        """Return a policy; for the live one of a run that does not answer, that of its newest checkpoint.

        Returns:
            None where there is no such policy yet, or no longer.

        Raises:
            CheckpointError: the checkpoint is damaged, or does not fit the run's settings.
        """
        if choice.name == LIVE:
            live = None if self._fetch_live is None else self._fetch_live()
            return live or self._load(find_newest(self._folder))
        if choice.name == BEST:
            return self._load(self._find_best())
        named = (checkpoint for checkpoint in find_checkpoints(self._folder) if checkpoint.path.name == choice.name)
        return self._load(next(named, None))

    def _find_best(self) -> Checkpoint | None:
        if is_checkpoint_folder(self._folder.best) and not self._folder.best.is_symlink():
            with suppress(CheckpointError):
                return read_checkpoint(self._folder.best)
        return None

    def _load(self, checkpoint: Checkpoint | None) -> Policy | None:
        if checkpoint is None:
            return None
        key = checkpoint.weights_sha256
        if key not in self._kept:
            check_fit(checkpoint, self._spaces)
            policy = load_policy(checkpoint, self._config)
            self._kept = dict([*self._kept.items(), (key, policy)][-_POLICIES_KEPT:])
        return self._kept[key]._replace(step=checkpoint.step)


class LonePolicy:
    """The one policy of a checkpoint that belongs to no run."""

    def __init__(self, choice: PolicyChoice, policy: Policy) -> None:
        self._choice = choice
        self._policy = policy

    def list_choices(self) -> tuple[PolicyChoice, ...]:
        """Return its choice."""
        return (self._choice,)

    def load(self, choice: PolicyChoice) -> Policy | None:
        """Return it where it is meant."""
        return self._policy if choice.name == self._choice.name else None


def decode_fetched(
    fetch: Callable[[], tuple[bytes, int] | None], config: Config, spaces: Spaces, source: Path
) -> Callable[[], Policy | None]:
    """Return a function that fetches a policy as `encode_network` wrote it, with its step, and decodes it.

    Args:
        fetch: returns the content and the step; None where the run does not answer.
        config: the run's settings.
        spaces: observations and actions of its environment.
        source: names the origin in errors.
    """

    def fetch_policy() -> Policy | None:
        answer = fetch()
        return None if answer is None else Policy(decode_network(answer[0], config, spaces, source), answer[1])

    return fetch_policy
