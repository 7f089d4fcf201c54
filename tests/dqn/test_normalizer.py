"""Running statistics of vectors against those of all vectors at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.dqn.network import QNetwork
from dqn_tui.dqn.normalizer import LARGEST, SMALLEST_VARIANCE, Normalizer
from dqn_tui.spaces import Part, Spaces
from tests.helpers import quick_config


def make(size: int) -> Normalizer:
    normalizer = Normalizer(size)
    normalizer.reset()
    return normalizer


@given(st.lists(st.integers(1, 5), min_size=1, max_size=8), st.integers(0, 2**31), st.sampled_from([1e-3, 1.0, 1e4]))
def test_batches_of_any_size_give_the_mean_and_variance_of_all(counts: list[int], seed: int, scale: float) -> None:
    batches = [scale * np.random.default_rng(seed + count).normal(3, 1, (count, 2)) for count in counts]
    normalizer = make(2)
    for batch in batches:
        normalizer.observe(torch.from_numpy(batch))
    everything = np.concatenate(batches)
    assert normalizer.count.item() == len(everything)
    np.testing.assert_allclose(normalizer.mean.numpy(), everything.mean(0), rtol=1e-9)
    np.testing.assert_allclose(normalizer.variance.numpy(), everything.var(0), rtol=1e-6, atol=1e-12 * scale**2)


def test_numbers_worked_by_hand() -> None:
    normalizer = make(1)
    normalizer.observe(torch.tensor([[1.0], [3.0]]))
    normalizer.observe(torch.tensor([[8.0]]))
    # Mean 4; squares 9, 1 and 16 make 26 / 3.
    assert normalizer.mean.item() == 4
    np.testing.assert_allclose(normalizer.variance.item(), 26 / 3)
    np.testing.assert_allclose(normalizer(torch.tensor([[7.0]])).item(), 3 / np.sqrt(26 / 3), rtol=1e-6)


def test_without_observations_nothing_changes_but_by_the_epsilon_and_large_entries_are_clipped() -> None:
    normalizer = make(2)
    np.testing.assert_allclose(normalizer(torch.tensor([[0.5, -2.0]])).numpy(), [[0.5, -2.0]], rtol=SMALLEST_VARIANCE)
    assert normalizer(torch.tensor([[1e9, -1e9]])).tolist() == [[LARGEST, -LARGEST]]


@given(st.integers(0, 1000))
def test_numpy_normalizes_like_torch(seed: int) -> None:
    normalizer = make(3)
    generator = np.random.default_rng(seed)
    normalizer.observe(torch.from_numpy(generator.normal(50, 20, (9, 3))))
    vectors = generator.normal(50, 60, (4, 3)).astype(np.float32)
    np.testing.assert_allclose(normalizer.apply_to_array(vectors), normalizer(torch.from_numpy(vectors)), rtol=1e-5)


_PARTS = (Part("a", (3, 2, 2), "uint8", 255.0), Part("vector", (2,), "float32"))
MIXED = Spaces((2 * (12 + 8),), 3, "uint8", 2, parts=_PARTS)


def networks(spaces: Spaces) -> tuple[QNetwork, QNetwork]:
    """Return a network that learned its statistics, and one that shares them."""
    config = quick_config(normalize_observations=True, net_arch=[8])
    online = QNetwork(config, spaces, generator=torch.Generator().manual_seed(0))
    target = QNetwork(config, spaces)
    target.flat.copy_(online.flat)
    target.share_statistics(online)
    return online, target


def observations(spaces: Spaces, count: int, seed: int) -> Any:
    generator = np.random.default_rng(seed)
    vectors = generator.normal(100, 30, (count, spaces.vector_size)).astype(np.float32)
    if not spaces.parts:
        return vectors
    pixels = generator.integers(0, 256, (count, 2, 12), np.uint8)
    pieces = [pixels, np.ascontiguousarray(vectors.reshape(count, 2, 2)).view(np.uint8)]
    return np.concatenate(pieces, axis=2).reshape(count, -1)


def test_both_networks_and_copies_see_the_same_statistics() -> None:
    for spaces in (Spaces((4,), 3), MIXED):
        online, target = networks(spaces)
        fresh = observations(spaces, 5, 1)
        before = online.q_values(fresh)
        online.observe(observations(spaces, 64, 2))
        after = online.q_values(fresh)
        assert not np.allclose(before, after)
        np.testing.assert_array_equal(target.q_values(fresh), after)
        np.testing.assert_array_equal(online.copy_to_cpu().q_values(fresh), after)
        with torch.no_grad():
            np.testing.assert_allclose(online(torch.from_numpy(fresh)).numpy(), after, rtol=1e-4, atol=1e-5)


def test_a_copy_keeps_its_statistics_while_training_continues() -> None:
    spaces = Spaces((4,), 3)
    online, _ = networks(spaces)
    online.observe(observations(spaces, 8, 3))
    copy, fresh = online.copy_to_cpu(), observations(spaces, 2, 4)
    before = copy.q_values(fresh)
    online.observe(observations(spaces, 50, 5))
    np.testing.assert_array_equal(copy.q_values(fresh), before)
