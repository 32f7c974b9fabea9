"""Numbers from callers, as the command line takes them: in range, or refused with their name."""
from __future__ import annotations

import math
import operator
from typing import Any

from ._caloquant import UsageError
from ._errors import error

LARGEST_SEED = 2**64 - 1
LARGEST_EVENT = 2**62  # the events behind it are numbered too


def whole(name: str, value: Any, least: int, most: int) -> int:
    """A Python or NumPy integer from least to most; no bool, no fraction."""
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or not least <= number <= most:
        raise error(UsageError, name, f"is {value!r}",
                    f"give a whole number from {least} to {most}")
    return number


def finite(name: str, value: Any, least: float = -math.inf) -> float:
    """A finite number of at least `least`."""
    try:
        number = None if isinstance(value, (bool, str)) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None or not math.isfinite(number) or not number >= least:
        bound = "" if least == -math.inf else f" of at least {least:g}"
        raise error(UsageError, name, f"is {value!r}", f"give a finite number{bound}")
    return number
