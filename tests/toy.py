"""Small environments with known solutions or faults; importing this module registers them."""

from __future__ import annotations

import logging
import math
import os
import shutil
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
from gymnasium import spaces

CHAIN_LENGTH = 6
EPISODE_STEPS = 10
FAULT_STEP = 60


class OneState(gym.Env[Any, Any]):
    """A constant observation and a constant reward; episodes end after `terminate_after` steps or at a time limit."""

    def __init__(self, reward: float = 0.1, terminate_after: int | None = None, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.observation_space = spaces.Box(0.0, 1.0, (1,), np.float32)
        self.action_space = spaces.Discrete(2)
        self._reward = reward
        self._terminate_after = terminate_after
        self._steps = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        self._steps = 0
        return np.ones(1, np.float32), {}

    def step(self, action: Any) -> Any:  # noqa: ARG002
        self._steps += 1
        is_over = self._terminate_after is not None and self._steps >= self._terminate_after
        return np.ones(1, np.float32), self._reward, is_over, False, {}


class WithoutRenderMode(OneState):
    """An environment whose constructor takes no arguments, since it cannot be rendered."""

    def __init__(self) -> None:
        super().__init__()


class Chain(gym.Env[Any, Any]):
    """States 0 to L-1; any action advances by one, and leaving the last gives reward 1 and terminates."""

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.observation_space = spaces.Discrete(CHAIN_LENGTH)
        self.action_space = spaces.Discrete(2)
        self._state = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        self._state = 0
        return self._state, {}

    def step(self, action: Any) -> Any:  # noqa: ARG002
        is_over = self._state == CHAIN_LENGTH - 1
        self._state = min(self._state + 1, CHAIN_LENGTH - 1)
        return self._state, float(is_over), is_over, False, {}


class Fork(gym.Env[Any, Any]):
    """From state 0, action 0 ends at once with reward 0.3; action 1 leads to state 1, where any action gives 1.

    With `mask` action 0 is not allowed in state 0, and taking it is an error.
    """

    def __init__(self, mask: bool = False, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.observation_space = spaces.Discrete(2)
        self.action_space = spaces.Discrete(2)
        self._mask = mask
        self._state = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        self._state = 0
        return 0, self._info()

    def step(self, action: Any) -> Any:
        is_short = self._state == 0 and int(action) == 0
        assert not (self._mask and is_short), "an action was taken that is not allowed"
        is_over = is_short or self._state == 1
        reward = 0.3 if is_short else float(self._state)
        self._state = 1
        return 1, reward, is_over, False, self._info()

    def _info(self) -> dict[str, Any]:
        return {"action_mask": np.array([self._state == 1, True], np.int8)} if self._mask else {}


class Coin(gym.Env[Any, Any]):
    """Episodes of one step, whose reward, 0 or 1, depends only on the seed."""

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.observation_space = spaces.Box(0.0, 1.0, (1,), np.float32)
        self.action_space = spaces.Discrete(2)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        return np.ones(1, np.float32), {}

    def step(self, action: Any) -> Any:  # noqa: ARG002
        return np.ones(1, np.float32), float(self.np_random.integers(2)), True, False, {}


def _raise() -> float:
    raise RuntimeError("the motor burnt out\nand the second line says more")


def _interrupt() -> float:
    raise KeyboardInterrupt


def _hang() -> float:
    """Never return; create the file that a variable names to signal this."""
    Path(os.environ["HANGS_NOW"]).touch()
    threading.Event().wait()
    raise AssertionError("unreachable")


def _fill_with_nan(observation: np.ndarray[Any, Any]) -> float:
    observation[:] = math.nan
    return 1.0


class Faulty(OneState):
    """From the 60th step since it was made, `fault` returns the reward, changes the observation, or raises."""

    def __init__(
        self,
        fault: Callable[[np.ndarray[Any, Any]], float],
        fault_step: int = FAULT_STEP,
        render_mode: str | None = None,
    ) -> None:
        super().__init__(terminate_after=EPISODE_STEPS, render_mode=render_mode)
        self._fault = fault
        self._fault_step = fault_step
        self._all_steps = 0

    def step(self, action: Any) -> Any:
        observation, reward, terminated, truncated, info = super().step(action)
        self._all_steps += 1
        if self._all_steps >= self._fault_step:
            reward = self._fault(observation)
        return observation, reward, terminated, truncated, info


class Shrinks(OneState):
    """From the 60th step since it was made, observations have no dimensions, unlike those of the space."""

    _all_steps = 0

    def step(self, action: Any) -> Any:
        self._all_steps += 1
        observation, *rest = super().step(action)
        return (observation[0] if self._all_steps >= FAULT_STEP else observation), *rest


class Unprintable(OneState):
    """Raises in its constructor what cannot be printed."""

    def __init__(self, render_mode: str | None = None) -> None:
        del render_mode
        _raise_unprintable()


class CannotCloseAtOnce(OneState):
    """Raises when it is closed."""

    def close(self) -> None:
        raise RuntimeError("the door is stuck\nfor good")


class BrokenFromTheStart(OneState):
    """Raises in its constructor."""

    def __init__(self, render_mode: str | None = None) -> None:
        del render_mode
        raise RuntimeError("no such motor\nat all")


class CannotClose(OneState):
    """Raises when it is closed after a step."""

    def close(self) -> None:
        if self._steps:
            raise RuntimeError("the door is stuck")


class HangsInClose(OneState):
    """Closing it never returns, once it has taken a step."""

    def close(self) -> None:
        if self._steps:
            threading.Event().wait()


class LeaksThread(OneState):
    """Starts a non-daemon thread that never ends."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode=render_mode)
        threading.Thread(target=threading.Event().wait).start()


class HangsInRender(OneState):
    """Renders the first frame of an episode; rendering the second never returns."""

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"]}  # noqa: RUF012 - as Gymnasium declares it

    def render(self) -> Any:
        if self._steps:
            _hang()
        return np.zeros((8, 8, 3), np.uint8)


class Painted(OneState):
    """Renders text, or a picture in which a white pixel advances by one each step, always into the same array."""

    metadata: dict[str, Any] = {"render_modes": ["ansi", "rgb_array"], "render_fps": 25}  # noqa: RUF012 - as above

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(reward=1.0, render_mode=render_mode)
        self._canvas = np.zeros((161, 203, 3), np.uint8)

    def render(self) -> Any:
        self._canvas[:] = (10, 20, 30)
        self._canvas[5, self._steps % 203] = 255
        return self._canvas if self.render_mode == "rgb_array" else f"step {self._steps}"


class NeverCloses(OneState):
    """Computes with torch for ever once it is closed, if it renders."""

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"]}  # noqa: RUF012 - as Gymnasium declares it

    def render(self) -> Any:
        return np.zeros((8, 8, 3), np.uint8)

    def close(self) -> None:
        # Worker processes import this module, and most need no torch.
        import torch

        while self.render_mode is not None:
            torch.zeros(1).view(-1)


class OffsetActions(OneState):
    """Actions 5, 6 and 7; records those that are taken."""

    taken: ClassVar[list[int]] = []

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode=render_mode)
        self.action_space = spaces.Discrete(3, start=5)

    def step(self, action: Any) -> Any:
        self.taken.append(int(action))
        return super().step(action)


class Spaces(OneState):
    """Samples observations of any space."""

    def __init__(
        self, observation_space: spaces.Space[Any], action_space: spaces.Space[Any], render_mode: str | None = None
    ) -> None:
        super().__init__(render_mode=render_mode)
        self.observation_space = observation_space
        self.action_space = action_space

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        self.observation_space.seed(seed)
        return self.observation_space.sample(), {}

    def step(self, action: Any) -> Any:
        return self.observation_space.sample(), *super().step(action)[1:]


class Talkative(OneState):
    """Prints from Python and below it."""

    def step(self, action: Any) -> Any:
        print("\x1b[31ma word from Python\x1b[0m")  # noqa: T201
        os.write(1, b"a word from below\n")
        return super().step(action)


class SaysWhyNot(OneState):
    """Prints what is wrong, and cannot be made."""

    def __init__(self, render_mode: str | None = None) -> None:
        del render_mode
        print("\x1b[1mplug in the motor\x1b[0m")  # noqa: T201
        raise RuntimeError("no such motor")


class ExitsAtOnce(OneState):
    """Ends the program when it is made."""

    def __init__(self, render_mode: str | None = None) -> None:
        del render_mode
        sys.exit(7)


class ChangesFolder(OneState):
    """Changes the working folder when it is made, and at each step."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode=render_mode)
        os.chdir(os.environ["ELSEWHERE"])

    def step(self, action: Any) -> Any:
        os.chdir(os.environ["ELSEWHERE"])
        return super().step(action)


class Roams(gym.Env[Any, Any]):
    """Random vectors, or small images; episodes of 2 to 9 steps, some of which end by truncation.

    With `has_masks`, every second episode on average has masks, each of which forbids one of the three actions, and
    taking that is an error.
    """

    def __init__(
        self,
        is_image: bool = False,
        has_masks: bool = False,
        is_mixed: bool = False,
        actions: spaces.Space[Any] | None = None,
        scale: float = 1.0,
        render_mode: str | None = None,
    ) -> None:
        self.render_mode = render_mode
        self._scale = scale
        vector = spaces.Box(-2.0, 2.0, (3,), np.float32)
        self.observation_space = spaces.Box(0, 255, (5, 4, 2), np.uint8) if is_image else vector
        if is_mixed:
            picture = spaces.Box(0, 255, (6, 4, 2), np.uint8)
            self.observation_space = spaces.Dict(
                picture=picture, map=spaces.Box(0, 3, (4, 4), np.uint8), said=spaces.Text(3), place=vector
            )
        self.action_space = actions or spaces.Discrete(3)
        self._has_masks = has_masks
        self._is_masked = self._is_cut = False
        self._forbidden: int | None = None
        self._left = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        self._is_masked = self._has_masks and self.np_random.random() < 0.5
        self._is_cut = self.np_random.random() < 0.3
        self._left = int(self.np_random.integers(2, 10))
        return self._observe()

    def step(self, action: Any) -> Any:
        assert self._forbidden is None or int(action) != self._forbidden, "an action was taken that is not allowed"
        self._left -= 1
        is_over = self._left == 0
        observation, info = self._observe()
        reward = float(self.np_random.normal() + np.sum(action) / 2)
        return observation, reward, is_over and not self._is_cut, is_over and self._is_cut, info

    def _observe(self) -> tuple[Any, dict[str, Any]]:
        drawn = self._draw(self.observation_space)
        self._forbidden = int(self.np_random.integers(3)) if self._is_masked else None
        info = {} if self._forbidden is None else {"action_mask": (np.arange(3) != self._forbidden).astype(np.int8)}
        return drawn, info

    def _draw(self, space: Any) -> Any:
        if isinstance(space, spaces.Dict):
            return {key: self._draw(part) for key, part in space.spaces.items()}
        if isinstance(space, spaces.Text):
            return "hey"
        if space.dtype == np.uint8:
            return self.np_random.integers(0, int(space.high.max()) + 1, space.shape).astype(np.uint8)
        return self._scale * self.np_random.uniform(-2, 2, space.shape).astype(space.dtype)


def _delete_journal() -> float:
    for path in Path("runs").glob("*/events.jsonl"):
        path.unlink()
    return 0.0


def _say_and_raise() -> float:
    print("it is getting hot")  # noqa: T201
    return _raise()


def _delete_folder() -> float:
    for path in Path("runs").glob("*"):
        shutil.rmtree(path, ignore_errors=True)
    return 0.0


def _resist() -> float:
    """Hang, deaf to SIGTERM; only the main thread of a worker process can be that."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return _hang()


def _fork() -> float:
    """Leave a child process that ends at once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return 0.0


def _close_streams() -> float:
    sys.stdout.close()
    for descriptor in (1, 2):
        with suppress(OSError):
            os.close(descriptor)
    return 0.0


def _warn() -> float:
    warnings.warn("the motor\nis \x1b[31mhot", stacklevel=1)
    logging.getLogger("motor").error("it is \x1b[31mhot")
    return 0.0


def _raise_in_thread() -> float:
    threading.Thread(target=_raise).start()
    return 0.0


class UnprintableError(Exception):
    """An error that raises when it is printed."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


def _raise_unprintable() -> float:
    raise UnprintableError


class Lies(OneState):
    """From the 60th step since it was made, `change` replaces parts of a step's result."""

    def __init__(self, change: Callable[[Any], Any], render_mode: str | None = None) -> None:
        super().__init__(terminate_after=EPISODE_STEPS, render_mode=render_mode)
        self._change = change
        self._all_steps = 0

    def step(self, action: Any) -> Any:
        self._all_steps += 1
        result = super().step(action)
        return self._change(result) if self._all_steps >= FAULT_STEP else result


def _mask(*values: int) -> Callable[[Any], Any]:
    return lambda result: (*result[:4], {"action_mask": np.array(values, np.int8)})


def _register(name: str, creator: Any, **more: Any) -> None:
    gym.register(f"Toy/{name}-v0", creator, **more)


_TWO = spaces.Discrete(2)
_VECTOR = spaces.Box(-1.0, 1.0, (3,), np.float32)
if "Toy/Truncated-v0" not in gym.registry:
    _register("Truncated", OneState, max_episode_steps=EPISODE_STEPS)
    _register("WithoutRenderMode", WithoutRenderMode, max_episode_steps=EPISODE_STEPS)
    _register("Terminated", OneState, kwargs={"terminate_after": EPISODE_STEPS})
    _register("Endless", OneState)
    _register("Chain", Chain)
    _register("Fork", Fork)
    _register("MaskedFork", Fork, kwargs={"mask": True})
    _register("Goal", OneState, max_episode_steps=EPISODE_STEPS, reward_threshold=0.9)
    _register("Coin", Coin, reward_threshold=0.9)
    _register("Raises", Faulty, kwargs={"fault": lambda _: _raise()})
    _register("RaisesAtOnce", Faulty, kwargs={"fault": lambda _: _raise(), "fault_step": 1})
    _register("Exits", Faulty, kwargs={"fault": lambda _: sys.exit(7)})
    _register("RaisesLate", Faulty, kwargs={"fault": lambda _: _raise(), "fault_step": 300})
    _register("Hangs", Faulty, kwargs={"fault": lambda _: _hang()})
    _register("Interrupts", Faulty, kwargs={"fault": lambda _: _interrupt()})
    _register("CannotClose", CannotClose, max_episode_steps=EPISODE_STEPS)
    _register("HangsInClose", HangsInClose, max_episode_steps=EPISODE_STEPS)
    _register("NanReward", Faulty, kwargs={"fault": lambda _: math.nan})
    _register("HugeReward", Faulty, kwargs={"fault": lambda _: 1e39})
    _register("NanObservation", Faulty, kwargs={"fault": _fill_with_nan})
    _register("AlwaysNan", OneState, kwargs={"reward": math.nan}, max_episode_steps=EPISODE_STEPS)
    _register("LastWords", Faulty, kwargs={"fault": lambda _: _say_and_raise()})
    _register("DeletesJournal", Faulty, kwargs={"fault": lambda _: _delete_journal()})
    _register("DeletesFolder", Faulty, kwargs={"fault": lambda _: _delete_folder()})
    _register("Dies", Faulty, kwargs={"fault": lambda _: os._exit(9)})
    _register("Resists", Faulty, kwargs={"fault": lambda _: _resist()})
    _register("Forks", Faulty, kwargs={"fault": lambda _: _fork()})
    _register("ClosesStreams", Faulty, kwargs={"fault": lambda _: _close_streams()})
    _register("Warns", Faulty, kwargs={"fault": lambda _: _warn()})
    _register("RaisesInThread", Faulty, kwargs={"fault": lambda _: _raise_in_thread()})
    _register("RaisesUnprintable", Faulty, kwargs={"fault": lambda _: _raise_unprintable()})
    _register("RewardIsText", Faulty, kwargs={"fault": lambda _: "1.0"})
    _register("FlagIsText", Lies, kwargs={"change": lambda result: (*result[:2], "no", False, {})})
    _register("FourParts", Lies, kwargs={"change": lambda result: result[:4]})
    _register("NothingAllowed", Lies, kwargs={"change": _mask(0, 0)})
    _register("MaskTooLong", Lies, kwargs={"change": _mask(1, 1, 1)})
    _register("SaysWhyNot", SaysWhyNot)
    _register("ExitsAtOnce", ExitsAtOnce)
    _register("ChangesFolder", ChangesFolder, max_episode_steps=EPISODE_STEPS)
    _register("Roams", Roams)
    _register("RoamsMasked", Roams, kwargs={"has_masks": True})
    _register("RoamsImage", Roams, kwargs={"is_image": True})
    _register("RoamsMaskedImage", Roams, kwargs={"is_image": True, "has_masks": True})
    _register("RoamsMixed", Roams, kwargs={"is_mixed": True})
    _register("RoamsFar", Roams, kwargs={"scale": 1_000.0})
    _register("RoamsContinuously", Roams, kwargs={"actions": spaces.Box(-1, 1, (2,))})
    _register("RoamsBySwitches", Roams, kwargs={"actions": spaces.MultiBinary(2)})
    _register("BrokenFromTheStart", BrokenFromTheStart)
    _register("Unprintable", Unprintable)
    _register("CannotCloseAtOnce", CannotCloseAtOnce)
    _register("Shrinks", Shrinks, max_episode_steps=EPISODE_STEPS)
    _register("Talkative", Talkative, max_episode_steps=EPISODE_STEPS)
    _register("LeaksThread", LeaksThread, max_episode_steps=EPISODE_STEPS)
    _register("HangsInRender", HangsInRender, max_episode_steps=EPISODE_STEPS)
    _register("Painted", Painted, max_episode_steps=EPISODE_STEPS)
    _register("PaintedEndless", Painted)
    _register("NeverCloses", NeverCloses, max_episode_steps=EPISODE_STEPS)
    _register("OffsetActions", OffsetActions)
    _register(
        "Image", Spaces, kwargs={"observation_space": spaces.Box(0, 255, (4, 4, 3), np.uint8), "action_space": _TWO}
    )
    _register("Matrix", Spaces, kwargs={"observation_space": spaces.Box(-1, 1, (2, 3)), "action_space": _TWO})
    _register(
        "Dict",
        Spaces,
        kwargs={"observation_space": spaces.Dict(a=spaces.Discrete(3), b=_VECTOR), "action_space": _TWO},
    )
    _register("Sequence", Spaces, kwargs={"observation_space": spaces.Sequence(_VECTOR), "action_space": _TWO})
    _register("Continuous", Spaces, kwargs={"observation_space": _VECTOR, "action_space": _VECTOR})
