"""How the values are made that a parse gives back, thousands of them for an article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform

    _T = TypeVar("_T")

    @dataclass_transform(frozen_default=True)
    def record(cls: type[_T]) -> type[_T]:
        """A dataclass with slots, which nothing may change once it is made.

        Type checkers see to that. Were Python to see to it too, each field would be set by a call of its own:
        a twentieth of all the time that an article takes.
        """
else:
    record = dataclass(slots=True, unsafe_hash=True)
