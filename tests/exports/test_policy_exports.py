"""Exported networks act as the policy does, on ten thousand observations each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from dqn_tui.config import Config, parse_config
from dqn_tui.dqn.agent import greedy_actions
from dqn_tui.dqn.network import QNetwork
from dqn_tui.dqn.noisy import NoisyLinear
from dqn_tui.errors import UsageError
from dqn_tui.exports.policy_module import name_inputs, split_inputs
from dqn_tui.exports.policy_torchscript import write_network as write_torchscript
from dqn_tui.runs.checkpoint import Checkpoint
from dqn_tui.spaces import Part, Spaces

COUNT = 10_000
Answer = tuple[NDArray[np.float32], NDArray[np.int64]]
Load = Callable[[Path], Callable[[dict[str, NDArray[Any]]], Answer]]

VECTOR = Spaces((6,), 5)
BOARD = Spaces((4, 10, 10), 6, "uint8", 1, 1.0)
PICTURE = Spaces((2, 9, 9), 3, "uint8", 2, 255.0)
PARTS = (Part("view.image", (3, 7, 7), "uint8", 10.0), Part("vector", (4,), "float32"))
FRAMES = 2
PACKED = Spaces((FRAMES * sum(part.byte_count for part in PARTS),), 4, "uint8", FRAMES, 1.0, PARTS)

CASES: dict[str, tuple[Spaces, dict[str, Any]]] = {
    "linear layers": (VECTOR, {}),
    "one layer": (VECTOR, {"net_arch": []}),
    "scaled rewards": (VECTOR, {"reward_scale": 0.1}),
    "dueling": (VECTOR, {"dueling": True}),
    "C51": (VECTOR, {"distribution": "c51", "atoms": 11}),
    "QR-DQN": (VECTOR, {"distribution": "qr", "atoms": 7}),
    "noisy": (VECTOR, {"noisy": True}),
    "normalized": (VECTOR, {"normalize_observations": True}),
    "Rainbow on a board": (BOARD, {"dueling": True, "noisy": True, "distribution": "c51"}),
    "board": (BOARD, {}),
    "image and vector": (PACKED, {"normalize_observations": True, "dueling": True, "encoder": "grid"}),
    "IMPALA": (PICTURE, {"encoder": "impala", "net_arch": [16]}),
}


def make_network(spaces: Spaces, settings: dict[str, Any]) -> tuple[QNetwork, Config]:
    """A network with random weights, noise that is on, and statistics of observations."""
    config = parse_config({"net_arch": [24, 16]} | settings)
    generator = torch.Generator().manual_seed(4)
    network = QNetwork(config, spaces, generator=generator)
    network.redraw_noise(generator)
    network.observe(3 + 2 * make_observations(spaces, 50) if spaces == VECTOR else make_observations(spaces, 50))
    _balance(network, config, spaces)
    return network, config


def _balance(network: QNetwork, config: Config, spaces: Spaces) -> None:
    """Let no action be the best one everywhere, as in a network that was never trained."""
    if config.distribution == "none":
        means = torch.as_tensor(network.q_values(make_observations(spaces, 50)).mean(0) * config.reward_scale)
        *_, last = (layer for layer in network.modules() if isinstance(layer, torch.nn.Linear | NoisyLinear))
        last.bias.data -= means


def make_observations(spaces: Spaces, count: int) -> NDArray[Any]:
    """Random observations, encoded."""
    random = np.random.default_rng(7)
    if not spaces.parts:
        if spaces.observation_dtype == "float32":
            return random.normal(size=(count, *spaces.observation_shape)).astype(np.float32)
        return random.integers(0, int(spaces.largest_value) + 1, (count, *spaces.observation_shape), np.uint8)
    frames = [
        np.concatenate(
            [
                random.integers(0, 11, (count, PARTS[0].byte_count), np.uint8),
                random.normal(size=(count, 4)).astype(np.float32).view(np.uint8),
            ],
            axis=1,
        )
        for _ in range(FRAMES)
    ]
    return np.concatenate(frames, axis=1)


def make_checkpoint(spaces: Spaces) -> Checkpoint:
    """A checkpoint with nothing but facts."""
    return Checkpoint(Path("nowhere"), 12, "end", {}, spaces, None, "0" * 64, {})


def write_onnx(network: QNetwork, config: Config, checkpoint: Checkpoint, out: Path) -> None:
    """Write a network as ONNX, where the packages for that are installed."""
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    from dqn_tui.exports.policy_onnx import write_network

    write_network(network, config, checkpoint, out)


def load_onnx(path: Path) -> Callable[[dict[str, NDArray[Any]]], Answer]:
    """The network in ONNX's own runtime."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path)
    return lambda inputs: tuple(session.run(["q_values", "action"], inputs))


