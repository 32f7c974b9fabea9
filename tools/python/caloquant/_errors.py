from __future__ import annotations

from typing import TypeVar

from ._caloquant import Error

_E = TypeVar("_E", bound=Error)


def error(kind: type[_E], place: str, problem: str, remedy: str = "") -> _E:
    """As the library makes its errors: the message is "place: problem; remedy"."""
    made = kind(f"{place}: {problem}" + (f"; {remedy}" if remedy else ""))
    made.place, made.problem, made.remedy = place, problem, remedy
    return made
