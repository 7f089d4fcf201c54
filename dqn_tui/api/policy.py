"""A trained policy: acts, values actions, is measured and exported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.api.local_environments import use_factory
from dqn_tui.approval import approve_wrappers
from dqn_tui.config import Config
from dqn_tui.dqn.agent import greedy_actions
from dqn_tui.dqn.network import QNetwork
from dqn_tui.envs.make import import_environments, make_environment
from dqn_tui.errors import UsageError
from dqn_tui.operations.exporting import export_policy
from dqn_tui.operations.measuring import EPISODES, measure_policy
from dqn_tui.operations.target import find_checkpoint
from dqn_tui.runs.checkpoint import Checkpoint, check_fit, read_settings
from dqn_tui.training.policy import load_policy as load_saved_policy

if TYPE_CHECKING:
    from dqn_tui.envs.environment import Codec
    from dqn_tui.training.evaluation import Evaluation


def load_policy(
    path: str | Path,
    *,
    last: bool = False,
    env: Callable[..., Any] | None = None,
    imports: str | Sequence[str] = (),
    wrappers: str | Sequence[str] = (),
    runs_dir: str | Path = "runs",
) -> Policy:
    """Return the policy of a run or of one of its checkpoints, on the CPU.

    Nothing in the folder is executed: it holds plain arrays, and settings as text.

    Args:
        path: a run folder, a checkpoint folder, or "latest".
        last: take the run's newest checkpoint instead of its best.
        env: the function that makes the environment, for a run that was trained with one by another program.
        imports: modules that register the environment.
        wrappers: the environment's wrappers, as the run records them; a run folder may not name code by itself.
        runs_dir: where "latest" looks.

    Raises:
        UsageError: there is no checkpoint, it is damaged, or a module cannot be imported.
    """
    checkpoint = find_checkpoint(str(path), Path(runs_dir), should_take_last=last)
    config = read_settings(checkpoint)
    approve_wrappers(as_words(wrappers))
    for module in as_words(imports):
        import_environments(module)
    if env is not None:
        use_factory(env, config.env)
    return Policy(load_saved_policy(checkpoint, config).network, config, checkpoint)


class Policy:
    """The greedy policy of a checkpoint.

    With `frame_stack`, the policy remembers the latest observations of an episode: call `reset` where one begins.

    The environment is made, and closed again, when its spaces are needed for the first time: to encode an observation
    or to decode an action. `batch_q_values` and the exports need none.

    Attributes:
        config: the settings of its run.
        path: the checkpoint folder.
        step: environment steps of training.
        weights_sha256: hash of the weights, as in the run's last event.
    """

    def __init__(self, network: QNetwork, config: Config, checkpoint: Checkpoint) -> None:
        self.config = config
        self.path = checkpoint.path
        self.step = checkpoint.step
        self.weights_sha256 = checkpoint.weights_sha256
        self._network = network
        self._checkpoint = checkpoint
        self._is_new_episode = True

    def __repr__(self) -> str:
        return f"<Policy for {self.config.env}, step {self.step:,}, {self.path}>"

    def reset(self) -> None:
        """Forget the observations of the last episode; needed only with `frame_stack`."""
        self._is_new_episode = True

    def act(self, observation: Any, mask: Any = None) -> Any:
        """Return the greedy action, as the environment's `step` takes it.

        Args:
            observation: as the environment returns it.
            mask: the allowed actions, like `info["action_mask"]`; by default all of them.

        Raises:
            UsageError: the environment cannot be made, or the observation is none of its own.
            ValueError: the mask has a wrong size, or allows nothing.
        """
        actions = self._codec.actions
        allowed = None if mask is None else actions.read_mask(mask, is_over=False)[None]
        encoded = self._encode(observation, is_step=True)
        return actions.decode(int(greedy_actions(self._network.q_values(encoded[None]), allowed)[0]))

    def q_values(self, observation: Any) -> NDArray[np.float32]:
        """Return the Q-value of each action, float32 [A], in the environment's reward units.

        Signs that rewards were clipped to cannot be undone. It is no step: stacked frames stay as they are.

        Raises:
            UsageError: as for `act`.
        """
        values: NDArray[np.float32] = self._network.q_values(self._encode(observation, is_step=False)[None])[0]
        return values

    def batch_q_values(self, observations: NDArray[Any]) -> NDArray[np.float32]:
        """Return Q-values [B, A] of observations that are encoded, and stacked, already: [B, *shape] of the network."""
        encoded: NDArray[Any] = np.asarray(observations, self._checkpoint.spaces.observation_dtype)
        return self._network.q_values(encoded)

    def encode(self, observation: Any) -> dict[str, NDArray[Any]]:
        """Return an observation as the inputs of an exported network, each [1, *shape]; a step, as `act` is.

        Raises:
            UsageError: as for `act`.
        """
        from dqn_tui.exports.policy_module import split_inputs

        return split_inputs(self._encode(observation, is_step=True)[None], self._checkpoint.spaces)

    def evaluate(self, episodes: int = EPISODES, *, seed: int = 0) -> Evaluation:
        """Play greedy episodes in a new environment; the numbers are those of `dqn-tui eval`.

        Raises:
            UsageError: the environment cannot be made.
            Exception: the environment's own.
        """
        self._check_environment()
        return measure_policy(self._network, self.config, episodes=episodes, seed=seed)

    def to_onnx(self, path: str | Path) -> None:
        """Write the network as ONNX: encoded observations in, `q_values` [B, A] and greedy `action` [B] out.

        Its inputs are named and shaped as `encode` returns them; B may be any number.

        Raises:
            UsageError: the path exists or cannot be written, or `onnx` is not installed.
        """
        export_policy("onnx", self._network, self.config, self._checkpoint, Path(path))

    def to_torchscript(self, path: str | Path) -> None:
        """Write the network as TorchScript, for `torch.jit.load`: the same inputs and outputs as in ONNX.

        Raises:
            UsageError: the path exists or cannot be written.
        """
        export_policy("torchscript", self._network, self.config, self._checkpoint, Path(path))

    @cached_property
    def _codec(self) -> Codec:
        environment = make_environment(self.config)
        try:
            check_fit(self._checkpoint, environment.spec.spaces)
            return environment.make_codec()
        finally:
            environment.close()

    def _check_environment(self) -> None:
        """Check that the environment still has the observations and actions of the checkpoint."""
        _ = self._codec

    def _encode(self, observation: Any, *, is_step: bool) -> NDArray[Any]:
        """Return an observation as the network takes it, [*shape]; a step adds it to the stacked frames."""
        encoded, frames = self._encode_frame(observation), self._codec.frames
        if frames is not None:
            frames = frames if is_step else deepcopy(frames)
            encoded = frames.begin(encoded) if self._is_new_episode else frames.add(encoded)
            self._is_new_episode = self._is_new_episode and not is_step
        shape = self._checkpoint.spaces.observation_shape
        if encoded.shape != shape:
            raise UsageError(
                f"observation must be a single one of {self.config.env}, encoded as {shape}, got {encoded.shape}"
            )
        return encoded

    def _encode_frame(self, observation: Any) -> NDArray[Any]:
        try:
            return self._codec.encode(observation)
        except (IndexError, KeyError, TypeError, ValueError) as error:
            raise UsageError(
                f"observation must be one of {self.config.env}, got {type(observation).__name__}: {error}"
            ) from None


def as_words(words: str | Sequence[str]) -> tuple[str, ...]:
    """Return one word or several as a tuple."""
    return (words,) if isinstance(words, str) else tuple(words)
