"""How records are defined; a parse creates thousands of them for an article.

Each field of a nested record states its comment, and often an example, once, in its annotation:
`Annotated[<type>, "<comment>", "<example>"]`. The tables' schemas and docs/tables.md take them from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform

    _T = TypeVar("_T")

    @dataclass_transform(frozen_default=True)
    def record(cls: type[_T]) -> type[_T]:
        """Make a class a dataclass with slots that nothing may change once it is created.

        Type checkers enforce this. If Python enforced it too, each field would be set by a separate call: a
        twentieth of the time that parsing an article takes.
        """
else:
    record = dataclass(slots=True, unsafe_hash=True)
