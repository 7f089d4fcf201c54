"""Images: pictures and boards as arrays [C, H, W], cropped, grayed, resized or split into planes on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.wrappers import GrayscaleObservation, ResizeObservation
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.envs.leaves import Read
from dqn_tui.errors import SettingError, UsageError

LARGEST_PIXEL = 255.0
MOST_PLANES = 256
_COLOURS = 3

Picture = Callable[[Any], Any]


class ImageLeaf(NamedTuple):
    """The encoding of one leaf.

    Attributes:
        shape: (C, H, W).
        dtype: uint8 for pixels, codes and planes of 0 and 1; float32 for floats.
        largest_value: divisor that brings the image into [-1, 1].
        encode: converts an observation of the leaf to a new array.
    """

    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    largest_value: float
    encode: Read


def encode_image(space: spaces.Box, config: Config) -> ImageLeaf:
    """Return the encoding of a space of 3 dimensions, or of 2 as uint8.

    Args:
        space: of the images.
        config: the keys crop, grayscale, resize and one_hot_planes.

    Raises:
        SettingError: one of these does not fit the images.
    """
    space, change = _prepare_picture(space, config)
    one = space.shape if len(space.shape) == 3 else (1, *space.shape)
    is_channels_last = len(space.shape) == 3 and not _is_channels_first(space.shape)
    channels, height, width = (one[2], one[0], one[1]) if is_channels_last else one
    dtype = np.dtype(np.uint8 if space.dtype in (np.uint8, np.bool_) else np.float32)

    def encode(observation: Any) -> NDArray[Any]:
        image = np.asarray(change(observation)).reshape(one)
        return np.array(image.transpose(2, 0, 1) if is_channels_last else image, dtype, order="C")

    if not config.one_hot_planes:
        return ImageLeaf((channels, height, width), dtype, _largest_value(space), encode)
    largest = _largest_codes(space, is_channels_last=is_channels_last)
    split = _make_planes(largest)
    return ImageLeaf((sum(largest) + len(largest), height, width), dtype, 1.0, lambda image: split(encode(image)))


def _prepare_picture(space: spaces.Box, config: Config) -> tuple[spaces.Box, Picture]:
    """Return the space of the prepared pictures, and their preparation by Gymnasium's wrappers."""
    steps: list[Picture] = []
    if config.crop:
        space, cut = _make_crop(space, config.crop)
        steps.append(cut)
    if config.grayscale and len(space.shape) == 3:
        if space.shape[2] != _COLOURS or space.dtype != np.uint8:
            raise SettingError(
                f"grayscale needs pictures of {_COLOURS} colours as uint8 [H, W, {_COLOURS}], got {space}", "grayscale"
            )
        space = _wrap(GrayscaleObservation, space, steps)
    if config.resize:
        if space.dtype != np.uint8 or (len(space.shape) == 3 and space.shape[2] not in (1, _COLOURS)):
            raise SettingError(f"resize needs pictures as uint8 [H, W] or [H, W, {_COLOURS}], got {space}", "resize")
        space = _wrap(ResizeObservation, space, steps, (config.resize[0], config.resize[1]))

    def change(observation: Any) -> Any:
        for step in steps:
            observation = step(observation)
        return observation

    return space, change


class _Pictures(gym.Env[Any, Any]):
    """Stands for an environment of pictures: Gymnasium's wrappers take one, and here only their function is used."""

    def __init__(self, space: spaces.Box) -> None:
        self.observation_space = space
        self.action_space = spaces.Discrete(1)


def _wrap(wrapper: Any, space: spaces.Box, steps: list[Picture], *arguments: Any) -> spaces.Box:
    try:
        wrapped = wrapper(_Pictures(space), *arguments)
    except gym.error.DependencyNotInstalled:
        raise UsageError("resize needs OpenCV: pip install 'dqn-tui[pixels]'") from None
    steps.append(wrapped.observation)
    return wrapped.observation_space  # type: ignore[no-any-return]


def _make_crop(space: spaces.Box, margins: tuple[int, ...]) -> tuple[spaces.Box, Picture]:
    top, bottom, left, right = margins
    is_first = len(space.shape) == 3 and _is_channels_first(space.shape)
    height, width = space.shape[1:] if is_first else space.shape[:2]
    if top + bottom >= height or left + right >= width:
        raise SettingError(f"crop must leave some of the {height}x{width} pixels, got {list(margins)}", "crop")
    window = (slice(top, height - bottom), slice(left, width - right))
    where = (slice(None), *window) if is_first else window
    cut = spaces.Box(space.low[where], space.high[where], dtype=space.dtype.type)
    return cut, lambda picture: np.asarray(picture)[where]


def _largest_codes(space: spaces.Box, *, is_channels_last: bool) -> list[int]:
    """Return each channel's largest code.

    Raises:
        SettingError: these are not whole numbers from 0, or too many.
    """
    high = space.high.reshape(1, *space.shape) if len(space.shape) == 2 else space.high
    channels = high.transpose(2, 0, 1) if is_channels_last else high
    largest = [int(min(channel.max(), LARGEST_PIXEL)) for channel in channels]
    if space.dtype not in (np.uint8, np.bool_) or sum(largest) + len(largest) > MOST_PLANES:
        raise SettingError(
            f"one_hot_planes needs images of small whole numbers, at most {MOST_PLANES} over all channels, got {space}",
            "one_hot_planes",
        )
    return largest


def _make_planes(largest: list[int]) -> Callable[[NDArray[np.uint8]], NDArray[np.uint8]]:
    """Return a function from codes [C, H, W] to planes [sum(largest + 1), H, W]; codes beyond the largest get none."""
    channel = np.repeat(np.arange(len(largest)), np.array(largest) + 1)
    code = np.concatenate([np.arange(most + 1, dtype=np.uint8) for most in largest])[:, None, None]

    def split(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
        planes: NDArray[np.bool_] = codes[channel] == code
        return planes.view(np.uint8)

    return split


def _is_channels_first(shape: tuple[int, ...]) -> bool:
    """Two equal sides are height and width; otherwise the shorter of the outer axes holds the channels."""
    first, middle, last = shape
    if (first == middle) != (middle == last):
        return middle == last
    return first < last


def _largest_value(space: spaces.Box) -> float:
    """Return the bound of a space, or 1 where it has none: unbounded floats often get the largest float there is."""
    bound = float(max(np.abs(space.low.astype(float)).max(), np.abs(space.high.astype(float)).max()))
    return bound if 0 < bound <= LARGEST_PIXEL else 1.0
