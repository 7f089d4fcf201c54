"""Networks whose Q-values are known, and easels without a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.dqn.network import QNetwork
from dqn_tui.envs.environment import Environment
from dqn_tui.envs.make import make_environment
from dqn_tui.policy_choice import PolicyChoice
from dqn_tui.runs.folder import RunFolder
from dqn_tui.training.policy import Policy
from dqn_tui.training.policy_shelf import PolicyShelf
from dqn_tui.training.value_pictures.easel import Easel

LIVE = PolicyChoice()


def table_network(config: Config, environment: Environment, q_values: NDArray[Any]) -> QNetwork:
    """Return a network of one layer over one-hot states with these Q-values [S, A]."""
    network = QNetwork(config, environment.spec.spaces)
    (layer,) = (module for module in network.modules() if isinstance(module, torch.nn.Linear))
    with torch.no_grad():
        layer.weight.copy_(torch.as_tensor(np.asarray(q_values, np.float32).T))
        layer.bias.zero_()
    return network


def random_network(config: Config, environment: Environment, seed: int = 0) -> QNetwork:
    """Return a network with random weights."""
    generator = torch.Generator().manual_seed(seed)
    return QNetwork(config, environment.spec.spaces, generator=generator)


class Desk:
    """An easel whose live policy and replay buffer a test sets."""

    def __init__(self, config: Config, folder: Path, network: QNetwork | None = None, step: int = 100) -> None:
        environment = make_environment(config)
        self.environment = environment
        self.network = network or random_network(config, environment)
        self.step = step
        self.seen: NDArray[Any] | None = None
        self.easel = Easel(
            config,
            environment,
            lambda spaces: PolicyShelf(self.policy, RunFolder(folder), config, spaces),
            lambda: self.seen,
        )

    def policy(self) -> Policy:
        return Policy(self.network, self.step)
