"""The Q-network: from an observation to a value for each action."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from dqn_tui.config import Config
from dqn_tui.dqn.architecture import choose_encoders, count_features, count_outputs, split_layers
from dqn_tui.dqn.distributions import make_distribution
from dqn_tui.dqn.encoders import JointEncoder, make_encoder
from dqn_tui.dqn.mlp import Mlp
from dqn_tui.dqn.noisy import NoisyLinear
from dqn_tui.dqn.normalizer import Normalizer
from dqn_tui.dqn.rewards import RewardTransform
from dqn_tui.spaces import Spaces


class QNetwork(nn.Module):
    """An encoder for images, then linear layers with ReLU between them.

    All parameters are views of one flat vector, in state-dict order, and so are their gradients. A target update, a
    gradient norm or an optimiser step is then one operation on one tensor. For networks of plain linear layers,
    `backward` computes the gradients without autograd.

    Attributes:
        distribution: the meaning of the outputs.
        flat: every parameter, float32 [P].
        flat_grad: their gradients, float32 [P].
    """

    def __init__(
        self,
        config: Config,
        spaces: Spaces,
        *,
        generator: torch.Generator | None = None,
        device: str | torch.device = "cpu",
    ) -> None:
        """Initialise the weights from `generator`, or leave them uninitialised, to be copied or loaded.

        Raises:
            UsageError: the images are too small for the encoder.
        """
        super().__init__()
        self._config, self._spaces = config, spaces
        self._rewards = RewardTransform(config)
        encoders = choose_encoders(config, spaces)
        sizes = [count_features(encoders, spaces), *config.net_arch]
        self._atoms, outputs = count_outputs(config, spaces)
        linear = NoisyLinear if config.noisy else nn.Linear
        with torch.device("meta"):
            vector = Normalizer(spaces.vector_size) if config.normalize_observations else nn.Identity()
            self.encoder = make_encoder(encoders, spaces, vector)
            if config.dueling:
                self.head: nn.Module = DuelingHead(sizes, outputs, self._atoms, linear)
            else:
                self.head = make_layers([*sizes, outputs], linear)
        self.to_empty(device="cpu")
        # In a list: a module that is an attribute twice would be saved twice.
        self._normalizers = [layer for layer in self.modules() if isinstance(layer, Normalizer)]
        for normalizer in self._normalizers:
            normalizer.reset()
        if generator is not None:
            _initialize(self, generator, config.noisy_std)
        self.to(device)
        self.distribution = make_distribution(config, torch.device(device))
        self.flat, self.flat_grad = _flatten(self)
        self._noisy_layers = [layer for layer in self.modules() if isinstance(layer, NoisyLinear)]
        is_mlp = not spaces.images and not config.dueling and not config.noisy
        self._mlp = Mlp([layer for layer in self.head.modules() if isinstance(layer, nn.Linear)]) if is_mlp else None

    @property
    def is_noisy(self) -> bool:
        """Whether the linear layers are noisy."""
        return bool(self._noisy_layers)

    @property
    def action_count(self) -> int:
        """Number of actions."""
        return self._spaces.action_count

    @property
    def linear_layers(self) -> list[nn.Linear]:
        """The layers of a network that has no others, with ReLU between them; empty for any other network."""
        return [] if self._mlp is None else [layer for layer in self.head.modules() if isinstance(layer, nn.Linear)]

    @property
    def needs_autograd(self) -> bool:
        """Whether `record` builds a graph."""
        return self._mlp is None

    def forward(self, observations: Tensor) -> Tensor:
        """Return outputs [B, A], or [B, A, N] of a distribution, for observations [B, *shape]."""
        return self.value_features(self.encoder(observations))

    def value_features(self, features: Tensor) -> Tensor:
        """Return outputs [B, A], or [B, A, N] of a distribution, for the encoder's features [B, F]."""
        return self._split(self.head(features))

    def outputs(self, observations: Tensor) -> Tensor:
        """Return `forward` without recording gradients; called outside autograd."""
        return (
            self(observations) if self._mlp is None else self._split(self._mlp.forward(self.encoder(observations))[0])
        )

    def record(self, observations: Tensor, others: Tensor | None = None) -> tuple[Tensor, list[Tensor], Tensor | None]:
        """Return the outputs, the record that `backward` needs, and the outputs of `others`.

        Linear layers process both batches in one pass, a fifth faster than in two. Called outside autograd.
        """
        if self._mlp is None:
            with torch.enable_grad():
                outputs = self(observations)
            return outputs.detach(), [outputs], None if others is None else self.outputs(others)
        if others is None:
            outputs, inputs = self._mlp.forward(self.encoder(observations))
            return self._split(outputs), inputs, None
        count = len(observations)
        outputs, inputs = self._mlp.forward(self.encoder(torch.cat((observations, others))))
        split = self._split(outputs)
        return split[:count], [tensor[:count] for tensor in inputs], split[count:]

    def backward(self, record: list[Tensor], output_grad: Tensor) -> None:
        """Write the loss's gradient by every parameter to `flat_grad`, given its gradient by the outputs."""
        if self._mlp is not None:
            self._mlp.backward(record, output_grad.flatten(1))
        else:
            self.flat_grad.zero_()
            torch.autograd.backward(record, [output_grad])

    def q_values(self, observations: NDArray[Any], *, with_noise: bool = False) -> NDArray[np.float32]:
        """Return Q-values [E, A] of observations [E, *shape], in the environment's own reward units.

        The noise of a noisy network counts only `with_noise`.
        """
        return self._rewards.original(self._learned_q_values(observations, with_noise=with_noise))

    def return_distributions(
        self, observations: NDArray[Any]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        """Return ascending returns and their probabilities, [E, A, N] each, of observations [E, *shape].

        Returns are in the environment's own units. None for a network that knows only means.
        """
        self.eval()
        with torch.no_grad():
            described = self.distribution.describe(self(torch.as_tensor(observations, device=self.flat.device)))
        if described is None:
            return None
        returns, probabilities = described
        return self._rewards.original(returns).cpu().numpy(), probabilities.cpu().numpy()

    def _learned_q_values(self, observations: NDArray[Any], *, with_noise: bool) -> NDArray[np.float32]:
        if self._mlp is not None:
            outputs = self._mlp.forward_arrays(self.normalize(observations))
            if outputs is not None and self._atoms == 1:
                return outputs
        if self.training != with_noise:
            self.train(with_noise)
        with torch.no_grad():
            tensor = torch.as_tensor(observations, device=self.flat.device)
            return self.distribution.q_values(self(tensor)).cpu().numpy()

    def normalize(self, vectors: NDArray[Any]) -> NDArray[Any]:
        """Return vectors as the encoder of a network of linear layers does; on another device, unchanged."""
        for normalizer in self._normalizers:
            if self.flat.device.type == "cpu":
                vectors = normalizer.apply_to_array(vectors)
        return vectors

    def observe(self, observations: NDArray[Any]) -> None:
        """Take observations of training, [E, *shape], into account in the running statistics of vectors, if any."""
        for normalizer in self._normalizers:
            tensor = torch.as_tensor(observations, device=self.flat.device)
            with torch.no_grad():
                normalizer.observe(
                    self.encoder.unpack(tensor)[-1] if isinstance(self.encoder, JointEncoder) else tensor
                )

    def share_statistics(self, other: QNetwork) -> None:
        """Use the running statistics of another network of the same configuration, now and in the future."""
        for mine, theirs in zip(self._normalizers, other._normalizers, strict=True):
            mine.count, mine.mean, mine.variance = theirs.count, theirs.mean, theirs.variance

    def redraw_noise(self, generator: torch.Generator) -> None:
        """Draw new noise for every noisy layer, and turn it on."""
        for layer in self._noisy_layers:
            layer.redraw_noise(generator)
        if not self.training:
            self.train()

    def noise(self) -> dict[str, Tensor]:
        """Return the noise of every noisy layer, by name."""
        named = ((f"{index}.", layer) for index, layer in enumerate(self._noisy_layers))
        return {prefix + name: noise for prefix, layer in named for name, noise in layer.named_buffers()}

    def copy_to_cpu(self) -> QNetwork:
        """Return an independent copy of the network on the CPU."""
        network = QNetwork(self._config, self._spaces)
        network.flat.copy_(self.flat)
        for mine, theirs in zip(self._normalizers, network._normalizers, strict=True):
            theirs.load_state_dict(mine.state_dict())
        return network

    def _split(self, outputs: Tensor) -> Tensor:
        """Reshape [B, A * N] to [B, A, N]; keep [B, A] where there is one output for each action."""
        return outputs if self._atoms == 1 else outputs.view(-1, self._spaces.action_count, self._atoms)


class DuelingHead(nn.Module):
    """Separate streams for the state's value and the actions' advantages (Wang et al. 2016, equation 9)."""

    def __init__(self, sizes: Sequence[int], outputs: int, atoms: int, linear: type[nn.Linear | NoisyLinear]) -> None:
        super().__init__()
        shared, stream = split_layers(sizes)
        self._action_count, self._atoms = outputs // atoms, atoms
        self.shared = nn.Sequential(make_layers(shared, linear), nn.ReLU()) if len(shared) > 1 else nn.Identity()
        self.value = make_layers([*stream, atoms], linear)
        self.advantage = make_layers([*stream, outputs], linear)

    def forward(self, features: Tensor) -> Tensor:
        """Return outputs [B, A * N] for features [B, F]."""
        shared = self.shared(features)
        advantages = self.advantage(shared).view(-1, self._action_count, self._atoms)
        values: Tensor = self.value(shared).unsqueeze(1) + advantages - advantages.mean(1, keepdim=True)
        return values.flatten(1)


def make_layers(sizes: Sequence[int], linear: type[nn.Linear | NoisyLinear]) -> nn.Sequential:
    """Return linear layers from each size to the next, with ReLU between them."""
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(sizes):
        layers += [linear(fan_in, fan_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def _initialize(network: nn.Module, generator: torch.Generator, noisy_std: float) -> None:
    """Initialise linear layers and convolutions as torch does, but from `generator` and not from the global one.

    Raises:
        TypeError: a layer of another kind has parameters, which would stay uninitialised.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d | NoisyLinear):
            bound = 1 / math.sqrt(layer.weight[0].numel())
            for parameter in (layer.weight, layer.bias):
                assert parameter is not None
                nn.init.uniform_(parameter, -bound, bound, generator=generator)
        elif list(layer.parameters(recurse=False)):
            raise TypeError(f"{type(layer).__name__} needs an initialisation here")
        if isinstance(layer, NoisyLinear):
            layer.set_sigma(noisy_std)


def _flatten(network: nn.Module) -> tuple[Tensor, Tensor]:
    parameters = list(network.parameters())
    flat = torch.cat([parameter.data.reshape(-1) for parameter in parameters])
    flat_grad = torch.zeros_like(flat)
    start = 0
    for parameter in parameters:
        end = start + parameter.numel()
        parameter.data = flat[start:end].view_as(parameter)
        parameter.grad = flat_grad[start:end].view_as(parameter)
        start = end
    return flat, flat_grad
