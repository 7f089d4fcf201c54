"""Where every random draw of a run comes from.

Each purpose has a generator of its own, derived from the run's seed and the purpose's name, so that one part
drawing more or fewer numbers never shifts what another part draws.
"""

from __future__ import annotations

import zlib

import numpy as np


def _sequence(seed: int, *path: str | int) -> np.random.SeedSequence:
    words = [zlib.crc32(part.encode()) if isinstance(part, str) else part for part in path]
    return np.random.SeedSequence([seed, *words])


def make_generator(seed: int, purpose: str) -> np.random.Generator:
    """The generator of one named purpose, such as `"exploration"` or `"replay"`."""
    return np.random.Generator(np.random.PCG64(_sequence(seed, purpose)))


def derive_seed(seed: int, purpose: str) -> int:
    """A 32-bit seed for a generator that is not NumPy's."""
    return int(_sequence(seed, purpose).generate_state(1, np.uint32)[0])


def episode_seed(seed: int, purpose: str, stream: int, episode: int) -> int:
    """The seed of one episode's reset, in [0, 2**31); `stream` is the environment's number, say.

    It depends on nothing but its arguments, so any episode can be played again from its actions alone.
    """
    return int(_sequence(seed, purpose, stream, episode).generate_state(1, np.uint32)[0] >> 1)
