"""Labels of the ticks of an axis: short, all in one unit, no two alike."""

from __future__ import annotations

import math
from collections.abc import Sequence

UNITS = ((1.0, ""), (1e3, "k"), (1e6, "M"), (1e9, "G"), (1e12, "T"))
_MOST_WITH_UNIT = 1e15
_LEAST_STEP_WITHOUT_EXPONENT = 1e-4


def format_ticks(ticks: Sequence[float], step: float) -> tuple[str, ...]:
    """Return one label for each multiple of `step`, in the one unit in which the longest label is shortest."""
    largest = max((abs(tick) for tick in ticks), default=0.0)
    if largest >= _MOST_WITH_UNIT or step < _LEAST_STEP_WITHOUT_EXPONENT:
        return _with_exponents(ticks, step)
    units = [unit for unit in UNITS if unit[0] <= max(1.0, largest)]
    tries = sorted((decimals(step / factor), factor, name) for factor, name in units)
    labellings = [in_unit(ticks, *one) for one in tries]
    return min(labellings, key=lambda labels: max(map(len, labels), default=0))


def percent_ticks(ticks: Sequence[float], step: float) -> tuple[str, ...]:
    """Return one label for each multiple of `step`, where 1 is `"100%"`."""
    places = decimals(100 * step)
    return tuple(f"{100 * tick:.{places}f}%" for tick in ticks)


def in_unit(ticks: Sequence[float], places: int, factor: float, name: str) -> tuple[str, ...]:
    """Return labels with `places` decimals in a unit of `factor`; 0 has neither."""
    return tuple("0" if tick == 0 else f"{tick / factor:.{places}f}{name}" for tick in ticks)


def decimals(step: float) -> int:
    """Return how many decimals multiples of `step` need, at most 9."""
    for count in range(9):
        scaled = step * 10**count
        if abs(scaled - round(scaled)) < 1e-6 * scaled:
            return count
    return 9


def exponent_label(exponent: float, digits: int = 2) -> str:
    """Return 10 to the power `exponent` in short: `"1e-2"`, `"3.2e-2"` with two significant digits."""
    whole = math.floor(exponent + 1e-9)
    mantissa, power = f"{10 ** (exponent - whole):.{digits - 1}e}".split("e")
    return f"{_trimmed(mantissa)}e{whole + int(power)}"


def _with_exponents(ticks: Sequence[float], step: float) -> tuple[str, ...]:
    largest = max(abs(tick) for tick in ticks)
    digits = max(0, math.ceil(math.log10(largest / step) - 1e-9)) if largest else 0
    labels = (f"{tick:.{min(digits, 12)}e}".split("e") for tick in ticks)
    return tuple("0" if float(mantissa) == 0 else f"{_trimmed(mantissa)}e{int(power)}" for mantissa, power in labels)


def _trimmed(mantissa: str) -> str:
    return mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