def load_torchscript(path: Path) -> Callable[[dict[str, NDArray[Any]]], Answer]:
    """The network without this package."""
    module = torch.jit.load(str(path))  # type: ignore[no-untyped-call]

    def run(inputs: dict[str, NDArray[Any]]) -> Answer:
        q_values, actions = module(*map(torch.as_tensor, inputs.values()))
        return q_values.numpy(), actions.numpy()

    return run


FORMATS = {"onnx": (write_onnx, load_onnx), "torchscript": (write_torchscript, load_torchscript)}


@pytest.mark.filterwarnings("ignore:`torch.jit.load` is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=pytest.mark.slow if case == "IMPALA" else ()) for case in CASES]
)
@pytest.mark.parametrize("name", FORMATS)
def test_an_exported_network_takes_the_same_greedy_actions(tmp_path: Path, name: str, case: str) -> None:
    spaces, settings = CASES[case]
    network, config = make_network(spaces, settings)
    write, load = FORMATS[name]
    write(network, config, make_checkpoint(spaces), tmp_path / "network")
    observations = make_observations(spaces, COUNT)
    expected = network.q_values(observations)
    run = load(tmp_path / "network")
    q_values, actions = run(split_inputs(observations, spaces))
    assert q_values == pytest.approx(expected, rel=1e-4, abs=1e-5 / config.reward_scale)
    assert len(set(actions.tolist())) > 1
    assert np.array_equal(actions, greedy_actions(expected, None))
    one, action = run(split_inputs(observations[:1], spaces))
    assert one == pytest.approx(expected[:1], rel=1e-4, abs=1e-5 / config.reward_scale)
    assert action.shape == (1,)


def test_inputs_are_named_after_the_entries_of_the_observation() -> None:
    assert name_inputs(VECTOR) == ["observation"]
    assert name_inputs(PACKED) == ["view_image", "vector"]
    twins = Spaces((8,), 2, "uint8", 1, 1.0, (Part("a b", (1, 2, 2), "uint8"), Part("a.b", (1, 2, 2), "uint8")))
    assert name_inputs(twins) == ["a_b", "a_b_1"]


def test_packed_observations_are_split_into_what_the_network_unpacks() -> None:
    from dqn_tui.dqn.encoders import Unpack

    observations = make_observations(PACKED, 3)
    unpacked = Unpack(PACKED)(torch.as_tensor(observations))
    for array, tensor in zip(split_inputs(observations, PACKED).values(), unpacked, strict=True):
        assert np.array_equal(array, tensor.numpy())


def test_an_exported_file_names_its_origin_and_replaces_none(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    network, config = make_network(VECTOR, {})
    write_onnx(network, config, make_checkpoint(VECTOR), tmp_path / "network")
    facts = {entry.key: entry.value for entry in onnx.load(tmp_path / "network").metadata_props}
    assert facts == {"env": "CartPole-v1", "step": "12", "weights_sha256": "0" * 64}
    for write, _ in FORMATS.values():
        with pytest.raises(UsageError, match="must be a new file"):
            write(network, config, make_checkpoint(VECTOR), tmp_path / "network")
    assert [path.name for path in tmp_path.iterdir()] == ["network"]
