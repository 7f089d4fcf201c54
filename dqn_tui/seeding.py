"""The sources of all random draws of a run.

Each purpose has a separate generator, derived from the run's seed and the purpose's name, so the number of draws for
one purpose never affects another.
"""

from __future__ import annotations

import zlib

import numpy as np


def _sequence(seed: int, *path: str | int) -> np.random.SeedSequence:
    words = [zlib.crc32(part.encode()) if isinstance(part, str) else part for part in path]
    return np.random.SeedSequence([seed, *words])


def make_generator(seed: int, purpose: str) -> np.random.Generator:
    """Return the generator of a named purpose, such as `"exploration"` or `"replay"`."""
    return np.random.Generator(np.random.PCG64(_sequence(seed, purpose)))


def derive_seed(seed: int, purpose: str) -> int:
    """Return a 32-bit seed for a generator that is not NumPy's."""
    return int(_sequence(seed, purpose).generate_state(1, np.uint32)[0])


def episode_seed(seed: int, purpose: str, stream: int, episode: int) -> int:
    """Return the seed of an episode's reset, in [0, 2**31); `stream` may be the environment's number.

    It depends on its arguments only, so any episode can be played again from its actions alone.
    """
    return int(_sequence(seed, purpose, stream, episode).generate_state(1, np.uint32)[0] >> 1)
