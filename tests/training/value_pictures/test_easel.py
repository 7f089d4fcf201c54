"""What is shown of one state, for each kind of network, and which policy it is of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dqn_tui.config import Config
from dqn_tui.errors import CheckpointError
from dqn_tui.policy_choice import PolicyChoice
from dqn_tui.training.value_pictures.easel import Easel
from dqn_tui.training.value_pictures.loading import load_easel
from dqn_tui.value_pictures import Q_VALUES, RETURNS, SALIENCY, UNITS, ValueQuery
from tests.helpers import train
from tests.training.value_pictures.helpers import Desk

BREAKOUT = Config(env="MinAtar/Breakout-v1", net_arch=(8,))


@pytest.mark.parametrize("settings", [{"distribution": "c51", "atoms": 11}, {"distribution": "qr", "atoms": 7}])
def test_a_distribution_has_the_q_values_as_its_means(settings: dict[str, object], tmp_path: Path) -> None:
    config = Config(env="CartPole-v1", net_arch=(8,), **settings)  # type: ignore[arg-type]
    picture = Desk(config, tmp_path).easel.paint(ValueQuery(detail=RETURNS))
    assert RETURNS in picture.details
    assert picture.state is not None
    found = picture.state.returns
    assert found is not None
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1.0, rtol=1e-5)
    np.testing.assert_allclose((found.returns * found.probabilities).sum(axis=1), picture.state.q_values, rtol=1e-4)
    assert (np.diff(found.returns, axis=1) >= 0).all()


def test_a_network_of_means_without_hidden_units_and_images_has_q_values_alone(tmp_path: Path) -> None:
    picture = Desk(Config(env="CartPole-v1", net_arch=()), tmp_path).easel.paint(ValueQuery(detail=RETURNS))
    assert picture.details == (Q_VALUES,)
    assert picture.state is not None
    assert picture.state.returns is None


def test_images_have_saliency_at_any_moment_of_an_episode_and_no_overview(tmp_path: Path) -> None:
    desk = Desk(BREAKOUT, tmp_path)
    first = desk.easel.paint(ValueQuery(detail=SALIENCY))
    later = desk.easel.paint(ValueQuery(detail=SALIENCY, moment=2))
    assert first.overview is None
    assert SALIENCY in first.details
    for picture in (first, later):
        assert picture.state is not None
        assert picture.state.saliency is not None
        assert picture.state.saliency.shape == (10, 10)
        assert picture.state.saliency_seconds > 0
    assert first.state is not None
    assert later.state is not None
    assert first.state.place != later.state.place
    assert not np.array_equal(first.state.picture, later.state.picture)  # type: ignore[arg-type]


def test_a_moment_after_the_end_is_the_last_one(tmp_path: Path) -> None:
    state = Desk(BREAKOUT, tmp_path).easel.paint(ValueQuery(moment=10**9)).state
    assert state is not None
    step, last = state.place.rpartition(" ")[2].split("/")
    assert step == last


def test_units_are_compared_with_what_the_run_has_met(tmp_path: Path) -> None:
    desk = Desk(Config(env="CartPole-v1", net_arch=(8, 4)), tmp_path)
    desk.seen = np.random.default_rng(0).normal(size=(500, 4)).astype(np.float32)
    state = desk.easel.paint(ValueQuery(detail=UNITS)).state
    assert state is not None
    assert [(layer.name, layer.now.shape, layer.mean.shape) for layer in state.layers] == [
        ("linear 1", (8,), (8,)),
        ("linear 2", (4,), (4,)),
    ]
    assert all((layer.now[layer.is_silent] == 0).all() for layer in state.layers)


def test_any_checkpoint_can_be_painted_and_its_step_is_said(tmp_path: Path) -> None:
    session = train(tmp_path, save_every=50, total_timesteps=150)
    config = session.trainer._config
    easel = load_easel(config, session.folder, lambda: None, lambda: None)
    picture = easel.paint(ValueQuery())
    assert picture.step == 150
    checkpoints = [choice for choice in picture.choices if choice.name.startswith("step")]
    assert [easel.paint(ValueQuery(policy=choice)).step for choice in checkpoints] == [50, 100, 150]
    values = [easel.paint(ValueQuery(policy=choice)).overview.q_values for choice in checkpoints]  # type: ignore[union-attr]
    assert not np.array_equal(values[0], values[-1])
    with pytest.raises(CheckpointError, match="no policy"):
        easel.paint(ValueQuery(policy=PolicyChoice("step_000000001")))
    easel.close()


def test_packed_observations_can_be_occluded(tmp_path: Path) -> None:
    pytest.importorskip("minigrid")
    config = Config(
        env="MiniGrid-Empty-5x5-v0",
        observation_keys=("image", "direction"),
        one_hot_planes=True,
        encoder="grid",
        net_arch=(8,),
    )
    easel: Easel = Desk(config, tmp_path).easel
    state = easel.paint(ValueQuery(detail=SALIENCY)).state
    assert state is not None
    assert state.saliency is not None
    assert state.saliency.shape == (7, 7)
