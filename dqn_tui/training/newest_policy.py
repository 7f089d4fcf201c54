"""The newest policy of a run that another process trains, or that has ended."""

from __future__ import annotations

from collections.abc import Callable

from dqn_tui.config import Config
from dqn_tui.runs.checkpoint import check_fit, find_newest
from dqn_tui.runs.folder import RunFolder
from dqn_tui.spaces import Spaces
from dqn_tui.training.policy import Policy, decode_network, load_policy


class NewestPolicy:
    """Returns the live policy where the run answers, else that of its newest checkpoint.

    Args:
        fetch: returns the weights that its process has now, in the safetensors format, and their step; None where it
            does not answer.
        folder: the run folder.
        config: its settings.
        spaces: observations and actions of its environment.
    """

    def __init__(
        self, fetch: Callable[[], tuple[bytes, int] | None], folder: RunFolder, config: Config, spaces: Spaces
    ) -> None:
        self._fetch = fetch
        self._folder = folder
        self._config = config
        self._spaces = spaces
        self._saved: tuple[str, Policy] | None = None

    def __call__(self) -> Policy | None:
        """Return the policy; None where there is none yet.

        Raises:
            CheckpointError: it is damaged, or does not fit the run's settings.
        """
        if (live := self._fetch()) is not None:
            content, step = live
            return Policy(decode_network(content, self._config, self._spaces, self._folder.path), step)
        return self._load_saved()

    def _load_saved(self) -> Policy | None:
        newest = find_newest(self._folder)
        if newest is None:
            return None
        if self._saved is None or self._saved[0] != newest.weights_sha256:
            check_fit(newest, self._spaces)
            self._saved = newest.weights_sha256, load_policy(newest, self._config)
        return self._saved[1]._replace(step=newest.step)
